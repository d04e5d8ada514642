//! How nearly a text is a key: cut, misprinted, doubtful.

use crate::reconciliation::check_digits::{has_right_check_digits, is_self_checking};

/// Shorter texts resemble nothing.
const FEWEST_LETTERS: usize = 4;
/// The beginning of a number with a letter wrong has so many letters.
const FEWEST_OF_A_MISPRINT: usize = 6;

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
    match slips_between(text, key) {
        1 if length == whole && !is_swap(text, key) => Some(Nearness::Doubtful),
        1 => Some(Nearness::Misprint),
        2 if whole >= 9 => Some(Nearness::Doubtful),
        _ => None,
    }
}

/// Whether a text may be a key written badly: with letters for digits, cut short behind `head`
/// letters of it, or both cut and misprinted. That alone is no evidence.
pub(super) fn resembles(text: &str, key: &str, head: usize) -> bool {
    let (length, whole) = (text.len(), key.len());
    if length < FEWEST_LETTERS || whole < FEWEST_LETTERS || length > whole + 1 {
        return false;
    }
    if !text.is_ascii() || !key.is_ascii() {
        return false;
    }
    if plain(text) == plain(key) {
        return true;
    }
    let Some(begin) = key.get(..length) else {
        return false;
    };
    let is_long = length > head && length * 2 >= whole;
    is_long
        && (text == begin
            || (length >= FEWEST_OF_A_MISPRINT && slips_between(&plain(text), &plain(begin)) <= 1))
}

/// How many letters are wrong, lost, doubled or swapped between two texts of ASCII. Numbers of a
/// series differ at their ends, so that what they have in common is not compared twice.
fn slips_between(left: &str, right: &str) -> usize {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    let from = left.iter().zip(right).take_while(|(a, b)| a == b).count();
    let (left, right) = (&left[from..], &right[from..]);
    let ends = left.iter().rev().zip(right.iter().rev());
    let end = ends.take_while(|(a, b)| a == b).count();
    let (left, right) = (&left[..left.len() - end], &right[..right.len() - end]);
    match (left, right) {
        ([], other) | (other, []) => other.len(),
        ([_], [_]) => 1,
        _ => strsim::generic_damerau_levenshtein(left, right),
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn common_ends_change_no_distance(left in "[a-c1-3]{0,9}", right in "[a-c1-3]{0,9}") {
            prop_assert_eq!(
                slips_between(&left, &right),
                strsim::damerau_levenshtein(&left, &right)
            );
        }
    }
}
