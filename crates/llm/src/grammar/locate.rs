//! Finds the part of a schema that the grammar engine does not accept. Its errors do not say
//! where; so the parts are tried one by one, the innermost first.

use serde_json::Value;

/// Parts tried at most; beyond that the error points at the root.
const MOST_PARTS: usize = 64;

/// The JSON Pointer of the first part that fails on its own, or the root.
pub(super) fn failing_part(schema: &Value, mut fails: impl FnMut(&Value) -> bool) -> String {
    let mut parts = Vec::new();
    collect(schema, "", &mut parts);
    parts
        .into_iter()
        .take(MOST_PARTS)
        .find(|(_, part)| fails(&with_definitions(part, schema)))
        .map_or_else(String::new, |(pointer, _)| pointer)
}

/// Subschemas after their own subschemas. `false` under an optional property is no failure, so
/// booleans are left out.
fn collect<'s>(schema: &'s Value, pointer: &str, parts: &mut Vec<(String, &'s Value)>) {
    let Some(keywords) = schema.as_object() else {
        return;
    };
    for (keyword, value) in keywords {
        let here = format!("{pointer}/{keyword}");
        match keyword.as_str() {
            "additionalProperties" | "items" => collect(value, &here, parts),
            "allOf" | "anyOf" | "oneOf" | "prefixItems" => {
                for (index, part) in value.as_array().into_iter().flatten().enumerate() {
                    collect(part, &format!("{here}/{index}"), parts);
                }
            }
            "$defs" | "definitions" | "patternProperties" | "properties" => {
                for (key, part) in value.as_object().into_iter().flatten() {
                    let step = key.replace('~', "~0").replace('/', "~1");
                    collect(part, &format!("{here}/{step}"), parts);
                }
            }
            _ => {}
        }
    }
    parts.push((pointer.to_owned(), schema));
}

/// The part as a root of its own, with the definitions it may refer to.
fn with_definitions(part: &Value, root: &Value) -> Value {
    let mut whole = part.clone();
    if let Some(keywords) = whole.as_object_mut() {
        for key in ["$defs", "definitions", "$schema"] {
            if let Some(definitions) = root.get(key) {
                keywords.entry(key).or_insert_with(|| definitions.clone());
            }
        }
    }
    whole
}
