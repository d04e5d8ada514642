//! `POST /v1/responses`, stateless: each request brings its whole conversation, and nothing is
//! stored to be got, gone on with or deleted later.

mod body;
pub mod events;
mod input;
mod items;
mod output;
mod refusals;
mod reply;
mod request;
mod stream;
mod tools;
mod whole;
pub mod wire;

use axum::extract::State;
use axum::response::Response;
use tracing::instrument;

use super::answering;
use super::begun::begun_one;
use super::generations::start;
use crate::app::App;
use crate::http::caller::AskedBy;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::{JsonBody, PathText};
use body::ResponseRequest;
use events::ResponseStreamEvent;
use wire::ResponseBody;

/// Answers a conversation, whole or as a stream of server-sent events.
#[utoipa::path(post, path = "/v1/responses", tag = "openai",
    request_body(content = ResponseRequest, example = json!({
        "model": "smollm2-135m",
        "instructions": "You are an accountant.",
        "input": "What is a credit note?",
        "max_output_tokens": 64})),
    responses(
        (status = 200, description = "The response; with `stream`, numbered events", content(
            (ResponseBody = "application/json"),
            (ResponseStreamEvent = "text/event-stream"))),
        (status = 400, description = "A field is wrong; `param` names it", body = ErrorBody),
        (status = 404, description = "No such model", body = ErrorBody),
        (status = 429, description = "Too many requests wait; see Retry-After", body = ErrorBody),
        (status = 502, description = "The model failed, or its answers did not validate",
            body = ErrorBody),
        (status = 504, description = "Out of time", body = ErrorBody)))]
#[instrument(skip_all, fields(model, stream))]
pub(in crate::http) async fn create_response(
    State(app): State<App>,
    AskedBy(caller): AskedBy,
    body: JsonBody<ResponseRequest>,
) -> Result<Response, ApiError> {
    let deadline = answering::deadline(&app);
    let mut request = body.value.parse(deadline)?;
    request.generation.caller = caller;
    let (model, identity) = answering::begin(&app, &request.model, request.stream, |id| {
        format!("resp_{id}")
    })?;
    let repair = request.repair.unwrap_or(app.structured_output.repair);
    let started = start(&model, request.generation, repair).await;
    let mut generation = started.map_err(reply::refused)?;
    let response = reply::begun(&identity, request.echo);
    if request.stream {
        generation = begun_one(generation).await.map_err(reply::refused)?;
        return Ok(stream::reply(generation, response, app.environment));
    }
    whole::reply(generation, response, &app.environment).await
}

/// No response is stored.
#[utoipa::path(get, path = "/v1/responses/{id}", tag = "openai",
    params(("id" = String, Path, description = "Any")),
    responses((status = 404, description = "Responses are not stored", body = ErrorBody)))]
pub(in crate::http) async fn retrieve_response(PathText(id): PathText) -> ApiError {
    ApiError::NotStored { id }
}

/// No response is stored.
#[utoipa::path(delete, path = "/v1/responses/{id}", tag = "openai",
    params(("id" = String, Path, description = "Any")),
    responses((status = 404, description = "Responses are not stored", body = ErrorBody)))]
pub(in crate::http) async fn delete_response(PathText(id): PathText) -> ApiError {
    ApiError::NotStored { id }
}
