//! Whether the mix of actions is what it was.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::closed_enum::closed_enum;

/// Decisions that each of the two periods must have.
pub(super) const LEAST_DECISIONS: u64 = 100;

closed_enum! {
    /// How far a mix has moved, by the usual bounds on the index.
    Drift {
        /// Below 0.1.
        Stable => "stable",
        /// Up to 0.25.
        Moved => "moved",
        /// Above.
        Drifted => "drifted",
        /// A period has fewer than 100 decisions.
        Insufficient => "insufficient",
    }
}

/// The population stability index of the actions between two periods.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Stability {
    /// How far it has moved.
    pub status: Drift,
    /// The sum over actions of (share now - share then) ln(share now / share then); null where
    /// a period has too few decisions.
    pub psi: Option<f64>,
    /// Decisions of the earlier period.
    pub reference_n: u64,
    /// Decisions of this period.
    pub n: u64,
    /// Each action's part of it, the largest first.
    pub parts: Vec<StabilityPart>,
}

/// One action's part of the index.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct StabilityPart {
    /// The action.
    pub action: String,
    /// Decisions of the earlier period.
    pub reference_n: u64,
    /// Decisions of this period.
    pub n: u64,
    /// Its part of the index.
    pub psi: f64,
}

impl Stability {
    /// Of counts by action, earlier and now. An action that is missing from one of them has half
    /// a decision there (all have half a one more), since the logarithm of nothing is none.
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of decisions are far below 2^52"
    )]
    pub fn of(counts: &BTreeMap<String, (u64, u64)>) -> Self {
        let reference_n = counts.values().map(|count| count.0).sum();
        let n = counts.values().map(|count| count.1).sum();
        if reference_n < LEAST_DECISIONS || n < LEAST_DECISIONS {
            return Self {
                status: Drift::Insufficient,
                psi: None,
                reference_n,
                n,
                parts: Vec::new(),
            };
        }
        let half_each = counts.len() as f64 / 2.0;
        let share = |count: u64, of: u64| (count as f64 + 0.5) / (of as f64 + half_each);
        let mut parts: Vec<_> = counts
            .iter()
            .map(|(action, (then, now))| {
                let (earlier, later) = (share(*then, reference_n), share(*now, n));
                StabilityPart {
                    action: action.clone(),
                    reference_n: *then,
                    n: *now,
                    psi: (later - earlier) * (later / earlier).ln(),
                }
            })
            .collect();
        parts.sort_by(|one, other| other.psi.total_cmp(&one.psi));
        let psi: f64 = parts.iter().map(|part| part.psi).sum();
        let status = if psi < 0.1 {
            Drift::Stable
        } else if psi <= 0.25 {
            Drift::Moved
        } else {
            Drift::Drifted
        };
        Self {
            status,
            psi: Some(psi),
            reference_n,
            n,
            parts,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(counts: &[(&str, u64, u64)]) -> Stability {
        let counts = counts
            .iter()
            .map(|(action, then, now)| ((*action).to_owned(), (*then, *now)));
        Stability::of(&counts.collect())
    }

    #[test]
    fn the_same_mix_is_stable_whatever_its_size() {
        let same = of(&[("a", 500, 5_000), ("b", 300, 3_000), ("c", 200, 2_000)]);
        assert!(same.psi.unwrap() < 1e-4);
        assert_eq!(same.status, Drift::Stable);
    }

    #[test]
    fn a_mix_turned_round_has_drifted() {
        let turned = of(&[("a", 900, 100), ("b", 100, 900)]);
        // By hand, without the halves: 2 * 0.8 * ln 9 = 3.5156.
        assert!((turned.psi.unwrap() - 3.5156).abs() < 0.02, "{turned:?}");
        assert_eq!(turned.status, Drift::Drifted);
        let new = of(&[("a", 1_000, 850), ("b", 0, 150)]);
        assert_eq!(new.parts[0].action, "b");
        assert!(new.psi.unwrap().is_finite());
    }

    #[test]
    fn too_few_say_nothing() {
        let few = of(&[("a", 99, 1_000)]);
        assert_eq!((few.status, few.psi), (Drift::Insufficient, None));
    }
}
