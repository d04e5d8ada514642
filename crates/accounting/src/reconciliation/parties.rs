//! Customers and suppliers of the open items, and which of them a bank line comes from.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use super::model::{Item, Line};
use super::names::{Name, SIMILAR, likeness, one_spelling};
use super::text::Atoms;
use crate::lexicon::fold;

/// Words that begin the names of more parties than this tell nothing.
const MOST_PARTIES_OF_A_WORD: usize = 400;
/// Parties that have all of the common words of a name are looked for among so many at most.
const MOST_PARTIES_OF_COMMON_WORDS: usize = 5_000;
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
        match self.parties.iter().find(|(known, _)| *known == party) {
            Some((_, agreement)) => *agreement,
            None if self.is_named => Agreement::Other,
            None => Agreement::Unknown,
        }
    }
}

#[derive(Debug)]
struct Party {
    name: Name,
    ibans: Vec<String>,
}

/// All parties, indexed by account and by the beginnings and ends of their words.
#[derive(Debug)]
pub(crate) struct Parties {
    all: Vec<Party>,
    /// The party of each item.
    pub of_item: Vec<usize>,
    /// The items of each party.
    pub items: Vec<Vec<usize>>,
    by_iban: HashMap<String, Vec<usize>>,
    by_piece: HashMap<String, Vec<usize>>,
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
            by_piece: HashMap::new(),
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
            for piece in pieces(&name.words) {
                parties.by_piece.entry(piece).or_default().push(number);
            }
            for index in &members {
                parties.of_item[*index] = number;
            }
            parties.all.push(Party { name, ibans });
            parties.items.push(members);
        }
        parties
    }

    /// Whom each line comes from. Lines of one name and account are looked at once.
    pub(crate) fn origins(&self, lines: &[Line]) -> Vec<Rc<Origin>> {
        let mut known: HashMap<(Option<&str>, Option<&str>), Rc<Origin>> = HashMap::new();
        lines
            .iter()
            .map(|line| {
                if line.counterparty_name.is_none() {
                    return Rc::new(self.origin(line));
                }
                let key = (
                    line.counterparty_name.as_deref(),
                    line.counterparty_iban.as_deref(),
                );
                known
                    .entry(key)
                    .or_insert_with(|| Rc::new(self.origin(line)))
                    .clone()
            })
            .collect()
    }

    fn origin(&self, line: &Line) -> Origin {
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
            Some(name) => self.by_name(&Name::new(name)),
            None if agreements.is_empty() => self.in_text(&line.description),
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
    fn by_name(&self, name: &Name) -> Vec<(usize, Agreement)> {
        let mut scored: Vec<(usize, f64)> = self
            .sharing_a_piece(&name.words)
            .into_iter()
            .map(|party| (party, likeness(name, &self.all[party].name)))
            .filter(|(_, score)| *score >= SIMILAR)
            .collect();
        let best = scored.iter().map(|(_, score)| *score).fold(0.0, f64::max);
        let margin = if best >= 0.97 { 0.02 } else { 0.12 };
        scored.retain(|(_, score)| *score >= best - margin);
        if scored.len() > MOST_PARTIES_OF_A_LINE {
            scored.clear();
        }
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

    /// Parties whose whole name stands in the bank's text; a name inside a longer one that
    /// stands there too is not meant.
    fn in_text(&self, text: &str) -> Vec<(usize, Agreement)> {
        let folded = fold(text);
        let words: Vec<String> = folded.split(' ').map(one_spelling).collect();
        let solid = words.concat();
        let mut found: Vec<usize> = self
            .sharing_a_piece(&words)
            .into_iter()
            .filter(|party| {
                let name = &self.all[*party].name.solid;
                name.chars().count() >= FEWEST_LETTERS_IN_TEXT && solid.contains(name.as_str())
            })
            .collect();
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
        self.sharing_a_piece(&Name::new(text).words)
    }

    /// Parties with a word that begins or ends like one of `words`, ascending.
    fn sharing_a_piece(&self, words: &[String]) -> Vec<usize> {
        let mut found: Vec<usize> = Vec::new();
        let mut common: Vec<&Vec<usize>> = Vec::new();
        for piece in pieces(words) {
            match self.by_piece.get(&piece) {
                Some(parties) if parties.len() <= MOST_PARTIES_OF_A_WORD => {
                    found.extend(parties);
                }
                Some(parties) => common.push(parties),
                None => {}
            }
        }
        if found.is_empty() {
            // Common words alone: the parties that have all of them.
            common.sort_by_key(|parties| parties.len());
            if let Some((first, rest)) = common.split_first()
                && first.len() <= MOST_PARTIES_OF_COMMON_WORDS
            {
                found.extend(first.iter().copied().filter(|party| {
                    rest.iter()
                        .all(|parties| parties.binary_search(party).is_ok())
                }));
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// The first four and the last four letters of each word.
fn pieces(words: &[String]) -> Vec<String> {
    let mut pieces = Vec::with_capacity(words.len() * 2);
    for word in words {
        let letters: Vec<char> = word.chars().collect();
        if letters.len() < 2 {
            continue;
        }
        let four = letters.len().min(4);
        let mut first: String = letters[..four].iter().collect();
        let mut last: String = letters[letters.len() - four..].iter().collect();
        first.insert(0, '^');
        last.push('$');
        pieces.push(first);
        pieces.push(last);
    }
    pieces.sort_unstable();
    pieces.dedup();
    pieces
}

fn compact(text: &str) -> String {
    fold(text).replace(' ', "")
}

/// Whether all words of a name stand in a text, in their order and without others between them.
pub(crate) fn names_in(text: &Atoms, name: &str) -> bool {
    let name = fold(name).replace(' ', "");
    name.len() >= 3 && text.folded().replace(' ', "").contains(&name)
}
