//! The work limit. Work is counted, not timed, so that the answer to a request is the same on
//! every machine; and it is counted for each line, so that a hostile line costs only itself.
//!
//! A step is some tens of nanoseconds: an item looked at, a sum tried, a letter of a number or of
//! a name compared. Whatever grows with the request beside a line is booked on that line before
//! it is done. A line that meets the limit is left, and says so: what it was not compared with
//! may fit it as well.

use std::cell::Cell;

/// Steps that one line may cost. An ordinary line takes some hundreds.
pub(crate) const MOST_STEPS_OF_A_LINE: u64 = 500_000;
/// Steps of all lines together, divided equally among them: about half a minute.
pub(crate) const MOST_STEPS: u64 = 1_000_000_000;
/// However many lines there are, each may cost so much.
const FEWEST_STEPS_OF_A_LINE: u64 = 10_000;

/// A name compared with another.
pub(crate) const STEPS_OF_A_NAME: usize = 40;
/// A letter of a number compared with all of another.
pub(crate) const STEPS_OF_A_LETTER: usize = 4;
/// A line asked once more, because an item that bears on it was taken.
pub(crate) const STEPS_OF_A_QUESTION: usize = 20;
/// A text compared with another whole.
pub(crate) const STEPS_OF_A_TEXT: usize = 10;

/// What the lines have cost so far.
#[derive(Debug)]
pub(crate) struct Work {
    steps: Vec<Cell<u64>>,
    most_of_a_line: u64,
}

/// What a reconciliation cost, in steps. The same request costs the same everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// All lines together.
    pub steps: u64,
    /// The dearest line.
    pub most_of_a_line: u64,
    /// What a line was allowed.
    pub limit_of_a_line: u64,
    /// Lines that met the limit; each of them says so in its reasons.
    pub lines_at_the_limit: usize,
}

impl Work {
    pub(crate) fn new(lines: usize) -> Self {
        let share = MOST_STEPS / u64::try_from(lines.max(1)).unwrap_or(u64::MAX);
        Self {
            steps: vec![Cell::new(0); lines],
            most_of_a_line: share.clamp(FEWEST_STEPS_OF_A_LINE, MOST_STEPS_OF_A_LINE),
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
            .is_some_and(|spent| spent.get() > self.most_of_a_line)
    }

    /// What was really done: work beyond the limit was booked and left.
    pub(crate) fn effort(&self) -> Effort {
        let done = |spent: &Cell<u64>| spent.get().min(self.most_of_a_line);
        Effort {
            steps: self.steps.iter().map(done).sum(),
            most_of_a_line: self.steps.iter().map(done).max().unwrap_or_default(),
            limit_of_a_line: self.most_of_a_line,
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

    #[test]
    fn many_lines_share_what_all_may_cost() {
        let work = Work::new(20_000);
        for line in 0..20_000 {
            assert!(work.spend(line, 50_000));
            assert!(!work.spend(line, 1));
        }
        assert_eq!(work.effort().steps, MOST_STEPS);
    }
}
