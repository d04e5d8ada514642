//! Parties by their names, so that a bank's name is compared with few of them however many there
//! are.
//!
//! A name that is alike shares with it the beginning or the end of a word that few have, or a
//! short word but for one slip; or it goes on where the bank cut it; or, where all its words are
//! common ones, it has the least common of them.

use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;

use crate::reconciliation::names::Name;

/// What more parties than this have tells nothing by itself.
const MOST_PARTIES_OF_A_PIECE: usize = 60;
/// Parties of which a piece is the least common one, at most.
const MOST_PARTIES_OF_A_NAME: usize = 400;
/// Parties that have all of the common words of a name are looked for among so many at most.
const MOST_PARTIES_OF_COMMON_WORDS: usize = 5_000;
/// Names that go on where the bank's ends, at most.
const MOST_CUT_NAMES: usize = 101;
/// Words in which one slip may leave neither the beginning nor the end as it is.
const SHORT: RangeInclusive<usize> = 4..=8;

#[derive(Debug, Default)]
pub(super) struct NameIndex {
    /// By the beginnings and ends of the words.
    pieces: HashMap<String, Vec<usize>>,
    /// By the piece of its name that the fewest have.
    rarest: HashMap<String, Vec<usize>>,
    /// By short words, and those with a letter left out.
    slips: HashMap<String, Vec<usize>>,
    /// By the name without legal forms, and with them.
    whole: BTreeMap<String, Vec<usize>>,
}

impl NameIndex {
    pub(super) fn new<'n>(names: impl Iterator<Item = &'n Name> + Clone) -> Self {
        let mut index = Self::default();
        for (party, name) in names.clone().enumerate() {
            for piece in pieces(&name.words) {
                index.pieces.entry(piece).or_default().push(party);
            }
            for word in slips(&name.words) {
                index.slips.entry(word).or_default().push(party);
            }
            let mut beginnings = vec![&name.solid, &name.whole];
            beginnings.dedup();
            for beginning in beginnings {
                let known = index.whole.entry(beginning.clone());
                known.or_default().push(party);
            }
        }
        for (party, name) in names.enumerate() {
            let count = |piece: &String| index.pieces.get(piece).map_or(0, Vec::len);
            let rarest = pieces(&name.words)
                .into_iter()
                .min_by_key(|piece| count(piece));
            if let Some(rarest) = rarest {
                index.rarest.entry(rarest).or_default().push(party);
            }
        }
        index
    }

    /// Parties whose names may be alike, ascending; none where looking for them is too much.
    pub(super) fn like(&self, name: &Name, spend: &dyn Fn(usize) -> bool) -> Vec<usize> {
        let mut found = self.sharing(&name.words, spend);
        for beginning in [&name.solid, &name.whole] {
            let cut = self
                .whole
                .range(beginning.clone()..)
                .take_while(|(longer, _)| longer.starts_with(beginning.as_str()))
                .take(MOST_CUT_NAMES);
            if !beginning.is_empty() {
                found.extend(cut.flat_map(|(_, parties)| parties));
            }
        }
        let slips = slips(&name.words);
        if !spend(slips.len()) {
            return Vec::new();
        }
        let near = slips.iter().filter_map(|word| self.slips.get(word));
        for parties in near.filter(|parties| parties.len() <= MOST_PARTIES_OF_A_PIECE) {
            found.extend(parties);
        }
        if found.is_empty() {
            found = self.having_all(&name.words, spend);
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Parties of which a text may have a word, ascending.
    pub(super) fn sharing(&self, words: &[String], spend: &dyn Fn(usize) -> bool) -> Vec<usize> {
        let mut found: Vec<usize> = Vec::new();
        for piece in pieces(words) {
            let rare = self.pieces.get(&piece);
            let rare = rare.filter(|parties| parties.len() <= MOST_PARTIES_OF_A_PIECE);
            let rarest = self.rarest.get(&piece);
            let rarest = rarest.filter(|parties| parties.len() <= MOST_PARTIES_OF_A_NAME);
            for parties in rare.into_iter().chain(rarest) {
                if !spend(1 + parties.len() / 8) {
                    return Vec::new();
                }
                found.extend(parties);
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Parties that have all of some common words.
    fn having_all(&self, words: &[String], spend: &dyn Fn(usize) -> bool) -> Vec<usize> {
        let pieces = pieces(words);
        let mut common: Vec<&Vec<usize>> = pieces
            .iter()
            .filter_map(|piece| self.pieces.get(piece))
            .collect();
        common.sort_by_key(|parties| parties.len());
        let Some((first, rest)) = common.split_first() else {
            return Vec::new();
        };
        if first.len() > MOST_PARTIES_OF_COMMON_WORDS || !spend(first.len() * common.len() / 4) {
            return Vec::new();
        }
        let has_all = |party: &usize| {
            rest.iter()
                .all(|parties| parties.binary_search(party).is_ok())
        };
        first.iter().copied().filter(has_all).collect()
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

/// Each short word, and that without each of its letters: two words that differ by a letter
/// wrong, lost, doubled or swapped have one of these in common.
fn slips(words: &[String]) -> Vec<String> {
    let mut slips = Vec::new();
    for word in words {
        let letters: Vec<char> = word.chars().collect();
        if !SHORT.contains(&letters.len()) {
            continue;
        }
        slips.push(word.clone());
        for left_out in 0..letters.len() {
            let kept = letters.iter().enumerate();
            let kept = kept.filter(|(place, _)| *place != left_out);
            slips.push(kept.map(|(_, letter)| letter).collect());
        }
    }
    slips.sort_unstable();
    slips.dedup();
    slips
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A hundred companies of one trade, each with a word of its own.
    fn names() -> Vec<Name> {
        let own = |number: usize| {
            let letter = |place: usize| char::from(b'a' + u8::try_from(place % 26).unwrap());
            let letters = [
                number,
                number / 26 + 3,
                number * 7,
                number * 11 + 5,
                number / 3,
            ];
            letters.map(letter).iter().collect::<String>()
        };
        let mut names: Vec<Name> = (0..100)
            .map(|number| Name::new(&format!("Handelshaus {} GmbH", own(number))))
            .collect();
        names.push(Name::new("Handelshaus Nordwind GmbH"));
        names
    }

    #[test]
    fn a_name_among_many_of_its_trade_is_found_by_what_is_its_own() {
        let names = names();
        let index = NameIndex::new(names.iter());
        let wanted = names.len() - 1;
        for bank in [
            "HANDELSHAUS NORDWIND",
            "NORDWIND HANDELSHAUS",
            "HANDELSHAUS NORDWNID",
            "HANDELSHAUS NODWIND",
            "Handelshaus No",
            "HandelshausNordwind",
            "Nordwind Hamburg",
        ] {
            let found = index.like(&Name::new(bank), &|_| true);
            assert!(found.contains(&wanted), "{bank}: {found:?}");
            assert!(found.len() < 30, "{bank}: {}", found.len());
        }
    }

    #[test]
    fn nothing_is_found_beyond_the_limit() {
        let names = names();
        let index = NameIndex::new(names.iter());
        assert_eq!(index.like(&names[0], &|_| false), Vec::<usize>::new());
    }
}
