//! The work limit. Work is counted, not timed, so that the answer to a request is the same on
//! every machine; and it is counted for each line, so that a hostile line costs only itself.

use std::cell::Cell;

/// Steps that one line may cost: an item looked at, a number compared, a sum tried. An ordinary
/// line takes some hundreds; at this limit 20,000 hostile lines end within a minute.
const MOST_STEPS_OF_A_LINE: u64 = 500_000;

/// What the lines have cost so far.
#[derive(Debug)]
pub(crate) struct Work {
    steps: Vec<Cell<u64>>,
}

/// What a reconciliation cost, in steps. The same request costs the same everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// All lines together.
    pub steps: u64,
    /// The dearest line.
    pub most_of_a_line: u64,
    /// Lines that met the limit; each of them says so in its reasons.
    pub lines_at_the_limit: usize,
}

impl Work {
    pub(crate) fn new(lines: usize) -> Self {
        Self {
            steps: vec![Cell::new(0); lines],
        }
    }

    /// Books work before it is done; false when the line has no more to spend, and the work is
    /// to be left.
    pub(crate) fn spend(&self, line: usize, steps: usize) -> bool {
        let Some(spent) = self.steps.get(line) else {
            return false;
        };
        let steps = u64::try_from(steps).unwrap_or(u64::MAX);
        spent.set(spent.get().saturating_add(steps));
        !self.is_at_limit(line)
    }

    pub(crate) fn is_at_limit(&self, line: usize) -> bool {
        self.steps
            .get(line)
            .is_some_and(|spent| spent.get() > MOST_STEPS_OF_A_LINE)
    }

    /// What was really done: work beyond the limit was booked and left.
    pub(crate) fn effort(&self) -> Effort {
        let done = |spent: &Cell<u64>| spent.get().min(MOST_STEPS_OF_A_LINE);
        Effort {
            steps: self.steps.iter().map(done).sum(),
            most_of_a_line: self.steps.iter().map(done).max().unwrap_or_default(),
            lines_at_the_limit: (0..self.steps.len())
                .filter(|line| self.is_at_limit(*line))
                .count(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_at_its_limit_leaves_the_others_theirs() {
        let work = Work::new(2);
        assert!(work.spend(0, 1000));
        assert!(!work.spend(0, usize::MAX));
        assert!(!work.spend(0, 1));
        assert!(work.spend(1, 10));
        let effort = work.effort();
        assert_eq!(effort.steps, MOST_STEPS_OF_A_LINE + 10);
        assert_eq!(effort.lines_at_the_limit, 1);
    }
}
