//! Keeps callers' text from being read as control tokens.
//!
//! A template works on text, so a control token that a caller spells out would look like one of
//! the template's own. Before rendering, every character that could begin a control token is
//! followed by a marker that occurs nowhere in the conversation; after the rendered text has been
//! cut at control tokens the markers are taken out again. The text itself is unchanged by this,
//! and the template still sees it whole (its length checks and trims work).

use crate::tokenizer::ModelTokenizer;

/// A marker for one conversation, and the control tokens it guards against.
pub(super) struct Guard {
    marker: String,
    /// Longest first, so that a token that begins like another is found whole.
    control_texts: Vec<String>,
    first_characters: Vec<char>,
}

impl Guard {
    pub(super) fn for_texts(texts: &[&str], tokenizer: &ModelTokenizer) -> Self {
        let mut control_texts: Vec<String> = tokenizer
            .control_texts()
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
            .collect();
        control_texts.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        let mut first_characters: Vec<char> = control_texts
            .iter()
            .filter_map(|text| text.chars().next())
            .collect();
        first_characters.sort_unstable();
        first_characters.dedup();
        Self {
            marker: unused_marker(texts),
            control_texts,
            first_characters,
        }
    }

    pub(super) fn protect(&self, text: &str) -> String {
        let mut protected = String::with_capacity(text.len());
        for character in text.chars() {
            protected.push(character);
            if self.first_characters.contains(&character) {
                protected.push_str(&self.marker);
            }
        }
        protected
    }

    pub(super) fn strip(&self, text: &str) -> String {
        text.replace(&self.marker, "")
    }

    /// Where control tokens begin in rendered text, in order.
    pub(super) fn control_tokens_in<'t>(
        &'t self,
        text: &'t str,
    ) -> impl Iterator<Item = (usize, &'t str)> {
        text.char_indices()
            .filter(|(_, character)| self.first_characters.contains(character))
            .filter_map(|(start, _)| {
                let rest = &text[start..];
                self.control_texts
                    .iter()
                    .find(|control| rest.starts_with(control.as_str()))
                    .map(|control| (start, control.as_str()))
            })
    }
}

/// A private-use sequence that no text holds. Numbers are tried until one is free, so the search
/// ends after at most as many steps as the conversation is long.
fn unused_marker(texts: &[&str]) -> String {
    let mut number = 0_u64;
    loop {
        let marker = format!("\u{F8FE}{number}\u{F8FF}");
        if !texts.iter().any(|text| text.contains(&marker)) {
            return marker;
        }
        number += 1;
    }
}
