//! Models that say what a test wants, through the real token layer.

use std::sync::Arc;
use std::time::Duration;

use ledgergate_llm::chat::ChatModel;
use ledgergate_llm::scripted::ScriptedEngine;

/// A model that always wants to say `text`, a byte a token.
pub(crate) fn saying(text: &str) -> Arc<dyn ChatModel> {
    let text = text.to_owned();
    Arc::new(
        ScriptedEngine::new(move |_| text.clone())
            .unwrap()
            .into_model("scripted")
            .unwrap(),
    )
}

/// A model that says what a function makes of its prompt.
pub(crate) fn model_of(
    script: impl Fn(&str) -> String + Send + Sync + 'static,
) -> Arc<dyn ChatModel> {
    let engine = ScriptedEngine::new(script).unwrap();
    Arc::new(engine.into_model("scripted").unwrap())
}

/// A model of this name that wants to say `text` with a logit of `confidence`; other bytes are
/// at 0 to 7.
pub(crate) fn named(name: &str, text: &str, confidence: f32) -> Arc<dyn ChatModel> {
    let text = text.to_owned();
    let engine = ScriptedEngine::new(move |_| text.clone())
        .unwrap()
        .with_confidence(confidence);
    Arc::new(engine.into_model(name).unwrap())
}

/// The same as [`saying`], one token in five milliseconds.
pub(crate) fn saying_slowly(text: &str) -> Arc<dyn ChatModel> {
    let text = text.to_owned();
    let engine = ScriptedEngine::new(move |_| text.clone())
        .unwrap()
        .with_delay_per_token(Duration::from_millis(5));
    Arc::new(engine.into_model("scripted").unwrap())
}
