//! An answer as OpenAI's stream: a role chunk first, then deltas, a chunk with the reason, the
//! usage if asked for, and `[DONE]`. An error after the first byte is an `error` event.

use std::convert::Infallible;

use axum::response::Response;
use axum::response::sse::Event;
use futures::stream::{SelectAll, StreamExt};
use futures::{Stream, stream};
use ledgergate_llm::chat::{Generation, GenerationEvent};
use ledgergate_llm::error::ModelError;

use crate::http::error::ApiError;
use crate::http::openai::answered::{Identity, LogSummary, logprobs_body, reason_name};
use crate::http::openai::sse::{self, EndTeller, json};
use crate::http::openai::wire::{
    ChatCompletionChunk, ChunkChoice, ChunkUsage, Delta, FunctionDelta, ToolCallDelta,
};

/// Events of all answers, each with its answer's index.
type Events = SelectAll<stream::BoxStream<'static, (u32, Result<GenerationEvent, ModelError>)>>;

/// The reply.
pub(super) fn reply(
    identity: Identity,
    generations: Vec<Generation>,
    include_usage: bool,
) -> Response {
    let log = LogSummary::new(&identity.model, true);
    let (end, slot) = EndTeller::new(log.details.clone());
    let writer = ChunkWriter {
        identity,
        include_usage,
        log,
        end,
    };
    let answers = u32::try_from(generations.len()).unwrap_or(u32::MAX);
    let events: Events = stream::select_all(
        (0_u32..)
            .zip(generations)
            .map(|(index, generation)| generation.map(move |event| (index, event)).boxed()),
    );
    sse::reply(chunks(writer, events, answers), slot)
}

fn chunks(
    writer: ChunkWriter,
    events: Events,
    answers: u32,
) -> impl Stream<Item = Result<Event, Infallible>> {
    let first: Vec<Event> = (0..answers).map(|index| writer.role(index)).collect();
    let rest = stream::unfold(Some((writer, events)), |state| async move {
        let (mut writer, mut events) = state?;
        match events.next().await {
            Some((index, Ok(event))) => Some((writer.event(index, event), Some((writer, events)))),
            Some((_, Err(error))) => Some((writer.failed(error), None)),
            None => Some((writer.finished(), None)),
        }
    });
    stream::iter(first)
        .chain(rest.flat_map(stream::iter))
        .map(Ok)
}

struct ChunkWriter {
    identity: Identity,
    include_usage: bool,
    log: LogSummary,
    end: EndTeller,
}

impl ChunkWriter {
    fn role(&self, index: u32) -> Event {
        let delta = Delta {
            role: Some("assistant"),
            content: Some(String::new()),
            ..Delta::default()
        };
        self.choice(ChunkChoice {
            index,
            delta,
            logprobs: None,
            finish_reason: None,
        })
    }

    fn event(&mut self, index: u32, event: GenerationEvent) -> Vec<Event> {
        let choice = match event {
            GenerationEvent::Delta { text, logprobs } => ChunkChoice {
                index,
                delta: Delta {
                    content: Some(text),
                    ..Delta::default()
                },
                logprobs: logprobs_body(logprobs),
                finish_reason: None,
            },
            GenerationEvent::ToolCallBegun {
                index: call,
                id,
                name,
            } => called(
                index,
                ToolCallDelta {
                    index: call,
                    id: Some(id),
                    r#type: Some("function"),
                    function: FunctionDelta {
                        name: Some(name),
                        arguments: String::new(),
                    },
                },
            ),
            GenerationEvent::ToolCallArguments { index: call, text } => called(
                index,
                ToolCallDelta {
                    index: call,
                    id: None,
                    r#type: None,
                    function: FunctionDelta {
                        name: None,
                        arguments: text,
                    },
                },
            ),
            GenerationEvent::Finished {
                reason,
                usage,
                timings,
            } => {
                self.log.add(reason, usage, timings);
                ChunkChoice {
                    index,
                    delta: Delta::default(),
                    logprobs: None,
                    finish_reason: Some(reason_name(reason)),
                }
            }
        };
        vec![self.choice(choice)]
    }

    fn finished(mut self) -> Vec<Event> {
        let mut events = Vec::new();
        if self.include_usage {
            let usage = ChunkUsage::Known(self.log.usage());
            events.push(json(&self.chunk(Vec::new(), usage)));
        }
        events.push(Event::default().data("[DONE]"));
        self.tell();
        events
    }

    fn failed(mut self, error: ModelError) -> Vec<Event> {
        tracing::error!(cause = %error, "a stream failed");
        let error = ApiError::Model(error);
        self.log.details.error_code = Some(error.log_code());
        self.tell();
        vec![json(&error.body()).event("error")]
    }

    fn tell(&mut self) {
        self.end.tell(std::mem::take(&mut self.log.details));
    }

    fn choice(&self, choice: ChunkChoice) -> Event {
        let usage = if self.include_usage {
            ChunkUsage::Pending
        } else {
            ChunkUsage::LeftOut
        };
        json(&self.chunk(vec![choice], usage))
    }

    fn chunk(&self, choices: Vec<ChunkChoice>, usage: ChunkUsage) -> ChatCompletionChunk {
        ChatCompletionChunk {
            id: self.identity.id.clone(),
            object: "chat.completion.chunk",
            created: self.identity.created,
            model: self.identity.model.clone(),
            system_fingerprint: self.identity.fingerprint.clone(),
            choices,
            usage,
        }
    }
}

fn called(index: u32, delta: ToolCallDelta) -> ChunkChoice {
    ChunkChoice {
        index,
        delta: Delta {
            tool_calls: vec![delta],
            ..Delta::default()
        },
        logprobs: None,
        finish_reason: None,
    }
}
