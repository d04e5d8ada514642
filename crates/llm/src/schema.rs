//! Which JSON Schemas can be enforced, and the last check of what was generated.
//!
//! The grammar engine leaves out some keywords and drops those it does not know. A schema passes
//! here only if every keyword in it is enforced or is an annotation; the first other one is
//! reported with its JSON Pointer (RFC 6901). What goes on to the grammar engine holds nothing
//! but enforced keywords. `format` is enforced by the grammar for the formats it knows; the last
//! check treats it as the annotation that draft 2020-12 makes it by default.

use serde_json::{Map, Value};

use crate::error::ModelError;

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

/// Formats the grammar engine knows.
const FORMATS: [&str; 10] = [
    "date",
    "date-time",
    "duration",
    "email",
    "hostname",
    "ipv4",
    "ipv6",
    "time",
    "uri",
    "uuid",
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
        if schema.to_string().len() > MOST_BYTES {
            return Err(unsupported(
                "",
                format!("the schema is over {MOST_BYTES} bytes long"),
            ));
        }
        let enforced = enforced_part(schema, "", 0)?;
        if enforced == Value::Bool(false) {
            return Err(unsupported("", "nothing is valid under the schema `false`"));
        }
        let validator = jsonschema::options()
            .should_validate_formats(false)
            .build(schema)
            .map_err(|error| unsupported(&error.instance_path().to_string(), error.to_string()))?;
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
    /// [`ModelError::Engine`]: the grammar should have made this impossible.
    pub(crate) fn check_answer(&self, text: &str) -> Result<(), ModelError> {
        let broken = |why: String| ModelError::Engine {
            message: format!("the finished answer does not validate: {why}"),
        };
        let answer: Value =
            serde_json::from_str(text).map_err(|error| broken(error.to_string()))?;
        self.validator
            .validate(&answer)
            .map_err(|error| broken(format!("{error} (at {})", error.instance_path())))
    }
}

fn unsupported(pointer: &str, message: impl Into<String>) -> ModelError {
    ModelError::unsupported_schema(pointer, message)
}

/// A pointer one step deeper.
fn below(pointer: &str, step: &str) -> String {
    format!("{pointer}/{}", step.replace('~', "~0").replace('/', "~1"))
}

fn enforced_part(schema: &Value, pointer: &str, level: usize) -> Result<Value, ModelError> {
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
        let name = keyword.as_str();
        if ENFORCED.contains(&name) {
            check_value(name, value, &here)?;
            kept.insert(keyword.clone(), value.clone());
        } else if ONE_SCHEMA.contains(&name) {
            kept.insert(keyword.clone(), enforced_part(value, &here, level + 1)?);
        } else if LISTS_OF_SCHEMAS.contains(&name) {
            let list = value
                .as_array()
                .filter(|list| !list.is_empty())
                .ok_or_else(|| unsupported(&here, format!("`{name}` must be a list of schemas")))?;
            let list = (0..)
                .zip(list)
                .map(|(index, part): (usize, _)| {
                    enforced_part(part, &below(&here, &index.to_string()), level + 1)
                })
                .collect::<Result<_, _>>()?;
            kept.insert(keyword.clone(), Value::Array(list));
        } else if NAMED_SCHEMAS.contains(&name) {
            let named = value
                .as_object()
                .ok_or_else(|| unsupported(&here, format!("`{name}` must be named schemas")))?;
            let named = named
                .iter()
                .map(|(key, part)| {
                    Ok((
                        key.clone(),
                        enforced_part(part, &below(&here, key), level + 1)?,
                    ))
                })
                .collect::<Result<_, ModelError>>()?;
            kept.insert(keyword.clone(), Value::Object(named));
        } else {
            check_dropped(name, value, &here)?;
        }
    }
    Ok(Value::Object(kept))
}

/// Values of enforced keywords that the grammar engine and the validator may read differently.
fn check_value(name: &str, value: &Value, pointer: &str) -> Result<(), ModelError> {
    match name {
        "$ref" => {
            let local = value.as_str().is_some_and(|reference| {
                (reference == "#" || reference.starts_with("#/")) && !reference.contains(['~', '%'])
            });
            if !local {
                return Err(unsupported(
                    pointer,
                    "only references into the schema itself (`#/…`, no escapes) are supported",
                ));
            }
        }
        "$schema" => {
            let draft = value.as_str().map(|draft| draft.trim_end_matches('#'));
            if !draft.is_some_and(|draft| DRAFTS.contains(&draft)) {
                return Err(unsupported(
                    pointer,
                    "only drafts 2020-12, 2019-09 and 7 are supported",
                ));
            }
        }
        "format"
            if !value
                .as_str()
                .is_some_and(|format| FORMATS.contains(&format)) =>
        {
            return Err(unsupported(
                pointer,
                format!("the format {value} is not supported"),
            ));
        }
        "exclusiveMinimum" | "exclusiveMaximum" if value.is_boolean() => {
            return Err(unsupported(
                pointer,
                format!("`{name}` must be a number (draft 6 on)"),
            ));
        }
        "const" | "enum" | "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum"
        | "multipleOf" => check_numbers(value, pointer)?,
        _ => {}
    }
    Ok(())
}

/// The grammar engine computes in doubles, so larger integers would change.
fn check_numbers(value: &Value, pointer: &str) -> Result<(), ModelError> {
    const EXACT_UP_TO: f64 = 9_007_199_254_740_992.0;
    match value {
        Value::Number(number) => {
            if number
                .as_f64()
                .is_some_and(|number| number.abs() < EXACT_UP_TO)
            {
                return Ok(());
            }
            Err(unsupported(
                pointer,
                format!("the number {number} is 2^53 or beyond"),
            ))
        }
        Value::Array(values) => values
            .iter()
            .try_for_each(|value| check_numbers(value, pointer)),
        Value::Object(values) => values
            .values()
            .try_for_each(|value| check_numbers(value, pointer)),
        _ => Ok(()),
    }
}

/// Keywords that do not go on to the grammar: annotations, and those that ask for nothing.
fn check_dropped(name: &str, value: &Value, pointer: &str) -> Result<(), ModelError> {
    let asks_for_nothing = match name {
        "uniqueItems" | "nullable" => value == &Value::Bool(false),
        "x-guidance" => true,
        _ => ANNOTATIONS.contains(&name) || name.starts_with("x-"),
    };
    // Below the root an `$id` changes what references mean.
    let changes_references = name == "$id" && pointer != "/$id";
    if asks_for_nothing && !changes_references {
        return Ok(());
    }
    Err(unsupported(
        pointer,
        format!("the keyword `{name}` cannot be enforced"),
    ))
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
            Err(ModelError::Engine { .. })
        ));
        assert!(matches!(
            admitted.check_answer("4 4"),
            Err(ModelError::Engine { .. })
        ));
    }

    #[test]
    fn too_deep_is_refused() {
        let deep = (0..80).fold(json!({}), |inner, _| json!({"items": inner}));
        assert!(pointer_of(&deep).starts_with("/items/items"));
    }
}
