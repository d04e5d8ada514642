//! Requests that wait, leave, run out of time, and end with the gateway: over real connections
//! where that matters.

mod abandoned;
mod client;
mod queue;
mod stopping;
mod stuck;

use std::sync::Arc;
use std::time::Duration;

use ledgergate_llm::local::LocalModel;
use ledgergate_llm::scripted::ScriptedEngine;
use serde_json::{Value, json};

type ScriptedModel = LocalModel<ScriptedEngine>;

/// A model with one slot, 5 ms a token, that says `done` or, asked for something long, 3,000
/// letters.
fn model(queue: usize) -> Arc<ScriptedModel> {
    let engine = ScriptedEngine::new(|prompt| {
        if prompt.contains("long") {
            "x".repeat(3_000)
        } else {
            "done".to_owned()
        }
    });
    let engine = engine
        .unwrap()
        .with_delay_per_token(Duration::from_millis(5));
    Arc::new(engine.into_model_with_queue("scripted", queue).unwrap())
}

fn ask(content: &str, stream: bool) -> Value {
    json!({"model": "scripted", "stream": stream,
        "messages": [{"role": "user", "content": content}]})
}

async fn eventually(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..2_000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("{what} did not come about");
}
