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

/// A model of this name that wants to say `text` with a logit of `confidence`; other bytes are
/// at 0 to 7.
pub(crate) fn named(name: &str, text: &str, confidence: f32) -> Arc<dyn ChatModel> {
    let text = text.to_owned();
    let engine = ScriptedEngine::new(move |_| text.clone())
        .unwrap()
        .with_confidence(confidence);
    Arc::new(engine.into_model(name).unwrap())
}

/// The same, one token in five milliseconds.
pub(crate) fn saying_slowly(text: &str) -> Arc<dyn ChatModel> {
    let text = text.to_owned();
    let engine = ScriptedEngine::new(move |_| text.clone())
        .unwrap()
        .with_delay_per_token(Duration::from_millis(5));
    Arc::new(engine.into_model("scripted").unwrap())
}
