//! How a request for an answer begins: until when, which model, and under which name.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ledgergate_llm::chat::ChatModel;

use super::answered::Identity;
use crate::app::App;
use crate::http::error::ApiError;

/// When a request that has come now is out of time.
pub(super) fn deadline(app: &App) -> Instant {
    Instant::now() + Duration::from_secs(app.limits.request_timeout_seconds)
}

/// The model that answers, and what every piece of its reply has in common. `id` makes the
/// reply's id of a UUID in hexadecimal.
///
/// # Errors
/// [`ApiError::UnknownModel`].
pub(super) fn begin(
    app: &App,
    model: &str,
    streamed: bool,
    id: impl FnOnce(String) -> String,
) -> Result<(Arc<dyn ChatModel>, Identity), ApiError> {
    let model = app.models.resolve(model)?;
    let info = model.info();
    tracing::Span::current()
        .record("model", info.id.as_str())
        .record("stream", streamed);
    let identity = Identity {
        id: id(app.environment.ids.next_id().simple().to_string()),
        created: app.environment.clock.now().as_second(),
        model: info.id.clone(),
        fingerprint: info.fingerprint.clone(),
    };
    Ok((model, identity))
}
