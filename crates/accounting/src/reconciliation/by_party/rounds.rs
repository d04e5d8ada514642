//! A round: every free line has its answers, one is proposed, several are a tie, and what is
//! taken may decide for other lines in the next round.

use crate::reconciliation::draft::Draft;
use crate::reconciliation::ledger::{Ledger, Proposal};

/// Proposes one answer, ties several.
pub(super) fn settle_round(
    ledger: &mut Ledger<'_>,
    reason_for_tie: &str,
    answers: impl Fn(&Ledger<'_>, usize) -> Vec<Draft>,
) {
    loop {
        let mut proposals = Vec::new();
        let mut ties = Vec::new();
        for line in ledger.free_lines() {
            let mut drafts = answers(ledger, line);
            match drafts.len() {
                0 => {}
                1 => proposals.push(Proposal {
                    line,
                    draft: drafts.swap_remove(0),
                }),
                _ => ties.push((
                    line,
                    drafts
                        .into_iter()
                        .map(|draft| draft.items)
                        .collect::<Vec<_>>(),
                )),
            }
        }
        let contested: Vec<(usize, Vec<usize>)> = proposals
            .iter()
            .map(|proposal| (proposal.line, proposal.draft.items.clone()))
            .collect();
        if ledger.take_uncontested(proposals) {
            // The later of lines for the very same items pays what is settled.
            for (line, items) in contested {
                if ledger.is_free_line(line) && items.iter().all(|item| ledger.is_settled(*item)) {
                    ledger.leave(line, "an earlier line settled in full what this line fits");
                }
            }
            continue;
        }
        for (line, _) in contested {
            ledger.note(line, "other lines fit some of the same items as well");
        }
        for (line, alternatives) in ties {
            ledger.tie(line, alternatives, reason_for_tie);
        }
        ledger.reserve_ties();
        break;
    }
}
