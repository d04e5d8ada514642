//! The whole layer over the scripted engine.

use std::num::NonZeroUsize;
use std::time::Duration;

use futures::StreamExt;
use futures::future::join_all;
use serde_json::json;

use super::*;
use crate::chat::{Completion, FinishReason, GenerationEvent};
use crate::scripted::ScriptedEngine;

type ScriptedModel = LocalModel<ScriptedEngine>;

fn model(says: &'static str) -> ScriptedModel {
    ScriptedEngine::new(move |_| says.to_owned())
        .unwrap()
        .into_model("scripted")
        .unwrap()
}

/// An engine that says what the user said, one token each 2 ms.
fn slow_echo() -> ScriptedEngine {
    ScriptedEngine::new(|prompt| {
        let said = prompt.split("user\n").last().unwrap_or_default();
        said.split("<|im_end|>")
            .next()
            .unwrap_or_default()
            .to_owned()
    })
    .unwrap()
    .with_delay_per_token(Duration::from_millis(2))
}

fn request(content: &str) -> ChatRequest {
    ChatRequest {
        prompt: vec![Message::new(Role::User, content)].into(),
        ..ChatRequest::default()
    }
}

fn with_schema(schema: serde_json::Value) -> ChatRequest {
    let output = OutputFormat::JsonSchema(schema);
    ChatRequest {
        output,
        max_tokens: Some(500),
        ..request("x")
    }
}

async fn complete(model: &ScriptedModel, request: ChatRequest) -> Completion {
    model
        .generate(request)
        .await
        .unwrap()
        .complete()
        .await
        .unwrap()
}

async fn eventually(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..400 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("{what} did not come about");
}

mod proofs;
mod queue;
mod raw_prompts;
mod schemas;
mod watchdog;

#[tokio::test]
async fn an_answer_comes_whole_with_usage() {
    let answer = complete(&model("Grüße 😀"), request("Hi")).await;
    assert_eq!(answer.text, "Grüße 😀");
    assert_eq!(answer.reason, FinishReason::Stop);
    assert_eq!(answer.usage.completion_tokens, 12);
    let prompt = "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n";
    let expected = prompt
        .replace("<|im_start|>", "s")
        .replace("<|im_end|>", "e")
        .len();
    assert_eq!(answer.usage.prompt_tokens as usize, expected);
    assert!(answer.logprobs.is_empty());
}

#[tokio::test]
async fn deltas_are_whole_characters() {
    let mut generation = model("aé😀").generate(request("Hi")).await.unwrap();
    let mut texts = Vec::new();
    while let Some(Ok(GenerationEvent::Delta { text, .. })) = generation.next().await {
        texts.push(text);
    }
    assert_eq!(texts, ["a", "é", "😀"]);
}

#[tokio::test]
async fn the_same_seed_gives_the_same_bytes() {
    let engine = ScriptedEngine::new(|_| "x".repeat(60))
        .unwrap()
        .with_confidence(3.0);
    let model = engine.into_model("scripted").unwrap();
    let seeded = |seed| {
        let sampling = Sampling {
            seed: Some(seed),
            temperature: Some(1.5),
            ..Sampling::default()
        };
        ChatRequest {
            sampling,
            max_tokens: Some(60),
            ..request("x")
        }
    };
    let first = complete(&model, seeded(7)).await.text;
    assert_eq!(complete(&model, seeded(7)).await.text, first);
    assert_ne!(complete(&model, seeded(8)).await.text, first);
}

#[tokio::test]
async fn a_stop_string_ends_the_answer_and_is_not_in_it() {
    let stopped = ChatRequest {
        stop: vec!["STOP".to_owned(), "zzz".to_owned()],
        top_logprobs: Some(0),
        ..request("x")
    };
    let answer = complete(&model("before STOP after"), stopped.clone()).await;
    assert_eq!(
        (answer.text.as_str(), answer.reason),
        ("before ", FinishReason::Stop)
    );
    assert_eq!(answer.logprobs.len(), "before ".len());
    let answer = complete(&model("before STO"), stopped).await;
    assert_eq!(answer.text, "before STO");
    assert_eq!(answer.logprobs.len(), "before STO".len());
}

#[tokio::test]
async fn a_cut_answer_says_length() {
    let cut = ChatRequest {
        max_tokens: Some(3),
        ..request("x")
    };
    let answer = complete(&model("abcdef"), cut.clone()).await;
    assert_eq!(
        (answer.text.as_str(), answer.reason),
        ("abc", FinishReason::Length)
    );
    assert_eq!(answer.usage.completion_tokens, 3);
    let output = with_schema(json!({"const": "abcdef"})).output;
    let answer = complete(
        &model("x"),
        ChatRequest {
            output,
            ..cut.clone()
        },
    )
    .await;
    assert_eq!(
        (answer.text.as_str(), answer.reason),
        ("\"ab", FinishReason::Length)
    );
    // Half a character is not passed over in silence.
    let answer = complete(&model("ab😀"), cut).await;
    assert_eq!(answer.text, "ab\u{FFFD}");
}

#[tokio::test]
async fn the_context_clamps_and_refuses() {
    let engine = ScriptedEngine::new(|_| "x".repeat(100))
        .unwrap()
        .with_context_tokens(60);
    let model = engine.into_model("scripted").unwrap();
    let answer = complete(&model, request("0123456789")).await;
    assert_eq!(answer.reason, FinishReason::Length);
    assert_eq!(
        answer.usage.prompt_tokens + answer.usage.completion_tokens,
        60
    );
    match model.generate(request(&"0".repeat(60))).await {
        Err(ModelError::ContextLengthExceeded {
            prompt_tokens,
            context_tokens: 60,
        }) => {
            assert!(prompt_tokens > 60);
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn logprobs_are_told_with_their_text() {
    let asked = ChatRequest {
        top_logprobs: Some(2),
        ..request("x")
    };
    let answer = complete(&model("é!"), asked).await;
    assert_eq!(answer.logprobs.len(), 3);
    let bytes: Vec<u8> = answer
        .logprobs
        .iter()
        .flat_map(|token| token.bytes.clone())
        .collect();
    assert_eq!(bytes, "é!".as_bytes());
    for token in &answer.logprobs {
        assert!(token.logprob <= 0.0 && token.logprob > -0.01, "{token:?}");
        assert_eq!(token.top.len(), 2);
        assert_eq!(token.top[0].1, token.bytes);
        assert!(token.top[0].2 >= token.top[1].2);
    }
}

#[tokio::test]
async fn choices_are_scored_over_the_options() {
    let model = model("B");
    let request = |count: usize| ChoiceRequest {
        messages: vec![Message::new(Role::User, "Which?")],
        options: (0..count).map(|index| format!("option {index}")).collect(),
        ..ChoiceRequest::default()
    };
    let scores = model.choose(request(3)).await.unwrap();
    assert_eq!(scores.chosen, 1);
    let mass: f64 = scores.logprobs.iter().map(|logprob| logprob.exp()).sum();
    assert!((mass - 1.0).abs() < 1e-9);
    assert!(scores.logprobs[1] > -0.01);
    for count in [1, 27] {
        let refused = model.choose(request(count)).await;
        assert!(
            matches!(refused, Err(ModelError::InvalidRequest { .. })),
            "{refused:?}"
        );
    }
    eventually("a free slot", || model.free_slots() == 1).await;
}

#[tokio::test]
async fn choices_are_listed_behind_letters() {
    let engine = ScriptedEngine::new(|prompt| {
        let listed = "Which?\n\nA) yes\nB) no\n\nAnswer with one letter.<|im_end|>";
        if prompt.contains(listed) { "A" } else { "B" }.to_owned()
    });
    let model = engine.unwrap().into_model("scripted").unwrap();
    let request = ChoiceRequest {
        messages: vec![Message::new(Role::User, "Which?")],
        options: vec!["yes".to_owned(), "no".to_owned()],
        ..ChoiceRequest::default()
    };
    assert_eq!(model.choose(request).await.unwrap().chosen, 0);
}

#[tokio::test]
async fn wrong_requests_name_the_parameter() {
    let model = model("x");
    let json = OutputFormat::JsonObject;
    for (name, wrong) in [
        ("messages", ChatRequest::default()),
        (
            "max_tokens",
            ChatRequest {
                max_tokens: Some(0),
                ..request("x")
            },
        ),
        (
            "stop",
            ChatRequest {
                stop: vec![String::new()],
                ..request("x")
            },
        ),
        (
            "stop",
            ChatRequest {
                stop: vec!["a".to_owned()],
                output: json,
                ..request("x")
            },
        ),
        (
            "top_logprobs",
            ChatRequest {
                top_logprobs: Some(21),
                ..request("x")
            },
        ),
    ] {
        match model.generate(wrong).await {
            Err(ModelError::InvalidRequest { param, .. }) => {
                assert_eq!(param.as_deref(), Some(name));
            }
            other => panic!("{name}: {other:?}"),
        }
    }
    model.probe().await.unwrap();
    assert_eq!(
        model
            .prompt_tokens(&vec![Message::new(Role::User, "Hi")].into())
            .await,
        Ok(Some(21))
    );
}
