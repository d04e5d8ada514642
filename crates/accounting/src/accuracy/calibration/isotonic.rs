//! Isotonic regression by pooling (Ayer et al., 1955) over groups of labels, each drawn towards
//! what the logistic map says.

use serde::{Deserialize, Serialize};

/// Labels of a group: fewer would follow chance.
const GROUP: usize = 100;
/// A group counts this many labels more, with the share that the logistic map gives it.
const PRIOR_LABELS: f64 = 200.0;

/// A growing line through fixed points; beyond its ends it goes on as its input does, so that what
/// lies apart from all groups keeps its place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Isotonic {
    /// (in, out), both growing.
    knots: Vec<(f64, f64)>,
}

/// Neighbouring groups that got one value.
struct Pool {
    weight: f64,
    value: f64,
    /// What went in, of each group.
    places: Vec<f64>,
}

impl Isotonic {
    /// Fits it to pairs of a probability and an outcome.
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of labels are far below 2^52"
    )]
    pub(super) fn fit(mut pairs: Vec<(f64, bool)>) -> Self {
        pairs.sort_by(|one, other| one.0.total_cmp(&other.0));
        let mut pools: Vec<Pool> = Vec::new();
        for group in groups(&pairs) {
            let n = group.len() as f64;
            let place = group.iter().map(|pair| pair.0).sum::<f64>() / n;
            let right = group.iter().filter(|pair| pair.1).count() as f64;
            let mut pool = Pool {
                weight: n + PRIOR_LABELS,
                value: (right + PRIOR_LABELS * place) / (n + PRIOR_LABELS),
                places: vec![place],
            };
            while let Some(before) = pools.pop_if(|before| before.value >= pool.value) {
                let weight = before.weight + pool.weight;
                pool.value = (before.weight * before.value + pool.weight * pool.value) / weight;
                pool.weight = weight;
                pool.places.splice(0..0, before.places);
            }
            pools.push(pool);
        }
        let knots = pools
            .into_iter()
            .flat_map(|pool| {
                pool.places
                    .into_iter()
                    .map(move |place| (place, pool.value))
            })
            .collect();
        Self { knots }
    }

    pub(super) fn apply(&self, probability: f64) -> f64 {
        let after = self.knots.partition_point(|knot| knot.0 < probability);
        match (after.checked_sub(1), self.knots.get(after)) {
            (None, None) => probability,
            (None, Some(first)) => (first.1 + probability - first.0).clamp(0.0, 1.0),
            (Some(last), None) => {
                let last = self.knots[last];
                (last.1 + probability - last.0).clamp(0.0, 1.0)
            }
            (Some(before), Some(after)) => {
                let before = self.knots[before];
                let part = (probability - before.0) / (after.0 - before.0);
                before.1 + part * (after.1 - before.1)
            }
        }
    }
}

/// Groups of at least [`GROUP`] pairs in their order; equal probabilities stay together.
fn groups(pairs: &[(f64, bool)]) -> Vec<&[(f64, bool)]> {
    let mut groups = Vec::new();
    let mut rest = pairs;
    while !rest.is_empty() {
        let mut end = GROUP.min(rest.len());
        while end < rest.len() && rest[end].0 <= rest[end - 1].0 {
            end += 1;
        }
        // What would be left is too few for a group of its own.
        if rest.len() - end < GROUP {
            end = rest.len();
        }
        let (group, left) = rest.split_at(end);
        groups.push(group);
        rest = left;
    }
    groups
}
