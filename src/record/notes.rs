//! Hashes that tell requests with the same prompt or schema apart from others, without keeping
//! either.
//!
//! The prompt of a request is the values of its fields [`PROMPT_FIELDS`], its schema those of
//! [`SCHEMA_FIELDS`]. A hash is the SHA-256 of the one value there is as JSON without white space,
//! keys in their order; of several, of the array of them in the order of the list.

use serde_json::Value;
use sha2::{Digest, Sha256};

/// The fields that a model or a rule reads.
pub const PROMPT_FIELDS: [&str; 10] = [
    "instructions",
    "messages",
    "prompt",
    "suffix",
    "input",
    "document",
    "entry",
    "statement",
    "bank_lines",
    "open_items",
];

/// The fields that give an answer its form.
pub const SCHEMA_FIELDS: [&str; 8] = [
    "response_format",
    "text",
    "structured_outputs",
    "guided_json",
    "guided_regex",
    "guided_choice",
    "guided_grammar",
    "tools",
];

/// What is known of a body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notes {
    /// The model that it names.
    pub model: Option<String>,
    /// SHA-256 of its prompt.
    pub prompt_sha256: Option<[u8; 32]>,
    /// SHA-256 of what gives the answer its form.
    pub schema_sha256: Option<[u8; 32]>,
}

impl Notes {
    /// Of a body; nothing of one that is no JSON object.
    pub fn of(body: &[u8]) -> Self {
        Self::of_parsed(serde_json::from_slice(body).ok().as_ref())
    }

    /// Of a body that was parsed, if it could be.
    pub fn of_parsed(body: Option<&Value>) -> Self {
        let Some(Value::Object(fields)) = body else {
            return Self::default();
        };
        let fields = |names: &[&str]| -> Vec<&Value> {
            names
                .iter()
                .filter_map(|name| fields.get(*name))
                .filter(|value| !value.is_null())
                .collect()
        };
        Self {
            model: fields(&["model"])
                .first()
                .and_then(|model| model.as_str())
                .map(str::to_owned),
            prompt_sha256: hash(&fields(&PROMPT_FIELDS)),
            schema_sha256: hash(&fields(&SCHEMA_FIELDS)),
        }
    }
}

fn hash(values: &[&Value]) -> Option<[u8; 32]> {
    let text = match values {
        [] => return None,
        [only] => only.to_string(),
        several => serde_json::to_string(several).ok()?,
    };
    Some(Sha256::digest(text).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_and_other_fields_do_not_change_a_hash() {
        let one = Notes::of(br#"{"model": "a", "messages": [{"role":"user"}], "seed": 1}"#);
        let other = Notes::of(br#"{"messages":[ {"role": "user"} ],"model":"b"}"#);
        assert_eq!(one.prompt_sha256, other.prompt_sha256);
        assert_eq!(
            one.prompt_sha256,
            Some(Sha256::digest(br#"[{"role":"user"}]"#).into())
        );
        assert_eq!((one.schema_sha256, one.model.as_deref()), (None, Some("a")));
    }

    #[test]
    fn several_fields_are_hashed_as_an_array() {
        let notes = Notes::of(br#"{"input": "b", "instructions": "a", "tools": [], "text": null}"#);
        assert_eq!(
            notes.prompt_sha256,
            Some(Sha256::digest(br#"["a","b"]"#).into())
        );
        assert_eq!(notes.schema_sha256, Some(Sha256::digest(b"[]").into()));
    }

    #[test]
    fn what_is_no_object_has_no_notes() {
        assert_eq!(Notes::of(b"[1]"), Notes::default());
        assert_eq!(Notes::of(b"{"), Notes::default());
    }
}
