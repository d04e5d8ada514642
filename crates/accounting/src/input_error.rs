//! The one error of the crate's inputs: which field, and what is wrong with it.

use serde::Serialize;

/// A field of the caller's input that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[error("{pointer}: {message}")]
pub struct InputError {
    /// JSON Pointer to the field, within the object that was given (`/accounts/3/code`).
    pub pointer: String,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl InputError {
    /// An error at a JSON Pointer.
    pub fn new(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            message: message.into(),
        }
    }
}

/// Reads `value` as `T`; an error names the field where it arose.
pub(crate) fn from_value<T: serde::de::DeserializeOwned>(
    value: &serde_json::Value,
) -> Result<T, InputError> {
    serde_path_to_error::deserialize(value)
        .map_err(|error| InputError::new(pointer_of(error.path()), error.inner().to_string()))
}

fn pointer_of(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;

    path.iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(format!("/{index}")),
            Segment::Map { key } => Some(format!("/{}", key.replace('~', "~0").replace('/', "~1"))),
            Segment::Enum { variant } => Some(format!("/{variant}")),
            Segment::Unknown => None,
        })
        .collect()
}
