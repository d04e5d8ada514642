//! The use cases: an accounting request from its body to a kept decision. The accounting core
//! asks its questions as data; here they are put to a model.

pub mod accuracy;
mod ask;
pub mod assess;
pub mod calibration;
pub mod feedback;
mod history;
pub mod keep;
mod large;
pub mod process;
mod read;
pub mod reconcile;
pub mod request;
pub mod statements;
pub mod under_way;
mod unique_json;
pub mod validate;

use ledgergate_accounting::InputError;
use ledgergate_accounting::document::DocumentError;
use ledgergate_llm::error::ModelError;
use uuid::Uuid;

use crate::models::UnknownModel;
use crate::store::StoreError;

/// Why an accounting request has no answer.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    /// The document cannot be taken.
    #[error("/document{}: {}", .0.pointer(), .0.message())]
    Document(DocumentError),
    /// Another part of the request is wrong.
    #[error("{}: {}", .0.pointer, .0.message)]
    Input(InputError),
    /// No result has this id.
    #[error("there is no result '{0}'")]
    UnknownResult(String),
    /// The model is not configured.
    #[error(transparent)]
    UnknownModel(#[from] UnknownModel),
    /// The model failed where the caller insisted on it.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The decision cannot be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The task that reads or matches what is large, or that keeps the decision, broke.
    #[error("the work broke off: {0}")]
    Interrupted(tokio::task::JoinError),
    /// A reply cannot be written as JSON.
    #[error("decision {decision} cannot be written as JSON: {cause}")]
    Unserialisable {
        /// The decision's id.
        decision: Uuid,
        /// What serde said.
        cause: serde_json::Error,
    },
}
