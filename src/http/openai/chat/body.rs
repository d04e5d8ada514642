//! The body of a chat request, as OpenAI's clients send it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::form::ResponseFormat;
use super::messages::MessageBody;
use super::tools::{ToolBody, ToolChoiceBody};
use crate::http::openai::form::StructuredOutputs;

/// A chat request.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::http) struct ChatCompletionRequest {
    /// A name from `/v1/models`, or `default`.
    #[schema(example = "smollm2-135m")]
    pub model: String,
    /// The conversation, oldest first.
    pub messages: Vec<MessageBody>,
    /// 0 (greedy) to 2.
    #[schema(minimum = 0, maximum = 2)]
    pub temperature: Option<f32>,
    /// Above 0 to 1.
    #[schema(exclusive_minimum = 0, maximum = 1)]
    pub top_p: Option<f32>,
    /// Extension: keep the likeliest tokens only; 0 keeps all.
    pub top_k: Option<u32>,
    /// Extension: drop tokens less likely than this share of the likeliest.
    #[schema(minimum = 0, maximum = 1)]
    pub min_p: Option<f32>,
    /// Extension: above 0; 1 is none.
    pub repetition_penalty: Option<f32>,
    /// -2 to 2.
    #[schema(minimum = -2, maximum = 2)]
    pub presence_penalty: Option<f32>,
    /// -2 to 2.
    #[schema(minimum = -2, maximum = 2)]
    pub frequency_penalty: Option<f32>,
    /// Token id to -100 to 100.
    pub logit_bias: Option<BTreeMap<String, f32>>,
    /// The same seed and request give the same answer.
    pub seed: Option<i64>,
    /// Answers of this request, 1 to 16.
    #[schema(minimum = 1, maximum = 16)]
    pub n: Option<u32>,
    /// Tokens of an answer. Older name of `max_completion_tokens`.
    #[schema(minimum = 1)]
    pub max_tokens: Option<u32>,
    /// Tokens of an answer.
    #[schema(minimum = 1)]
    pub max_completion_tokens: Option<u32>,
    /// Up to four texts that end the answer.
    pub stop: Option<Stop>,
    /// The form of the answer.
    pub response_format: Option<ResponseFormat>,
    /// Extension: the form of the answer, as vLLM's clients say it.
    pub structured_outputs: Option<StructuredOutputs>,
    /// Extension: the older name of `structured_outputs.json`.
    #[schema(value_type = Option<Object>)]
    pub guided_json: Option<Value>,
    /// Extension: the older name of `structured_outputs.regex`.
    pub guided_regex: Option<String>,
    /// Extension: the older name of `structured_outputs.choice`.
    pub guided_choice: Option<Vec<String>>,
    /// Extension: the older name of `structured_outputs.grammar`.
    pub guided_grammar: Option<String>,
    /// Extension: where the grammar cannot enforce the whole schema, validate the answer and ask
    /// again, at most twice, instead of refusing the schema.
    pub x_repair: Option<bool>,
    /// Functions that the model may ask to have called.
    pub tools: Option<Vec<ToolBody>>,
    /// Whether it does: `auto` unless said otherwise.
    pub tool_choice: Option<ToolChoiceBody>,
    /// Whether one answer may hold several calls; `true` unless said otherwise.
    pub parallel_tool_calls: Option<bool>,
    /// Whether to give log probabilities.
    pub logprobs: Option<bool>,
    /// Alternatives of each token, 0 to 20; needs `logprobs`.
    #[schema(maximum = 20)]
    pub top_logprobs: Option<u8>,
    /// Answer piece by piece.
    pub stream: Option<bool>,
    /// Only with `stream`.
    pub stream_options: Option<StreamOptions>,
    /// Only `false`: nothing is stored for later retrieval.
    pub store: Option<bool>,
    /// Everything else: taken without effect where harmless, else refused by name.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Map<String, Value>,
}

/// One text, or up to four.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub(in crate::http) enum Stop {
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
}

/// Options of a stream.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct StreamOptions {
    /// Adds a last chunk with the usage.
    #[serde(default)]
    pub include_usage: bool,
}
