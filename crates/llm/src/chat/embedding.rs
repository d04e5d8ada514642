//! Texts as vectors.

use std::time::Instant;

use async_trait::async_trait;

use super::{Caller, Prompt};
use crate::error::ModelError;

/// Asks for the vectors of some texts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EmbeddingRequest {
    /// Texts or tokens, at least one.
    pub inputs: Vec<Prompt>,
    /// The length of a vector, where the model lets the caller choose it; `None` is the model's.
    pub dimensions: Option<u32>,
    /// Who asks: the queue is fair between callers.
    pub caller: Caller,
    /// When the caller stops waiting; queueing counts.
    pub deadline: Option<Instant>,
}

/// The vectors of some texts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Embeddings {
    /// One for each input, in order, all of one length.
    pub vectors: Vec<Vec<f32>>,
    /// Tokens read, of all inputs together.
    pub prompt_tokens: u32,
}

/// What a model that embeds can do.
#[async_trait]
pub trait EmbeddingModel: Send + Sync {
    /// Turns texts into vectors.
    ///
    /// # Errors
    /// Whatever is wrong with the request, an input's length or the queue.
    async fn embed(&self, request: EmbeddingRequest) -> Result<Embeddings, ModelError>;
}
