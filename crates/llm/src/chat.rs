//! What a caller asks of a chat model and what comes back: the vocabulary shared by the
//! in-process engine, remote adapters and the gateway.

use std::collections::BTreeMap;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use async_trait::async_trait;
use futures::{Stream, StreamExt};
use serde::{Deserialize, Serialize};

use crate::error::ModelError;

/// Who says a [`Message`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Standing instructions.
    System,
    /// Standing instructions under their newer OpenAI name; templates treat it as `System`.
    Developer,
    /// The person or program that asks.
    User,
    /// The model.
    Assistant,
    /// The result of a tool call.
    Tool,
}

impl Role {
    /// The role's name on the wire and in chat templates.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Developer => "developer",
            Self::User => "user",
            Self::Assistant => "assistant",
            Self::Tool => "tool",
        }
    }
}

/// One turn of the conversation. The content is plain text: a control token spelled out in it
/// reaches the model as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Who says it.
    pub role: Role,
    /// What is said.
    pub content: String,
    /// The speaker's name, where the template knows names.
    pub name: Option<String>,
}

impl Message {
    /// A message without a speaker's name.
    pub fn new(role: Role, content: impl Into<String>) -> Self {
        Self {
            role,
            content: content.into(),
            name: None,
        }
    }
}

/// How the next token is chosen. `None` means the model's own default.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sampling {
    /// 0 to 2; 0 takes the likeliest token.
    pub temperature: Option<f32>,
    /// Above 0 to 1: keep the likeliest tokens until their mass reaches this.
    pub top_p: Option<f32>,
    /// Keep this many of the likeliest tokens; 0 keeps all.
    pub top_k: Option<u32>,
    /// 0 to 1: drop tokens less likely than this share of the likeliest one.
    pub min_p: Option<f32>,
    /// The same seed and request give the same tokens on the same build, model and machine.
    pub seed: Option<u64>,
    /// Above 0: logits of tokens already generated are divided (or, if negative, multiplied).
    pub repetition_penalty: Option<f32>,
    /// -2 to 2, subtracted once from every token already generated.
    pub presence_penalty: Option<f32>,
    /// -2 to 2, subtracted from a generated token once for each time it was generated.
    pub frequency_penalty: Option<f32>,
    /// Token id to a number of -100 to 100 added to its logit.
    pub logit_bias: BTreeMap<u32, f32>,
}

/// What the text of the answer must be.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum OutputFormat {
    /// Anything.
    #[default]
    Text,
    /// One JSON object.
    JsonObject,
    /// JSON that validates against a schema.
    JsonSchema {
        /// The caller's name for the schema.
        name: String,
        /// The JSON Schema.
        schema: serde_json::Value,
        /// OpenAI's `strict`. An in-process model enforces the schema either way.
        strict: bool,
    },
}

/// One request for one answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ChatRequest {
    /// The conversation, oldest first.
    pub messages: Vec<Message>,
    /// How tokens are chosen.
    pub sampling: Sampling,
    /// The most tokens to generate; `None` means the model's default. Clamped to what the
    /// context leaves, and an answer cut so finishes with [`FinishReason::Length`].
    pub max_tokens: Option<u32>,
    /// Strings that end the answer and are not part of it.
    pub stop: Vec<String>,
    /// The form of the answer.
    pub output: OutputFormat,
    /// Alternatives to report with each token. `Some(0)` reports the chosen token alone, `None`
    /// reports nothing.
    pub top_logprobs: Option<u8>,
    /// When the caller stops waiting; queueing counts.
    pub deadline: Option<Instant>,
}

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
}

/// Tokens read and written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens of the rendered prompt.
    pub prompt_tokens: u32,
    /// Tokens generated, the end-of-sequence token not counted.
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
        while let Some(event) = self.next().await {
            match event? {
                GenerationEvent::Delta {
                    text: more,
                    logprobs: mut of_more,
                } => {
                    text.push_str(&more);
                    logprobs.append(&mut of_more);
                }
                GenerationEvent::Finished {
                    reason,
                    usage,
                    timings,
                } => {
                    return Ok(Completion {
                        text,
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

/// A question with a closed set of answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ChoiceRequest {
    /// The conversation; the last message must be the user's. The options are appended to it,
    /// one a line, as `A) …`, `B) …`.
    pub messages: Vec<Message>,
    /// 2 to 26 options.
    pub options: Vec<String>,
    /// When the caller stops waiting; queueing counts.
    pub deadline: Option<Instant>,
}

/// How likely the model finds each option.
#[derive(Debug, Clone, PartialEq)]
pub struct ChoiceScores {
    /// Index of the likeliest option.
    pub chosen: usize,
    /// Natural logarithms of the options' probabilities, in the order of the options,
    /// renormalised over the options: their exponentials add up to 1.
    pub logprobs: Vec<f64>,
    /// Tokens read and written.
    pub usage: Usage,
    /// Where the time went.
    pub timings: GenerationTimings,
}

/// What `/v1/models` tells of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelInfo {
    /// The name callers use.
    pub id: String,
    /// Unix time in seconds.
    pub created: i64,
    /// Who made or hosts it.
    pub owned_by: String,
    /// The most tokens of prompt and answer together.
    pub context_tokens: u32,
    /// Changes when weights, quantisation or the engine change: OpenAI's `system_fingerprint`.
    pub fingerprint: String,
}

/// A model that answers chats.
#[async_trait]
pub trait ChatModel: Send + Sync {
    /// Who the model is.
    fn info(&self) -> &ModelInfo;

    /// Starts an answer. Returns when the request has been admitted to the queue or refused; the
    /// stream then waits for its turn.
    ///
    /// # Errors
    /// Whatever is wrong with the request, the schema, the prompt's length or the queue.
    async fn generate(&self, request: ChatRequest) -> Result<Generation, ModelError>;

    /// Scores a closed set of answers by the first token's probabilities.
    ///
    /// # Errors
    /// As [`ChatModel::generate`]; also [`ModelError::InvalidRequest`] where the number of options
    /// or the tokenizer does not allow it.
    async fn choose(&self, request: ChoiceRequest) -> Result<ChoiceScores, ModelError>;

    /// Generates a real token.
    ///
    /// # Errors
    /// Why the model does not answer.
    async fn probe(&self) -> Result<(), ModelError>;

    /// The length of the rendered prompt in tokens, or `None` where only a remote server knows.
    ///
    /// # Errors
    /// [`ModelError::InvalidRequest`] where the template refuses the messages.
    async fn prompt_tokens(&self, messages: &[Message]) -> Result<Option<u32>, ModelError> {
        let _ = messages;
        Ok(None)
    }
}
