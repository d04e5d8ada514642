//! What a paper says of itself: cancelled, a draft, a copy, an offer.

use serde_json::{Map, Value};

use crate::document::{Document, Form, child_pointer};
use crate::facts::{DocumentFacts, DocumentKind, ReadingDoubt};
use crate::lexicon::{Hit, StatusClass, is_status_label, order_in, status_alone, status_in_title};

/// Longest title in words; what is longer is prose.
const LONGEST_TITLE: usize = 8;
/// The first lines of a text are its title.
const TITLE_LINES: usize = 3;

/// A status and where it stands.
struct Found {
    hit: Hit<StatusClass>,
    path: String,
}

/// A doubt for the first status that the kind of paper does not say already.
pub(super) fn doubt(document: &Document, facts: &DocumentFacts) -> Option<ReadingDoubt> {
    let mut found = Vec::new();
    if let Form::Structured(object) = &document.0 {
        in_object(object, "", &mut found);
    }
    if let Form::Markdown(text) = &document.0 {
        in_text(text, "/markdown", &mut found);
    }
    if let Form::RawText(text) = &document.0 {
        in_text(text, "/raw_text", &mut found);
    }
    let kind = facts.kind.as_ref().map(|kind| kind.value);
    let is_said = |class| match class {
        StatusClass::Proforma => kind == Some(DocumentKind::Proforma),
        StatusClass::Quote => kind == Some(DocumentKind::Quote),
        _ => false,
    };
    let found = found
        .into_iter()
        .find(|found| !is_said(found.hit.meaning))?;
    Some(ReadingDoubt {
        code: "document_status".to_owned(),
        path: found.path,
        message: format!("the document says '{}' of itself", found.hit.term),
    })
}

/// Texts that give orders to whoever processes the paper.
pub(super) fn orders(document: &Document) -> Vec<ReadingDoubt> {
    let mut texts = Vec::new();
    if let Form::Structured(object) = &document.0 {
        texts_in_object(object, "", &mut texts);
    }
    if let Form::Markdown(text) = &document.0 {
        texts.push(("/markdown".to_owned(), text.as_str()));
    }
    if let Form::RawText(text) = &document.0 {
        texts.push(("/raw_text".to_owned(), text.as_str()));
    }
    texts
        .into_iter()
        .filter_map(|(path, text)| {
            let term = order_in(text)?;
            Some(ReadingDoubt {
                code: "addresses_the_model".to_owned(),
                path,
                message: format!("the text tells what to do with the document: '{term}'"),
            })
        })
        .collect()
}

fn texts_in_object<'a>(
    object: &'a Map<String, Value>,
    pointer: &str,
    texts: &mut Vec<(String, &'a str)>,
) {
    for (key, value) in object {
        texts_in(value, child_pointer(pointer, key), texts);
    }
}

fn texts_in<'a>(value: &'a Value, path: String, texts: &mut Vec<(String, &'a str)>) {
    match value {
        Value::String(text) => texts.push((path, text)),
        Value::Object(object) => texts_in_object(object, &path, texts),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                texts_in(item, format!("{path}/{index}"), texts);
            }
        }
        _ => {}
    }
}

/// Labels of a status at any depth, and values that are nothing but a status at the top. Lists
/// hold goods and services.
fn in_object(object: &Map<String, Value>, pointer: &str, found: &mut Vec<Found>) {
    for (key, value) in object {
        let path = child_pointer(pointer, key);
        match value {
            Value::Object(part) => in_object(part, &path, found),
            Value::String(text) if is_short(text) => {
                let hit = if is_status_label(key) {
                    status_in_title(text)
                } else if pointer.is_empty() {
                    status_alone(text)
                } else {
                    None
                };
                found.extend(hit.map(|hit| Found { hit, path }));
            }
            // `"cancelled": true`
            Value::Bool(true) => {
                found.extend(status_alone(key).map(|hit| Found { hit, path }));
            }
            _ => {}
        }
    }
}

fn in_text(text: &str, path: &str, found: &mut Vec<Found>) {
    let lines = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty());
    for (position, (index, line)) in lines.enumerate() {
        if !is_short(line) {
            continue;
        }
        let hit = if line.trim_start().starts_with('#') {
            status_in_title(line)
        } else if position < TITLE_LINES {
            status_alone(&without_numbers(line))
        } else {
            status_alone(line)
        };
        found.extend(hit.map(|hit| Found {
            hit,
            path: format!("{path}#{}", index + 1),
        }));
    }
}

/// A title's words without the document's number or date.
fn without_numbers(line: &str) -> String {
    let words = line
        .split_whitespace()
        .filter(|word| !word.contains(|character: char| character.is_ascii_digit()));
    words.collect::<Vec<_>>().join(" ")
}

fn is_short(text: &str) -> bool {
    text.split_whitespace().count() <= LONGEST_TITLE
}
