//! The one form in which every document is read: labelled values, groups and lists.
//!
//! JSON becomes an outline here; markdown and raw text become one in [`super::markdown`] and
//! [`super::plain_text`]. All that follows knows only outlines.

use std::str::FromStr;

use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::normalise::compact;
use crate::document::child_pointer;

/// A labelled value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    /// The label as printed; empty for elements of lists and for loose text.
    pub(crate) label: String,
    /// Where the value stands, as in [`crate::facts::Source::path`].
    pub(crate) path: String,
    /// How the label came to the value: `key`, `label`, `table`, `position`.
    pub(crate) rule: &'static str,
    /// The value.
    pub(crate) content: Content,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Content {
    /// Nothing, or a sign for nothing (`-`, `N/A`).
    Empty,
    /// Printed text.
    Text(String),
    /// A number of JSON.
    Number(Decimal),
    /// A truth value of JSON.
    Flag(bool),
    /// Labelled parts.
    Group(Vec<Node>),
    /// Elements.
    List(Vec<Node>),
}

impl Node {
    /// A labelled text.
    pub(crate) fn text(
        label: impl Into<String>,
        path: impl Into<String>,
        rule: &'static str,
        text: &str,
    ) -> Self {
        Self {
            label: label.into(),
            path: path.into(),
            rule,
            content: text_content(text),
        }
    }

    /// A group of nodes.
    pub(crate) fn group(
        label: impl Into<String>,
        path: impl Into<String>,
        parts: Vec<Self>,
    ) -> Self {
        Self {
            label: label.into(),
            path: path.into(),
            rule: "key",
            content: Content::Group(parts),
        }
    }

    /// The printed text of a scalar.
    pub(crate) fn printed(&self) -> Option<String> {
        match &self.content {
            Content::Text(text) => Some(text.clone()),
            Content::Number(number) => Some(number.to_string()),
            Content::Flag(flag) => Some(flag.to_string()),
            Content::Empty | Content::Group(_) | Content::List(_) => None,
        }
    }

    /// Parts of a group or elements of a list.
    pub(crate) fn children(&self) -> &[Self] {
        match &self.content {
            Content::Group(children) | Content::List(children) => children,
            _ => &[],
        }
    }

    /// True for a value without parts.
    pub(crate) fn is_scalar(&self) -> bool {
        !matches!(self.content, Content::Group(_) | Content::List(_))
    }

    /// Calls `visit` for every node, parents first.
    pub(crate) fn visit<'a>(&'a self, visit: &mut impl FnMut(&'a Self)) {
        visit(self);
        for child in self.children() {
            child.visit(visit);
        }
    }
}

/// Signs that stand for no value.
const NOTHING: [&str; 9] = ["", "-", "--", "n/a", "na", "null", "none", "—", "–"];

fn text_content(text: &str) -> Content {
    let trimmed = text.trim();
    if NOTHING.contains(&trimmed.to_lowercase().as_str()) {
        Content::Empty
    } else {
        Content::Text(trimmed.to_owned())
    }
}

/// The outline of a JSON document.
pub(crate) fn from_json(object: &Map<String, Value>) -> Node {
    group_of("", "", object)
}

fn node_of(label: &str, path: &str, value: &Value) -> Node {
    let content = match value {
        Value::Null => Content::Empty,
        Value::Bool(flag) => Content::Flag(*flag),
        Value::Number(number) => number_content(&number.to_string()),
        Value::String(text) => text_content(text),
        Value::Object(object) => return group_of(label, path, object),
        Value::Array(elements) => return list_of(label, path, elements),
    };
    Node {
        label: label.to_owned(),
        path: path.to_owned(),
        rule: "key",
        content,
    }
}

fn number_content(text: &str) -> Content {
    Decimal::from_str(text)
        .or_else(|_| Decimal::from_scientific(text))
        .map_or_else(|_| Content::Text(text.to_owned()), Content::Number)
}

fn group_of(label: &str, path: &str, object: &Map<String, Value>) -> Node {
    if let Some(content) = wrapped_value(object) {
        return Node {
            label: label.to_owned(),
            path: path.to_owned(),
            rule: "key",
            content,
        };
    }
    let parts = object
        .iter()
        .map(|(key, value)| node_of(key, &child_pointer(path, key), value))
        .collect();
    Node::group(label, path, parts)
}

/// Keys under which extractors wrap a value.
const VALUE_KEYS: [&str; 8] = [
    "value",
    "normalizedvalue",
    "val",
    "content",
    "valuestring",
    "valuenumber",
    "valuedate",
    "mentiontext",
];
/// Keys that extractors put beside a wrapped value.
const WRAPPING_KEYS: [&str; 16] = [
    "confidence",
    "currency",
    "currencycode",
    "page",
    "pages",
    "boundingbox",
    "bbox",
    "boundingregions",
    "spans",
    "type",
    "score",
    "polygon",
    "kind",
    "raw",
    "text",
    "pagenumber",
];

/// The value of `{"value": "12.00", "confidence": 0.9}` or `{"amount": 12, "currency": "EUR"}`.
fn wrapped_value(object: &Map<String, Value>) -> Option<Content> {
    let key_is = |key: &str, known: &[&str]| known.contains(&compact(key).as_str());
    let amount_and_currency = object.len() == 2
        && object.keys().any(|key| key_is(key, &["amount", "value"]))
        && object
            .keys()
            .any(|key| key_is(key, &["currency", "currencycode", "unit"]));
    let wrapped = object.keys().any(|key| key_is(key, &VALUE_KEYS))
        && object
            .keys()
            .all(|key| key_is(key, &VALUE_KEYS) || key_is(key, &WRAPPING_KEYS));
    if !wrapped && !amount_and_currency {
        return None;
    }
    let (_, value) = object.iter().find(|(key, value)| {
        (key_is(key, &VALUE_KEYS) || amount_and_currency && key_is(key, &["amount"]))
            && !value.is_null()
    })?;
    let content = match value {
        Value::Object(inner) => wrapped_value(inner)?,
        Value::Array(_) => return None,
        scalar => node_of("", "", scalar).content,
    };
    let currency = object
        .iter()
        .find(|(key, _)| key_is(key, &["currency", "currencycode"]))
        .and_then(|(_, value)| value.as_str());
    Some(match (currency, &content) {
        (Some(currency), Content::Text(text)) => Content::Text(format!("{text} {currency}")),
        (Some(currency), Content::Number(number)) => Content::Text(format!("{number} {currency}")),
        _ => content,
    })
}

fn list_of(label: &str, path: &str, elements: &[Value]) -> Node {
    let nodes = labelled_elements(path, elements)
        .map(Content::Group)
        .or_else(|| table_of(path, elements).map(Content::List))
        .unwrap_or_else(|| {
            let element = |(index, value)| node_of("", &format!("{path}/{index}"), value);
            Content::List(elements.iter().enumerate().map(element).collect())
        });
    Node {
        label: label.to_owned(),
        path: path.to_owned(),
        rule: "key",
        content: nodes,
    }
}

/// A list of `{"label": "Total", "value": "12.00"}` is a group of those labels.
fn labelled_elements(path: &str, elements: &[Value]) -> Option<Vec<Node>> {
    let key_is = |key: &str, known: &[&str]| known.contains(&compact(key).as_str());
    let labels = ["label", "key", "field", "fieldname", "title", "name"];
    let pair = |(index, element): (usize, &Value)| {
        let object = element.as_object()?;
        let (label_key, label) = object.iter().find(|(key, _)| key_is(key, &labels))?;
        let (value_key, value) = object.iter().find(|(key, value)| {
            key_is(key, &["value", "val", "fieldvalue"]) && !value.is_array() && !value.is_object()
        })?;
        let rest_is_wrapping = object
            .keys()
            .all(|key| key == label_key || key == value_key || key_is(key, &WRAPPING_KEYS));
        let path = child_pointer(&format!("{path}/{index}"), value_key);
        rest_is_wrapping.then_some(())?;
        Some(node_of(label.as_str()?, &path, value))
    };
    if elements.is_empty() {
        return None;
    }
    elements.iter().enumerate().map(pair).collect()
}

/// A list of lists whose first holds the headings.
fn table_of(path: &str, elements: &[Value]) -> Option<Vec<Node>> {
    let (head, rows) = elements.split_first()?;
    let headings: Vec<&str> = head
        .as_array()?
        .iter()
        .map(Value::as_str)
        .collect::<Option<_>>()?;
    if headings.len() < 2 || rows.is_empty() {
        return None;
    }
    let row = |(index, row): (usize, &Value)| {
        let cells = row
            .as_array()
            .filter(|cells| cells.len() == headings.len())?;
        let row_path = format!("{path}/{}", index + 1);
        let parts = headings
            .iter()
            .zip(cells)
            .enumerate()
            .map(|(column, (heading, cell))| {
                node_of(heading, &format!("{row_path}/{column}"), cell)
            })
            .collect();
        Some(Node::group("", row_path, parts))
    };
    rows.iter().enumerate().map(row).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn outline(value: &Value) -> Node {
        from_json(value.as_object().unwrap())
    }

    #[test]
    fn wrapped_values_are_unwrapped() {
        let root = outline(&json!({
            "total": {"value": "12.00", "confidence": 0.98},
            "net": {"amount": 10, "currency": "EUR"},
        }));
        assert_eq!(root.children()[0].printed().as_deref(), Some("12.00"));
        assert_eq!(root.children()[1].printed().as_deref(), Some("10 EUR"));
    }

    #[test]
    fn label_value_lists_and_tables() {
        let root = outline(&json!({
            "fields": [{"label": "Total", "value": "12"}, {"label": "VAT", "value": "2"}],
            "table": [["Item", "Amount"], ["Pen", "1.00"]],
        }));
        assert_eq!(root.children()[0].children()[1].label, "VAT");
        assert_eq!(root.children()[0].children()[1].path, "/fields/1/value");
        let row = &root.children()[1].children()[0];
        assert_eq!(row.children()[1].label, "Amount");
        assert_eq!(row.children()[1].path, "/table/1/1");
    }
}
