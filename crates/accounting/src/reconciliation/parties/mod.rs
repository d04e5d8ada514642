//! Customers and suppliers of the open items, and which of them a bank line comes from.

mod index;

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use index::NameIndex;

use super::model::{Item, Line};
use super::names::{Name, SIMILAR, likeness, one_spelling};
use super::text::Atoms;
use super::work::{STEPS_OF_A_NAME, STEPS_OF_A_TEXT, Work};
use crate::lexicon::fold;

/// A line that may come from more parties than this comes from none that is known.
const MOST_PARTIES_OF_A_LINE: usize = 100;
/// A name inside a text needs so many letters.
const FEWEST_LETTERS_IN_TEXT: usize = 6;

/// Whether a line comes from an item's party.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Agreement {
    /// It names somebody else.
    Other,
    /// It names nobody.
    Unknown,
    /// A name that is alike.
    Similar,
    /// The same account or name.
    Same,
}

/// Those whom a line may come from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Origin {
    /// Ascending by party.
    pub parties: Vec<(usize, Agreement)>,
    /// The line names somebody, known or not.
    pub is_named: bool,
    /// The line's account is known and not its party's.
    pub is_other_account: bool,
}

impl Origin {
    /// Whether the line comes from `party`.
    pub(crate) fn agreement(&self, party: usize) -> Agreement {
        match self
            .parties
            .binary_search_by_key(&party, |(known, _)| *known)
        {
            Ok(place) => self.parties[place].1,
            Err(_) if self.is_named => Agreement::Other,
            Err(_) => Agreement::Unknown,
        }
    }
}

#[derive(Debug)]
struct Party {
    name: Name,
    ibans: Vec<String>,
}

/// All parties, indexed by account and by name.
#[derive(Debug)]
pub(crate) struct Parties {
    all: Vec<Party>,
    /// The party of each item.
    pub of_item: Vec<usize>,
    /// The items of each party.
    pub items: Vec<Vec<usize>>,
    by_iban: HashMap<String, Vec<usize>>,
    by_name: NameIndex,
}

impl Parties {
    pub(crate) fn new(items: &[Item]) -> Self {
        // Sorted keys, so that a party's index depends on names alone.
        let mut groups: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
        let mut names: HashMap<&str, Name> = HashMap::new();
        for (index, item) in items.iter().enumerate() {
            let name = names
                .entry(&item.party_name)
                .or_insert_with(|| Name::new(&item.party_name));
            let tax_id = item
                .party_tax_id
                .as_deref()
                .map(compact)
                .unwrap_or_default();
            groups
                .entry((name.solid.clone(), tax_id))
                .or_default()
                .push(index);
        }
        let mut parties = Self {
            all: Vec::with_capacity(groups.len()),
            of_item: vec![0; items.len()],
            items: Vec::with_capacity(groups.len()),
            by_iban: HashMap::new(),
            by_name: NameIndex::default(),
        };
        for (number, members) in groups.into_values().enumerate() {
            let mut ibans: Vec<String> = members
                .iter()
                .filter_map(|index| items[*index].party_iban.clone())
                .collect();
            ibans.sort_unstable();
            ibans.dedup();
            for iban in &ibans {
                parties
                    .by_iban
                    .entry(iban.clone())
                    .or_default()
                    .push(number);
            }
            let name = members
                .first()
                .and_then(|first| names.get(items[*first].party_name.as_str()))
                .cloned()
                .unwrap_or_else(|| Name::new(""));
            for index in &members {
                parties.of_item[*index] = number;
            }
            parties.all.push(Party { name, ibans });
            parties.items.push(members);
        }
        parties.by_name = NameIndex::new(parties.all.iter().map(|party| &party.name));
        parties
    }

    /// Whom each line comes from. Lines of one name and account are looked at once, at the cost
    /// of the first.
    pub(crate) fn origins(&self, lines: &[Line], work: &Work) -> Vec<Rc<Origin>> {
        let mut known: HashMap<(Option<&str>, Option<&str>), Rc<Origin>> = HashMap::new();
        lines
            .iter()
            .enumerate()
            .map(|(index, line)| {
                let spend = |steps: usize| work.spend(index, steps);
                if line.counterparty_name.is_none() {
                    return Rc::new(self.origin(line, &spend));
                }
                let key = (
                    line.counterparty_name.as_deref(),
                    line.counterparty_iban.as_deref(),
                );
                known
                    .entry(key)
                    .or_insert_with(|| Rc::new(self.origin(line, &spend)))
                    .clone()
            })
            .collect()
    }

    fn origin(&self, line: &Line, spend: &dyn Fn(usize) -> bool) -> Origin {
        let mut origin = Origin {
            is_named: line.counterparty_name.is_some(),
            ..Origin::default()
        };
        let mut agreements: BTreeMap<usize, Agreement> = BTreeMap::new();
        let by_account = line
            .counterparty_iban
            .as_ref()
            .and_then(|iban| self.by_iban.get(iban))
            // An account of so many tells none of them from the others.
            .filter(|parties| parties.len() <= MOST_PARTIES_OF_A_LINE);
        for party in by_account.into_iter().flatten() {
            origin.is_named = true;
            agreements.insert(*party, Agreement::Same);
        }
        let by_name = match &line.counterparty_name {
            Some(name) => self.alike(&Name::new(name), spend),
            None if agreements.is_empty() => self.in_text(&line.description, spend),
            None => Vec::new(),
        };
        for (party, agreement) in by_name {
            let known = agreements.entry(party).or_insert(agreement);
            *known = (*known).max(agreement);
        }
        if let Some(iban) = &line.counterparty_iban {
            origin.is_other_account = by_account.is_none()
                && agreements.keys().any(|party| {
                    let ibans = &self.all[*party].ibans;
                    !ibans.is_empty() && !ibans.contains(iban)
                });
        }
        origin.parties = agreements.into_iter().collect();
        origin
    }

    /// The parties of the names that are most alike.
    fn alike(&self, name: &Name, spend: &dyn Fn(usize) -> bool) -> Vec<(usize, Agreement)> {
        let sharing = self.by_name.like(name, spend);
        let pairs_of_words = sharing
            .iter()
            .map(|party| self.all[*party].name.words.len() * name.words.len());
        if !spend(sharing.len() * STEPS_OF_A_NAME + pairs_of_words.sum::<usize>()) {
            return Vec::new();
        }
        let mut scored: Vec<(usize, f64)> = sharing
            .into_iter()
            .map(|party| (party, likeness(name, &self.all[party].name)))
            .filter(|(_, score)| *score >= SIMILAR)
            .collect();
        let best = scored.iter().map(|(_, score)| *score).fold(0.0, f64::max);
        let margin = if best >= 0.97 { 0.02 } else { 0.12 };
        scored.retain(|(_, score)| *score >= best - margin);
        if scored.len() > MOST_PARTIES_OF_A_LINE {
            return Vec::new();
        }
        self.drop_names_inside_longer(name, &mut scored);
        scored
            .into_iter()
            .map(|(party, score)| {
                let agreement = if score >= 0.97 {
                    Agreement::Same
                } else {
                    Agreement::Similar
                };
                (party, agreement)
            })
            .collect()
    }

    /// A name that begins the bank's is not meant where a longer one that begins with it does too.
    fn drop_names_inside_longer(&self, bank: &Name, scored: &mut Vec<(usize, f64)>) {
        let begins: Vec<&Name> = scored
            .iter()
            .map(|(party, _)| &self.all[*party].name)
            .filter(|name| bank.goes_on_after(name) || bank.words == name.words)
            .collect();
        let is_inside = |party: usize| {
            let own = &self.all[party].name;
            bank.goes_on_after(own) && begins.iter().any(|longer| longer.goes_on_after(own))
        };
        let inside: Vec<usize> = scored
            .iter()
            .map(|(party, _)| *party)
            .filter(|party| is_inside(*party))
            .collect();
        scored.retain(|(party, _)| !inside.contains(party));
    }

    /// Parties whose whole name stands in the bank's text; a name inside a longer one that
    /// stands there too is not meant.
    fn in_text(&self, text: &str, spend: &dyn Fn(usize) -> bool) -> Vec<(usize, Agreement)> {
        let folded = fold(text);
        let words: Vec<String> = folded.split(' ').map(one_spelling).collect();
        let solid = words.concat();
        let sharing = self.by_name.sharing(&words, spend);
        if !spend(sharing.len() * STEPS_OF_A_TEXT) {
            return Vec::new();
        }
        let mut found: Vec<usize> = sharing
            .into_iter()
            .filter(|party| {
                let name = &self.all[*party].name.solid;
                name.chars().count() >= FEWEST_LETTERS_IN_TEXT && solid.contains(name.as_str())
            })
            .collect();
        if found.len() > MOST_PARTIES_OF_A_LINE {
            return Vec::new();
        }
        let names: Vec<&str> = found
            .iter()
            .map(|party| self.all[*party].name.solid.as_str())
            .collect();
        let inside: Vec<usize> = found
            .iter()
            .copied()
            .filter(|party| {
                let own = self.all[*party].name.solid.as_str();
                names
                    .iter()
                    .any(|name| name.len() > own.len() && name.contains(own))
            })
            .collect();
        found.retain(|party| !inside.contains(party));
        found
            .into_iter()
            .map(|party| (party, Agreement::Similar))
            .collect()
    }

    /// Parties that a text may hint at: a word of theirs begins or ends like one of its own.
    pub(crate) fn hinted_at(&self, text: &str) -> Vec<usize> {
        self.by_name.sharing(&Name::new(text).words, &|_| true)
    }
}

fn compact(text: &str) -> String {
    fold(text).replace(' ', "")
}

/// Whether all words of a name stand in a text, in their order and without others between them.
pub(crate) fn names_in(text: &Atoms, name: &str) -> bool {
    let name = fold(name).replace(' ', "");
    name.len() >= 3 && text.folded().replace(' ', "").contains(&name)
}
