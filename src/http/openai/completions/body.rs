//! The body of a completion request, as OpenAI's clients send it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::http::openai::chat::body::{Stop, StreamOptions};

/// A completion request.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::http) struct CompletionRequest {
    /// A name from `/v1/models`, or `default`.
    #[schema(example = "smollm2-135m")]
    pub model: String,
    /// What the answer goes on with, as it is: no chat template. Control tokens spelled out in a
    /// text are text.
    pub prompt: Option<PromptBody>,
    /// Tokens of an answer, 16 unless said otherwise; 0 only with `echo`, to score a text.
    #[schema(minimum = 0)]
    pub max_tokens: Option<u32>,
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
    /// Answers to each prompt, 1 to 16.
    #[schema(minimum = 1, maximum = 16)]
    pub n: Option<u32>,
    /// Answers that are generated for each prompt, of which the `n` with the highest mean log
    /// probability are given, the best first; `n` to 16. Not with `stream`.
    #[schema(minimum = 1, maximum = 16)]
    pub best_of: Option<u32>,
    /// Whether an answer's text begins with its prompt; with `logprobs`, the prompt's tokens are
    /// scored too.
    pub echo: Option<bool>,
    /// Alternatives to tell with each token, 0 to 5; the token itself is always among them.
    #[schema(maximum = 5)]
    pub logprobs: Option<u8>,
    /// Up to four texts that end the answer.
    pub stop: Option<Stop>,
    /// Answer piece by piece.
    pub stream: Option<bool>,
    /// Only with `stream`.
    pub stream_options: Option<StreamOptions>,
    /// Everything else: taken without effect where harmless, else refused by name.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Map<String, Value>,
}

/// A text, texts, tokens, or lists of tokens.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(
    untagged,
    expecting = "neither a text, nor a list of texts, of token ids or of lists of token ids"
)]
pub(in crate::http) enum PromptBody {
    /// One text.
    Text(String),
    /// Several, each answered.
    Texts(Vec<String>),
    /// One prompt in the model's own token ids.
    Tokens(Vec<u32>),
    /// Several.
    TokenLists(Vec<Vec<u32>>),
}
