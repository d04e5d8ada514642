//! Which documents a line names: in full, nearly, or others than the open ones.

mod keys;
mod nearness;
mod series;

use std::collections::{BTreeSet, HashMap};

use super::model::{Item, Line};
use super::text::{Atoms, document_numbers, reference_key, stripped_key};
use keys::FEWEST_TAIL_DIGITS;
pub(crate) use keys::ItemKeys;
pub(crate) use nearness::Nearness;
use series::Whole;

/// Items of one number, at most, among which a line's is looked for.
const MOST_ITEMS_OF_A_NUMBER: usize = 200;

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
    /// Items of which a series has the last digits, and those with all between.
    pub series: Vec<Vec<usize>>,
    near: Vec<Near>,
}

/// A part of the text that names nothing in full, and may name something nearly.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Near {
    text: String,
    is_last: bool,
}

impl LineReferences {
    /// How many parts of the text are compared with each number.
    pub(crate) fn near_windows(&self) -> usize {
        self.near.len()
    }
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
            let items_of = |key: &str| self.by_key.get(key).map(Vec::as_slice).unwrap_or_default();
            let series = series::read(&atoms, &taken, items_of);
            read.series.extend(
                [series.list, series.range]
                    .into_iter()
                    .filter(|items| !items.is_empty()),
            );
            let taken: Vec<(usize, usize)> = taken
                .into_iter()
                .map(|whole| (whole.from, whole.to))
                .collect();
            read.has_loose_digits |= atoms.has_loose_digits(&taken);
            read.near.extend(self.near(&atoms));
        }
        read.near.sort_unstable();
        read.near.dedup();
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

    /// Finds keys in one text; where two overlap the longer one is
    /// meant.
    fn read_source(
        &self,
        atoms: &Atoms,
        mentions: &mut Vec<Mention>,
        runs: &mut BTreeSet<usize>,
        explained: &mut Vec<String>,
    ) -> Vec<Whole> {
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
        let mut taken: Vec<Whole> = Vec::new();
        for (_, from, to, key) in hits {
            if taken.iter().any(|whole| from < whole.to && whole.from < to) {
                continue;
            }
            let mut items = Vec::new();
            let mut any_strong = false;
            let targets = self.by_key.get(&key).map(Vec::as_slice).unwrap_or_default();
            // A number that so many items have tells none of them from the others.
            let is_common = targets.len() > MOST_ITEMS_OF_A_NUMBER;
            for target in targets.iter().filter(|_| !is_common) {
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
            explained.push(key.clone());
            taken.push(Whole { from, to, key });
        }
        taken
    }

    /// How nearly a line names an item.
    pub(crate) fn nearness(&self, read: &LineReferences, item: usize) -> Option<Nearness> {
        let keys = self.keys.get(item)?;
        read.near
            .iter()
            .filter_map(|near| keys.nearness(&near.text, near.is_last))
            .max()
    }

    /// The parts of a text that may name something nearly: what is a key names it in full.
    fn near<'a>(&'a self, atoms: &'a Atoms) -> impl Iterator<Item = Near> + 'a {
        atoms
            .windows()
            .filter(|window| {
                let digits = window.text.bytes().filter(u8::is_ascii_digit).count();
                digits >= FEWEST_TAIL_DIGITS && !self.by_key.contains_key(&window.text)
            })
            .map(|window| Near {
                text: window.text,
                is_last: window.is_last,
            })
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
