//! From logits to a token.

mod candidates;
mod logprobs;
mod settings;

use std::collections::BTreeMap;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use candidates::Candidates;
pub(crate) use logprobs::{ModelDistribution, log_softmax};
pub(crate) use settings::SamplingSettings;

/// Chooses the tokens of one sequence. The same settings, seed and logits give the same tokens.
pub(crate) struct Sampler {
    settings: SamplingSettings,
    random: ChaCha8Rng,
    /// How often each token was generated; the prompt does not count.
    generated: BTreeMap<u32, u32>,
}

impl Sampler {
    pub(crate) fn new(settings: SamplingSettings, seed: u64) -> Self {
        Self {
            settings,
            random: ChaCha8Rng::seed_from_u64(seed),
            generated: BTreeMap::new(),
        }
    }

    /// Changes the logits by penalties and biases, then chooses among the tokens that `allowed`
    /// lets through. `None` where there is no such token.
    pub(crate) fn choose(
        &mut self,
        logits: &mut [f32],
        allowed: impl Fn(u32) -> bool,
    ) -> Option<u32> {
        self.penalise(logits);
        for (id, bias) in &self.settings.logit_bias {
            if let Some(logit) = at(logits, *id) {
                *logit += bias;
            }
        }
        let candidates = Candidates::new(logits, allowed)?;
        let chosen = if self.settings.temperature <= 0.0 {
            candidates.likeliest()
        } else {
            candidates.draw(&self.settings, self.random.random())
        };
        *self.generated.entry(chosen).or_default() += 1;
        Some(chosen)
    }

    fn penalise(&self, logits: &mut [f32]) {
        let settings = &self.settings;
        for (id, count) in &self.generated {
            let Some(logit) = at(logits, *id) else {
                continue;
            };
            if *logit > 0.0 {
                *logit /= settings.repetition_penalty;
            } else {
                *logit *= settings.repetition_penalty;
            }
            *logit -= settings.presence_penalty;
            #[expect(
                clippy::cast_precision_loss,
                reason = "a count below the context's length, far below 2^24"
            )]
            {
                *logit -= settings.frequency_penalty * *count as f32;
            }
        }
    }
}

fn at(logits: &mut [f32], id: u32) -> Option<&mut f32> {
    usize::try_from(id).ok().and_then(|id| logits.get_mut(id))
}

#[cfg(test)]
mod tests;
