//! A response as OpenAI's stream of numbered events. An error after the first byte is an `error`
//! event, and then `response.failed`.

use std::convert::Infallible;

use axum::response::Response;
use axum::response::sse::Event;
use futures::stream::StreamExt;
use futures::{Stream, stream};
use ledgergate_llm::chat::{FinishReason, Generation, GenerationEvent};
use ledgergate_llm::error::ModelError;

use super::events::{ResponseEvent, ResponseStreamEvent};
use super::output::Output;
use super::reply::{is_whole, refused};
use super::wire::ResponseBody;
use crate::clock::Environment;
use crate::http::openai::answered::LogSummary;
use crate::http::openai::sse::{self, EndTeller, json};

/// The reply.
pub(super) fn reply(
    generation: Generation,
    response: ResponseBody,
    environment: Environment,
) -> Response {
    let log = LogSummary::new(&response.model, true);
    let (end, slot) = EndTeller::new(log.details.clone());
    let writer = EventWriter {
        output: Output::new(environment.ids.clone()),
        response,
        environment,
        next_number: 0,
        log,
        end,
    };
    sse::reply(events(writer, generation), slot)
}

fn events(
    mut writer: EventWriter,
    generation: Generation,
) -> impl Stream<Item = Result<Event, Infallible>> {
    let first = writer.begun();
    let rest = stream::unfold(Some((writer, generation)), |state| async move {
        let (mut writer, mut generation) = state?;
        match generation.next().await {
            Some(Ok(GenerationEvent::Finished {
                reason,
                usage,
                timings,
            })) => {
                writer.log.add(reason, usage, timings);
                Some((writer.finished(reason), None))
            }
            Some(Ok(event)) => Some((writer.event(event), Some((writer, generation)))),
            Some(Err(error)) => Some((writer.failed(error), None)),
            None => {
                let error = ModelError::Engine {
                    message: "the answer ended without a finish reason".to_owned(),
                };
                Some((writer.failed(error), None))
            }
        }
    });
    stream::iter(first)
        .chain(rest.flat_map(stream::iter))
        .map(Ok)
}

struct EventWriter {
    /// As it was when it began.
    response: ResponseBody,
    output: Output,
    environment: Environment,
    next_number: u64,
    log: LogSummary,
    end: EndTeller,
}

impl EventWriter {
    fn begun(&mut self) -> Vec<Event> {
        let response = || Box::new(self.response.clone());
        let events = vec![
            ResponseEvent::Created {
                response: response(),
            },
            ResponseEvent::InProgress {
                response: response(),
            },
        ];
        self.numbered(events)
    }

    fn event(&mut self, event: GenerationEvent) -> Vec<Event> {
        let events = match event {
            GenerationEvent::Delta { text, logprobs } => self.output.text(text, logprobs),
            GenerationEvent::ToolCallBegun { id, name, .. } => self.output.call(id, name),
            GenerationEvent::ToolCallArguments { text, .. } => self.output.arguments(text),
            // The caller ends the stream at it.
            GenerationEvent::Finished { .. } => Vec::new(),
        };
        self.numbered(events)
    }

    fn finished(mut self, reason: FinishReason) -> Vec<Event> {
        let whole = is_whole(reason);
        let events = self.output.finish(whole);
        let mut events = self.numbered(events);
        let now = self.environment.clock.now().as_second();
        let usage = self.log.usage();
        let (response, output) = self.take();
        let response = Box::new(response.ended(output, reason, usage, now));
        events.extend(self.numbered(vec![if whole {
            ResponseEvent::Completed { response }
        } else {
            ResponseEvent::Incomplete { response }
        }]));
        self.end.tell(std::mem::take(&mut self.log.details));
        events
    }

    fn failed(mut self, error: ModelError) -> Vec<Event> {
        tracing::error!(cause = %error, "a stream failed");
        let error = refused(error);
        let detail = error.body().error;
        let (response, output) = self.take();
        let response = Box::new(response.failed(output, &error));
        let events = self.numbered(vec![
            ResponseEvent::Error {
                code: detail.code,
                message: detail.message,
                param: detail.param,
            },
            ResponseEvent::Failed { response },
        ]);
        self.log.details.error_code = Some(error.log_code());
        self.end.tell(std::mem::take(&mut self.log.details));
        events
    }

    /// The response and its items, for its last event.
    fn take(&mut self) -> (ResponseBody, Vec<super::wire::OutputItem>) {
        let empty = Output::new(self.environment.ids.clone());
        let output = std::mem::replace(&mut self.output, empty);
        (self.response.clone(), output.into_items())
    }

    fn numbered(&mut self, events: Vec<ResponseEvent>) -> Vec<Event> {
        events
            .into_iter()
            .map(|event| {
                let name = event.name();
                let sequence_number = self.next_number;
                self.next_number += 1;
                json(&ResponseStreamEvent {
                    event,
                    sequence_number,
                })
                .event(name)
            })
            .collect()
    }
}
