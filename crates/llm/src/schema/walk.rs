//! The walk through a schema that keeps what is enforced of it.

use serde_json::{Map, Value};

use super::keywords::{
    DRAFTS, ENFORCED, LISTS_OF_SCHEMAS, NAMED_SCHEMAS, ONE_SCHEMA, Refusal, check_beside,
    check_dropped, check_value,
};
use super::unsupported;
use crate::error::ModelError;

/// Levels of nesting; deeper schemas would overflow the compiler's stack.
const MOST_LEVELS: usize = 64;

/// What the walk through a schema does with a keyword that cannot be enforced: it gets the
/// keyword's pointer and why, and the walk goes on without the keyword if it returns `Ok`.
pub(super) type Refused<'w> = dyn FnMut(&str, String) -> Result<(), ModelError> + 'w;

/// A walk through one schema.
pub(super) struct Walk<'w> {
    /// Before 2020-12, a list under `items` is what `prefixItems` is now.
    lists_under_items: bool,
    refused: &'w mut Refused<'w>,
}

impl<'w> Walk<'w> {
    pub(super) fn new(root: &Value, refused: &'w mut Refused<'w>) -> Self {
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
    pub(super) fn enforced_part(
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

/// A pointer one step deeper.
pub(super) fn below(pointer: &str, step: &str) -> String {
    format!("{pointer}/{}", step.replace('~', "~0").replace('/', "~1"))
}
