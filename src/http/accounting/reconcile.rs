//! `POST /v1/accounting/reconcile`.

use axum::extract::State;
use axum::response::Response;
use tracing::instrument;

use super::{AccountingBody, IdempotencyKey, KeptErrors, sent};
use crate::app::App;
use crate::http::caller::AskedBy;
use crate::http::contract::examples;
use crate::http::error::{ApiError, ErrorBody};
use crate::pipeline::keep::Received;
use crate::pipeline::reconcile;
use crate::pipeline::request::ReconciliationRequest;

/// Matches bank lines with open items: by rule, and where no rule can read a line's free text by
/// asking a model which of the items that fit it means.
///
/// The answer is kept in the log before it is sent; its `id` reads it back.
#[utoipa::path(post, path = "/v1/accounting/reconcile", tag = "accounting",
    params(IdempotencyKey),
    request_body(content = ref("#/components/schemas/ReconciliationRequest"),
        content_type = "application/json", examples(
            ("statement" = (summary = "Two lines, three open items",
                value = json!(examples::ledger()))))),
    responses(
        (status = 200, description = "Matches with their entries, what is ambiguous and what is left, kept under `id`",
            content_type = "application/json", body = ref("#/components/schemas/ReconcileReply"),
            examples(("statement" = (summary = "One match, one line with two equally good answers",
                value = json!(examples::reconciled()))))),
        (status = 404, description = "No such model", body = ErrorBody),
        KeptErrors))]
#[instrument(skip_all)]
pub(in crate::http) async fn reconcile(
    State(app): State<App>,
    AskedBy(caller): AskedBy,
    IdempotencyKey(idempotency_key): IdempotencyKey,
    AccountingBody(body): AccountingBody<ReconciliationRequest>,
) -> Result<Response, ApiError> {
    let received = Received {
        body: &body.bytes,
        idempotency_key,
        caller,
    };
    // Boxed: a ledger and all that was made of it are more than a stack should carry along.
    Ok(sent(
        Box::pin(reconcile::reconcile(&app, body.value, received)).await?,
    ))
}
