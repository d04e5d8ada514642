//! The body of a request for embeddings, as OpenAI's clients send it.

use std::time::Instant;

use ledgergate_llm::chat::{Caller, EmbeddingRequest, Prompt};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::wire::VectorForm;
use crate::http::error::ApiError;
use crate::http::openai::completions::body::PromptBody;
use crate::http::openai::fields::{in_range, refuse_unknown};

/// OpenAI's limit.
const MOST_INPUTS: usize = 2048;

/// A request for embeddings.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::http) struct EmbeddingsRequest {
    /// A name from `/v1/models`, or `default`.
    pub model: String,
    /// Up to 2048 texts, none of them empty.
    pub input: PromptBody,
    /// `float` unless said otherwise.
    pub encoding_format: Option<VectorForm>,
    /// The length of the vectors, where the model lets the caller choose it.
    #[schema(minimum = 1)]
    pub dimensions: Option<u32>,
    /// Everything else: taken without effect where harmless, else refused by name.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Map<String, Value>,
}

/// A request, understood.
#[derive(Debug)]
pub(super) struct ParsedRequest {
    /// The model's name as asked for.
    pub(super) model: String,
    /// What to embed.
    pub(super) embedding: EmbeddingRequest,
    /// How to write the vectors.
    pub(super) form: VectorForm,
}

impl EmbeddingsRequest {
    /// Checks every field.
    pub(super) fn parse(self, deadline: Instant) -> Result<ParsedRequest, ApiError> {
        refuse_unknown(&self.rest)?;
        if let Some(dimensions) = self.dimensions {
            in_range("dimensions", dimensions, 1, u32::MAX)?;
        }
        Ok(ParsedRequest {
            model: self.model,
            embedding: EmbeddingRequest {
                inputs: inputs(self.input)?,
                dimensions: self.dimensions,
                caller: Caller::default(),
                deadline: Some(deadline),
            },
            form: self.encoding_format.unwrap_or_default(),
        })
    }
}

fn inputs(body: PromptBody) -> Result<Vec<Prompt>, ApiError> {
    let (inputs, listed): (Vec<Prompt>, bool) = match body {
        PromptBody::Text(text) => (vec![Prompt::Text(text)], false),
        PromptBody::Tokens(ids) => (vec![Prompt::Tokens(ids)], false),
        PromptBody::Texts(texts) => (texts.into_iter().map(Prompt::Text).collect(), true),
        PromptBody::TokenLists(lists) => (lists.into_iter().map(Prompt::Tokens).collect(), true),
    };
    if inputs.is_empty() || inputs.len() > MOST_INPUTS {
        return Err(ApiError::invalid(
            "input",
            format!("1 to {MOST_INPUTS} texts; there are {}", inputs.len()),
        ));
    }
    let is_empty = |input: &Prompt| match input {
        Prompt::Text(text) => text.is_empty(),
        Prompt::Tokens(ids) => ids.is_empty(),
        Prompt::Conversation(messages) => messages.is_empty(),
    };
    match inputs.iter().position(is_empty) {
        None => Ok(inputs),
        Some(index) if listed => Err(ApiError::invalid(
            format!("input[{index}]"),
            "an empty text has no vector",
        )),
        Some(_) => Err(ApiError::invalid("input", "an empty text has no vector")),
    }
}
