//! Rounds: every free line has its answers, one is proposed, several are a tie. What is taken
//! may decide for other lines, so those that it bears on are asked again; all others keep their
//! answer, so that the work grows with what changes and not with the number of rounds.

use std::collections::{BTreeMap, BTreeSet};

use super::draft::Draft;
use super::ledger::{Ledger, Proposal};
use super::work::STEPS_OF_A_QUESTION;

/// What a stage does with lines that its rounds do not settle.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stage<'a> {
    pub reason_for_tie: &'a str,
    /// A line that is left because an earlier one took the very items that it fits, and a line
    /// whose items others want as well, are told so. Stages that later ones can still help are
    /// silent.
    pub explains: bool,
}

/// Takes what the answers decide until nothing more is decided, then ties what is tied.
pub(crate) fn settle(
    ledger: &mut Ledger<'_>,
    stage: Stage<'_>,
    answers: impl Fn(&Ledger<'_>, usize) -> Vec<Draft>,
) {
    let mut proposed: BTreeMap<usize, Draft> = BTreeMap::new();
    let mut tied: BTreeSet<usize> = BTreeSet::new();
    let mut asked: Vec<usize> = ledger.free_lines();
    loop {
        for line in asked {
            proposed.remove(&line);
            tied.remove(&line);
            if !ledger.is_free_line(line) || !ledger.work.spend(line, STEPS_OF_A_QUESTION) {
                continue;
            }
            let mut drafts = answers(ledger, line);
            if ledger.work.is_at_limit(line) {
                continue;
            }
            match drafts.len() {
                0 => {}
                1 => {
                    proposed.insert(line, drafts.swap_remove(0));
                }
                _ => {
                    tied.insert(line);
                }
            }
        }
        let proposals = proposed.iter().map(|(line, draft)| Proposal {
            line: *line,
            draft: draft.clone(),
        });
        let taken = ledger.take_uncontested(proposals.collect());
        if taken.is_empty() {
            break;
        }
        if stage.explains {
            // The later of lines for the very same items pays what is settled.
            for (line, draft) in &proposed {
                if ledger.is_free_line(*line)
                    && draft.items.iter().all(|item| ledger.is_settled(*item))
                {
                    ledger.leave(*line, "an earlier line settled in full what this line fits");
                }
            }
        }
        proposed.retain(|line, _| ledger.is_free_line(*line));
        asked = ledger.lines_touched_by(&taken);
    }
    if stage.explains {
        for line in proposed.into_keys() {
            ledger.note(line, "other lines fit some of the same items as well");
        }
    }
    for line in tied {
        let drafts = answers(ledger, line);
        // Not all alternatives are known of a line at its limit.
        if !ledger.work.is_at_limit(line) {
            let alternatives = drafts.into_iter().map(|draft| draft.items).collect();
            ledger.tie(line, alternatives, stage.reason_for_tie);
        }
    }
    ledger.reserve_ties();
}
