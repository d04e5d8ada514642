//! The model's own distribution, before anything of ours changes it.

/// Natural-log probabilities of one position.
pub(crate) struct ModelDistribution {
    logits: Vec<f32>,
    /// Logarithm of the sum of the logits' exponentials.
    normaliser: f64,
}

impl ModelDistribution {
    /// Of the raw logits.
    pub(crate) fn new(logits: &[f32]) -> Self {
        let finite = || {
            logits
                .iter()
                .copied()
                .filter(|logit| logit.is_finite())
                .map(f64::from)
        };
        Self {
            logits: logits.to_vec(),
            normaliser: log_sum_exp(finite),
        }
    }

    /// The natural logarithm of a token's probability.
    pub(crate) fn logprob(&self, id: u32) -> f32 {
        let logit = usize::try_from(id)
            .ok()
            .and_then(|id| self.logits.get(id))
            .copied();
        #[expect(
            clippy::cast_possible_truncation,
            reason = "reported in single precision"
        )]
        logit.map_or(f32::NEG_INFINITY, |logit| {
            (f64::from(logit) - self.normaliser) as f32
        })
    }

    /// The likeliest tokens of those wanted, likeliest first.
    pub(crate) fn likeliest(&self, count: usize, wanted: impl Fn(u32) -> bool) -> Vec<u32> {
        let mut ids: Vec<(u32, f32)> = (0_u32..)
            .zip(self.logits.iter().copied())
            .filter(|(id, logit)| logit.is_finite() && wanted(*id))
            .collect();
        let order = |a: &(u32, f32), b: &(u32, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
        if count < ids.len() {
            ids.select_nth_unstable_by(count, order);
            ids.truncate(count);
        }
        ids.sort_unstable_by(order);
        ids.into_iter().map(|(id, _)| id).collect()
    }
}

/// Natural-log probabilities over a closed set of logits.
pub(crate) fn log_softmax(logits: &[f32]) -> Vec<f64> {
    let normaliser = log_sum_exp(|| logits.iter().copied().map(f64::from));
    logits
        .iter()
        .map(|logit| f64::from(*logit) - normaliser)
        .collect()
}

fn log_sum_exp<I: Iterator<Item = f64>>(numbers: impl Fn() -> I) -> f64 {
    let highest = numbers().fold(f64::NEG_INFINITY, f64::max);
    highest
        + numbers()
            .map(|number| (number - highest).exp())
            .sum::<f64>()
            .ln()
}
