//! Chat models behind one trait, [`ChatModel`].
//!
//! An in-process model is a [`engine::TokenEngine`] (token ids in, logits out) under this crate's
//! own layer: chat template, tokenizer, admission queue, sampler, grammar, stop strings and
//! detokenizer. What OpenAI's API promises is kept here once, for every engine.
//!
//! Absent on purpose: HTTP, configuration, storage, and the engines themselves
//! (`ledgergate-llm-mistralrs`).

pub mod chat;
mod detokenizer;
pub mod engine;
pub mod error;
pub mod gguf;
mod grammar;
pub mod local;
pub mod model_files;
mod numbers;
pub mod repair;
mod sampling;
mod schema;
pub mod scripted;
mod stop;
pub mod template;
pub mod tokenizer;
mod tools;

pub use chat::{
    Caller, ChatModel, ChatRequest, ChoiceRequest, ChoiceScores, Completion, EmbeddingModel,
    EmbeddingRequest, Embeddings, FinishReason, Generation, GenerationEvent, GenerationTimings,
    Message, ModelInfo, OutputFormat, Prompt, PromptScoreRequest, PromptScores, PromptToken, Role,
    Sampling, TokenLogprob, Tool, ToolCall, ToolChoice, Usage,
};
pub use error::{ModelError, ModelFileError};
