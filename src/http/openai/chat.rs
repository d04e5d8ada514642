//! `POST /v1/chat/completions`.

pub(super) mod body;
mod completion;
mod form;
mod messages;
mod request;
mod stream;
pub(super) mod tools;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use tracing::instrument;

use super::answering;
use super::begun::begun;
use super::generations::{complete_all, start_all};
use super::wire::ChatCompletion;
use crate::app::App;
use crate::http::caller::AskedBy;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::JsonBody;
use body::ChatCompletionRequest;

/// Answers a chat, whole or as a stream of server-sent events.
#[utoipa::path(post, path = "/v1/chat/completions", tag = "openai",
    request_body(content = ChatCompletionRequest, example = json!({
        "model": "smollm2-135m",
        "messages": [{"role": "user", "content": "What is double-entry bookkeeping?"}],
        "max_tokens": 64})),
    responses(
        (status = 200, description = "The answer; with `stream`, chunks as server-sent events \
            that end in `[DONE]`", body = ChatCompletion),
        (status = 400, description = "A field is wrong; `param` names it", body = ErrorBody),
        (status = 404, description = "No such model", body = ErrorBody),
        (status = 429, description = "Too many requests wait; see Retry-After", body = ErrorBody),
        (status = 502, description = "The model failed, or its answers did not validate",
            body = ErrorBody),
        (status = 504, description = "Out of time", body = ErrorBody)))]
#[instrument(skip_all, fields(model, stream))]
pub(in crate::http) async fn create_chat_completion(
    State(app): State<App>,
    AskedBy(caller): AskedBy,
    body: JsonBody<ChatCompletionRequest>,
) -> Result<Response, ApiError> {
    let deadline = answering::deadline(&app);
    let mut request = body.value.parse(deadline)?;
    request.generation.caller = caller;
    let (model, identity) = answering::begin(&app, &request.model, request.stream, |id| {
        format!("chatcmpl-{id}")
    })?;
    let repair = request.repair.unwrap_or(app.structured_output.repair);
    let generations = start_all(&model, &request.generation, request.n, repair).await?;
    if request.stream {
        let generations = begun(generations).await?;
        return Ok(stream::reply(identity, generations, request.include_usage));
    }
    let answers = complete_all(generations).await?;
    Ok(completion::reply(identity, answers).into_response())
}
