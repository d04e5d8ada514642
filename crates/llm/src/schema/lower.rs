//! From an admitted schema to what the grammar engine takes.

use serde_json::{Map, Value, json};

use super::formats;
use super::keywords::{LISTS_OF_SCHEMAS, NAMED_SCHEMAS, ONE_SCHEMA};

/// The same schema with each `format` as a pattern of our own (the engine's formats let the 29th
/// of February of any year through), and the engine's options at the root.
pub(crate) fn lowered(schema: &Value) -> Value {
    let mut lowered = lower(schema);
    if let Some(keywords) = lowered.as_object_mut() {
        // Without `\u…` each text is written in one way only, so that an additional property
        // cannot be one of the named ones in disguise.
        keywords.insert(
            "x-guidance".to_owned(),
            json!({"whitespace_flexible": false, "json_allowed_escapes": "nrbtf\\\""}),
        );
        // The keywords have their meaning of 2020-12 by now.
        keywords.shift_remove("$schema");
    }
    lowered
}

fn lower(schema: &Value) -> Value {
    let Some(keywords) = schema.as_object() else {
        return schema.clone();
    };
    let mut lowered = Map::new();
    for (keyword, value) in keywords {
        let name = keyword.as_str();
        let value = if ONE_SCHEMA.contains(&name) {
            lower(value)
        } else if LISTS_OF_SCHEMAS.contains(&name) {
            value
                .as_array()
                .map_or_else(|| value.clone(), |list| list.iter().map(lower).collect())
        } else if NAMED_SCHEMAS.contains(&name) {
            value.as_object().map_or_else(
                || value.clone(),
                |named| {
                    let named = named.iter().map(|(key, part)| (key.clone(), lower(part)));
                    Value::Object(named.collect())
                },
            )
        } else {
            value.clone()
        };
        lowered.insert(keyword.clone(), value);
    }
    lower_format(&mut lowered);
    Value::Object(lowered)
}

fn lower_format(keywords: &mut Map<String, Value>) {
    let pattern = match keywords.get("format").and_then(Value::as_str) {
        Some(format) => formats::pattern_of(format),
        None => return,
    };
    let Some(pattern) = pattern else {
        return;
    };
    keywords.shift_remove("format");
    let pattern = json!(format!("^(?:{pattern})$"));
    if !keywords.contains_key("pattern") {
        keywords.insert("pattern".to_owned(), pattern);
        return;
    }
    let mut part = json!({"pattern": pattern});
    if keywords.get("type") == Some(&json!("string")) {
        part["type"] = json!("string");
    }
    if let Some(parts) = keywords
        .entry("allOf")
        .or_insert_with(|| json!([]))
        .as_array_mut()
    {
        parts.push(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_a_pattern_beside_another() {
        let schema = json!({"type": "string", "format": "uuid"});
        assert!(lower(&schema)["pattern"].is_string());
        let schema = json!({"items": {"type": "string", "format": "uuid", "pattern": "^a"}});
        let lowered = lower(&schema);
        assert_eq!(lowered["items"]["pattern"], "^a");
        assert_eq!(lowered["items"]["allOf"][0]["type"], "string");
        assert!(lowered["items"].get("format").is_none());
    }
}
