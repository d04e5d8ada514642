//! `POST /v1/accounting/process`.

use axum::extract::State;
use axum::response::Response;
use tracing::instrument;

use super::{AccountingBody, IdempotencyKey, KeptErrors, sent};
use crate::app::App;
use crate::http::caller::AskedBy;
use crate::http::contract::examples;
use crate::http::error::{ApiError, ErrorBody};
use crate::pipeline::keep::Received;
use crate::pipeline::process;
use crate::pipeline::request::AssessmentRequest;

/// Processes a document into an entry: the figures, the balanced entry and the checks.
///
/// The answer is kept in the log before it is sent; its `id` reads it back.
#[utoipa::path(post, path = "/v1/accounting/process", tag = "accounting",
    params(IdempotencyKey),
    request_body(content = ref("#/components/schemas/AssessmentRequest"),
        content_type = "application/json", examples(
            ("invoice" = (summary = "An invoice", value = json!(examples::invoice()))),
            ("text" = (summary = "A receipt's text", value = json!(examples::receipt()))))),
    responses(
        (status = 200, description = "the figures, the balanced entry and the checks, kept under `id`",
            content_type = "application/json", body = ref("#/components/schemas/ProcessReply")),
        (status = 404, description = "No such model", body = ErrorBody),
        KeptErrors))]
#[instrument(skip_all)]
pub(in crate::http) async fn process(
    State(app): State<App>,
    AskedBy(caller): AskedBy,
    IdempotencyKey(idempotency_key): IdempotencyKey,
    AccountingBody(body): AccountingBody<AssessmentRequest>,
) -> Result<Response, ApiError> {
    let received = Received {
        body: &body.bytes,
        idempotency_key,
        caller,
    };
    Ok(sent(process::process(&app, &body.value, received).await?))
}
