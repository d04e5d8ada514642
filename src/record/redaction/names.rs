//! The names that the fields of one request and its reply hold, and how they are found elsewhere.

use std::borrow::Cow;
use std::collections::HashSet;

use aho_corasick::{AhoCorasick, Input, MatchKind};
use serde_json::Value;

use super::fields::{Kind, folded};
use super::forms::names_in_fields;
use super::{NAME, parsed};

/// Shorter names stand in other words too often to be taken out of free text.
const SHORTEST_CHARACTERS: usize = 4;
/// What is longer is a text of its own, and is not looked for in others.
const LONGEST_BYTES: usize = 256;
/// What is looked for at most: the automaton takes about a hundred times their bytes.
const MOST_BYTES: usize = 512 * 1024;

/// There are more names than are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there are more than {MOST_BYTES} bytes of names")]
pub(in crate::record) struct TooManyNames;

/// The names of a request.
#[derive(Debug, Default)]
pub(super) struct Names {
    found: HashSet<String>,
    bytes: usize,
}

impl Names {
    /// Takes up the names of a value under a field of this key.
    pub(super) fn collect(
        &mut self,
        value: &Value,
        parent: Option<&str>,
    ) -> Result<(), TooManyNames> {
        match value {
            Value::Object(fields) => {
                let kind = Kind::of(fields, parent);
                for (key, value) in fields {
                    let key = folded(key);
                    if kind.is_name(&key) {
                        self.take(value)?;
                    }
                    self.collect(value, Some(&key))?;
                }
                Ok(())
            }
            Value::Array(items) => items.iter().try_for_each(|item| self.collect(item, parent)),
            // A document inside a message is a document all the same.
            Value::String(text) => match parsed(text) {
                Some(inner) => self.collect(&inner, None),
                None => names_in_fields(text)
                    .into_iter()
                    .try_for_each(|name| self.take_one(&name)),
            },
            Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
        }
    }

    fn take(&mut self, value: &Value) -> Result<(), TooManyNames> {
        match value {
            Value::String(name) => self.take_one(name),
            Value::Array(items) => items
                .iter()
                .filter_map(Value::as_str)
                .try_for_each(|name| self.take_one(name)),
            _ => Ok(()),
        }
    }

    fn take_one(&mut self, name: &str) -> Result<(), TooManyNames> {
        let name = name.trim();
        let is_looked_for = name.len() <= LONGEST_BYTES
            && name.chars().count() >= SHORTEST_CHARACTERS
            && parsed(name).is_none();
        if is_looked_for && self.found.insert(name.to_owned()) {
            self.bytes += name.len();
        }
        if self.bytes > MOST_BYTES {
            return Err(TooManyNames);
        }
        Ok(())
    }

    /// What finds them all in one pass.
    pub(super) fn finder(self) -> Result<NameFinder, TooManyNames> {
        if self.found.is_empty() {
            return Ok(NameFinder { automaton: None });
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .ascii_case_insensitive(true)
            .build(self.found)
            .map_err(|_| TooManyNames)?;
        Ok(NameFinder {
            automaton: Some(automaton),
        })
    }
}

/// Finds names in texts, where they are words of their own.
#[derive(Debug)]
pub(super) struct NameFinder {
    automaton: Option<AhoCorasick>,
}

impl NameFinder {
    /// The text with a mark in place of each name, the longest where several begin.
    pub(super) fn without_names<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let Some(automaton) = &self.automaton else {
            return Cow::Borrowed(text);
        };
        let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
        let mut marked = String::new();
        let (mut copied, mut from) = (0, 0);
        while let Some(found) = automaton.find(Input::new(text).range(from..)) {
            if let Some(end) = end_of_name(automaton, text, found.start(), found.end()) {
                marked.push_str(part(copied, found.start()));
                marked.push_str(NAME);
                (copied, from) = (end, end);
            } else {
                from = found.start()
                    + part(found.start(), text.len())
                        .chars()
                        .next()
                        .map_or(1, char::len_utf8);
            }
        }
        if copied == 0 {
            return Cow::Borrowed(text);
        }
        marked.push_str(part(copied, text.len()));
        Cow::Owned(marked)
    }
}

/// Where the longest name ends that begins here and is words of its own; `end` is that of the
/// longest of all. Each look is at [`LONGEST_BYTES`] at most.
fn end_of_name(automaton: &AhoCorasick, text: &str, start: usize, mut end: usize) -> Option<usize> {
    if !is_between_words(text, start) {
        return None;
    }
    while !is_end_of_word(text, end) {
        let last_words_start = text
            .get(start..end)?
            .char_indices()
            .rev()
            .map(|(at, _)| start + at)
            .find(|at| is_between_words(text, *at))?;
        end = automaton
            .find(Input::new(text).range(start..last_words_start))
            .filter(|shorter| shorter.start() == start)?
            .end();
    }
    Some(end)
}

/// A word ends here, or with the `s` of its genitive.
fn is_end_of_word(text: &str, at: usize) -> bool {
    is_between_words(text, at)
        || (text.get(at..).is_some_and(|rest| rest.starts_with('s'))
            && is_between_words(text, at + 1))
}

fn is_between_words(text: &str, at: usize) -> bool {
    let before = text.get(..at).and_then(|text| text.chars().next_back());
    let after = text.get(at..).and_then(|text| text.chars().next());
    let is_in_word = |letter: Option<char>| {
        letter.is_some_and(|letter| letter.is_alphanumeric() && !is_written_without_spaces(letter))
    };
    !(is_in_word(before) && is_in_word(after))
}

/// Thai, Lao, Burmese, Khmer, Chinese, Japanese; Korean too, whose particles join the word.
fn is_written_without_spaces(letter: char) -> bool {
    matches!(letter,
        '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1100}'..='\u{11FF}'
        | '\u{1780}'..='\u{17FF}' | '\u{2E80}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7FF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn without(names: &[&str], text: &str) -> String {
        let mut found = Names::default();
        for name in names {
            found.take_one(name).unwrap();
        }
        found.finder().unwrap().without_names(text).into_owned()
    }

    #[test]
    fn names_are_words_of_their_own() {
        for (text, wanted) in [
            ("Bankgebühren der Bank", "Bankgebühren der [name]"),
            ("Hausbank, BANK", "Hausbank, [name]"),
            ("der Banks Konto, Bank's", "der [name]s Konto, [name]'s"),
            ("Bankspesen", "Bankspesen"),
            ("(Bank)Bank_1", "([name])[name]_1"),
        ] {
            assert_eq!(without(&["Bank"], text), wanted);
        }
    }

    #[test]
    fn of_several_the_longest_that_is_whole_words_is_meant() {
        let names = ["Erika", "Erika Muster", "Erika Muster AG", "AG Berlin"];
        for (text, wanted) in [
            ("Erika Muster AG", "[name]"),
            ("Erika Muster AGB", "[name] AGB"),
            ("Erika Mustermann", "[name] Mustermann"),
            ("xErika Muster AG Berlin", "xErika Muster [name]"),
            ("Erikas", "[name]s"),
            ("Müller & Söhne", "Müller & Söhne"),
        ] {
            assert_eq!(without(&names, text), wanted);
        }
    }

    #[test]
    fn words_without_spaces_between_are_found() {
        assert_eq!(
            without(&["田中商事"], "株式会社田中商事に支払う"),
            "株式会社[name]に支払う"
        );
    }

    #[test]
    fn names_are_bounded() {
        let long = "x".repeat(LONGEST_BYTES + 1);
        assert_eq!(without(&["Ann", long.as_str()], &long), long);
        let mut names = Names::default();
        let outcome =
            (0..MOST_BYTES / 8 + 2).try_for_each(|name| names.take_one(&format!("{name:08}")));
        assert_eq!(outcome, Err(TooManyNames));
    }
}
