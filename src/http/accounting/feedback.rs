//! `POST /v1/accounting/feedback`.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use ledgergate_llm::chat::Caller;
use tracing::instrument;

use super::{AccountingBody, IdempotencyKey, KeptErrors};
use crate::app::App;
use crate::http::contract::examples;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::observe::Observed;
use crate::pipeline::feedback;
use crate::pipeline::keep::Received;
use crate::pipeline::request::FeedbackRequest;
use crate::store::request_log::RequestDetails;

/// Says whether a result was right, and if not, what it should have been.
///
/// Nothing is overwritten: the newest feedback on a result is its label, which the report of
/// accuracy counts. What contradicts the result or the verdict is refused.
#[utoipa::path(post, path = "/v1/accounting/feedback", tag = "accounting",
    params(IdempotencyKey),
    request_body(content = ref("#/components/schemas/FeedbackRequest"),
        content_type = "application/json", examples(
            ("correct" = (summary = "Nothing was wrong", value = json!(examples::agreement()))),
            ("corrected" = (summary = "Another action and account",
                value = json!(examples::correction()))),
            ("rejected" = (summary = "Wrong, and what is right is not said",
                value = json!(examples::rejection()))))),
    responses(
        (status = 200, description = "The feedback as it was kept, with the result's new label",
            content_type = "application/json", body = ref("#/components/schemas/FeedbackReply")),
        (status = 404, description = "No such result", body = ErrorBody),
        KeptErrors))]
#[instrument(skip_all)]
pub(in crate::http) async fn give_feedback(
    State(app): State<App>,
    IdempotencyKey(idempotency_key): IdempotencyKey,
    AccountingBody(body): AccountingBody<FeedbackRequest>,
) -> Result<Response, ApiError> {
    let received = Received {
        body: &body.bytes,
        idempotency_key,
        // No model is asked, so nothing waits in a queue.
        caller: Caller::default(),
    };
    let given = Box::pin(feedback::give(&app, &body.value, received)).await?;
    let details = RequestDetails {
        decision_id: Some(given.decision),
        ..RequestDetails::default()
    };
    Ok((axum::Extension(Observed(details)), Json(given.reply)).into_response())
}
