//! `POST /v1/accounting/reconcile`.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use tracing::instrument;

use super::{AccountingBody, idempotency_key, sent};
use crate::app::App;
use crate::http::caller::AskedBy;
use crate::http::error::{ApiError, ErrorBody};
use crate::pipeline::keep::Received;
use crate::pipeline::reconcile;
use crate::pipeline::request::ReconciliationRequest;

/// Matches bank lines with open items. No model is asked.
///
/// The answer is kept in the log before it is sent; its `id` reads it back.
#[utoipa::path(post, path = "/v1/accounting/reconcile", tag = "accounting",
    params(("Idempotency-Key" = Option<String>, Header,
        description = "The same key and body get the first answer again")),
    request_body(content_type = "application/json", content = Object),
    responses(
        (status = 200, description = "Matches with their entries, what is ambiguous, what is left",
            content_type = "application/json", body = Object),
        (status = 400, description = "A field is wrong; `param` is its JSON Pointer",
            body = ErrorBody),
        (status = 409, description = "The key was used for another body", body = ErrorBody),
        (status = 503, description = "The log cannot be written", body = ErrorBody)))]
#[instrument(skip_all)]
pub(in crate::http) async fn reconcile(
    State(app): State<App>,
    AskedBy(caller): AskedBy,
    headers: HeaderMap,
    AccountingBody(body): AccountingBody<ReconciliationRequest>,
) -> Result<Response, ApiError> {
    let received = Received {
        body: &body.bytes,
        idempotency_key: idempotency_key(&headers)?,
        caller,
    };
    // Boxed: a ledger and all that was made of it are more than a stack should carry along.
    Ok(sent(
        Box::pin(reconcile::reconcile(&app, &body.value, received)).await?,
    ))
}
