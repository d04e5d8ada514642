//! What became of lines and items, as it is given out.

use super::{Ledger, LineState};
use crate::reconciliation::response::{Alternative, Ambiguous, Reconciliation, UnmatchedLine};

impl Ledger<'_> {
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
                    LineState::Matched { .. } | LineState::Ambiguous => return None,
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
