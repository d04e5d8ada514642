//! Which JSON Schemas can be enforced, and the last check of what was generated.
//!
//! The grammar engine leaves out some keywords and drops those it does not know. A schema passes
//! here only if every keyword in it is enforced or is an annotation; the first other one is
//! reported with its JSON Pointer (RFC 6901). What goes on to the grammar engine holds nothing
//! but enforced keywords. `format` is enforced and checked for the formats that [`formats`] knows.

mod formats;
mod keywords;
mod lower;
mod multiples;
mod relax;
mod validate;
mod walk;

#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use crate::error::ModelError;
pub(crate) use lower::lowered;
pub(crate) use relax::Relaxed;
pub(crate) use validate::{errors_of, joined, validator};
use walk::Walk;

/// Bytes of the schema written as JSON.
const MOST_BYTES: usize = 256 * 1024;

/// A schema that the grammar enforces, and a validator of the caller's own schema.
pub(crate) struct AdmittedSchema {
    enforced: Value,
    validator: jsonschema::Validator,
}

impl std::fmt::Debug for AdmittedSchema {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("AdmittedSchema")
            .field("enforced", &self.enforced)
            .finish_non_exhaustive()
    }
}

impl AdmittedSchema {
    /// Checks every keyword.
    ///
    /// # Errors
    /// [`ModelError::UnsupportedSchema`] with a pointer to the first keyword that cannot be
    /// enforced.
    pub(crate) fn admit(schema: &Value) -> Result<Self, ModelError> {
        check_size(schema)?;
        let enforced = Walk::new(schema, &mut |pointer, message| {
            Err(unsupported(pointer, message))
        })
        .enforced_part(schema, "", 0)?;
        if enforced == Value::Bool(false) {
            return Err(unsupported("", "nothing is valid under the schema `false`"));
        }
        if let Some(pointer) = multiples::too_large(&enforced) {
            return Err(unsupported(&pointer, multiples::WHY));
        }
        let validator = validator(schema)?;
        // The root must be an object for the grammar options to be set on it.
        let enforced = if enforced.is_boolean() {
            Value::Object(Map::new())
        } else {
            enforced
        };
        Ok(Self {
            enforced,
            validator,
        })
    }

    /// The schema with nothing but enforced keywords.
    pub(crate) fn enforced(&self) -> &Value {
        &self.enforced
    }

    /// The last check of a finished answer.
    ///
    /// # Errors
    /// [`ModelError::AnswerInvalid`]: the grammar should have made this impossible.
    pub(crate) fn check_answer(&self, text: &str) -> Result<(), ModelError> {
        let errors = errors_of(&self.validator, text);
        if errors.is_empty() {
            return Ok(());
        }
        Err(ModelError::AnswerInvalid {
            attempts: 1,
            message: joined(&errors, |error| &error.without_text),
        })
    }
}

fn check_size(schema: &Value) -> Result<(), ModelError> {
    if schema.to_string().len() > MOST_BYTES {
        return Err(unsupported(
            "",
            format!("the schema is over {MOST_BYTES} bytes long"),
        ));
    }
    Ok(())
}

fn unsupported(pointer: &str, message: impl Into<String>) -> ModelError {
    ModelError::unsupported_schema(pointer, message)
}
