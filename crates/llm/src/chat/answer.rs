//! An answer: the stream of its events, and the same put together.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::{Stream, StreamExt};
use serde::{Deserialize, Serialize};

use super::tools::ToolCall;
use crate::error::ModelError;

/// One token of the answer with the model's own view of it.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenLogprob {
    /// The token's text; bytes that are no UTF-8 on their own show as U+FFFD.
    pub token: String,
    /// The token's bytes.
    pub bytes: Vec<u8>,
    /// Natural logarithm of the probability under the model's own distribution: before
    /// temperature, penalties, bias and grammar.
    pub logprob: f32,
    /// The likeliest tokens in that distribution, likeliest first: text, bytes, logprob.
    pub top: Vec<(String, Vec<u8>, f32)>,
}

/// Why an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FinishReason {
    /// The model was done, a stop string came, or the grammar was complete.
    Stop,
    /// `max_tokens` or the context was used up.
    Length,
    /// The model asks to have tools called.
    ToolCalls,
}

/// Tokens read and written.
#[expect(clippy::struct_field_names, reason = "OpenAI's names")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens of the rendered prompt.
    pub prompt_tokens: u32,
    /// Tokens of the prompts that asked for the answer again, where [`crate::repair`] did. Several
    /// answers to one request share its prompt, and none of these.
    pub repair_prompt_tokens: u32,
    /// Tokens generated, in all attempts, the end-of-sequence token not counted.
    pub completion_tokens: u32,
}

/// Where the time went, in milliseconds.
#[expect(
    clippy::struct_field_names,
    reason = "numbers carry their unit in the name"
)]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenerationTimings {
    /// Waiting for a slot.
    pub queue_ms: u64,
    /// From the slot to the first token's logits.
    pub prefill_ms: u64,
    /// From the first token's logits to the end.
    pub decode_ms: u64,
    /// Of both, working out which tokens the grammar allows.
    pub grammar_ms: u64,
}

/// A piece of a running answer.
#[derive(Debug, Clone, PartialEq)]
pub enum GenerationEvent {
    /// More text. Concatenated, the texts are the answer. The logprobs are of the tokens behind
    /// this text; a token whose text is held back (half a character, the start of a stop
    /// string) comes with the text that follows it.
    Delta {
        /// Whole characters; may be empty when only logprobs are to be told.
        text: String,
        /// Empty unless asked for.
        logprobs: Vec<TokenLogprob>,
    },
    /// A call of a tool begins; calls begin in the order of their index, from 0.
    ToolCallBegun {
        /// Which call of this answer.
        index: u32,
        /// The call's id, of this answer alone.
        id: String,
        /// The tool's name.
        name: String,
    },
    /// More of a call's arguments. Concatenated, they are one JSON object.
    ToolCallArguments {
        /// Which call of this answer.
        index: u32,
        /// Whole characters of JSON.
        text: String,
    },
    /// The last event of a whole answer.
    Finished {
        /// Why it ended.
        reason: FinishReason,
        /// Tokens read and written.
        usage: Usage,
        /// Where the time went.
        timings: GenerationTimings,
    },
}

/// An answer put together.
#[derive(Debug, Clone, PartialEq)]
pub struct Completion {
    /// The whole text.
    pub text: String,
    /// What the model asks to have called, in order.
    pub tool_calls: Vec<ToolCall>,
    /// Every token's logprobs; empty unless asked for.
    pub logprobs: Vec<TokenLogprob>,
    /// Why it ended.
    pub reason: FinishReason,
    /// Tokens read and written.
    pub usage: Usage,
    /// Where the time went.
    pub timings: GenerationTimings,
}

/// A running answer: a stream of events that ends after [`GenerationEvent::Finished`] or after
/// the first error. Dropping it cancels the generation within one token.
pub struct Generation {
    events: Pin<Box<dyn Stream<Item = Result<GenerationEvent, ModelError>> + Send>>,
}

impl Generation {
    /// Wraps a stream that keeps the promises above.
    pub fn new(
        events: impl Stream<Item = Result<GenerationEvent, ModelError>> + Send + 'static,
    ) -> Self {
        Self {
            events: Box::pin(events),
        }
    }

    /// Waits for the whole answer.
    ///
    /// # Errors
    /// The stream's own error, or [`ModelError::Engine`] where the stream ends without saying why.
    pub async fn complete(mut self) -> Result<Completion, ModelError> {
        let mut text = String::new();
        let mut logprobs = Vec::new();
        let mut tool_calls: Vec<ToolCall> = Vec::new();
        while let Some(event) = self.next().await {
            match event? {
                GenerationEvent::Delta {
                    text: more,
                    logprobs: mut of_more,
                } => {
                    text.push_str(&more);
                    logprobs.append(&mut of_more);
                }
                GenerationEvent::ToolCallBegun { id, name, .. } => tool_calls.push(ToolCall {
                    id,
                    name,
                    arguments: String::new(),
                }),
                GenerationEvent::ToolCallArguments { index, text } => {
                    let call = usize::try_from(index)
                        .ok()
                        .and_then(|index| tool_calls.get_mut(index))
                        .ok_or_else(|| ModelError::Engine {
                            message: "arguments of a call that has not begun".to_owned(),
                        })?;
                    call.arguments.push_str(&text);
                }
                GenerationEvent::Finished {
                    reason,
                    usage,
                    timings,
                } => {
                    return Ok(Completion {
                        text,
                        tool_calls,
                        logprobs,
                        reason,
                        usage,
                        timings,
                    });
                }
            }
        }
        Err(ModelError::Engine {
            message: "the answer ended without a finish reason".to_owned(),
        })
    }
}

impl Stream for Generation {
    type Item = Result<GenerationEvent, ModelError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.events.as_mut().poll_next(context)
    }
}

impl fmt::Debug for Generation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Generation").finish_non_exhaustive()
    }
}
