//! What an item may be referred to by.

use super::nearness::{Nearness, near_whole, resembles};
use crate::reconciliation::check_digits::is_self_checking;
use crate::reconciliation::model::Item;
use crate::reconciliation::text::{reference_key, stripped_key};

/// A number of fewer digits is no reference by itself.
const FEWEST_DIGITS: usize = 4;
/// The last part of a number tells something from three digits on.
pub(super) const FEWEST_TAIL_DIGITS: usize = 3;

/// What an item may be referred to by.
#[derive(Debug, Clone, Default)]
pub(crate) struct ItemKeys {
    /// The number, folded, without separators.
    number: String,
    /// The number's digits.
    digits: String,
    /// The last run of digits without leading zeros.
    tail: String,
    /// Letters of the number before its last run of digits.
    head: usize,
    /// The number without the leading zeros of each run.
    stripped: String,
    /// The structured reference.
    structured: Option<String>,
    structured_stripped: String,
}

impl ItemKeys {
    pub(super) fn new(item: &Item) -> Self {
        let number = reference_key(&item.number);
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        let tail = number
            .rsplit(|character: char| !character.is_ascii_digit())
            .find(|run| !run.is_empty());
        // The runs of the printed number, not of the key: 2025-0042 ends in 0042.
        let printed_tail = item
            .number
            .rsplit(|character: char| !character.is_ascii_digit())
            .find(|run| !run.is_empty());
        let tail = printed_tail.or(tail).unwrap_or_default();
        Self {
            tail: tail.trim_start_matches('0').to_owned(),
            head: number.len().saturating_sub(tail.len()),
            stripped: stripped_key(&item.number),
            structured: item.payment_reference.as_deref().map(reference_key),
            structured_stripped: item
                .payment_reference
                .as_deref()
                .map(stripped_key)
                .unwrap_or_default(),
            number,
            digits,
        }
    }

    /// The keys by which an item is found, and whether each is long enough to be no accident.
    pub(super) fn index_keys(&self) -> Vec<(String, bool)> {
        let mut keys = Vec::new();
        let has_letters = self.digits.len() < self.number.len();
        let count = self.digits.len();
        if count >= FEWEST_DIGITS || (has_letters && count >= 2 && self.number.len() >= 5) {
            let is_strong = count >= 5 || (has_letters && count >= 3);
            keys.push((self.number.clone(), is_strong));
            keys.push((self.stripped.clone(), is_strong && self.stripped.len() >= 4));
        }
        if has_letters && count >= 6 {
            keys.push((self.digits.clone(), true));
            let stripped = self.digits.trim_start_matches('0');
            if stripped.len() >= 6 {
                keys.push((stripped.to_owned(), true));
            }
        }
        if let Some(structured) = &self.structured {
            let is_strong = structured.len() >= 5;
            keys.push((structured.clone(), is_strong));
            keys.push((self.structured_stripped.clone(), is_strong));
        }
        keys.sort();
        keys.dedup_by(|later, first| later.0 == first.0);
        keys
    }

    pub(super) fn nearness(&self, text: &str, is_last: bool) -> Option<Nearness> {
        let digits = text.chars().filter(char::is_ascii_digit).count();
        if digits < FEWEST_TAIL_DIGITS {
            return None;
        }
        let structured = self
            .structured
            .as_deref()
            .filter(|_| !is_self_checking(text))
            .and_then(|key| near_whole(text, key, is_last));
        near_whole(text, &self.number, is_last)
            .max(structured)
            .max(self.near_digits(text, digits, is_last))
    }

    /// Whether a text may be this number, or the printed reference, written badly. Weaker than
    /// [`Nearness`]: something else has to tell.
    pub(super) fn resembles(&self, text: &str) -> bool {
        let structured = self
            .structured
            .as_deref()
            .filter(|key| !is_self_checking(text) && resembles(text, key, 0));
        self.nearness(text, true).is_some()
            || structured.is_some()
            || resembles(text, &self.number, self.head)
            || resembles(text, &self.digits, 0)
    }

    fn near_digits(&self, text: &str, digits: usize, is_last: bool) -> Option<Nearness> {
        if digits < text.len() {
            return None;
        }
        let stripped = text.trim_start_matches('0');
        let is_tail = stripped.len() >= FEWEST_TAIL_DIGITS
            && (stripped == self.tail || (digits >= 4 && self.digits.ends_with(text)));
        let whole = (self.digits.len() >= 6 && self.digits.len() < self.number.len())
            .then(|| near_whole(text, &self.digits, is_last))
            .flatten();
        whole.max(is_tail.then_some(Nearness::Tail))
    }

    /// The lengths of the number, of its digits and of the printed reference.
    pub(super) fn lengths(&self) -> [usize; 3] {
        let structured = self.structured.as_ref().map_or(0, String::len);
        [self.number.len(), self.digits.len(), structured]
    }

    /// Digits of the last part of the number.
    pub(crate) fn tail_digits(&self) -> usize {
        self.tail.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(text: &str, number: &str, is_last: bool) -> Option<Nearness> {
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        let keys = ItemKeys {
            number: reference_key(number),
            tail: number
                .rsplit(|c: char| !c.is_ascii_digit())
                .next()
                .unwrap()
                .trim_start_matches('0')
                .to_owned(),
            digits,
            ..ItemKeys::default()
        };
        keys.nearness(&reference_key(text), is_last)
    }

    #[test]
    fn misprints_cuts_and_tails_are_told_apart() {
        assert_eq!(
            near("INV-2025-00132", "INV-2025-00123", false),
            Some(Nearness::Misprint)
        );
        assert_eq!(
            near("INV-2025-0123", "INV-2025-00123", false),
            Some(Nearness::Misprint)
        );
        assert_eq!(
            near("1NV-2O25-00123", "INV-2025-00123", false),
            Some(Nearness::Misprint)
        );
        assert_eq!(
            near("INV-2025-00124", "INV-2025-00123", false),
            Some(Nearness::Doubtful)
        );
        assert_eq!(
            near("INV-2025-00", "INV-2025-00123", true),
            Some(Nearness::Cut)
        );
        assert_eq!(near("INV-2025-00", "INV-2025-00123", false), None);
        assert_eq!(near("123", "INV-2025-00123", false), Some(Nearness::Tail));
        assert_eq!(near("INV-2025-00987", "INV-2025-00123", true), None);
    }
}
