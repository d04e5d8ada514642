//! mistral.rs as a [`TokenEngine`](ledgergate_llm::engine::TokenEngine).
//!
//! mistral.rs turns token ids into logits here and does nothing else: prompts go in as ids, a
//! logits processor hands each step's logits to our picker and leaves the engine one token to
//! choose. Its chat templates, sampling, grammars, stop strings and prefix cache are not used.
//!
//! A model comes as a GGUF file, or as a folder of safetensors that is quantised while it is read.
//! Every path is checked before mistral.rs sees it, so it never asks a model hub.
//!
//! Absent on purpose: GPUs, adapters, and more than one sequence at a time on a CPU,
//! where mistral.rs 0.8.1 mixes the attention of sequences of equal length.

mod engine;
mod error;
mod experts;
mod folder;
mod load;
mod processor;
pub mod requantize;

pub use engine::MistralRsEngine;
pub use error::LoadError;
pub use folder::Quantisation;
pub use load::LoadOptions;
pub use requantize::requantize;
