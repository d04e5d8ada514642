//! A schema without what the grammar cannot enforce: what is valid stays valid, and some of what
//! is not becomes so. Who uses it validates the answer against the whole schema afterwards.

use serde_json::{Map, Value, json};

use super::walk::Walk;
use super::{check_size, multiples, unsupported};
use crate::error::ModelError;

/// A schema that asks for less than the caller's.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Relaxed(Value);

impl Relaxed {
    /// Leaves out each keyword that cannot be enforced.
    ///
    /// # Errors
    /// [`ModelError::UnsupportedSchema`] where it is no schema at all, is too large or too deep.
    pub(crate) fn of(schema: &Value) -> Result<Self, ModelError> {
        check_size(schema)?;
        let mut dropped = Vec::new();
        let mut kept = Walk::new(schema, &mut |pointer, _| {
            dropped.push(pointer.to_owned());
            Ok(())
        })
        .enforced_part(schema, "", 0)?;
        // What is kept has its meaning of 2020-12 by now, whatever draft the caller wrote in.
        if let Some(keywords) = kept.as_object_mut() {
            keywords.shift_remove("$schema");
        }
        if kept == Value::Bool(false) {
            return Err(unsupported("", "nothing is valid under the schema `false`"));
        }
        for pointer in dropped {
            // With less asked for in one of them, several may hold where one should.
            for (at, _) in pointer.match_indices("/oneOf/") {
                if let Some(part) = kept.pointer_mut(&pointer[..at]) {
                    at_least_one(part);
                }
            }
        }
        while let Some(pointer) = multiples::too_large(&kept) {
            let part = pointer.rsplit_once('/').map_or("", |(part, _)| part);
            let keywords = kept.pointer_mut(part).and_then(Value::as_object_mut);
            if keywords.is_none_or(|keywords| keywords.shift_remove("multipleOf").is_none()) {
                break;
            }
        }
        Ok(Self(as_object(kept)))
    }

    /// Less is asked for in the part that the grammar engine refuses; nothing at all where nothing
    /// is asked for there any more.
    pub(crate) fn looser(&self, pointer: &str) -> Self {
        let mut schema = self.0.clone();
        let part = match schema.pointer_mut(pointer) {
            Some(part) => part,
            None => &mut schema,
        };
        let before = part.clone();
        at_least_one(part);
        if let Some(keywords) = part.as_object_mut() {
            for keyword in ["pattern", "minProperties", "maxProperties", "multipleOf"] {
                keywords.shift_remove(keyword);
            }
            if keywords.shift_remove("patternProperties").is_some() {
                // What matched a pattern would now be additional.
                keywords.shift_remove("additionalProperties");
            }
        }
        if *part == before {
            *part = match before.get("type") {
                Some(of_type) if before.as_object().is_some_and(|all| all.len() > 1) => {
                    json!({"type": of_type})
                }
                _ if before == json!({}) => return Self(json!({})),
                _ => json!({}),
            };
        }
        Self(schema)
    }

    /// The JSON Schema.
    pub(crate) fn schema(&self) -> &Value {
        &self.0
    }
}

/// `oneOf` as `anyOf`.
fn at_least_one(part: &mut Value) {
    let Some(keywords) = part.as_object_mut() else {
        return;
    };
    let Some(list) = keywords.shift_remove("oneOf") else {
        return;
    };
    if !keywords.contains_key("anyOf") {
        keywords.insert("anyOf".to_owned(), list);
    } else if let Some(all) = keywords
        .entry("allOf")
        .or_insert_with(|| json!([]))
        .as_array_mut()
    {
        all.push(json!({"anyOf": list}));
    }
}

fn as_object(schema: Value) -> Value {
    if schema.is_object() {
        schema
    } else {
        Value::Object(Map::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_enforced_is_left_out_and_the_rest_stays() {
        let schema = json!({"type": "object", "required": ["a"], "properties": {
            "a": {"type": "array", "items": {"type": "integer"}, "uniqueItems": true},
            "b": {"oneOf": [{"type": "string", "not": {"const": "x"}}, {"type": "string"}]}},
            "if": {}, "then": {}});
        assert_eq!(
            Relaxed::of(&schema).unwrap().schema(),
            &json!({"type": "object", "required": ["a"], "properties": {
                "a": {"type": "array", "items": {"type": "integer"}},
                "b": {"anyOf": [{"type": "string"}, {"type": "string"}]}}})
        );
        assert!(Relaxed::of(&json!({"items": 3})).is_err());
    }

    #[test]
    fn a_refused_part_becomes_looser_step_by_step_until_it_asks_for_nothing() {
        let schema = json!({"properties": {"a": {"type": "string", "pattern": "(?=x)",
            "maxLength": 3}}});
        let mut relaxed = Relaxed::of(&schema).unwrap();
        let mut seen = Vec::new();
        for _ in 0..3 {
            relaxed = relaxed.looser("/properties/a");
            seen.push(relaxed.schema()["properties"]["a"].clone());
        }
        assert_eq!(relaxed.looser("/properties/a").schema(), &json!({}));
        assert_eq!(
            seen,
            [
                json!({"type": "string", "maxLength": 3}),
                json!({"type": "string"}),
                json!({})
            ]
        );
    }
}
