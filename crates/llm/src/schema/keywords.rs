//! The keywords of JSON Schema: what is enforced, what says nothing, and which values of the former
//! the grammar engine and the validator read alike.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::formats;

/// Keywords whose value is enforced as it stands.
pub(super) const ENFORCED: [&str; 19] = [
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
pub(super) const ONE_SCHEMA: [&str; 2] = ["additionalProperties", "items"];

/// Keywords that hold a list of schemas.
pub(super) const LISTS_OF_SCHEMAS: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];

/// Keywords that hold named schemas.
pub(super) const NAMED_SCHEMAS: [&str; 4] =
    ["$defs", "definitions", "patternProperties", "properties"];

/// Annotations: they say nothing about what is valid.
pub(super) const ANNOTATIONS: [&str; 14] = [
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
pub(super) const DRAFTS: [&str; 3] = [
    "https://json-schema.org/draft/2020-12/schema",
    "https://json-schema.org/draft/2019-09/schema",
    "http://json-schema.org/draft-07/schema",
];

/// Why a keyword does not go on to the grammar.
pub(super) enum Refusal {
    /// It is no schema of a known draft.
    Malformed(String),
    /// The grammar has no means for it.
    NotEnforced(String),
}

fn not_enforced(message: impl Into<String>) -> Result<(), Refusal> {
    Err(Refusal::NotEnforced(message.into()))
}

/// Values of enforced keywords that the grammar engine and the validator may read differently.
pub(super) fn check_value(name: &str, value: &Value, pointer: &str) -> Result<(), Refusal> {
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
pub(super) fn check_beside(
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
pub(super) fn check_dropped(name: &str, value: &Value, pointer: &str) -> Result<(), Refusal> {
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
