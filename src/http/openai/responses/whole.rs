//! A whole response.

use axum::Json;
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use ledgergate_llm::chat::{Generation, GenerationEvent};
use ledgergate_llm::error::ModelError;

use super::output::Output;
use super::reply::{is_whole, refused};
use super::wire::ResponseBody;
use crate::clock::Environment;
use crate::http::error::ApiError;
use crate::http::observe::Observed;
use crate::http::openai::answered::LogSummary;

/// Waits for the whole answer.
pub(super) async fn reply(
    mut generation: Generation,
    response: ResponseBody,
    environment: &Environment,
) -> Result<Response, ApiError> {
    let mut output = Output::new(environment.ids.clone());
    while let Some(event) = generation.next().await {
        match event.map_err(refused)? {
            GenerationEvent::Delta { text, logprobs } => {
                output.text(text, logprobs);
            }
            GenerationEvent::ToolCallBegun { id, name, .. } => {
                output.call(id, name);
            }
            GenerationEvent::ToolCallArguments { text, .. } => {
                output.arguments(text);
            }
            GenerationEvent::Finished {
                reason,
                usage,
                timings,
            } => {
                output.finish(is_whole(reason));
                let mut log = LogSummary::new(&response.model, false);
                log.add(reason, usage, timings);
                let now = environment.clock.now().as_second();
                let body = response.ended(output.into_items(), reason, log.usage(), now);
                return Ok((axum::Extension(Observed(log.details)), Json(body)).into_response());
            }
        }
    }
    Err(refused(ModelError::Engine {
        message: "the answer ended without a finish reason".to_owned(),
    }))
}
