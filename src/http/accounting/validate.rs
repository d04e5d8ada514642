//! `POST /v1/accounting/validate`.

use axum::extract::State;
use axum::response::Response;
use tracing::instrument;

use super::{AccountingBody, IdempotencyKey, KeptErrors, sent};
use crate::app::App;
use crate::http::caller::AskedBy;
use crate::http::contract::examples;
use crate::http::error::ApiError;
use crate::pipeline::keep::Received;
use crate::pipeline::request::ValidationRequest;
use crate::pipeline::validate;

/// Checks a document, an entry or a bank statement by rule. No model is asked.
#[utoipa::path(post, path = "/v1/accounting/validate", tag = "accounting",
    params(IdempotencyKey),
    request_body(content = ref("#/components/schemas/ValidationRequest"),
        content_type = "application/json", examples(
            ("entry" = (summary = "An entry", value = json!(examples::entry()))))),
    responses(
        (status = 200, description = "All findings; `valid` if none is an error",
            content_type = "application/json", body = ref("#/components/schemas/ValidateReply")),
        KeptErrors))]
#[instrument(skip_all)]
pub(in crate::http) async fn validate(
    State(app): State<App>,
    AskedBy(caller): AskedBy,
    IdempotencyKey(idempotency_key): IdempotencyKey,
    AccountingBody(body): AccountingBody<ValidationRequest>,
) -> Result<Response, ApiError> {
    let received = Received {
        body: &body.bytes,
        idempotency_key,
        caller,
    };
    // Boxed: a document and all that was made of it are more than a stack should carry along.
    Ok(sent(
        Box::pin(validate::validate(&app, &body.value, received)).await?,
    ))
}
