//! The body of a response.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::body::TextFormat;
use super::tools::{FunctionToolEcho, ToolChoiceBody};
use crate::http::openai::wire::TokenBody;

/// A response: what was asked, how it stands, and what the model said.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Response)]
pub struct ResponseBody {
    /// `resp_` and a UUID.
    #[schema(example = "resp_01934c2e9f7b7cc2a1d0e5f2b7a90c11")]
    pub id: String,
    /// `response`.
    pub object: &'static str,
    /// Unix time in seconds.
    pub created_at: i64,
    /// `completed`, or `incomplete` when the answer was cut off; in a stream's events also
    /// `in_progress` and `failed`.
    #[schema(example = "completed")]
    pub status: &'static str,
    /// Unix time in seconds, once it is completed.
    pub completed_at: Option<i64>,
    /// Why it failed.
    pub error: Option<ResponseError>,
    /// Why it is incomplete.
    pub incomplete_details: Option<IncompleteDetails>,
    /// As asked for.
    pub instructions: Option<String>,
    /// As asked for.
    pub max_output_tokens: Option<u32>,
    /// Always `null`: no tool runs here.
    pub max_tool_calls: Option<u32>,
    /// As asked for.
    #[schema(value_type = std::collections::HashMap<String, String>)]
    pub metadata: Map<String, Value>,
    /// The model that answered.
    pub model: String,
    /// What the model said and asks to have called, in order.
    pub output: Vec<OutputItem>,
    /// As asked for.
    pub parallel_tool_calls: bool,
    /// Always `null`: nothing is stored.
    pub previous_response_id: Option<String>,
    /// As asked for.
    pub prompt_cache_key: Option<String>,
    /// Always of `null`s: the model does not reason apart from its answer.
    pub reasoning: ReasoningEcho,
    /// As asked for.
    pub safety_identifier: Option<String>,
    /// `default`.
    pub service_tier: &'static str,
    /// Always `false`: nothing is stored.
    pub store: bool,
    /// Always `false`.
    pub background: bool,
    /// As asked for; `null` is the model's default.
    pub temperature: Option<f32>,
    /// The form of the answer.
    pub text: TextEcho,
    /// As asked for.
    pub tool_choice: ToolChoiceBody,
    /// As asked for.
    pub tools: Vec<FunctionToolEcho>,
    /// As asked for.
    pub top_logprobs: u8,
    /// As asked for; `null` is the model's default.
    pub top_p: Option<f32>,
    /// `disabled`.
    pub truncation: &'static str,
    /// `null` until the end.
    pub usage: Option<ResponseUsage>,
    /// As asked for.
    pub user: Option<String>,
}

/// Why a response failed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ResponseError {
    /// `server_error` or `rate_limit_exceeded`.
    #[schema(example = "server_error")]
    pub code: &'static str,
    /// For people.
    pub message: String,
}

/// Why a response is incomplete.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct IncompleteDetails {
    /// `max_output_tokens`: also where the context was used up.
    #[schema(example = "max_output_tokens")]
    pub reason: &'static str,
}

/// How the model reasoned.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct ReasoningEcho {
    /// Always `null`.
    pub effort: Option<String>,
    /// Always `null`.
    pub summary: Option<String>,
}

/// The form of the answer.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TextEcho {
    /// As asked for.
    pub format: TextFormat,
    /// `medium`.
    pub verbosity: &'static str,
}

/// Tokens read and written.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct ResponseUsage {
    /// Of the input, instructions and tools.
    pub input_tokens: u32,
    /// Nothing is cached.
    pub input_tokens_details: InputTokensDetails,
    /// Of the output.
    pub output_tokens: u32,
    /// Nothing is reasoned apart.
    pub output_tokens_details: OutputTokensDetails,
    /// Both.
    pub total_tokens: u32,
}

/// What of the input was cached.
#[derive(Debug, Clone, Copy, Default, Serialize, ToSchema)]
pub struct InputTokensDetails {
    /// Always 0.
    pub cached_tokens: u32,
    /// Always 0.
    pub cache_write_tokens: u32,
}

/// What of the output was reasoning.
#[derive(Debug, Clone, Copy, Default, Serialize, ToSchema)]
pub struct OutputTokensDetails {
    /// Always 0.
    pub reasoning_tokens: u32,
}

/// What the model said, or asks to have called.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum OutputItem {
    /// What it said.
    Message(OutputMessage),
    /// What it asks to have called.
    FunctionCall(OutputCall),
}

/// What the model said.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OutputMessage {
    /// `msg_` and a UUID.
    pub id: String,
    /// `completed`, or `incomplete` when it was cut off; `in_progress` in a stream's events.
    #[schema(example = "completed")]
    pub status: &'static str,
    /// `assistant`.
    pub role: &'static str,
    /// One part of text.
    pub content: Vec<OutputText>,
}

/// A text of the model's.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OutputText {
    /// `output_text`.
    pub r#type: &'static str,
    /// Always empty: nothing is cited.
    #[schema(value_type = Vec<Object>)]
    pub annotations: [(); 0],
    /// Empty unless asked for.
    pub logprobs: Vec<TokenBody>,
    /// The text.
    pub text: String,
}

impl OutputText {
    /// A part of text.
    pub fn new(text: String, logprobs: Vec<TokenBody>) -> Self {
        Self {
            r#type: "output_text",
            annotations: [],
            logprobs,
            text,
        }
    }
}

/// A call that the model asks for.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OutputCall {
    /// `fc_` and a UUID.
    pub id: String,
    /// `completed`, or `incomplete` when it was cut off; `in_progress` in a stream's events.
    #[schema(example = "completed")]
    pub status: &'static str,
    /// A JSON object as text.
    pub arguments: String,
    /// Names the call in its output.
    pub call_id: String,
    /// The function's name.
    pub name: String,
}
