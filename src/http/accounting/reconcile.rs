//! `POST /v1/accounting/reconcile`.

use axum::Json;
use ledgergate_accounting::reconciliation::{self, Reconciliation, Request};
use tracing::instrument;

use super::AccountingBody;
use crate::http::error::{ApiError, ErrorBody};
use crate::pipeline::request::ReconciliationRequest;

/// Matches bank lines with open items. No model is asked, and nothing is kept.
#[utoipa::path(post, path = "/v1/accounting/reconcile", tag = "accounting",
    request_body(content_type = "application/json", content = Object),
    responses(
        (status = 200, description = "Matches with their entries, what is ambiguous, what is left",
            content_type = "application/json", body = Object),
        (status = 400, description = "A field is wrong; `param` is its JSON Pointer",
            body = ErrorBody)))]
#[instrument(skip_all)]
pub(in crate::http) async fn reconcile(
    AccountingBody(body): AccountingBody<ReconciliationRequest>,
) -> Result<Json<Reconciliation>, ApiError> {
    let request = Request::from_json(&body.value.0).map_err(|error| ApiError::InvalidField {
        param: error.pointer,
        message: error.message,
    })?;
    // Large statements take seconds; the workers that answer other requests stay free.
    let answer = tokio::task::spawn_blocking(move || reconciliation::reconcile(&request));
    let answer = answer.await.map_err(|error| ApiError::internal(&error))?;
    Ok(Json(answer))
}
