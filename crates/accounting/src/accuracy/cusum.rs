//! Whether errors have become more frequent: a cumulative sum that runs up when they have.

use schemars::JsonSchema;
use serde::Serialize;

use super::share::{LEAST_COUNT, Sufficiency};

/// The sum at which it is told. With errors at their usual rate the sum gets there by chance about
/// once in e^5, 150, runs up from zero.
pub(super) const ALARM: f64 = 5.0;
/// A rate below which one is not told from none.
const LEAST_RATE: f64 = 0.001;

/// Labelled decisions of one week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeekOfErrors {
    /// ISO week, e.g. `2025-W27`.
    pub week: String,
    /// Labelled decisions.
    pub n: u64,
    /// Of those, wrong.
    pub wrong: u64,
}

/// The cumulative sum of errors (Page, 1954; its form for yes and no by Reynolds and Stoumbos,
/// 1999), against twice the usual rate.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Cusum {
    /// `insufficient` where fewer than 20 labelled decisions tell the usual rate.
    pub status: Sufficiency,
    /// The usual rate of errors: that of the earlier period, or of this one where the earlier has
    /// too few labels.
    pub usual: Option<f64>,
    /// The rate that it looks for: twice the usual one, or halfway from there to 1 if that is less.
    pub looked_for: Option<f64>,
    /// The sum at which errors are said to have become more frequent.
    pub alarm_at: f64,
    /// The first week in which it was reached.
    pub alarm: Option<String>,
    /// The sum at the end of each week.
    pub weeks: Vec<CusumWeek>,
}

/// One week.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct CusumWeek {
    /// ISO week.
    pub week: String,
    /// Labelled decisions.
    pub n: u64,
    /// Of those, wrong.
    pub wrong: u64,
    /// The sum at its end.
    pub sum: f64,
}

impl Cusum {
    /// Over weeks in their order; `reference` is (wrong, labelled) of the earlier period.
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of decisions are far below 2^52"
    )]
    pub fn of(weeks: &[WeekOfErrors], reference: (u64, u64)) -> Self {
        let own = weeks
            .iter()
            .fold((0, 0), |(wrong, n), week| (wrong + week.wrong, n + week.n));
        let (wrong, n) = if reference.1 >= LEAST_COUNT {
            reference
        } else {
            own
        };
        if n < LEAST_COUNT {
            return Self {
                status: Sufficiency::Insufficient,
                usual: None,
                looked_for: None,
                alarm_at: ALARM,
                alarm: None,
                weeks: Vec::new(),
            };
        }
        let usual = (wrong as f64 / n as f64).max(LEAST_RATE);
        // Neither rate may be 1, whose complement has no logarithm.
        let usual = usual.min(0.998);
        let looked_for = (2.0 * usual).min(f64::midpoint(usual, 1.0));
        let of_wrong = (looked_for / usual).ln();
        let of_right = ((1.0 - looked_for) / (1.0 - usual)).ln();
        let (mut sum, mut alarm) = (0.0_f64, None);
        let mut points = Vec::with_capacity(weeks.len());
        for week in weeks {
            let right = week.n.saturating_sub(week.wrong) as f64;
            sum = (sum + week.wrong as f64 * of_wrong + right * of_right).max(0.0);
            if sum >= ALARM && alarm.is_none() {
                alarm = Some(week.week.clone());
            }
            points.push(CusumWeek {
                week: week.week.clone(),
                n: week.n,
                wrong: week.wrong,
                sum,
            });
        }
        Self {
            status: Sufficiency::Sufficient,
            usual: Some(usual),
            looked_for: Some(looked_for),
            alarm_at: ALARM,
            alarm,
            weeks: points,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weeks(counts: &[(u64, u64)]) -> Vec<WeekOfErrors> {
        let named = counts
            .iter()
            .enumerate()
            .map(|(index, (wrong, n))| WeekOfErrors {
                week: format!("2025-W{:02}", index + 1),
                n: *n,
                wrong: *wrong,
            });
        named.collect()
    }

    #[test]
    fn errors_at_their_usual_rate_leave_it_low() {
        let steady = Cusum::of(&weeks(&[(5, 100); 30]), (50, 1_000));
        assert_eq!(steady.alarm, None);
        assert!(steady.weeks.iter().all(|week| week.sum < 1.0));
    }

    #[test]
    fn twice_as_many_errors_are_told_within_weeks() {
        let mut counts = vec![(5, 100); 5];
        counts.extend([(10, 100); 10]);
        let found = Cusum::of(&weeks(&counts), (50, 1_000));
        // A week at ten in a hundred adds 10 ln 2 + 90 ln(0.90 / 0.95) = 2.066.
        assert!((found.weeks[5].sum - 2.0655).abs() < 1e-3, "{found:?}");
        assert_eq!(found.alarm.as_deref(), Some("2025-W08"));
    }

    #[test]
    fn without_labels_there_is_no_usual_rate() {
        let few = Cusum::of(&weeks(&[(1, 5)]), (0, 0));
        assert_eq!((few.status, few.usual), (Sufficiency::Insufficient, None));
        let own = Cusum::of(&weeks(&[(0, 50), (0, 50)]), (0, 3));
        assert_eq!((own.usual, own.alarm), (Some(0.001), None));
        let always = Cusum::of(&weeks(&[(50, 50)]), (0, 0));
        assert!(always.weeks[0].sum.is_finite());
    }
}
