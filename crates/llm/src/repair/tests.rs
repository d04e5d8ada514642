//! Repair over scripted models.

use std::sync::Mutex;

use async_trait::async_trait;
use serde_json::json;

use super::*;
use crate::chat::{ChoiceRequest, ChoiceScores, ModelInfo, Sampling};
use crate::scripted::ScriptedEngine;

/// A model that takes every schema for a wish, gives these answers in turn, and keeps what it was
/// asked.
struct Wishful {
    info: ModelInfo,
    answers: Vec<(&'static str, FinishReason)>,
    asked: Mutex<Vec<ChatRequest>>,
}

fn wishful(answers: &[(&'static str, FinishReason)]) -> Arc<Wishful> {
    Arc::new(Wishful {
        info: ModelInfo {
            id: "wishful".to_owned(),
            created: 0,
            owned_by: "tests".to_owned(),
            context_tokens: 1_000,
            max_prompt_tokens: None,
            fingerprint: String::new(),
        },
        answers: answers.to_vec(),
        asked: Mutex::default(),
    })
}

#[async_trait]
impl ChatModel for Wishful {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    async fn generate(&self, request: ChatRequest) -> Result<Generation, ModelError> {
        let mut asked = self.asked.lock().unwrap();
        let (text, reason) = self.answers[asked.len()];
        asked.push(request);
        Ok(Generation::new(stream::iter(vec![
            Ok(GenerationEvent::Delta {
                text: text.to_owned(),
                logprobs: Vec::new(),
            }),
            Ok(GenerationEvent::Finished {
                reason,
                usage: Usage {
                    prompt_tokens: 10,
                    repair_prompt_tokens: 0,
                    completion_tokens: 3,
                },
                timings: GenerationTimings::default(),
            }),
        ])))
    }

    async fn choose(&self, _request: ChoiceRequest) -> Result<ChoiceScores, ModelError> {
        unreachable!("nobody asks for a choice")
    }

    async fn probe(&self) -> Result<(), ModelError> {
        Ok(())
    }
}

fn asking_for(schema: serde_json::Value) -> ChatRequest {
    ChatRequest {
        prompt: vec![Message::new(Role::User, "x")].into(),
        sampling: Sampling {
            seed: Some(40),
            ..Sampling::default()
        },
        output: OutputFormat::JsonSchema(schema),
        ..ChatRequest::default()
    }
}

#[tokio::test]
async fn a_wrong_answer_is_asked_for_again_with_its_errors() {
    let stop = FinishReason::Stop;
    let model = wishful(&[("[1,1]", stop), ("no", stop), ("[1,2]", stop)]);
    let request = asking_for(json!({"type": "array", "uniqueItems": true}));
    let mut generation = generate(model.clone(), request).await.unwrap();
    let mut events = Vec::new();
    while let Some(event) = generation.next().await {
        events.push(event.unwrap());
    }
    assert_eq!(
        events[0],
        GenerationEvent::Delta {
            text: "[1,2]".to_owned(),
            logprobs: Vec::new()
        }
    );
    match &events[1] {
        GenerationEvent::Finished { usage, .. } => {
            assert_eq!(
                (
                    usage.prompt_tokens,
                    usage.repair_prompt_tokens,
                    usage.completion_tokens
                ),
                (10, 20, 9)
            );
        }
        other => panic!("{other:?}"),
    }
    let asked = model.asked.lock().unwrap();
    let seeds: Vec<_> = asked.iter().map(|request| request.sampling.seed).collect();
    assert_eq!(seeds, [Some(40), Some(41), Some(42)]);
    let Prompt::Conversation(messages) = &asked[1].prompt else {
        panic!("{:?}", asked[1].prompt);
    };
    assert_eq!(
        (messages[1].role, messages[1].content.as_str()),
        (Role::Assistant, "[1,1]")
    );
    assert!(messages[2].content.contains("unique"), "{messages:?}");
    // Errors do not pile up.
    let Prompt::Conversation(messages) = &asked[2].prompt else {
        panic!("{:?}", asked[2].prompt);
    };
    assert_eq!(messages.len(), 3);
}

/// Neither the wrong answer with its errors nor the errors alone fit into the longest prompt that
/// the model takes, so it is asked the same again.
#[tokio::test]
async fn a_correction_that_is_too_long_for_the_model_is_left_out() {
    let asked = Arc::new(Mutex::new(0));
    let counter = Arc::clone(&asked);
    let engine = ScriptedEngine::new(move |prompt| {
        assert!(!prompt.contains("does not validate"), "{prompt}");
        let mut asked = counter.lock().unwrap();
        *asked += 1;
        if *asked == 1 { "[1,1]" } else { "[1,2]" }.to_owned()
    });
    let engine = engine.unwrap().with_max_prompt_tokens(100);
    let model = Arc::new(engine.into_model("scripted").unwrap());
    let schema = json!({"type": "array", "items": {"type": "integer"}, "uniqueItems": true});
    let answer = generate(model, asking_for(schema)).await.unwrap();
    assert_eq!(answer.complete().await.unwrap().text, "[1,2]");
    assert_eq!(*asked.lock().unwrap(), 2);
}

#[tokio::test]
async fn after_three_wrong_answers_the_error_says_what_is_wrong_and_not_the_text() {
    let stop = FinishReason::Stop;
    let model = wishful(&[
        ("\"secret\"", stop),
        ("\"secret\"", stop),
        ("\"secret\"", stop),
    ]);
    let outcome = generate(model, asking_for(json!({"type": "integer"}))).await;
    match outcome.unwrap().complete().await {
        Err(ModelError::AnswerInvalid { attempts, message }) => {
            assert_eq!(attempts, 3);
            assert!(
                message.contains("integer") && !message.contains("secret"),
                "{message}"
            );
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_cut_off_answer_is_length_and_not_repaired() {
    let model = wishful(&[("[1,", FinishReason::Length)]);
    let answer = generate(model.clone(), asking_for(json!({"uniqueItems": true})))
        .await
        .unwrap()
        .complete()
        .await
        .unwrap();
    assert_eq!(
        (answer.text.as_str(), answer.reason),
        ("[1,", FinishReason::Length)
    );
    assert_eq!(model.asked.lock().unwrap().len(), 1);
}

fn saying(text: &'static str) -> Arc<dyn ChatModel> {
    let engine = ScriptedEngine::new(move |_| text.to_owned()).unwrap();
    Arc::new(engine.into_model("scripted").unwrap())
}

#[tokio::test]
async fn what_the_grammar_can_enforce_of_a_schema_it_enforces() {
    let schema = json!({"type": "object", "properties": {
        "a": {"type": "array", "items": {"type": "integer"}, "uniqueItems": true},
        "b": {"oneOf": [{"type": "integer", "maximum": 9}, {"type": "integer", "minimum": 5}]},
        "c": {"type": "string", "pattern": "^(?!x)[a-z]$"}},
        "required": ["a", "b", "c"], "additionalProperties": false});
    let says = r#"{"a":[1,2],"b":3,"c":"y"}"#;
    let outcome = saying(says).generate(asking_for(schema.clone())).await;
    assert!(matches!(outcome, Err(ModelError::UnsupportedSchema { .. })));
    let answer = generate(saying(says), asking_for(schema.clone()))
        .await
        .unwrap();
    assert_eq!(answer.complete().await.unwrap().text, says);
    // The parts that are enforced hold for a model that wants something else, in any draft.
    let lists = [
        json!({"type": "object", "required": ["a"], "additionalProperties": false, "properties":
            {"a": {"type": "array", "items": {"type": "integer"}, "uniqueItems": true}}}),
        json!({"$schema": "http://json-schema.org/draft-07/schema#", "type": "object",
            "required": ["a"], "additionalProperties": false, "properties":
            {"a": {"type": "array", "items": [{"type": "integer"}], "additionalItems": false,
                "uniqueItems": true}}}),
    ];
    for schema in lists {
        let outcome = generate(saying("[\"a\"]"), asking_for(schema)).await;
        let answer = outcome.unwrap().complete().await.unwrap();
        assert!(answer.text.starts_with("{\"a\":["), "{answer:?}");
    }
}

#[tokio::test]
async fn what_no_validator_can_be_made_of_is_refused_with_its_field() {
    for schema in [
        json!({"$ref": "https://example.com/a.json"}),
        json!({"type": 3}),
        json!({"not": {}, "format": "color"}),
        json!(false),
    ] {
        let request = ChatRequest {
            output_field: Some("guided_json"),
            ..asking_for(schema.clone())
        };
        match generate(saying("x"), request).await {
            Err(ModelError::UnsupportedSchema { field, .. }) => {
                assert_eq!(field.as_deref(), Some("guided_json"), "{schema}");
            }
            other => panic!("{schema}: {other:?}"),
        }
    }
}
