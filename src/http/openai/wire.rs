//! The bodies of OpenAI's chat API, as far as this gateway gives them out.

use serde::Serialize;
use utoipa::ToSchema;

use super::chat::tools::ToolCallBody;

/// A whole answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChatCompletion {
    /// `chatcmpl-` and a UUID.
    #[schema(example = "chatcmpl-01934c2e9f7b7cc2a1d0e5f2b7a90c11")]
    pub id: String,
    /// `chat.completion`.
    pub object: &'static str,
    /// Unix time in seconds.
    pub created: i64,
    /// The model that answered.
    pub model: String,
    /// One choice for each of `n`.
    pub choices: Vec<Choice>,
    /// Tokens read and written.
    pub usage: UsageBody,
    /// Changes when the weights or the engine change.
    pub system_fingerprint: String,
}

/// One answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Choice {
    /// 0 to n - 1.
    pub index: u32,
    /// What the model said.
    pub message: AssistantMessage,
    /// `null` unless asked for.
    pub logprobs: Option<LogprobsBody>,
    /// `stop`, `tool_calls`, or `length` when the answer was cut off.
    #[schema(example = "stop")]
    pub finish_reason: &'static str,
}

/// What the model said.
#[derive(Debug, Serialize, ToSchema)]
pub struct AssistantMessage {
    /// `assistant`.
    pub role: &'static str,
    /// The text; `null` where the answer is tool calls alone.
    pub content: Option<String>,
    /// Always `null`: an in-process model does not refuse apart from its text.
    pub refusal: Option<String>,
    /// What the model asks to have called.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<ToolCallBody>,
}

/// Tokens read and written.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "OpenAI's names")]
pub struct UsageBody {
    /// Of the prompt, once for all answers to it; with `x_repair` also of what was read to ask
    /// again.
    pub prompt_tokens: u32,
    /// Of all answers and all attempts at them.
    pub completion_tokens: u32,
    /// Both.
    pub total_tokens: u32,
}

/// Log probabilities of an answer's tokens.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogprobsBody {
    /// Token by token.
    pub content: Vec<TokenBody>,
    /// Always `null`.
    pub refusal: Option<Vec<TokenBody>>,
}

/// One token and what else might have stood there.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TokenBody {
    /// Its text.
    pub token: String,
    /// Natural logarithm of its probability in the model's own distribution.
    pub logprob: f32,
    /// Its bytes: a token may be part of a character.
    pub bytes: Vec<u8>,
    /// The likeliest tokens there.
    pub top_logprobs: Vec<AlternativeBody>,
}

/// A token that might have stood there.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AlternativeBody {
    /// Its text.
    pub token: String,
    /// Natural logarithm of its probability.
    pub logprob: f32,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A piece of a streamed answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChatCompletionChunk {
    /// The same in every chunk.
    pub id: String,
    /// `chat.completion.chunk`.
    pub object: &'static str,
    /// The same in every chunk.
    pub created: i64,
    /// The model that answers.
    pub model: String,
    /// Changes when the weights or the engine change.
    pub system_fingerprint: String,
    /// Empty in the usage chunk.
    pub choices: Vec<ChunkChoice>,
    /// Only with `stream_options.include_usage`: `null` but in the last chunk.
    #[serde(skip_serializing_if = "ChunkUsage::is_left_out")]
    #[schema(value_type = Option<UsageBody>)]
    pub usage: ChunkUsage,
}

/// The usage in a chunk.
#[derive(Debug, Clone, Copy)]
pub enum ChunkUsage {
    /// Not asked for: no field.
    LeftOut,
    /// Asked for, not known yet: `null`.
    Pending,
    /// The last chunk's.
    Known(UsageBody),
}

impl ChunkUsage {
    pub(super) fn is_left_out(&self) -> bool {
        matches!(self, Self::LeftOut)
    }
}

impl Serialize for ChunkUsage {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::LeftOut | Self::Pending => serializer.serialize_none(),
            Self::Known(usage) => usage.serialize(serializer),
        }
    }
}

/// The piece of one answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChunkChoice {
    /// 0 to n - 1.
    pub index: u32,
    /// What is new.
    pub delta: Delta,
    /// Of the new tokens, if asked for.
    pub logprobs: Option<LogprobsBody>,
    /// `null` but in the answer's last chunk.
    pub finish_reason: Option<&'static str>,
}

/// What is new.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Delta {
    /// Only in the first chunk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<&'static str>,
    /// New text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// Calls that begin, and more of their arguments.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<ToolCallDelta>,
}

/// A call that begins (id, type and name), or more of its arguments.
#[derive(Debug, Serialize, ToSchema)]
pub struct ToolCallDelta {
    /// Which call of this answer.
    pub index: u32,
    /// In the call's first piece.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// In the call's first piece: `function`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<&'static str>,
    /// Name and arguments.
    pub function: FunctionDelta,
}

/// A call's name in its first piece, and a piece of its arguments.
#[derive(Debug, Serialize, ToSchema)]
pub struct FunctionDelta {
    /// In the call's first piece.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A piece of the JSON text.
    pub arguments: String,
}

/// The models.
#[derive(Debug, Serialize, ToSchema)]
pub struct ModelList {
    /// `list`.
    pub object: &'static str,
    /// In the order of their names.
    pub data: Vec<ModelBody>,
}

/// One model.
#[derive(Debug, Serialize, ToSchema)]
pub struct ModelBody {
    /// The name to ask for.
    #[schema(example = "smollm2-135m")]
    pub id: String,
    /// `model`.
    pub object: &'static str,
    /// Unix time in seconds.
    pub created: i64,
    /// Who made or hosts it.
    pub owned_by: String,
    /// Tokens of prompt and answer together.
    pub context_tokens: u32,
    /// Tokens of a prompt at most; `null` is all that the context holds.
    pub max_prompt_tokens: Option<u32>,
}
