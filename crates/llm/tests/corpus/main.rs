//! A corpus of schemas through the whole layer over the scripted engine: whatever the model wants
//! to say, an answer that ends with `stop` is valid.

#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod generator;
mod random;
mod shapes;

use std::sync::Arc;

use generator::{Case, corpus};
use ledgergate_llm::local::LocalModel;
use ledgergate_llm::scripted::ScriptedEngine;
use ledgergate_llm::{
    ChatModel, ChatRequest, FinishReason, Message, ModelError, OutputFormat, Role, Sampling, repair,
};
use serde_json::Value;

/// Schemas of the corpus.
const CASES: u64 = 360;

/// An engine that says what the first user said.
fn echo(confidence: f32) -> Arc<LocalModel<ScriptedEngine>> {
    let engine = ScriptedEngine::new(|prompt| {
        let said = prompt.split("user\n").nth(1).unwrap_or_default();
        said.split("<|im_end|>")
            .next()
            .unwrap_or_default()
            .to_owned()
    })
    .unwrap()
    .with_confidence(confidence)
    .with_context_tokens(16_384);
    Arc::new(engine.into_model("scripted").unwrap())
}

/// What a model might want to say instead of the answer.
fn wants(case: &Case) -> Vec<(String, f32)> {
    let example = case.example.to_string();
    let half: String = example.chars().take(example.chars().count() / 2).collect();
    vec![
        (example.clone(), 20.0),
        (example, 5.0),
        ("Certainly! Here is the JSON: {\"".to_owned(), 5.0),
        (format!("{half}}}]\"-1e9\\u00e9"), 4.0),
    ]
}

fn request(schema: &Value, says: &str, seed: u64) -> ChatRequest {
    ChatRequest {
        prompt: vec![Message::new(Role::User, says)].into(),
        sampling: Sampling {
            seed: Some(seed),
            temperature: Some(1.0),
            ..Sampling::default()
        },
        max_tokens: Some(1_200),
        output: OutputFormat::JsonSchema(schema.clone()),
        ..ChatRequest::default()
    }
}

#[derive(Default, Debug)]
struct Tally {
    schemas: usize,
    answered: usize,
    answers: usize,
    stopped: usize,
    failures: Vec<String>,
}

async fn run(case: &Case, models: &[(f32, Arc<LocalModel<ScriptedEngine>>)], tally: &mut Tally) {
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&case.schema)
        .unwrap();
    assert!(
        validator.is_valid(&case.example),
        "{} under {}",
        case.example,
        case.schema
    );
    let mut answered = false;
    for (seed, (says, confidence)) in (0..).zip(wants(case)) {
        let model = models
            .iter()
            .find(|(of, _)| of.to_bits() == confidence.to_bits());
        let model: Arc<dyn ChatModel> = Arc::clone(&model.unwrap().1) as _;
        tally.answers += 1;
        let outcome = match repair::generate(model, request(&case.schema, &says, seed)).await {
            Ok(generation) => generation.complete().await,
            Err(error) => Err(error),
        };
        match outcome {
            Ok(answer) if answer.reason == FinishReason::Stop => {
                let value: Value = serde_json::from_str(&answer.text).unwrap();
                assert!(
                    validator.is_valid(&value),
                    "{} under {}",
                    answer.text,
                    case.schema
                );
                answered = true;
                tally.stopped += 1;
            }
            Ok(answer) => assert_eq!(answer.reason, FinishReason::Length),
            Err(ModelError::AnswerInvalid { .. }) if !case.enforceable => {}
            Err(error) => tally.failures.push(format!("{error}: {}", case.schema)),
        }
    }
    tally.schemas += 1;
    tally.answered += usize::from(answered);
}

/// One of `of` equal parts of the corpus.
fn part(index: usize, of: usize) {
    let models = [20.0, 5.0, 4.0].map(|confidence| (confidence, echo(confidence)));
    let mut tally = Tally::default();
    // An unoptimised build takes a fifth of the corpus.
    let stride = if cfg!(debug_assertions) { 5 * of } else { of };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    for case in corpus(CASES).iter().skip(index).step_by(stride) {
        runtime.block_on(run(case, &models, &mut tally));
    }
    let failures = tally.failures.join("\n");
    assert!(tally.failures.is_empty(), "{failures}");
    assert!(tally.answered * 100 >= tally.schemas * 95, "{tally:?}");
    assert!(tally.stopped * 100 >= tally.answers * 80, "{tally:?}");
}

#[test]
fn the_first_part_of_the_corpus_is_valid() {
    part(0, 2);
}

#[test]
fn the_second_part_of_the_corpus_is_valid() {
    part(1, 2);
}

#[test]
fn the_corpus_is_the_same_each_time_and_of_different_schemas() {
    let first: Vec<String> = corpus(CASES)
        .iter()
        .map(|case| case.schema.to_string())
        .collect();
    let second: Vec<String> = corpus(CASES)
        .iter()
        .map(|case| case.schema.to_string())
        .collect();
    assert_eq!(first, second);
    let different: std::collections::BTreeSet<_> = first.iter().collect();
    assert!(different.len() >= 300, "{}", different.len());
    let enforceable = corpus(CASES).iter().filter(|case| case.enforceable).count();
    assert!(enforceable >= 300);
}
