//! Which documents a line names: in full, nearly, or others than the open ones.

use std::collections::{BTreeSet, HashMap};

use super::check_digits::{has_right_check_digits, is_self_checking};
use super::model::{Item, Line};
use super::text::{Atoms, document_numbers, reference_key, stripped_key};

/// A number of fewer digits is no reference by itself.
const FEWEST_DIGITS: usize = 4;
/// The last part of a number tells something from three digits on.
const FEWEST_TAIL_DIGITS: usize = 3;

/// What an item may be referred to by.
#[derive(Debug, Clone, Default)]
pub(crate) struct ItemKeys {
    /// The number, folded, without separators.
    number: String,
    /// The number's digits.
    digits: String,
    /// The last run of digits without leading zeros.
    tail: String,
    /// The number without the leading zeros of each run.
    stripped: String,
    /// The structured reference.
    structured: Option<String>,
    structured_stripped: String,
}

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

/// A place in the text that names items in full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mention {
    /// One item, or several of the same number.
    pub items: Vec<usize>,
    /// Long enough not to stand there by chance.
    pub is_strong: bool,
}

/// What a line refers to.
#[derive(Debug, Clone, Default)]
pub(crate) struct LineReferences {
    pub mentions: Vec<Mention>,
    /// Payment runs that are named.
    pub runs: BTreeSet<usize>,
    /// Runs of three digits and more that belong to no open item.
    pub has_loose_digits: bool,
    /// Numbers that look like documents and are none of the open ones.
    pub others: Vec<String>,
    sources: Vec<Atoms>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Item { index: usize, is_strong: bool },
    Run(usize),
}

/// The keys of all items, and an index of them.
#[derive(Debug, Default)]
pub(crate) struct References {
    pub keys: Vec<ItemKeys>,
    by_key: HashMap<String, Vec<Target>>,
    /// The items of each payment run.
    pub runs: Vec<Vec<usize>>,
}

impl References {
    pub(crate) fn new(items: &[Item]) -> Self {
        let mut references = Self::default();
        let mut runs: HashMap<String, usize> = HashMap::new();
        for (index, item) in items.iter().enumerate() {
            let keys = ItemKeys::new(item);
            for (key, is_strong) in keys.index_keys() {
                references.add(key, Target::Item { index, is_strong });
            }
            references.keys.push(keys);
            if let Some(run) = &item.payment_run {
                let key = reference_key(run);
                let number = *runs.entry(key.clone()).or_insert_with(|| {
                    references.runs.push(Vec::new());
                    references.runs.len() - 1
                });
                references.runs[number].push(index);
                references.add(stripped_key(run), Target::Run(number));
                references.add(key, Target::Run(number));
            }
        }
        for targets in references.by_key.values_mut() {
            targets.sort_unstable();
            targets.dedup();
        }
        references
    }

    fn add(&mut self, key: String, target: Target) {
        if !key.is_empty() {
            self.by_key.entry(key).or_default().push(target);
        }
    }

    /// What a line refers to.
    pub(crate) fn read(&self, line: &Line) -> LineReferences {
        let mut read = LineReferences::default();
        let mut explained: Vec<String> = Vec::new();
        let texts = [
            line.structured_reference.as_deref(),
            Some(line.description.as_str()),
            line.end_to_end_id.as_deref(),
        ];
        let mut mentions: Vec<Mention> = Vec::new();
        for text in texts.into_iter().flatten() {
            let atoms = Atoms::new(text);
            let taken = self.read_source(&atoms, &mut mentions, &mut read.runs, &mut explained);
            read.has_loose_digits |= atoms.has_loose_digits(&taken);
            read.sources.push(atoms);
        }
        mentions.sort_by(|left, right| {
            left.items
                .cmp(&right.items)
                .then(right.is_strong.cmp(&left.is_strong))
        });
        mentions.dedup_by(|later, first| later.items == first.items);
        read.mentions = mentions;
        let mut others = document_numbers(&line.description, line.date);
        if let Some(structured) = &line.structured_reference {
            others.push(reference_key(structured));
        }
        others.retain(|other| {
            !explained
                .iter()
                .any(|key| key.contains(other.as_str()) || other.contains(key.as_str()))
        });
        others.sort_unstable();
        others.dedup();
        read.others = others;
        read
    }

    /// Finds keys in one text, and the runs that they take; where two overlap the longer one is
    /// meant.
    fn read_source(
        &self,
        atoms: &Atoms,
        mentions: &mut Vec<Mention>,
        runs: &mut BTreeSet<usize>,
        explained: &mut Vec<String>,
    ) -> Vec<(usize, usize)> {
        let mut hits: Vec<(usize, usize, usize, String)> = Vec::new();
        for window in atoms.windows() {
            let length = window.text.len();
            for key in [window.text, window.stripped] {
                if self.by_key.contains_key(&key) {
                    hits.push((length, window.from, window.to, key));
                    break;
                }
            }
        }
        hits.sort_by(|left, right| right.0.cmp(&left.0).then(left.1.cmp(&right.1)));
        let mut taken: Vec<(usize, usize)> = Vec::new();
        for (_, from, to, key) in hits {
            if taken.iter().any(|(start, end)| from < *end && *start < to) {
                continue;
            }
            taken.push((from, to));
            let mut items = Vec::new();
            let mut any_strong = false;
            for target in self.by_key.get(&key).into_iter().flatten() {
                match target {
                    Target::Item { index, is_strong } => {
                        if items.last() != Some(index) {
                            items.push(*index);
                        }
                        any_strong |= is_strong;
                    }
                    Target::Run(run) => {
                        runs.insert(*run);
                    }
                }
            }
            if !items.is_empty() {
                mentions.push(Mention {
                    items,
                    is_strong: any_strong,
                });
            }
            explained.push(key);
        }
        taken
    }

    /// How nearly a line names an item.
    pub(crate) fn nearness(&self, read: &LineReferences, item: usize) -> Option<Nearness> {
        let keys = self.keys.get(item)?;
        read.sources
            .iter()
            .flat_map(Atoms::windows)
            .filter(|window| !self.by_key.contains_key(&window.text))
            .filter_map(|window| keys.nearness(&window.text, window.is_last))
            .max()
    }

    /// Whether a line names a document that is neither open nor a likely misprint of the item.
    pub(crate) fn names_other_than(&self, read: &LineReferences, item: usize) -> bool {
        let Some(keys) = self.keys.get(item) else {
            return false;
        };
        read.others.iter().any(|other| {
            keys.nearness(other, true)
                .is_none_or(|nearness| nearness == Nearness::Doubtful)
        })
    }
}

impl ItemKeys {
    fn new(item: &Item) -> Self {
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
    fn index_keys(&self) -> Vec<(String, bool)> {
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

    fn nearness(&self, text: &str, is_last: bool) -> Option<Nearness> {
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

    /// Digits of the last part of the number.
    pub(crate) fn tail_digits(&self) -> usize {
        self.tail.len()
    }
}

fn near_whole(text: &str, key: &str, is_last: bool) -> Option<Nearness> {
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
