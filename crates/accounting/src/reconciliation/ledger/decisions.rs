//! What is decided: matches, where no other line wants the same items; ties; lines left, and why.

use std::collections::HashMap;

use super::{ItemState, Ledger, LineState};
use crate::reconciliation::draft::{Draft, Fit, by_date};

/// A line with the items that it may settle.
#[derive(Debug, Clone)]
pub(crate) struct Proposal {
    pub line: usize,
    pub draft: Draft,
}

impl Ledger<'_> {
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
        // What a line at its limit was not compared with may fit it as well.
        if lines.iter().any(|line| self.work.is_at_limit(*line)) {
            return false;
        }
        let in_full = matches!(draft.fit, Fit::Whole(_));
        match draft.into_match(self.request) {
            Ok(found) => {
                for line in &lines {
                    self.lines[*line] = LineState::Matched { in_full };
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
}
