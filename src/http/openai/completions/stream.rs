//! Answers as OpenAI's stream: for each prompt its text with `echo`, then pieces, and for each
//! answer a piece with the reason; the usage if asked for, and `[DONE]`. An error after the first
//! byte is an `error` event.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;

use axum::response::Response;
use axum::response::sse::Event;
use futures::stream::{SelectAll, StreamExt};
use futures::{Stream, stream};
use ledgergate_llm::chat::{ChatModel, GenerationEvent};
use ledgergate_llm::error::ModelError;

use super::logprobs::{Offsets, TextToken};
use super::prompts;
use super::request::{ParsedRequest, PlacedPrompt};
use super::wire::{TextChoice, TextCompletionChunk};
use crate::http::error::ApiError;
use crate::http::openai::answered::{Identity, LogSummary, reason_name};
use crate::http::openai::begun::begun;
use crate::http::openai::generations::start_all;
use crate::http::openai::sse::{self, EndTeller, json};
use crate::http::openai::wire::ChunkUsage;

/// Events of the answers to one prompt, each with its answer's number.
type Events = SelectAll<stream::BoxStream<'static, (u32, Result<GenerationEvent, ModelError>)>>;

/// The reply. The first prompt is read before it begins, so that what is wrong has its status.
pub(super) async fn reply(
    model: Arc<dyn ChatModel>,
    request: ParsedRequest,
    identity: Identity,
) -> Result<Response, ApiError> {
    let log = LogSummary::new(&identity.model, true);
    let (end, slot) = EndTeller::new(log.details.clone());
    let mut stream = CompletionStream {
        waiting: request.prompts.iter().cloned().collect(),
        of_prompt: LogSummary::new(&identity.model, true),
        model,
        request,
        identity,
        log,
        end,
        running: None,
        first_index: 0,
        offsets: Vec::new(),
    };
    let first = match stream.waiting.pop_front() {
        Some(prompt) => stream.begin(&prompt).await?,
        None => Vec::new(),
    };
    Ok(sse::reply(stream.into_events(first), slot))
}

struct CompletionStream {
    model: Arc<dyn ChatModel>,
    request: ParsedRequest,
    identity: Identity,
    /// Of the prompts that are done.
    log: LogSummary,
    end: EndTeller,
    waiting: VecDeque<PlacedPrompt>,
    /// The answers under way, to one prompt.
    running: Option<Events>,
    of_prompt: LogSummary,
    /// Index of the running prompt's first choice.
    first_index: u32,
    /// Of each of its answers.
    offsets: Vec<Offsets>,
}

impl CompletionStream {
    fn into_events(self, first: Vec<Event>) -> impl Stream<Item = Result<Event, Infallible>> {
        let rest = stream::unfold(Some(self), |state| async move {
            let mut state = state?;
            match state.next().await {
                Ok(Some(events)) => Some((events, Some(state))),
                Ok(None) => Some((state.finished(), None)),
                Err(error) => Some((state.failed(&error), None)),
            }
        });
        stream::iter(first)
            .chain(rest.flat_map(stream::iter))
            .map(Ok)
    }

    /// The next chunks, or nothing where all prompts are answered.
    async fn next(&mut self) -> Result<Option<Vec<Event>>, ApiError> {
        if let Some(events) = &mut self.running {
            if let Some((number, event)) = events.next().await {
                let event = event.map_err(ApiError::Model)?;
                return Ok(Some(vec![self.piece(number, event)]));
            }
            self.running = None;
        }
        self.log.join(&self.of_prompt);
        let Some(prompt) = self.waiting.pop_front() else {
            return Ok(None);
        };
        self.of_prompt = LogSummary::new(&self.identity.model, true);
        self.first_index += self.request.n;
        self.begin(&prompt).await.map(Some)
    }

    /// Starts a prompt's answers; their first chunks, if there are any yet.
    async fn begin(&mut self, prompt: &PlacedPrompt) -> Result<Vec<Event>, ApiError> {
        let request = &self.request;
        let echo = prompts::read(&*self.model, request, prompt, &mut self.of_prompt).await?;
        let n = request.n;
        if !request.is_prompt_alone() {
            let started = start_all(&self.model, &request.generation(prompt), n, false).await;
            let mut generations = started.map_err(|error| prompt.refused(error))?;
            // An echo is said at once; without one, what fails first has a status of its own.
            if !request.echo {
                let begun = begun(generations).await;
                generations = begun.map_err(|error| prompt.refused(error))?;
            }
            self.running = Some(stream::select_all((0_u32..).zip(generations).map(
                |(number, generation)| generation.map(move |event| (number, event)).boxed(),
            )));
        }
        self.offsets = (0..n).map(|_| echo.offsets.clone()).collect();
        let mut chunks = Vec::new();
        if request.echo {
            let finish_reason = request.is_prompt_alone().then_some("length");
            chunks.extend((0..n).map(|number| {
                self.chunk_of(TextChoice {
                    text: echo.text.clone(),
                    index: self.first_index + number,
                    logprobs: echo.logprobs.clone(),
                    finish_reason,
                })
            }));
        }
        Ok(chunks)
    }

    fn piece(&mut self, number: u32, event: GenerationEvent) -> Event {
        let index = self.first_index + number;
        let mut choice = TextChoice {
            text: String::new(),
            index,
            logprobs: None,
            finish_reason: None,
        };
        match event {
            GenerationEvent::Delta { text, logprobs } => {
                choice.text = text;
                let offsets = usize::try_from(number)
                    .ok()
                    .and_then(|number| self.offsets.get_mut(number));
                if let (Some(offsets), true) = (offsets, self.request.logprobs.is_some()) {
                    let tokens = logprobs.into_iter().map(TextToken::from);
                    choice.logprobs = Some(offsets.lists(tokens));
                }
            }
            // No tools are given, so there are no calls.
            GenerationEvent::ToolCallBegun { .. } | GenerationEvent::ToolCallArguments { .. } => {}
            GenerationEvent::Finished {
                reason,
                usage,
                timings,
            } => {
                self.of_prompt.add(reason, usage, timings);
                choice.finish_reason = Some(reason_name(reason));
            }
        }
        self.chunk_of(choice)
    }

    fn finished(mut self) -> Vec<Event> {
        let mut events = Vec::new();
        if self.request.include_usage {
            let usage = ChunkUsage::Known(self.log.usage());
            events.push(json(&self.chunk(Vec::new(), usage)));
        }
        events.push(Event::default().data("[DONE]"));
        self.end.tell(std::mem::take(&mut self.log.details));
        events
    }

    fn failed(mut self, error: &ApiError) -> Vec<Event> {
        tracing::error!(cause = %error, "a stream failed");
        self.log.details.error_code = Some(error.log_code());
        self.end.tell(std::mem::take(&mut self.log.details));
        vec![json(&error.body()).event("error")]
    }

    fn chunk_of(&self, choice: TextChoice) -> Event {
        let usage = if self.request.include_usage {
            ChunkUsage::Pending
        } else {
            ChunkUsage::LeftOut
        };
        json(&self.chunk(vec![choice], usage))
    }

    fn chunk(&self, choices: Vec<TextChoice>, usage: ChunkUsage) -> TextCompletionChunk {
        TextCompletionChunk {
            id: self.identity.id.clone(),
            object: "text_completion",
            created: self.identity.created,
            model: self.identity.model.clone(),
            system_fingerprint: self.identity.fingerprint.clone(),
            choices,
            usage,
        }
    }
}
