//! What is known of lines and items while they are being matched, and how proposals are taken:
//! only where no other line wants the same items.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use super::draft::{Draft, Fit, by_date, fit};
use super::model::{Item, Line, Minor, Request, days_between};
use super::parties::{Agreement, Origin, Parties};
use super::references::{LineReferences, Nearness, References};
use super::response::{Alternative, Ambiguous, Match, Reconciliation, UnmatchedLine};
use super::subset_sum::{self, Subsets};
use super::work::Work;
use crate::lexicon::fold;
use crate::money::Currency;

/// What became of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
enum LineState {
    Free,
    Matched,
    Ambiguous,
    Unmatched(String),
}

/// What became of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ItemState {
    Free,
    /// The match that settles it.
    Matched(usize),
    /// An alternative of an ambiguous line.
    Reserved,
}

/// Sets of items, each ascending, in order.
type Alternatives = Vec<Vec<usize>>;

/// A line with the items that it may settle.
#[derive(Debug, Clone)]
pub(crate) struct Proposal {
    pub line: usize,
    pub draft: Draft,
}

/// The state of the work.
pub(crate) struct Ledger<'a> {
    pub request: &'a Request,
    pub parties: Parties,
    pub origins: Vec<Rc<Origin>>,
    pub references: References,
    pub read: Vec<LineReferences>,
    /// The lines of each party that they may come from.
    pub lines_of_party: HashMap<usize, Vec<usize>>,
    /// Items by currency and signed amount.
    pub by_amount: HashMap<(Currency, Minor), Vec<usize>>,
    lines: Vec<LineState>,
    items: Vec<ItemState>,
    matches: Vec<(Vec<usize>, Match)>,
    /// The lines of each set of equally good answers, and the reason.
    ties: BTreeMap<Alternatives, (Vec<usize>, String)>,
    /// Why a line that nothing settled in the end was not settled.
    notes: Vec<Option<String>>,
    /// Lines by currency and signed amount.
    lines_by_amount: HashMap<(Currency, Minor), Vec<usize>>,
    /// The lines that name each item in full.
    lines_naming: HashMap<usize, Vec<usize>>,
    pub work: Work,
}

impl<'a> Ledger<'a> {
    pub(crate) fn new(request: &'a Request) -> Self {
        let parties = Parties::new(&request.items);
        let origins = parties.origins(&request.lines);
        let references = References::new(&request.items);
        let read = request
            .lines
            .iter()
            .map(|line| references.read(line))
            .collect();
        let mut by_amount: HashMap<(Currency, Minor), Vec<usize>> = HashMap::new();
        for (index, item) in request.items.iter().enumerate() {
            by_amount
                .entry((item.currency, item.sign() * item.open))
                .or_default()
                .push(index);
        }
        let mut lines_of_party: HashMap<usize, Vec<usize>> = HashMap::new();
        for (line, origin) in origins.iter().enumerate() {
            for (party, _) in &origin.parties {
                lines_of_party.entry(*party).or_default().push(line);
            }
        }
        let mut lines_by_amount: HashMap<(Currency, Minor), Vec<usize>> = HashMap::new();
        for (index, line) in request.lines.iter().enumerate() {
            lines_by_amount
                .entry((line.currency, line.amount))
                .or_default()
                .push(index);
        }
        let read: Vec<LineReferences> = read;
        let mut lines_naming: HashMap<usize, Vec<usize>> = HashMap::new();
        for (index, read) in read.iter().enumerate() {
            for item in read.mentions.iter().flat_map(|mention| &mention.items) {
                lines_naming.entry(*item).or_default().push(index);
            }
        }
        Self {
            lines_by_amount,
            lines_naming,
            work: Work::new(request.lines.len()),
            parties,
            lines_of_party,
            origins,
            references,
            read,
            by_amount,
            lines: vec![LineState::Free; request.lines.len()],
            items: vec![ItemState::Free; request.items.len()],
            matches: Vec::new(),
            ties: BTreeMap::new(),
            notes: vec![None; request.lines.len()],
            request,
        }
    }

    pub(crate) fn line(&self, line: usize) -> &'a Line {
        &self.request.lines[line]
    }

    pub(crate) fn item(&self, item: usize) -> &'a Item {
        &self.request.items[item]
    }

    pub(crate) fn is_free_line(&self, line: usize) -> bool {
        self.lines[line] == LineState::Free
    }

    pub(crate) fn is_free(&self, item: usize) -> bool {
        self.items[item] == ItemState::Free
    }

    /// Free and to be paid directly: neither through a processor nor by a payment run.
    pub(crate) fn is_payable(&self, item: usize) -> bool {
        self.is_free(item)
            && self.item(item).collected_by.is_none()
            && self.item(item).payment_run.is_none()
    }

    /// Whether a match settled the item.
    pub(crate) fn is_settled(&self, item: usize) -> bool {
        matches!(self.items[item], ItemState::Matched(_))
    }

    /// Free lines, ascending.
    pub(crate) fn free_lines(&self) -> Vec<usize> {
        (0..self.lines.len())
            .filter(|line| self.is_free_line(*line))
            .collect()
    }

    pub(crate) fn agreement(&self, line: usize, item: usize) -> Agreement {
        self.origins[line].agreement(self.parties.of_item[item])
    }

    pub(crate) fn nearness(&self, line: usize, item: usize) -> Option<Nearness> {
        self.references.nearness(&self.read[line], item)
    }

    /// Without a reference an item is paid from its issue on, until some days after it is due.
    pub(crate) fn is_in_window(&self, line: usize, item: usize) -> bool {
        let (date, item) = (self.line(line).date, self.item(item));
        item.issue_date <= date
            && (date <= item.due_date
                || days_between(item.due_date, date)
                    <= i64::from(self.request.policy.date_window_days))
    }

    /// The signed value of an item in a line's currency.
    pub(crate) fn value(&self, line: usize, item: usize) -> Option<Minor> {
        self.item(item)
            .value_in(self.line(line).currency, self.request.base())
    }

    pub(crate) fn fit(&self, line: usize, items: &[usize]) -> Option<Fit> {
        fit(self.request, &[line], items)
    }

    /// Takes a match, unless the chart or the amounts forbid it.
    pub(crate) fn take(&mut self, mut draft: Draft) -> bool {
        by_date(self.request, &mut draft.lines);
        draft.items.sort_unstable();
        draft.items.dedup();
        let (lines, items) = (draft.lines.clone(), draft.items.clone());
        if lines.iter().any(|line| !self.is_free_line(*line))
            || items.iter().any(|item| !self.is_free(*item))
        {
            return false;
        }
        match draft.into_match(self.request) {
            Ok(found) => {
                for line in &lines {
                    self.lines[*line] = LineState::Matched;
                }
                for item in &items {
                    self.items[*item] = ItemState::Matched(self.matches.len());
                }
                self.matches.push((lines, found));
                true
            }
            Err(error) => {
                for line in lines {
                    self.notes[line] = Some(error.to_string());
                }
                false
            }
        }
    }

    /// Takes every proposal whose items no other proposal wants. Of proposals for the very same
    /// items the earliest line has them; whether that settles what the later ones paid is for
    /// the caller to say. Gives the items that were taken.
    pub(crate) fn take_uncontested(&mut self, mut proposals: Vec<Proposal>) -> Vec<usize> {
        proposals.sort_by_key(|proposal| (self.line(proposal.line).date, proposal.line));
        let mut wanted: HashMap<usize, Vec<usize>> = HashMap::new();
        for (place, proposal) in proposals.iter().enumerate() {
            for item in &proposal.draft.items {
                wanted.entry(*item).or_default().push(place);
            }
        }
        let mut chosen = Vec::new();
        for (place, proposal) in proposals.iter().enumerate() {
            let mut rivals = proposal
                .draft
                .items
                .iter()
                .flat_map(|item| &wanted[item])
                .filter(|rival| **rival != place);
            let mut keeps_auto = true;
            let wins = rivals.all(|rival| {
                let other = &proposals[*rival];
                // Two lines of one day: which of them pays is not known.
                keeps_auto &= self.line(other.line).date != self.line(proposal.line).date;
                *rival > place && other.draft.items == proposal.draft.items
            });
            if wins {
                chosen.push((place, keeps_auto));
            }
        }
        let mut taken = Vec::new();
        for (place, keeps_auto) in chosen {
            let mut draft = proposals[place].draft.clone();
            draft.auto &= keeps_auto;
            let items = draft.items.clone();
            if self.take(draft) {
                taken.extend(items);
            }
        }
        taken
    }

    /// Lines whose answers may be others now that these items are taken: they name one, are of
    /// its amount, or come from its party. Ascending.
    pub(crate) fn lines_touched_by(&self, items: &[usize]) -> Vec<usize> {
        let parties: BTreeSet<usize> = items.iter().map(|i| self.parties.of_item[*i]).collect();
        let amounts: HashSet<(Currency, Minor)> = items
            .iter()
            .map(|item| self.item(*item))
            .map(|item| (item.currency, item.sign() * item.open))
            .collect();
        let of_parties = parties.iter().filter_map(|p| self.lines_of_party.get(p));
        let of_amounts = amounts.iter().filter_map(|a| self.lines_by_amount.get(a));
        let naming = items.iter().filter_map(|item| self.lines_naming.get(item));
        let touched = of_parties.chain(of_amounts).chain(naming).flatten();
        let lines: BTreeSet<usize> = touched.copied().collect();
        lines.into_iter().collect()
    }

    /// Subsets of a line's candidates, within its work limit: beyond it nothing is found, and
    /// that is not complete.
    pub(crate) fn subsets(
        &self,
        line: usize,
        values: &[Minor],
        target: Minor,
        fewest: usize,
    ) -> Subsets {
        if self.work.spend(line, subset_sum::cost(values.len())) {
            subset_sum::subsets(values, target, fewest)
        } else {
            Subsets::default()
        }
    }

    /// A line whose answers are equally good.
    pub(crate) fn tie(&mut self, line: usize, mut alternatives: Vec<Vec<usize>>, reason: &str) {
        for alternative in &mut alternatives {
            alternative.sort_unstable();
        }
        alternatives.sort();
        alternatives.dedup();
        if alternatives.len() < 2 {
            // One answer is no tie; that it was not taken has its reason.
            self.note(line, reason);
            return;
        }
        self.lines[line] = LineState::Ambiguous;
        let tie = self.ties.entry(alternatives);
        let (lines, _) = tie.or_insert_with(|| (Vec::new(), reason.to_owned()));
        lines.push(line);
    }

    /// Reserves the alternatives of all ties so far: nothing weaker may have them.
    pub(crate) fn reserve_ties(&mut self) {
        let items: Vec<usize> = self.ties.keys().flatten().flatten().copied().collect();
        for item in items {
            if self.is_free(item) {
                self.items[item] = ItemState::Reserved;
            }
        }
    }

    /// A line that settles nothing.
    pub(crate) fn leave(&mut self, line: usize, reason: impl Into<String>) {
        if self.is_free_line(line) {
            self.lines[line] = LineState::Unmatched(reason.into());
        }
    }

    /// Whether the line is free and nothing says yet why it is not settled.
    pub(crate) fn has_no_note(&self, line: usize) -> bool {
        self.is_free_line(line) && self.notes[line].is_none()
    }

    /// Why a line is not settled, should nothing settle it.
    pub(crate) fn note(&mut self, line: usize, reason: &str) {
        self.notes[line].get_or_insert_with(|| reason.to_owned());
    }

    /// Whether the counterparty is the company itself.
    pub(crate) fn is_own_transfer(&self, line: usize) -> bool {
        let Some(company) = &self.request.company else {
            return false;
        };
        let line = self.line(line);
        let own_account = company
            .iban()
            .is_some_and(|iban| line.counterparty_iban.as_deref() == Some(iban.as_str()));
        let own_name = line
            .counterparty_name
            .as_deref()
            .is_some_and(|name| fold(name) == fold(company.name()));
        own_account || own_name
    }

    /// The answer.
    pub(crate) fn into_answer(mut self) -> Reconciliation {
        let ids = |items: &[usize]| -> Vec<String> {
            items
                .iter()
                .map(|i| self.request.items[*i].id.clone())
                .collect()
        };
        let mut in_alternatives = vec![false; self.items.len()];
        let mut ambiguous = Vec::with_capacity(self.ties.len());
        for (alternatives, (mut lines, reason)) in std::mem::take(&mut self.ties) {
            for item in alternatives.iter().flatten() {
                in_alternatives[*item] = true;
            }
            lines.sort_unstable();
            ambiguous.push(Ambiguous {
                lines: lines
                    .iter()
                    .map(|i| self.request.lines[*i].id.clone())
                    .collect(),
                alternatives: alternatives
                    .iter()
                    .map(|items| Alternative { items: ids(items) })
                    .collect(),
                reasons: vec![reason],
            });
        }
        ambiguous.sort_by(|left, right| left.lines.cmp(&right.lines));
        let unmatched_items: Vec<usize> = (0..self.items.len())
            .filter(|item| !self.is_settled(*item) && !in_alternatives[*item])
            .collect();
        let unmatched_items = ids(&unmatched_items);
        let unmatched_lines = (0..self.lines.len())
            .filter_map(|line| {
                let reason = match &self.lines[line] {
                    LineState::Unmatched(reason) => reason.clone(),
                    LineState::Free if self.work.is_at_limit(line) => {
                        "there is more to compare than the work limit allows".to_owned()
                    }
                    LineState::Free => self.notes[line]
                        .take()
                        .unwrap_or_else(|| "no open item fits".to_owned()),
                    LineState::Matched | LineState::Ambiguous => return None,
                };
                Some(UnmatchedLine {
                    line: self.request.lines[line].id.clone(),
                    reasons: vec![reason],
                })
            })
            .collect();
        self.matches.sort_by(|left, right| left.0.cmp(&right.0));
        Reconciliation {
            matches: self.matches.into_iter().map(|(_, found)| found).collect(),
            unmatched_lines,
            unmatched_items,
            ambiguous,
        }
    }
}
