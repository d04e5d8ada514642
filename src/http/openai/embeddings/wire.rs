//! The bodies of OpenAI's embeddings API.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ledgergate_llm::chat::Embeddings;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How vectors are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::http) enum VectorForm {
    /// A list of numbers.
    #[default]
    Float,
    /// Little-endian 32-bit floats in base64.
    Base64,
}

/// A vector for each input.
#[derive(Debug, Serialize, ToSchema)]
pub struct EmbeddingList {
    /// `list`.
    pub object: &'static str,
    /// In the order of the inputs.
    pub data: Vec<EmbeddingBody>,
    /// The model that embedded.
    pub model: String,
    /// Tokens read.
    pub usage: EmbeddingUsage,
}

/// One input's vector.
#[derive(Debug, Serialize, ToSchema)]
pub struct EmbeddingBody {
    /// `embedding`.
    pub object: &'static str,
    /// Which input.
    pub index: usize,
    /// The vector.
    pub embedding: Vector,
}

/// A vector as numbers or base64.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Vector {
    /// Numbers.
    Numbers(Vec<f32>),
    /// Little-endian 32-bit floats in base64.
    Base64(String),
}

/// Tokens read.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct EmbeddingUsage {
    /// Of all inputs.
    pub prompt_tokens: u32,
    /// The same.
    pub total_tokens: u32,
}

impl EmbeddingList {
    /// What a model gave.
    pub(super) fn new(model: String, embeddings: Embeddings, form: VectorForm) -> Self {
        let data = embeddings
            .vectors
            .into_iter()
            .enumerate()
            .map(|(index, vector)| EmbeddingBody {
                object: "embedding",
                index,
                embedding: Vector::new(vector, form),
            })
            .collect();
        Self {
            object: "list",
            data,
            model,
            usage: EmbeddingUsage {
                prompt_tokens: embeddings.prompt_tokens,
                total_tokens: embeddings.prompt_tokens,
            },
        }
    }
}

impl Vector {
    fn new(numbers: Vec<f32>, form: VectorForm) -> Self {
        match form {
            VectorForm::Float => Self::Numbers(numbers),
            VectorForm::Base64 => {
                let bytes: Vec<u8> = numbers
                    .iter()
                    .flat_map(|number| number.to_le_bytes())
                    .collect();
                Self::Base64(STANDARD.encode(bytes))
            }
        }
    }
}
