//! `GET /v1/accounting/results/{id}`.

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use tracing::instrument;

use crate::app::App;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::PathText;
use crate::pipeline::PipelineError;
use crate::pipeline::keep::{decision_of, result_id};

/// A kept decision: all that was asked and answered.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ResultRecord {
    /// As in the reply.
    id: String,
    /// When it was made, ISO 8601.
    created_at: String,
    /// `determine`, `process`, `validate`, `reconcile` or `statement`.
    operation: String,
    /// The gateway's version then.
    gateway_version: String,
    /// The model that was there to be asked.
    model: Option<String>,
    /// SHA-256 of the document as JSON without white space, in hexadecimal; of a reconciliation
    /// and of a statement file, of the whole request.
    document_sha256: String,
    /// The request's body.
    request: Value,
    /// The reply.
    reply: Value,
    /// How long it took, in milliseconds.
    duration_ms: f64,
}

/// The whole record of a decision.
#[utoipa::path(get, path = "/v1/accounting/results/{id}", tag = "accounting",
    params(("id" = String, Path, description = "The `id` of a reply")),
    responses(
        (status = 200, description = "All that was asked and answered",
            content_type = "application/json", body = ref("#/components/schemas/ResultRecord")),
        (status = 404, description = "No such result", body = ErrorBody),
        (status = 503, description = "The log cannot be read", body = ErrorBody)))]
#[instrument(skip_all)]
pub(in crate::http) async fn get_result(
    State(app): State<App>,
    PathText(id): PathText,
) -> Result<Json<ResultRecord>, ApiError> {
    let missing = || ApiError::NotFound {
        what: "result",
        id: id.clone(),
    };
    let decision = decision_of(&id).ok_or_else(missing)?;
    let kept = app
        .store
        .find_decision(decision)
        .await
        .map_err(PipelineError::Store)?
        .ok_or_else(missing)?;
    Ok(Json(ResultRecord {
        id: result_id(kept.id),
        created_at: kept.created_at.to_string(),
        operation: kept.operation,
        gateway_version: kept.gateway_version,
        model: kept.model,
        document_sha256: hexadecimal(&kept.document_sha256),
        request: kept.request,
        reply: kept.reply,
        duration_ms: kept.duration_ms,
    }))
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}
