//! Many requests at once on the real engine.

use std::time::Duration;

use futures::future::join_all;
use ledgergate_llm::{Caller, ChatModel, ChatRequest, FinishReason, OutputFormat};
use serde_json::json;

use crate::{block_on, greedy, model};

/// Twenty requests of equal length at once, each with its own `const`, twenty times over.
#[test]
fn twenty_at_once_do_not_mix() {
    block_on(async {
        for round in 0..20 {
            let answers = join_all((0..20_u64).map(|number| async move {
                let wanted = json!(format!("{:02}{:02}", round, number));
                let request = ChatRequest {
                    output: OutputFormat::JsonSchema(json!({"const": wanted})),
                    max_tokens: Some(12),
                    caller: Caller(number % 3),
                    ..greedy(&format!("Say {number:02}."))
                };
                let answer = model().generate(request).await.unwrap().complete().await;
                (answer.unwrap(), wanted)
            }))
            .await;
            for (answer, wanted) in answers {
                assert_eq!(answer.reason, FinishReason::Stop, "{answer:?}");
                assert_eq!(answer.text, wanted.to_string());
            }
        }
        assert_eq!(model().waiting(), 0);
        // The engine gives the last slot back a little after its answer.
        for _ in 0..1_000 {
            if model().free_slots() == 1 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the last slot was not given back");
    });
}
