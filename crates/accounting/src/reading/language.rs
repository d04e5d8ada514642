//! The document's language, from its labels and the common words of its texts.

use super::lexicon::{LANGUAGES, Languages, SHARED, lexicon};
use super::normalise::words;
use super::outline::{Content, Node};
use super::style::language_name;

/// Weight of a label against a word of the text.
const LABEL_WEIGHT: u32 = 3;
/// Words of a document that are looked at.
const MOST_WORDS: usize = 2_000;

/// The languages of the document: all that its lexicon may use, best first, and the name of
/// the best where it stands out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DocumentLanguage {
    /// The best language and the shared terms.
    pub(crate) preferred: Languages,
    /// ISO 639-1 code of the best.
    pub(crate) name: Option<&'static str>,
    /// ISO 639-1 code of the best language of the values alone, when keys are an extractor's.
    pub(crate) of_values: Option<&'static str>,
}

/// Detects the language of an outline.
pub(crate) fn detect(root: &Node) -> DocumentLanguage {
    let mut labels = [0; LANGUAGES.len()];
    let mut values = [0; LANGUAGES.len()];
    let mut remaining = MOST_WORDS;
    root.visit(&mut |node| {
        if !node.label.is_empty() {
            let label_words = words(&node.label);
            let languages = lexicon()
                .fields(&label_words.concat())
                .iter()
                .fold(0, |all, (_, languages)| all | languages);
            add(&mut labels, languages & !SHARED, LABEL_WEIGHT);
        }
        if let Content::Text(text) = &node.content {
            let text_words = words(text);
            for word in text_words.iter().take(remaining) {
                add(&mut values, lexicon().languages_of_word(word), 1);
            }
            remaining = remaining.saturating_sub(text_words.len());
            let languages = lexicon()
                .kinds_in(&text_words)
                .iter()
                .filter(|hit| hit.length == text_words.len())
                .flat_map(|hit| hit.meanings.iter())
                .fold(0, |all, (_, languages)| all | languages);
            add(&mut values, languages & !SHARED, LABEL_WEIGHT);
        }
    });
    let of_values = best(&values);
    let mut all = labels;
    for (total, value) in all.iter_mut().zip(values) {
        *total += value;
    }
    let found = best(&all);
    DocumentLanguage {
        preferred: SHARED | best(&labels).or(found).map_or(0, |index| 1 << index),
        name: of_values.or(found).and_then(language_name),
        of_values: of_values.and_then(language_name),
    }
}

/// Adds a score that is shared among the languages that have the word.
fn add(scores: &mut [u32; LANGUAGES.len()], languages: Languages, weight: u32) {
    let shared_by = languages.count_ones();
    if shared_by == 0 {
        return;
    }
    // Twelfths, so that a word of several languages counts for less.
    let share = weight * 12 / shared_by;
    for (index, score) in scores.iter_mut().enumerate() {
        if languages & (1 << index) != 0 {
            *score += share;
        }
    }
}

/// The language with the highest score, unless another has the same.
fn best(scores: &[u32; LANGUAGES.len()]) -> Option<usize> {
    let highest = *scores.iter().max()?;
    let mut leaders = scores
        .iter()
        .enumerate()
        .filter(|(_, score)| **score == highest);
    let leader = leaders.next().map(|(index, _)| index)?;
    (highest > 0 && leaders.next().is_none()).then_some(leader)
}
