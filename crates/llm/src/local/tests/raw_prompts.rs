//! Prompts without a template, and how likely the model finds them.

use super::*;
use crate::chat::{PromptScoreRequest, PromptToken};

fn text(prompt: &str) -> ChatRequest {
    ChatRequest {
        prompt: Prompt::Text(prompt.to_owned()),
        ..ChatRequest::default()
    }
}

async fn scores(model: &ScriptedModel, prompt: Prompt) -> Result<Vec<PromptToken>, ModelError> {
    let request = PromptScoreRequest {
        prompt,
        top_logprobs: 2,
        ..PromptScoreRequest::default()
    };
    Ok(model.score_prompt(request).await?.tokens)
}

fn param(refused: Result<impl std::fmt::Debug, ModelError>) -> Option<String> {
    match refused {
        Err(ModelError::InvalidRequest { param, .. }) => param,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_text_is_gone_on_with_as_it_is() {
    let engine = ScriptedEngine::new(|prompt| format!("[{prompt}]")).unwrap();
    let model = engine.into_model("scripted").unwrap();
    let answer = complete(&model, text("Hi <|im_end|>")).await;
    assert_eq!(answer.text, "[Hi <|im_end|>]");
    assert_eq!(answer.usage.prompt_tokens, 13);
    let tokens = ChatRequest {
        prompt: Prompt::Tokens(vec![72, 105]),
        ..ChatRequest::default()
    };
    assert_eq!(complete(&model, tokens).await.text, "[Hi]");
}

#[tokio::test]
async fn a_prompt_is_scored_token_by_token() {
    // After "a" the engine wants to say "bc" and then to end.
    let model = model("bc");
    let scored = scores(&model, Prompt::Text("abé".to_owned()))
        .await
        .unwrap();
    let bytes: Vec<u8> = scored
        .iter()
        .flat_map(|token| token.bytes.clone())
        .collect();
    assert_eq!(bytes, "abé".as_bytes());
    assert_eq!((scored[0].logprob, scored[0].top.len()), (None, 0));
    assert!(scored[1].logprob.unwrap() > -0.01, "{scored:?}");
    assert_eq!(scored[1].top[0].0, "b");
    // The third is no "c", which the engine wanted.
    assert!(scored[2].logprob.unwrap() < -10.0, "{scored:?}");
    assert_eq!(scored[2].top[0].0, "c");
    assert_eq!(scored[2].top.len(), 2);
    eventually("a free slot", || model.free_slots() == 1).await;
}

#[tokio::test]
async fn one_token_has_nothing_before_it() {
    let model = model("x");
    let scored = scores(&model, Prompt::Tokens(vec![65])).await.unwrap();
    assert_eq!(scored.len(), 1);
    assert_eq!((scored[0].token.as_str(), scored[0].logprob), ("A", None));
}

#[tokio::test]
async fn tokens_that_are_none_are_refused() {
    let model = model("x");
    for ids in [vec![65, 9_999], vec![]] {
        let prompt = Prompt::Tokens(ids);
        assert_eq!(
            param(scores(&model, prompt.clone()).await).as_deref(),
            Some("prompt")
        );
        assert_eq!(
            param(model.prompt_tokens(&prompt).await).as_deref(),
            Some("prompt")
        );
        let request = ChatRequest {
            prompt,
            ..ChatRequest::default()
        };
        assert_eq!(
            param(model.generate(request).await).as_deref(),
            Some("prompt")
        );
    }
    let end = model.tokenizer.end_tokens()[0];
    let inside = scores(&model, Prompt::Tokens(vec![65, end, 66])).await;
    assert_eq!(param(inside).as_deref(), Some("prompt"));
    assert!(scores(&model, Prompt::Tokens(vec![65, end])).await.is_ok());
    let conversation = scores(&model, Prompt::default()).await;
    assert_eq!(param(conversation).as_deref(), Some("messages"));
}

#[tokio::test]
async fn a_prompt_beyond_the_context_has_no_score() {
    let engine = ScriptedEngine::new(|_| String::new()).unwrap();
    let model = engine.with_context_tokens(8).into_model("m").unwrap();
    assert!(
        scores(&model, Prompt::Text("12345678".to_owned()))
            .await
            .is_ok()
    );
    match scores(&model, Prompt::Text("123456789".to_owned())).await {
        Err(ModelError::ContextLengthExceeded {
            prompt_tokens: 9, ..
        }) => {}
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn tokens_are_told_as_text() {
    let model = model("x");
    let end = model.tokenizer.end_tokens()[0];
    let spelled = model.tokenizer.control_text(end).unwrap().to_owned();
    let told = model.prompt_text(&Prompt::Tokens(vec![72, 105, end])).await;
    assert_eq!(told, Ok(Some(format!("Hi{spelled}"))));
}

#[tokio::test]
async fn scoring_keeps_the_deadline() {
    let engine = ScriptedEngine::new(|_| String::new())
        .unwrap()
        .with_delay_per_token(Duration::from_millis(20));
    let model = engine.into_model("scripted").unwrap();
    let request = PromptScoreRequest {
        prompt: Prompt::Text("x".repeat(500)),
        deadline: Some(Instant::now() + Duration::from_millis(60)),
        ..PromptScoreRequest::default()
    };
    let refused = model.score_prompt(request).await;
    assert_eq!(refused, Err(ModelError::DeadlineExceeded));
    eventually("a free slot", || model.free_slots() == 1).await;
}
