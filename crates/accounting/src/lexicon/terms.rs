//! Matching of phrases on whole words, with `*` at a word's ends.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

use super::fold::fold;

/// A text ready for matching.
pub(crate) struct FoldedText {
    words: Vec<String>,
    joined: String,
}

impl FoldedText {
    pub(crate) fn new(text: &str) -> Self {
        let joined = fold(text);
        Self {
            words: joined.split(' ').map(str::to_owned).collect(),
            joined,
        }
    }

    /// The words that `part` does not have. Its patterns (`copy*`) match as they do in a list.
    pub(crate) fn without(&self, part: &Self) -> Vec<&str> {
        let is_in = |word: &str| part.words.iter().any(|own| word.starts_with(own.as_str()));
        self.words
            .iter()
            .map(String::as_str)
            .filter(|word| !word.is_empty() && !is_in(word))
            .collect()
    }

    /// Whether both have the same words.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.words == other.words
    }
}

/// The terms of one meaning, of all languages together: a word means the same wherever it
/// stands, and documents mix languages.
#[derive(Debug, Default)]
pub(crate) struct TermList(Vec<Term>);

#[derive(Debug)]
struct Term {
    text: String,
    words: Vec<WordPattern>,
    /// Scripts without blanks between words are searched as they stand.
    is_unspaced: bool,
}

#[derive(Debug)]
struct WordPattern {
    text: String,
    open_start: bool,
    open_end: bool,
}

impl WordPattern {
    fn new(word: &str) -> Self {
        Self {
            text: fold(word),
            open_start: word.starts_with('*'),
            open_end: word.ends_with('*'),
        }
    }

    fn matches(&self, word: &str) -> bool {
        match (self.open_start, self.open_end) {
            (false, false) => word == self.text,
            (false, true) => word.starts_with(&self.text),
            (true, false) => word.ends_with(&self.text),
            (true, true) => word.contains(&self.text),
        }
    }
}

impl TermList {
    /// The term with the most letters that the text contains.
    pub(crate) fn longest_in(&self, text: &FoldedText) -> Option<(&str, usize)> {
        self.0
            .iter()
            .filter(|term| term.is_in(text))
            .map(|term| (term.text.as_str(), term.weight()))
            .max_by_key(|(_, weight)| *weight)
    }
}

impl Term {
    fn new(text: &str) -> Self {
        Self {
            words: text.split_whitespace().map(WordPattern::new).collect(),
            is_unspaced: text.chars().any(|c| matches!(c, '\u{3040}'..='\u{9fff}')),
            text: text.to_owned(),
        }
    }

    fn weight(&self) -> usize {
        self.words
            .iter()
            .map(|word| word.text.chars().count())
            .sum()
    }

    fn is_in(&self, text: &FoldedText) -> bool {
        if self.is_unspaced {
            return text.joined.contains(&fold(&self.text));
        }
        text.words.windows(self.words.len()).any(|window| {
            self.words
                .iter()
                .zip(window)
                .all(|(word, found)| word.matches(found))
        })
    }
}

impl<'de> Deserialize<'de> for TermList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let by_language = BTreeMap::<String, Vec<String>>::deserialize(deserializer)?;
        let terms: Vec<Term> = by_language
            .values()
            .flatten()
            .map(|term| Term::new(term))
            .collect();
        if terms.iter().any(|term| term.weight() == 0) {
            return Err(serde::de::Error::custom("a term has no letters"));
        }
        Ok(Self(terms))
    }
}
