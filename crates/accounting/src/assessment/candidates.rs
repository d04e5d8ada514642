//! Names in a text that may be the other party's, where no label and no place says whose part
//! is whose.

use crate::company::Company;
use crate::determination::Decided;
use crate::determination::names::{has_legal_form, similarity};
use crate::facts::{DocumentFacts, Fact, PartyRole};
use crate::lexicon::order_in;

/// Most names that are offered.
const MOST_NAMES: usize = 6;
/// Words of a line that may be a name.
const LONGEST_NAME: usize = 7;
/// The key of the option that none of the names is it.
pub(super) const NOBODY: &str = "nobody";

/// Whether the other party of a paper with two sides is open though its text may name it.
pub(super) fn is_open(facts: &DocumentFacts, decided: &Decided) -> bool {
    let is_text = |fact: &Fact<String>| {
        ["/raw_text", "/markdown"]
            .iter()
            .any(|root| fact.source.path.starts_with(root))
    };
    decided.side.is_some() && decided.party_name().is_none() && facts.texts.iter().any(is_text)
}

/// The names, parties without a part first, then lines with a legal form, then other short
/// lines without figures; never the company's own, and never what addresses whoever reads it.
pub(super) fn names(facts: &DocumentFacts, company: &Company) -> Vec<Fact<String>> {
    let unclear = facts
        .parties
        .iter()
        .filter(|(role, _)| *role == PartyRole::Unclear)
        .filter_map(|(_, party)| party.name.as_ref());
    let lines = || facts.texts.iter().filter(|line| may_be_name(&line.value));
    let (with_form, without) = (
        lines().filter(|line| has_legal_form(&line.value)),
        lines().filter(|line| !has_legal_form(&line.value)),
    );
    let mut names: Vec<Fact<String>> = Vec::new();
    for name in unclear.chain(with_form).chain(without) {
        let known = names.iter().any(|known| known.value == name.value);
        let is_own = similarity(&name.value, company.name()) >= 0.8;
        if !known && !is_own && names.len() < MOST_NAMES {
            names.push(name.clone());
        }
    }
    names
}

/// A short line that begins with a capital (or is of a script without them), has no figure and
/// ends no sentence.
fn may_be_name(line: &str) -> bool {
    let line = line.trim();
    let words = line.split_whitespace().count();
    (1..=LONGEST_NAME).contains(&words)
        && line.chars().count() <= 60
        && !line
            .chars()
            .any(|character| character.is_numeric() || character == ':')
        && line
            .chars()
            .next()
            .is_some_and(|first| first.is_alphabetic() && !first.is_lowercase())
        && !line.ends_with(['!', '?', ','])
        && order_in(line).is_none()
}
