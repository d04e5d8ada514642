//! The bodies of OpenAI's completion API.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use crate::http::openai::wire::{ChunkUsage, UsageBody};

/// Whole answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct TextCompletion {
    /// `cmpl-` and a UUID.
    #[schema(example = "cmpl-01934c2e9f7b7cc2a1d0e5f2b7a90c11")]
    pub id: String,
    /// `text_completion`.
    pub object: &'static str,
    /// Unix time in seconds.
    pub created: i64,
    /// The model that answered.
    pub model: String,
    /// `n` for each prompt, in the order of the prompts.
    pub choices: Vec<TextChoice>,
    /// Tokens read and written, of all prompts and all answers, also those that `best_of` left
    /// out.
    pub usage: UsageBody,
    /// Changes when the weights or the engine change.
    pub system_fingerprint: String,
}

/// A piece of streamed answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct TextCompletionChunk {
    /// The same in every chunk.
    pub id: String,
    /// `text_completion`.
    pub object: &'static str,
    /// The same in every chunk.
    pub created: i64,
    /// The model that answers.
    pub model: String,
    /// Changes when the weights or the engine change.
    pub system_fingerprint: String,
    /// Empty in the usage chunk.
    pub choices: Vec<TextChoice>,
    /// Only with `stream_options.include_usage`: `null` but in the last chunk.
    #[serde(skip_serializing_if = "ChunkUsage::is_left_out")]
    #[schema(value_type = Option<UsageBody>)]
    pub usage: ChunkUsage,
}

/// One answer, or a piece of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct TextChoice {
    /// The text, after its prompt with `echo`.
    pub text: String,
    /// The prompt's index times `n`, and 0 to n - 1.
    pub index: u32,
    /// `null` unless asked for.
    pub logprobs: Option<TextLogprobs>,
    /// `stop`, or `length` when the answer was cut off; `null` in a piece before the last.
    #[schema(example = "stop")]
    pub finish_reason: Option<&'static str>,
}

/// Log probabilities of a text's tokens: lists of one length.
#[derive(Debug, Default, Clone, PartialEq, Serialize, ToSchema)]
pub struct TextLogprobs {
    /// Their texts; one that is part of a character is `bytes:` and its bytes as `\x..`.
    pub tokens: Vec<String>,
    /// Natural logarithms of their probabilities in the model's own distribution; `null` for a
    /// prompt's first token.
    pub token_logprobs: Vec<Option<f32>>,
    /// The likeliest tokens there and the token itself; `null` for a prompt's first token.
    #[schema(value_type = Vec<Option<std::collections::HashMap<String, f32>>>)]
    pub top_logprobs: Vec<Option<TopLogprobs>>,
    /// Where they begin in the choice's whole text, in characters.
    pub text_offset: Vec<usize>,
}

/// Tokens with their log probabilities, as one JSON object.
#[derive(Debug, Clone, PartialEq)]
pub struct TopLogprobs(pub Vec<(String, f32)>);

impl Serialize for TopLogprobs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (token, logprob) in &self.0 {
            map.serialize_entry(token, logprob)?;
        }
        map.end()
    }
}
