//! mistral.rs as a [`TokenEngine`](ledgergate_llm::engine::TokenEngine).
//!
//! mistral.rs turns token ids into logits here and does nothing else: prompts go in as ids, a
//! logits processor hands each step's logits to our picker and leaves the engine one token to
//! choose. Its chat templates, sampling, grammars, stop strings and prefix cache are not used.
//!
//! Absent on purpose: GPUs, safetensors, adapters, and more than one sequence at a time on a CPU,
//! where mistral.rs 0.8.1 mixes the attention of sequences of equal length.

mod engine;
mod error;
mod load;
mod processor;
pub mod requantize;

pub use engine::MistralRsEngine;
pub use error::LoadError;
pub use load::LoadOptions;
pub use requantize::requantize;
