//! The corpus of schemas on the real engine: whatever the model writes, an answer that ends with
//! `stop` is valid.

#![expect(clippy::panic, reason = "a failed step is a failed test")]

#[path = "../../../llm/tests/corpus/generator.rs"]
#[expect(dead_code, reason = "the examples are for the scripted engine alone")]
mod generator;
#[path = "../../../llm/tests/corpus/random.rs"]
mod random;
#[path = "../../../llm/tests/corpus/shapes.rs"]
mod shapes;

use std::sync::Arc;

use generator::{Case, corpus};
use ledgergate_llm::{
    ChatModel, ChatRequest, FinishReason, ModelError, OutputFormat, Sampling, repair,
};
use serde_json::Value;

use crate::{block_on, greedy, shared_model};

/// What a user might say beside the schema.
const PROMPTS: [&str; 5] = [
    "Invent an example as JSON.",
    "Book the rent of 1,200.50 EUR for March 2025.",
    "Describe an invoice of Acme Ltd over 119.00 EUR with 19% VAT.",
    "hello???",
    "Answer with a long list of numbers, dates and names.",
];

/// What became of the answers.
#[derive(Debug, Default)]
struct Tally {
    schemas: usize,
    answered: usize,
}

async fn run(index: usize, case: &Case, max_tokens: u32, tally: &mut Tally) {
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&case.schema)
        .unwrap();
    let request = ChatRequest {
        sampling: Sampling {
            temperature: Some(0.8),
            seed: Some(index as u64),
            ..Sampling::default()
        },
        output: OutputFormat::JsonSchema(case.schema.clone()),
        max_tokens: Some(max_tokens),
        ..greedy(PROMPTS[index % PROMPTS.len()])
    };
    let model: Arc<dyn ChatModel> = shared_model();
    let outcome = match repair::generate(model, request).await {
        Ok(generation) => generation.complete().await,
        Err(error) => Err(error),
    };
    tally.schemas += 1;
    match outcome {
        Ok(answer) if answer.reason == FinishReason::Stop => {
            let value: Value = serde_json::from_str(&answer.text).unwrap();
            assert!(
                validator.is_valid(&value),
                "{} under {}",
                answer.text,
                case.schema
            );
            tally.answered += 1;
        }
        Ok(answer) => assert_eq!(answer.reason, FinishReason::Length),
        Err(ModelError::AnswerInvalid { .. }) if !case.enforceable => {}
        Err(error) => panic!("{error}: {}", case.schema),
    }
}

fn run_all(cases: &[Case], max_tokens: u32) -> Tally {
    block_on(async {
        let mut tally = Tally::default();
        for (index, case) in cases.iter().enumerate() {
            run(index, case, max_tokens, &mut tally).await;
        }
        tally
    })
}

#[test]
fn forty_schemas_have_valid_answers() {
    // Most are cut off at so few tokens; what is whole is valid.
    let tally = run_all(&corpus(40), 60);
    assert!(tally.answered >= 10, "{tally:?}");
}

/// Takes about ten minutes: `cargo test --release --test engine -- --ignored corpus`.
#[test]
#[ignore = "takes minutes"]
fn the_whole_corpus_has_valid_answers() {
    let tally = run_all(&corpus(360), 600);
    assert!(tally.answered * 100 >= tally.schemas * 95, "{tally:?}");
}
