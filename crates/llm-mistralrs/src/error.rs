//! What can go wrong before the first answer.

use ledgergate_llm::error::{ModelError, ModelFileError};
use thiserror::Error;

/// Why a model cannot be loaded or requantised.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The model's file is not what it should be.
    #[error(transparent)]
    File(#[from] ModelFileError),
    /// The quantisation does not go with the kind of files.
    #[error("quantisation: {0}")]
    Quantisation(&'static str),
    /// mistral.rs refused the model.
    #[error("mistral.rs cannot load the model: {message}")]
    Engine {
        /// What it said, with its causes.
        message: String,
    },
    /// mistral.rs loaded the model and does not run it as it must.
    #[error("mistral.rs loaded the model and failed its first run: {0}")]
    FirstRun(ModelError),
    /// A tensor cannot be converted.
    #[error("tensor `{name}`: {message}")]
    Tensor {
        /// The tensor.
        name: String,
        /// What candle said.
        message: String,
    },
    /// The requantised file cannot be written.
    #[error("cannot write {path}: {message}")]
    Write {
        /// The file.
        path: String,
        /// Why.
        message: String,
    },
}
