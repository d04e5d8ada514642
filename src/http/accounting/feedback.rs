//! `POST /v1/accounting/feedback`.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use ledgergate_llm::chat::Caller;
use tracing::instrument;

use super::{AccountingBody, idempotency_key};
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
/// accuracy counts.
#[utoipa::path(post, path = "/v1/accounting/feedback", tag = "accounting",
    params(("Idempotency-Key" = Option<String>, Header,
        description = "The same key and body get the first answer again")),
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
        (status = 400, description = "A field is wrong, or contradicts the result or the verdict; \
            `param` is its JSON Pointer", body = ErrorBody),
        (status = 404, description = "No such result", body = ErrorBody),
        (status = 409, description = "The key was used for another body", body = ErrorBody),
        (status = 503, description = "The log cannot be written", body = ErrorBody)))]
#[instrument(skip_all)]
pub(in crate::http) async fn give_feedback(
    State(app): State<App>,
    headers: HeaderMap,
    AccountingBody(body): AccountingBody<FeedbackRequest>,
) -> Result<Response, ApiError> {
    let received = Received {
        body: &body.bytes,
        idempotency_key: idempotency_key(&headers)?,
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
