//! Keeps callers' text from passing for one of the markers that are plain text to a tokenizer.
//!
//! Markers that are control tokens need nothing here: the template's guard keeps text from
//! becoming one. Where a marker is plain text, a caller's own gets a space after its first
//! character (`</tool_response>` becomes `< /tool_response>`), as `[INST]` does. In JSON its first
//! character is written as an escape instead (`\u003c/tool_response>`), which changes nothing of
//! what the JSON says. Both happen only in conversations with tools.

use std::fmt::Write;

use super::syntax::ToolStyle;
use crate::tokenizer::ModelTokenizer;

/// The markers that are plain text to one model.
pub(super) struct Neutraliser(Vec<&'static str>);

impl Neutraliser {
    pub(super) fn new(style: ToolStyle, tokenizer: &ModelTokenizer) -> Self {
        let markers = style.markers().iter().copied();
        Self(
            markers
                .filter(|marker| tokenizer.control_token(marker).is_none())
                .collect(),
        )
    }

    /// Plain text without markers.
    pub(super) fn text(&self, text: &str) -> String {
        self.replaced(text, |neutral, first| {
            neutral.push(first);
            neutral.push(' ');
        })
    }

    /// JSON that says the same without markers. A marker can only be within a string of valid
    /// JSON, and its first character is never the second one of an escape.
    pub(super) fn json(&self, json: &str) -> String {
        self.replaced(json, |neutral, first| {
            // Writing to a String cannot fail.
            let _infallible = write!(neutral, "\\u{:04x}", u32::from(first));
        })
    }

    fn replaced(&self, text: &str, first_character: impl Fn(&mut String, char)) -> String {
        let mut neutral = String::with_capacity(text.len());
        for (at, character) in text.char_indices() {
            let rest = &text[at..];
            if self.0.iter().any(|marker| rest.starts_with(marker)) {
                first_character(&mut neutral, character);
            } else {
                neutral.push(character);
            }
        }
        neutral
    }
}
