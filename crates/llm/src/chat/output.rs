//! How an answer is chosen and what form it must have.

use std::collections::BTreeMap;

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
    /// JSON that validates against this JSON Schema.
    JsonSchema(serde_json::Value),
    /// Text that a regular expression (Rust's syntax, anchored at both ends) matches whole.
    Regex(String),
    /// One of these texts.
    Choice(Vec<String>),
    /// Text of a grammar in llguidance's Lark dialect.
    Lark(String),
}
