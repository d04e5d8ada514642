//! How nearly a text is a key: cut, misprinted, doubtful.

use crate::reconciliation::check_digits::{has_right_check_digits, is_self_checking};

/// How nearly a line names an item that it does not name in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Nearness {
    /// Two misprints, or one digit for another: perhaps another document of the series.
    Doubtful,
    /// The last part of the number.
    Tail,
    /// The number as far as the bank's field goes.
    Cut,
    /// Digits swapped, lost or doubled, a letter for a digit.
    Misprint,
}

pub(super) fn near_whole(text: &str, key: &str, is_last: bool) -> Option<Nearness> {
    let (length, whole) = (text.len(), key.len());
    if length < 5 || whole < 5 || !text.is_ascii() || !key.is_ascii() {
        return None;
    }
    if key.starts_with(text) && length < whole {
        return (is_last && length * 10 >= whole * 6).then_some(Nearness::Cut);
    }
    if length.abs_diff(whole) > 1 || has_right_check_digits(text) && is_self_checking(key) {
        return None;
    }
    if plain(text) == plain(key) {
        return Some(Nearness::Misprint);
    }
    match strsim::damerau_levenshtein(text, key) {
        1 if length == whole && !is_swap(text, key) => Some(Nearness::Doubtful),
        1 => Some(Nearness::Misprint),
        2 if whole >= 9 => Some(Nearness::Doubtful),
        _ => None,
    }
}

/// Letters that are taken for digits when read or typed.
fn plain(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            'o' => '0',
            'i' | 'l' => '1',
            's' => '5',
            'b' => '8',
            'z' => '2',
            other => other,
        })
        .collect()
}

/// Two neighbours swapped.
fn is_swap(text: &str, key: &str) -> bool {
    let differing = text
        .bytes()
        .zip(key.bytes())
        .filter(|(left, right)| left != right)
        .count();
    differing == 2
}
