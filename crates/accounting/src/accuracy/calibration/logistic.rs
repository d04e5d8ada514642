//! Logistic calibration (Platt, 1999) with an intercept by stratum that is drawn towards 0.
//!
//! The log-odds of being right are `slope * x + intercept + shift[stratum]` with `x` the log-odds
//! of the score. It is fitted to the largest posterior under normal priors, which is what shrinks
//! the shifts: one of `n` labels at a share `p` right keeps `n p (1 - p)` parts of itself against
//! `1 / SHIFT_SPREAD^2` parts of nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::LabelledScore;

/// How far strata are expected to lie apart, in log-odds (standard deviation).
const SHIFT_SPREAD: f64 = 0.5;
/// How far the slope is expected to lie from 1.
const SLOPE_SPREAD: f64 = 1.0;
/// How far the intercept is expected to lie from 0.
const INTERCEPT_SPREAD: f64 = 3.0;
/// Scores at 0 and 1 have no log-odds.
const EDGE: f64 = 0.001;
/// Rounds at most; a handful do.
const ROUNDS: usize = 200;
/// A change of log-odds that is none.
const SETTLED: f64 = 1e-9;
/// The furthest that one step goes, so that steps from flat places do not overshoot.
const LONGEST_STEP: f64 = 1.0;

/// A fitted logistic map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Logistic {
    slope: f64,
    intercept: f64,
    shifts: BTreeMap<String, f64>,
}

/// A label with its stratum by number.
struct Point {
    x: f64,
    right: f64,
    stratum: usize,
}

impl Logistic {
    pub(super) fn fit<'a>(labels: impl Iterator<Item = &'a LabelledScore>) -> Self {
        let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
        let mut points = Vec::new();
        for label in labels {
            let next = numbers.len();
            let stratum = *numbers.entry(label.stratum.as_str()).or_insert(next);
            points.push(Point {
                x: log_odds(label.score),
                right: f64::from(u8::from(label.correct)),
                stratum,
            });
        }
        let mut fit = Fit {
            slope: 1.0,
            intercept: 0.0,
            shifts: vec![0.0; numbers.len()],
        };
        for _ in 0..ROUNDS {
            // Each of the two steps is Newton's for its part; together they climb a concave hill.
            let moved = fit.step_line(&points).max(fit.step_shifts(&points));
            if moved < SETTLED {
                break;
            }
        }
        Self {
            slope: fit.slope.max(0.0),
            intercept: fit.intercept,
            shifts: numbers
                .into_iter()
                .map(|(name, number)| (name.to_owned(), fit.shifts[number]))
                .collect(),
        }
    }

    pub(super) fn apply(&self, score: f64, stratum: &str) -> f64 {
        let shift = self.shifts.get(stratum).copied().unwrap_or_default();
        sigmoid(self.slope * log_odds(score) + self.intercept + shift)
    }

    pub(super) fn knows(&self, stratum: &str) -> bool {
        self.shifts.contains_key(stratum)
    }
}

struct Fit {
    slope: f64,
    intercept: f64,
    shifts: Vec<f64>,
}

impl Fit {
    fn probability(&self, point: &Point) -> f64 {
        sigmoid(self.slope * point.x + self.intercept + self.shifts[point.stratum])
    }

    /// Slope and intercept, the shifts held; how far they moved.
    fn step_line(&mut self, points: &[Point]) -> f64 {
        let (of_slope, of_intercept) = (SLOPE_SPREAD.powi(-2), INTERCEPT_SPREAD.powi(-2));
        let mut gradient = (
            (1.0 - self.slope) * of_slope,
            -self.intercept * of_intercept,
        );
        let mut curve = (of_slope, 0.0, of_intercept);
        for point in points {
            let p = self.probability(point);
            let (error, weight) = (point.right - p, p * (1.0 - p));
            gradient.0 += error * point.x;
            gradient.1 += error;
            curve.0 += weight * point.x * point.x;
            curve.1 += weight * point.x;
            curve.2 += weight;
        }
        // The priors keep this above 0.
        let determinant = curve.0 * curve.2 - curve.1 * curve.1;
        let slope = bounded((gradient.0 * curve.2 - gradient.1 * curve.1) / determinant);
        let intercept = bounded((gradient.1 * curve.0 - gradient.0 * curve.1) / determinant);
        self.slope += slope;
        self.intercept += intercept;
        slope.abs().max(intercept.abs())
    }

    /// The shifts, the line held; how far they moved.
    fn step_shifts(&mut self, points: &[Point]) -> f64 {
        let of_shift = SHIFT_SPREAD.powi(-2);
        let mut sums: Vec<(f64, f64)> = self
            .shifts
            .iter()
            .map(|shift| (-shift * of_shift, of_shift))
            .collect();
        for point in points {
            let p = self.probability(point);
            let sum = &mut sums[point.stratum];
            sum.0 += point.right - p;
            sum.1 += p * (1.0 - p);
        }
        let mut furthest: f64 = 0.0;
        for (shift, (gradient, curve)) in self.shifts.iter_mut().zip(sums) {
            let step = bounded(gradient / curve);
            *shift += step;
            furthest = furthest.max(step.abs());
        }
        furthest
    }
}

fn bounded(step: f64) -> f64 {
    step.clamp(-LONGEST_STEP, LONGEST_STEP)
}

fn log_odds(score: f64) -> f64 {
    let score = score.clamp(EDGE, 1.0 - EDGE);
    (score / (1.0 - score)).ln()
}

fn sigmoid(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}
