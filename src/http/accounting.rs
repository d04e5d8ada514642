//! The accounting endpoints. Each handler takes a body, calls the pipeline and sends what was
//! kept.

pub mod determine;
pub mod process;
pub mod results;
pub mod schemas;
pub mod validate;

use axum::Json;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};

use super::error::ApiError;
use super::observe::Observed;
use crate::pipeline::keep::Kept;
use crate::store::request_log::RequestDetails;

/// The `Idempotency-Key` header: 1 to 255 visible characters.
fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let wrong = || ApiError::invalid("Idempotency-Key", "must be 1 to 255 visible characters");
    let text = value.to_str().map_err(|_| wrong())?;
    if text.is_empty() || text.len() > 255 {
        return Err(wrong());
    }
    Ok(Some(text.to_owned()))
}

fn sent(kept: Kept) -> Response {
    let details = RequestDetails {
        decision_id: Some(kept.decision),
        model: kept
            .reply
            .get("model")
            .and_then(|model| model.as_str())
            .map(str::to_owned),
        ..RequestDetails::default()
    };
    (axum::Extension(Observed(details)), Json(kept.reply)).into_response()
}
