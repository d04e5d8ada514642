//! `POST /v1/accounting/statements`.

use axum::extract::State;
use axum::response::Response;
use tracing::instrument;

use super::{AccountingBody, IdempotencyKey, KeptErrors, sent};
use crate::app::App;
use crate::http::caller::AskedBy;
use crate::http::contract::examples;
use crate::http::error::{ApiError, ErrorBody};
use crate::pipeline::keep::Received;
use crate::pipeline::request::StatementsRequest;
use crate::pipeline::statements;

/// Reads a bank statement file (MT940, camt.053, OFX, CSV) into the bank lines that `reconcile`
/// takes, and checks its balances. No model is asked. A wrong record of the file is refused, and
/// named by its line or element in the message.
///
/// The answer is kept in the log before it is sent; its `id` reads it back.
#[utoipa::path(post, path = "/v1/accounting/statements", tag = "accounting",
    params(IdempotencyKey),
    request_body(content = ref("#/components/schemas/StatementsRequest"),
        content_type = "application/json", examples(
            ("mt940" = (summary = "An MT940 file", value = json!(examples::mt940()))),
            ("csv" = (summary = "A CSV file with its mapping", value = json!(examples::csv()))))),
    responses(
        (status = 200, description = "The statements with their lines and balances; `valid` if no finding is an error",
            content_type = "application/json", body = ref("#/components/schemas/StatementsReply")),
        (status = 413, description = "The body is too large", body = ErrorBody),
        KeptErrors))]
#[instrument(skip_all)]
pub(in crate::http) async fn read_statements(
    State(app): State<App>,
    AskedBy(caller): AskedBy,
    IdempotencyKey(idempotency_key): IdempotencyKey,
    AccountingBody(body): AccountingBody<StatementsRequest>,
) -> Result<Response, ApiError> {
    let received = Received {
        body: &body.bytes,
        idempotency_key,
        caller,
    };
    // Boxed: a file and all that was made of it are more than a stack should carry along.
    Ok(sent(
        Box::pin(statements::read(&app, body.value, received)).await?,
    ))
}
