//! `POST /v1/completions`: texts that the model goes on with, without a chat template.

pub(super) mod body;
mod logprobs;
mod prompts;
mod request;
mod stream;
mod whole;
pub mod wire;

use axum::extract::State;
use axum::response::Response;
use tracing::instrument;

use super::answering;
use crate::app::App;
use crate::http::caller::AskedBy;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::JsonBody;
use body::CompletionRequest;
use wire::{TextCompletion, TextCompletionChunk};

/// Goes on with texts, whole or as a stream of server-sent events.
#[utoipa::path(post, path = "/v1/completions", tag = "openai",
    request_body(content = CompletionRequest, example = json!({
        "model": "smollm2-135m",
        "prompt": "Double-entry bookkeeping means that",
        "max_tokens": 32})),
    responses(
        (status = 200, description = "The answers; with `stream`, chunks that end in `[DONE]`",
            content(
                (TextCompletion = "application/json"),
                (TextCompletionChunk = "text/event-stream"))),
        (status = 400, description = "A field is wrong; `param` names it", body = ErrorBody),
        (status = 404, description = "No such model", body = ErrorBody),
        (status = 429, description = "Too many requests wait; see Retry-After", body = ErrorBody),
        (status = 502, description = "The model failed", body = ErrorBody),
        (status = 504, description = "Out of time", body = ErrorBody)))]
#[instrument(skip_all, fields(model, stream))]
pub(in crate::http) async fn create_completion(
    State(app): State<App>,
    AskedBy(caller): AskedBy,
    body: JsonBody<CompletionRequest>,
) -> Result<Response, ApiError> {
    let deadline = answering::deadline(&app);
    let mut request = body.value.parse(deadline)?;
    request.generation.caller = caller;
    let (model, identity) = answering::begin(&app, &request.model, request.stream, |id| {
        format!("cmpl-{id}")
    })?;
    prompts::check(&*model, &request).await?;
    if request.stream {
        return stream::reply(model, request, identity).await;
    }
    whole::reply(&model, &request, identity).await
}
