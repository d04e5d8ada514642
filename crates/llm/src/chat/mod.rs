//! What a caller asks of a chat model and what comes back: the vocabulary shared by the
//! in-process engine, remote adapters and the gateway.

mod answer;
mod choice;
mod embedding;
mod message;
mod output;
mod prompt_scores;
mod tools;

use std::time::Instant;

use async_trait::async_trait;

use crate::error::ModelError;

pub use answer::{
    Completion, FinishReason, Generation, GenerationEvent, GenerationTimings, TokenLogprob, Usage,
};
pub use choice::{ChoiceRequest, ChoiceScores};
pub use embedding::{EmbeddingModel, EmbeddingRequest, Embeddings};
pub use message::{Message, Role};
pub use output::{OutputFormat, Sampling};
pub use prompt_scores::{PromptScoreRequest, PromptScores, PromptToken};
pub use tools::{Tool, ToolCall, ToolChoice};

/// What an answer follows.
#[derive(Debug, Clone, PartialEq)]
pub enum Prompt {
    /// A conversation, oldest first, through the model's chat template.
    Conversation(Vec<Message>),
    /// A text that the model goes on with, as it is: no template. Control tokens spelled out in
    /// it are text.
    Text(String),
    /// The same in the model's own token ids.
    Tokens(Vec<u32>),
}

impl Default for Prompt {
    fn default() -> Self {
        Self::Conversation(Vec::new())
    }
}

impl From<Vec<Message>> for Prompt {
    fn from(messages: Vec<Message>) -> Self {
        Self::Conversation(messages)
    }
}

/// Who asks, as far as the queue must know: a number for each key, 0 for those without.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Caller(pub u64);

/// One request for one answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ChatRequest {
    /// What the answer follows.
    pub prompt: Prompt,
    /// How tokens are chosen.
    pub sampling: Sampling,
    /// The most tokens to generate; `None` means the model's default. Clamped to what the
    /// context leaves, and an answer cut so finishes with [`FinishReason::Length`].
    pub max_tokens: Option<u32>,
    /// Strings that end the answer and are not part of it.
    pub stop: Vec<String>,
    /// The form of the answer.
    pub output: OutputFormat,
    /// The field of the caller's request that said so, for errors about it:
    /// `structured_outputs/json`. `None` is OpenAI's `response_format`.
    pub output_field: Option<&'static str>,
    /// What the model may ask to have called. Each name is there once.
    pub tools: Vec<Tool>,
    /// Whether it does.
    pub tool_choice: ToolChoice,
    /// Whether one answer may hold several calls.
    pub parallel_tool_calls: bool,
    /// Alternatives to report with each token. `Some(0)` reports the chosen token alone, `None`
    /// reports nothing.
    pub top_logprobs: Option<u8>,
    /// Who asks: the queue is fair between callers.
    pub caller: Caller,
    /// When the caller stops waiting; queueing counts.
    pub deadline: Option<Instant>,
}

impl ChatRequest {
    /// The field that errors about the form of the answer name.
    pub fn output_field_name(&self) -> &'static str {
        self.output_field
            .unwrap_or("response_format/json_schema/schema")
    }
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
    /// The most tokens of a prompt that is answered; `None` is all that the context holds.
    pub max_prompt_tokens: Option<u32>,
    /// Changes when weights, quantisation or the engine change: OpenAI's `system_fingerprint`.
    pub fingerprint: String,
}

impl ModelInfo {
    /// The most tokens that can follow a prompt.
    ///
    /// # Errors
    /// [`ModelError::PromptTooLong`], and [`ModelError::ContextLengthExceeded`] where not even
    /// one can.
    pub fn room_after(&self, prompt_tokens: u32) -> Result<u32, ModelError> {
        let context_tokens = self.context_tokens;
        if let Some(max_prompt_tokens) = self.max_prompt_tokens
            && prompt_tokens > max_prompt_tokens
        {
            return Err(ModelError::PromptTooLong {
                prompt_tokens,
                max_prompt_tokens,
                context_tokens,
            });
        }
        match context_tokens.checked_sub(prompt_tokens) {
            None | Some(0) => Err(ModelError::ContextLengthExceeded {
                prompt_tokens,
                context_tokens,
            }),
            Some(room) => Ok(room),
        }
    }
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

    /// Whether an answer of this model that ends with [`FinishReason::Stop`] is sure to validate
    /// against the schema of the request. Others may take a schema as a wish.
    fn enforces_schemas(&self) -> bool {
        false
    }

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

    /// Ends everything: requests that wait or run get [`ModelError::Unavailable`], and later ones
    /// too. Models that run elsewhere have nothing to end.
    fn close(&self, reason: &str) {
        let _ = reason;
    }

    /// The length of the rendered prompt in tokens, or `None` where only a remote server knows.
    ///
    /// # Errors
    /// [`ModelError::InvalidRequest`] where the template refuses the messages.
    async fn prompt_tokens(&self, prompt: &Prompt) -> Result<Option<u32>, ModelError> {
        let _ = prompt;
        Ok(None)
    }

    /// The text of a prompt that is no conversation, or `None` where only a remote server knows
    /// its tokens.
    ///
    /// # Errors
    /// [`ModelError::InvalidRequest`] where a token is none of the model's.
    async fn prompt_text(&self, prompt: &Prompt) -> Result<Option<String>, ModelError> {
        Ok(match prompt {
            Prompt::Text(text) => Some(text.clone()),
            Prompt::Conversation(_) | Prompt::Tokens(_) => None,
        })
    }

    /// Tells how likely the model finds each token of a prompt, after those before it.
    ///
    /// # Errors
    /// As [`ChatModel::generate`]; [`ModelError::InvalidRequest`] where the model cannot tell.
    async fn score_prompt(&self, request: PromptScoreRequest) -> Result<PromptScores, ModelError> {
        let _ = request;
        Err(ModelError::invalid(
            "logprobs",
            "this model does not tell how likely a prompt is; leave 'echo' or 'logprobs' out",
        ))
    }

    /// The model's other side, where it turns texts into vectors.
    fn embedding_model(&self) -> Option<&dyn EmbeddingModel> {
        None
    }
}
