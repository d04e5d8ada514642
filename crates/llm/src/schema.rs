//! Which JSON Schemas can be enforced, and the last check of what was generated.
//!
//! The grammar engine leaves out some keywords and drops those it does not know. A schema passes
//! here only if every keyword in it is enforced or is an annotation; the first other one is
//! reported with its JSON Pointer (RFC 6901). What goes on to the grammar engine holds nothing
//! but enforced keywords. `format` is enforced and checked for the formats that [`formats`] knows.

mod formats;
mod lower;
mod multiples;
mod relax;
mod validate;

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::error::ModelError;
pub(crate) use lower::lowered;
pub(crate) use relax::Relaxed;
pub(crate) use validate::{errors_of, joined, validator};

/// Levels of nesting; deeper schemas would overflow the compiler's stack.
const MOST_LEVELS: usize = 64;

/// Bytes of the schema written as JSON.
const MOST_BYTES: usize = 256 * 1024;

/// Keywords whose value is enforced as it stands.
const ENFORCED: [&str; 19] = [
    "const",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
    "required",
    "type",
    "$ref",
    "$schema",
];

/// Keywords that hold one schema.
const ONE_SCHEMA: [&str; 2] = ["additionalProperties", "items"];

/// Keywords that hold a list of schemas.
const LISTS_OF_SCHEMAS: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];

/// Keywords that hold named schemas.
const NAMED_SCHEMAS: [&str; 4] = ["$defs", "definitions", "patternProperties", "properties"];

/// Annotations: they say nothing about what is valid.
const ANNOTATIONS: [&str; 14] = [
    "$anchor",
    "$comment",
    "$id",
    "contentEncoding",
    "contentMediaType",
    "default",
    "deprecated",
    "description",
    "discriminator",
    "example",
    "examples",
    "readOnly",
    "title",
    "writeOnly",
];

/// Drafts whose meaning of the keywords above is the same.
const DRAFTS: [&str; 3] = [
    "https://json-schema.org/draft/2020-12/schema",
    "https://json-schema.org/draft/2019-09/schema",
    "http://json-schema.org/draft-07/schema",
];

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

/// A pointer one step deeper.
fn below(pointer: &str, step: &str) -> String {
    format!("{pointer}/{}", step.replace('~', "~0").replace('/', "~1"))
}

/// What the walk through a schema does with a keyword that cannot be enforced: it gets the
/// keyword's pointer and why, and the walk goes on without the keyword if it returns `Ok`.
type Refused<'w> = dyn FnMut(&str, String) -> Result<(), ModelError> + 'w;

/// A walk through one schema.
struct Walk<'w> {
    /// Before 2020-12, a list under `items` is what `prefixItems` is now.
    lists_under_items: bool,
    refused: &'w mut Refused<'w>,
}

impl<'w> Walk<'w> {
    fn new(root: &Value, refused: &'w mut Refused<'w>) -> Self {
        let draft = root.get("$schema").and_then(Value::as_str);
        Self {
            lists_under_items: draft.is_some_and(|draft| {
                let draft = draft.trim_end_matches('#');
                DRAFTS[1..].contains(&draft)
            }),
            refused,
        }
    }

    /// The schema with the keywords that are enforced.
    fn enforced_part(
        &mut self,
        schema: &Value,
        pointer: &str,
        level: usize,
    ) -> Result<Value, ModelError> {
        if level > MOST_LEVELS {
            return Err(unsupported(
                pointer,
                format!("schemas may nest {MOST_LEVELS} levels deep"),
            ));
        }
        let keywords = match schema {
            Value::Bool(_) => return Ok(schema.clone()),
            Value::Object(keywords) => keywords,
            _ => {
                return Err(unsupported(
                    pointer,
                    "a schema must be an object or a boolean",
                ));
            }
        };
        let mut kept = Map::new();
        for (keyword, value) in keywords {
            let here = below(pointer, keyword);
            let name = self.meaning_of(keyword, value, keywords);
            if ENFORCED.contains(&name) {
                let checked = check_value(name, value, &here)
                    .and_then(|()| check_beside(name, value, keywords, &here));
                match checked {
                    Ok(()) => {
                        kept.insert(name.to_owned(), value.clone());
                    }
                    Err(refusal) => self.refuse(&here, refusal)?,
                }
            } else if ONE_SCHEMA.contains(&name) {
                let part = self.enforced_part(value, &here, level + 1)?;
                kept.insert(name.to_owned(), part);
            } else if LISTS_OF_SCHEMAS.contains(&name) {
                let list = self.list(name, value, &here, level)?;
                kept.insert(name.to_owned(), list);
            } else if NAMED_SCHEMAS.contains(&name) {
                let named = self.named(name, value, &here, level)?;
                kept.insert(name.to_owned(), named);
            } else if let Err(refusal) = check_dropped(name, value, &here) {
                self.refuse(&here, refusal)?;
            }
        }
        Ok(Value::Object(kept))
    }

    /// The keyword of 2020-12 that means the same where this one stands.
    fn meaning_of<'k>(
        &self,
        keyword: &'k str,
        value: &Value,
        beside: &Map<String, Value>,
    ) -> &'k str {
        let in_place = [
            "$ref",
            "allOf",
            "anyOf",
            "oneOf",
            "if",
            "not",
            "dependentSchemas",
        ];
        match keyword {
            "items" if self.lists_under_items && value.is_array() => "prefixItems",
            "additionalItems"
                if self.lists_under_items && beside.get("items").is_some_and(Value::is_array) =>
            {
                "items"
            }
            "prefixItems" if self.lists_under_items => "prefixItems of a later draft",
            // Nothing else can evaluate a property here, so the rest is what is additional.
            "unevaluatedProperties"
                if !beside.contains_key("additionalProperties")
                    && !in_place.iter().any(|other| beside.contains_key(*other)) =>
            {
                "additionalProperties"
            }
            other => other,
        }
    }

    fn refuse(&mut self, pointer: &str, refusal: Refusal) -> Result<(), ModelError> {
        match refusal {
            Refusal::Malformed(message) => Err(unsupported(pointer, message)),
            Refusal::NotEnforced(message) => (self.refused)(pointer, message),
        }
    }

    fn list(
        &mut self,
        name: &str,
        value: &Value,
        pointer: &str,
        level: usize,
    ) -> Result<Value, ModelError> {
        let list = value
            .as_array()
            .filter(|list| !list.is_empty())
            .ok_or_else(|| unsupported(pointer, format!("`{name}` must be a list of schemas")))?;
        (0..)
            .zip(list)
            .map(|(index, part): (usize, _)| {
                self.enforced_part(part, &below(pointer, &index.to_string()), level + 1)
            })
            .collect::<Result<_, _>>()
            .map(Value::Array)
    }

    fn named(
        &mut self,
        name: &str,
        value: &Value,
        pointer: &str,
        level: usize,
    ) -> Result<Value, ModelError> {
        let named = value
            .as_object()
            .ok_or_else(|| unsupported(pointer, format!("`{name}` must be named schemas")))?;
        named
            .iter()
            .map(|(key, part)| {
                let part = self.enforced_part(part, &below(pointer, key), level + 1)?;
                Ok((key.clone(), part))
            })
            .collect::<Result<_, ModelError>>()
            .map(Value::Object)
    }
}

/// Why a keyword does not go on to the grammar.
enum Refusal {
    /// It is no schema of a known draft.
    Malformed(String),
    /// The grammar has no means for it.
    NotEnforced(String),
}

fn not_enforced(message: impl Into<String>) -> Result<(), Refusal> {
    Err(Refusal::NotEnforced(message.into()))
}

/// Values of enforced keywords that the grammar engine and the validator may read differently.
fn check_value(name: &str, value: &Value, pointer: &str) -> Result<(), Refusal> {
    match name {
        "$ref" => {
            let local = value.as_str().is_some_and(|reference| {
                (reference == "#" || reference.starts_with("#/")) && !reference.contains(['~', '%'])
            });
            if !local {
                return not_enforced(
                    "only references into the schema itself (`#/…`, no escapes) are supported",
                );
            }
        }
        "$schema" => {
            if pointer != "/$schema" {
                return Err(Refusal::Malformed(
                    "only the root of a schema says its draft".to_owned(),
                ));
            }
            let draft = value.as_str().map(|draft| draft.trim_end_matches('#'));
            if !draft.is_some_and(|draft| DRAFTS.contains(&draft)) {
                return Err(Refusal::Malformed(
                    "only drafts 2020-12, 2019-09 and 7 are supported".to_owned(),
                ));
            }
        }
        "format" if value.as_str().and_then(formats::pattern_of).is_none() => {
            let message = format!("the format {value} is not supported");
            let known = value.as_str().is_some_and(|format| {
                jsonschema::options().is_known_format(jsonschema::Draft::Draft202012, format)
            });
            // What the validator does not know either would be checked by nobody.
            return Err(if known {
                Refusal::NotEnforced(message)
            } else {
                Refusal::Malformed(message)
            });
        }
        "exclusiveMinimum" | "exclusiveMaximum" if value.is_boolean() => {
            return Err(Refusal::Malformed(format!(
                "`{name}` must be a number (draft 6 on)"
            )));
        }
        "const" | "enum" | "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum"
        | "multipleOf" => check_constants(value)?,
        _ => {}
    }
    Ok(())
}

/// The grammar counts the names of an object as they come, and additional ones may come twice; so
/// it can count on one more than the required ones only.
fn check_beside(
    name: &str,
    value: &Value,
    beside: &Map<String, Value>,
    pointer: &str,
) -> Result<(), Refusal> {
    let closed = beside.get("additionalProperties") == Some(&Value::Bool(false))
        && !beside.contains_key("patternProperties");
    if name != "minProperties" || closed {
        return Ok(());
    }
    let required: BTreeSet<&str> = beside
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if value
        .as_u64()
        .is_some_and(|least| least > required.len() as u64 + 1)
    {
        return not_enforced(format!(
            "{pointer} of an open object can be one above the number of `required` names at most"
        ));
    }
    Ok(())
}

/// The grammar engine computes in doubles, so larger integers would change; and it writes no
/// character as `\u…`.
fn check_constants(value: &Value) -> Result<(), Refusal> {
    const EXACT_UP_TO: f64 = 9_007_199_254_740_992.0;
    match value {
        Value::Number(number) => {
            if number
                .as_f64()
                .is_some_and(|number| number.abs() < EXACT_UP_TO)
            {
                return Ok(());
            }
            not_enforced(format!("the number {number} is 2^53 or beyond"))
        }
        Value::String(text) => {
            let unwritable = |c: char| {
                c == '\u{7F}' || c < ' ' && !matches!(c, '\n' | '\r' | '\t' | '\u{8}' | '\u{C}')
            };
            if text.chars().any(unwritable) {
                return not_enforced("control characters that JSON has no letter for");
            }
            Ok(())
        }
        Value::Array(values) => values.iter().try_for_each(check_constants),
        Value::Object(values) => values.values().try_for_each(check_constants),
        _ => Ok(()),
    }
}

/// Keywords that do not go on to the grammar: annotations, and those that ask for nothing.
fn check_dropped(name: &str, value: &Value, pointer: &str) -> Result<(), Refusal> {
    let asks_for_nothing = match name {
        "uniqueItems" | "nullable" => value == &Value::Bool(false),
        "x-guidance" => true,
        _ => ANNOTATIONS.contains(&name) || name.starts_with("x-"),
    };
    // Below the root an `$id` changes what references mean.
    if name == "$id" && pointer != "/$id" {
        return Err(Refusal::Malformed("only the root has an `$id`".to_owned()));
    }
    if asks_for_nothing {
        return Ok(());
    }
    not_enforced(format!("the keyword `{name}` cannot be enforced"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pointer_of(schema: &Value) -> String {
        match AdmittedSchema::admit(schema) {
            Err(ModelError::UnsupportedSchema { pointer, .. }) => pointer,
            other => panic!("{schema}: {other:?}"),
        }
    }

    #[test]
    fn what_cannot_be_enforced_is_refused_with_its_place() {
        for (schema, pointer) in [
            (json!({"not": {}}), "/not"),
            (
                json!({"type": "array", "uniqueItems": true}),
                "/uniqueItems",
            ),
            (
                json!({"properties": {"a/b": {"if": {}, "then": {}}}}),
                "/properties/a~1b/if",
            ),
            (
                json!({"anyOf": [{}, {"contains": {}}]}),
                "/anyOf/1/contains",
            ),
            (json!({"$defs": {"a": {"minumum": 3}}}), "/$defs/a/minumum"),
            (json!({"type": "string", "format": "color"}), "/format"),
            (json!({"$ref": "https://example.com/a.json"}), "/$ref"),
            (json!({"items": [{}]}), "/items"),
            (json!({"const": 9_007_199_254_740_993_u64}), "/const"),
            (
                json!({"properties": {"a": {"$id": "b"}}}),
                "/properties/a/$id",
            ),
            (
                json!({"$schema": "http://json-schema.org/draft-04/schema#"}),
                "/$schema",
            ),
            (json!(false), ""),
            (json!(3), ""),
        ] {
            assert_eq!(pointer_of(&schema), pointer, "{schema}");
        }
    }

    #[test]
    fn annotations_and_callers_grammar_options_are_dropped() {
        let schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "t", "x-guidance": {"whitespace_flexible": true}, "x-note": 1,
            "type": "object",
            "properties": {"a": {"description": "d", "type": "integer", "uniqueItems": false}},
        });
        let admitted = AdmittedSchema::admit(&schema).unwrap();
        assert_eq!(
            admitted.enforced(),
            &json!({
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "type": "object",
                "properties": {"a": {"type": "integer"}},
            })
        );
    }

    #[test]
    fn the_last_check_is_of_the_callers_schema() {
        let admitted = AdmittedSchema::admit(&json!({"type": "integer", "minimum": 3})).unwrap();
        assert!(admitted.check_answer("4").is_ok());
        assert!(matches!(
            admitted.check_answer("2"),
            Err(ModelError::AnswerInvalid { .. })
        ));
        assert!(matches!(
            admitted.check_answer("4 4"),
            Err(ModelError::AnswerInvalid { .. })
        ));
    }

    #[test]
    fn too_deep_is_refused() {
        let deep = (0..80).fold(json!({}), |inner, _| json!({"items": inner}));
        assert!(pointer_of(&deep).starts_with("/items/items"));
    }
}
