//! The body of a request for a response, as OpenAI's clients send it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::items::InputItem;
use super::tools::{FunctionToolBody, ToolChoiceBody};
use crate::http::openai::form::StructuredOutputs;

/// A request for a response. Nothing is stored: each request brings its whole conversation.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::http) struct ResponseRequest {
    /// A name from `/v1/models`, or `default`.
    #[schema(example = "smollm2-135m")]
    pub model: String,
    /// What the user says, or the items of a conversation, oldest first.
    #[schema(value_type = InputSchema)]
    pub input: Option<InputBody>,
    /// Standing instructions, before the input.
    pub instructions: Option<String>,
    /// Tokens of the answer.
    #[schema(minimum = 1)]
    pub max_output_tokens: Option<u32>,
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
    /// Extension: the same seed and request give the same answer.
    pub seed: Option<i64>,
    /// The form of the answer.
    pub text: Option<TextBody>,
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
    pub tools: Option<Vec<FunctionToolBody>>,
    /// Whether it does: `auto` unless said otherwise.
    pub tool_choice: Option<ToolChoiceBody>,
    /// Whether one answer may hold several calls; `true` unless said otherwise.
    pub parallel_tool_calls: Option<bool>,
    /// Only `message.output_text.logprobs`.
    pub include: Option<Vec<String>>,
    /// Alternatives of each token, 0 to 20; needs `include` with the log probabilities.
    #[schema(maximum = 20)]
    pub top_logprobs: Option<u8>,
    /// Given back with the answer: up to 16 texts by name.
    #[schema(value_type = Option<std::collections::HashMap<String, String>>)]
    pub metadata: Option<Map<String, Value>>,
    /// Given back with the answer.
    pub user: Option<String>,
    /// Given back with the answer.
    pub safety_identifier: Option<String>,
    /// Given back with the answer.
    pub prompt_cache_key: Option<String>,
    /// Only `false`, which is also the default here: nothing is stored.
    pub store: Option<bool>,
    /// Only `false`.
    pub background: Option<bool>,
    /// Only `disabled`: an input that is too long is refused.
    pub truncation: Option<String>,
    /// Only without an effort and a summary: the model does not reason apart from its answer.
    pub reasoning: Option<ReasoningBody>,
    /// Answer piece by piece.
    pub stream: Option<bool>,
    /// Only with `stream`.
    pub stream_options: Option<ResponseStreamOptions>,
    /// Everything else: taken without effect where harmless, else refused by name.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Map<String, Value>,
}

/// What the user says, or items; each item is read by its type.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "neither a text nor a list of items")]
pub(in crate::http) enum InputBody {
    /// The user's words.
    Text(String),
    /// Items.
    Items(Vec<Map<String, Value>>),
}

/// A text, or the items of a conversation: says in the OpenAPI document what items there are.
#[derive(Deserialize, ToSchema)]
#[schema(as = ResponseInput)]
#[expect(
    dead_code,
    reason = "items are read one by one, so that errors name them"
)]
#[serde(untagged)]
pub(in crate::http) enum InputSchema {
    /// The user's words.
    Text(String),
    /// Oldest first.
    Items(Vec<InputItem>),
}

/// The form of the answer.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct TextBody {
    /// Text unless said otherwise.
    pub format: Option<TextFormat>,
    /// Only `medium`: the model has no setting for it.
    pub verbosity: Option<String>,
}

/// The form of a text.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum TextFormat {
    /// Anything.
    Text {},
    /// One JSON object.
    JsonObject {},
    /// JSON by a schema.
    JsonSchema {
        /// For people.
        name: String,
        /// For people.
        #[serde(skip_serializing_if = "Option::is_none")]
        description: Option<String>,
        /// JSON Schema, 2020-12.
        #[schema(value_type = Object)]
        schema: Value,
        /// The schema is enforced either way.
        strict: Option<bool>,
    },
}

/// How a model reasons.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ReasoningBody {
    /// Only `none`.
    pub effort: Option<String>,
    /// Only `null`.
    pub summary: Option<String>,
    /// Only `null`; the old name of `summary`.
    pub generate_summary: Option<String>,
}

/// Options of a stream.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ResponseStreamOptions {
    /// Only `false`: events have no padding.
    pub include_obfuscation: Option<bool>,
}
