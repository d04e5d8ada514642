//! Which documents a line names: in full, nearly, or others than the open ones.

mod keys;
mod nearness;

use std::collections::{BTreeSet, HashMap};

use super::model::{Item, Line};
use super::text::{Atoms, document_numbers, reference_key, stripped_key};
pub(crate) use keys::ItemKeys;
pub(crate) use nearness::Nearness;

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
