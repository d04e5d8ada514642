//! Which lines are left to a reader of free text, and the open items that each may mean.

use std::collections::BTreeSet;

use super::MOST_CANDIDATES;
use super::hostile::{address_in, address_in_line};
use super::question;
use crate::lexicon::fold;
use crate::reconciliation::candidates::of_same_amount;
use crate::reconciliation::draft::Fit;
use crate::reconciliation::ledger::Ledger;
use crate::reconciliation::payouts::names_processor;
use crate::reconciliation::response::DifferenceKind;
use crate::reconciliation::wording::settles_nothing;

/// A text with fewer letters tells nothing.
const FEWEST_LETTERS: usize = 4;
/// A text that hints at parties with more items than this hints at nobody.
const MOST_HINTED: usize = 500;

/// A line that a model may be asked about.
#[derive(Debug)]
pub(super) struct OpenLine {
    pub line: usize,
    /// Each of another party; ascending by item.
    pub candidates: Vec<Candidate>,
}

/// An open item that the line would settle in full.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub item: usize,
    /// What the difference of the amounts would be.
    pub difference: DifferenceKind,
}

/// What is to be done with a line that the rules left and that open items fit.
#[derive(Debug)]
pub(super) enum Opening {
    /// A model may tell.
    Ask(OpenLine),
    /// No model is asked.
    Leave {
        /// The line.
        line: usize,
        /// Why.
        reason: &'static str,
    },
}

/// The lines that the rules left without a reason and that open items fit, by date.
pub(super) fn open_lines(ledger: &Ledger<'_>) -> Vec<Opening> {
    let mut lines: Vec<usize> = ledger
        .free_lines()
        .into_iter()
        .filter(|line| is_left_to_its_text(ledger, *line))
        .collect();
    lines.sort_by_key(|line| (ledger.line(*line).date, *line));
    lines
        .into_iter()
        .filter_map(|line| opening(ledger, line))
        .collect()
}

/// No rule says anything of the line: it names nobody known and no document, and its words are
/// not those of a movement that settles nothing.
fn is_left_to_its_text(ledger: &Ledger<'_>, line: usize) -> bool {
    let (paid, read) = (ledger.line(line), &ledger.read[line]);
    let letters = |text: &str| text.chars().filter(|letter| letter.is_alphabetic()).count();
    let name = paid.counterparty_name.as_deref().unwrap_or_default();
    ledger.has_no_note(line)
        && ledger.origins[line].parties.is_empty()
        && read.others.is_empty()
        && !read.mentions.iter().any(|mention| mention.is_strong)
        && letters(&paid.description) + letters(name) >= FEWEST_LETTERS
        && !settles_nothing(&paid.description, paid.amount < 0)
        && !names_processor(ledger, line)
}

fn opening(ledger: &Ledger<'_>, line: usize) -> Option<Opening> {
    let candidates = candidates(ledger, line);
    if candidates.is_empty() {
        return None;
    }
    let parties: BTreeSet<String> = candidates
        .iter()
        .map(|candidate| fold(&ledger.item(candidate.item).party_name))
        .collect();
    let labels: BTreeSet<String> = question::items(ledger.request, &candidates)
        .into_iter()
        .map(|option| option.label)
        .collect();
    let is_addressed = candidates.iter().any(|candidate| {
        let item = ledger.item(candidate.item);
        address_in(&item.party_name).is_some() || address_in(&item.number).is_some()
    });
    let reason = if address_in_line(ledger.line(line)).is_some() {
        "no model is asked about such a text"
    } else if is_addressed {
        "an open item that fits addresses whoever reads it, so that no model is asked"
    } else if parties.len() < candidates.len() {
        "several open items of one party fit, and a model never chooses between them"
    } else if candidates.len() > MOST_CANDIDATES {
        "more open items fit than a model is asked to choose from"
    } else if labels.len() < candidates.len() {
        "the parties of the open items that fit are too alike for a model to choose from"
    } else {
        return Some(Opening::Ask(OpenLine { line, candidates }));
    };
    Some(Opening::Leave { line, reason })
}

/// Items of exactly the amount; where there are none, those of parties that the text may hint
/// at, with a difference that is explained.
fn candidates(ledger: &Ledger<'_>, line: usize) -> Vec<Candidate> {
    let Some(exact) = of_same_amount(ledger, line) else {
        return Vec::new();
    };
    let exact: Vec<Candidate> = exact
        .into_iter()
        .filter(|item| is_possible(ledger, line, *item))
        .map(|item| Candidate {
            item,
            difference: DifferenceKind::None,
        })
        .collect();
    if !exact.is_empty() {
        return exact;
    }
    let paid = ledger.line(line);
    let name = paid.counterparty_name.as_deref().unwrap_or_default();
    let text = format!("{name} {}", paid.description);
    let hinted: Vec<usize> = ledger
        .parties
        .hinted_at(&text)
        .into_iter()
        .flat_map(|party| &ledger.parties.items[party])
        .copied()
        .collect();
    if hinted.len() > MOST_HINTED {
        return Vec::new();
    }
    let mut found: Vec<Candidate> = hinted
        .into_iter()
        .filter(|item| is_possible(ledger, line, *item))
        .filter_map(|item| match ledger.fit(line, &[item])? {
            Fit::Whole(difference) => Some(Candidate { item, difference }),
            Fit::Over | Fit::Part => None,
        })
        .collect();
    found.sort_by_key(|candidate| candidate.item);
    found
}

/// Without a reference an item is paid in its time; and never from an account that is known not
/// to be the party's.
fn is_possible(ledger: &Ledger<'_>, line: usize, item: usize) -> bool {
    let account = &ledger.line(line).counterparty_iban;
    let known = &ledger.item(item).party_iban;
    let is_other_account = account.is_some() && known.is_some() && account != known;
    ledger.is_payable(item) && ledger.is_in_window(line, item) && !is_other_account
}
