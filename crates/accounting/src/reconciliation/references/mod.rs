//! Which documents a line names: in full, nearly, or others than the open ones.

mod keys;
mod nearness;
mod series;

use std::collections::{BTreeSet, HashMap};

use super::model::{Item, Line};
use super::text::{Atoms, document_numbers, reference_key, stripped_key};
use super::work::STEPS_OF_A_LETTER;
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
    /// Instalments that the text counts: the first, second, third of how many.
    pub instalments: BTreeSet<(u32, u32)>,
    near: Vec<Near>,
    /// How many of those have so many letters.
    near_by_length: Vec<usize>,
}

/// A part of the text that may name something nearly.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Near {
    text: String,
    is_last: bool,
    /// It names something in full: what else it may be is worth little.
    is_key: bool,
}

impl LineReferences {
    /// Letters that comparing the parts of the text with an item's keys looks at: those of about
    /// the length of a key, or also those that may be a key cut off.
    fn letters_near(&self, keys: &ItemKeys, is_cut: bool) -> usize {
        let letters_of = |length: usize| {
            let shortest = if is_cut {
                length / 2
            } else {
                length.saturating_sub(1)
            };
            let near = self
                .near_by_length
                .iter()
                .skip(shortest)
                .take(length + 2 - shortest);
            near.sum::<usize>() * length
        };
        keys.lengths().into_iter().map(letters_of).sum()
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

    /// What a line refers to. `spend` books the steps of reading; where they are too many,
    /// nothing is read.
    pub(crate) fn read(&self, line: &Line, spend: impl Fn(usize) -> bool) -> LineReferences {
        let mut read = LineReferences::default();
        let mut explained: Vec<String> = Vec::new();
        let texts: Vec<Atoms> = [
            line.structured_reference.as_deref(),
            Some(line.description.as_str()),
            line.end_to_end_id.as_deref(),
        ]
        .into_iter()
        .flatten()
        .map(Atoms::new)
        .collect();
        // Each run begins some windows; what they explain is compared with what looks like a
        // document.
        let runs: usize = texts.iter().map(Atoms::count).sum();
        if !spend(10 * runs + runs * runs / 64) {
            return read;
        }
        let mut mentions: Vec<Mention> = Vec::new();
        for atoms in &texts {
            let taken = self.read_source(atoms, &mut mentions, &mut read.runs, &mut explained);
            let items_of = |key: &str| self.by_key.get(key).map(Vec::as_slice).unwrap_or_default();
            let series = series::read(atoms, &taken, items_of);
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
            read.near.extend(self.near(atoms));
            read.instalments.extend(atoms.instalments());
        }
        read.near.sort_unstable();
        read.near.dedup();
        for near in &read.near {
            let length = near.text.len();
            if read.near_by_length.len() <= length {
                read.near_by_length.resize(length + 1, 0);
            }
            read.near_by_length[length] += 1;
        }
        mentions.sort_by(|left, right| {
            left.items
                .cmp(&right.items)
                .then(right.is_strong.cmp(&left.is_strong))
        });
        mentions.dedup_by(|later, first| later.items == first.items);
        read.mentions = mentions;
        read.others = others(line, &explained);
        read
    }

    /// Finds keys in one text; where two overlap the longer one is meant.
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
        let mut is_taken = vec![false; atoms.count()];
        let mut taken: Vec<Whole> = Vec::new();
        for (_, from, to, key) in hits {
            if is_taken[from..to].contains(&true) {
                continue;
            }
            is_taken[from..to].fill(true);
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

    /// Steps of comparing a line with an item's keys: most parts of a text are told apart by
    /// their length.
    pub(crate) fn steps_of_nearness(
        &self,
        read: &LineReferences,
        item: usize,
        is_cut: bool,
    ) -> usize {
        let letters = self
            .keys
            .get(item)
            .map_or(0, |keys| read.letters_near(keys, is_cut));
        1 + read.near.len() / 2 + letters * STEPS_OF_A_LETTER
    }

    /// How nearly a line names an item.
    pub(crate) fn nearness(&self, read: &LineReferences, item: usize) -> Option<Nearness> {
        let keys = self.keys.get(item)?;
        read.near
            .iter()
            .filter(|near| !near.is_key)
            .filter_map(|near| keys.nearness(&near.text, near.is_last))
            .max()
    }

    /// Whether something in a line may be the item's number written badly.
    pub(crate) fn resembles(&self, read: &LineReferences, item: usize) -> bool {
        self.keys
            .get(item)
            .is_some_and(|keys| read.near.iter().any(|near| keys.resembles(&near.text)))
    }

    /// The parts of a text that may name something nearly.
    fn near<'a>(&'a self, atoms: &'a Atoms) -> impl Iterator<Item = Near> + 'a {
        atoms
            .windows()
            .filter(|window| {
                let digits = window.text.bytes().filter(u8::is_ascii_digit).count();
                digits >= FEWEST_TAIL_DIGITS || (digits >= 2 && window.text.len() >= 4)
            })
            .map(|window| Near {
                is_key: self.by_key.contains_key(&window.text),
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

/// What looks like a document in a line, and is none of those that it names in full.
fn others(line: &Line, explained: &[String]) -> Vec<String> {
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
    others
}
