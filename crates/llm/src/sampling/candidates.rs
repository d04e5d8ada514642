//! The tokens among which one is drawn, and the draw.

use std::cmp::Ordering;

use super::SamplingSettings;

#[derive(Clone, Copy)]
struct Candidate {
    id: u32,
    /// A logit at first, then a probability up to a common factor.
    weight: f64,
}

/// At least one token with a finite logit.
pub(super) struct Candidates {
    tokens: Vec<Candidate>,
    likeliest: Candidate,
}

impl Candidates {
    pub(super) fn new(logits: &[f32], allowed: impl Fn(u32) -> bool) -> Option<Self> {
        let tokens: Vec<Candidate> = (0_u32..)
            .zip(logits)
            // An engine that yields NaN or infinity for a token has nothing to say about it.
            .filter(|(id, logit)| logit.is_finite() && allowed(*id))
            .map(|(id, logit)| Candidate {
                id,
                weight: f64::from(*logit),
            })
            .collect();
        let likeliest = tokens.iter().copied().min_by(likelier_first)?;
        Some(Self { tokens, likeliest })
    }

    pub(super) fn likeliest(&self) -> u32 {
        self.likeliest.id
    }

    /// Draws by a number of 0 (included) to 1 (excluded), after temperature, `top_k`, `top_p`
    /// and `min_p`, in this order.
    pub(super) fn draw(mut self, settings: &SamplingSettings, position: f64) -> u32 {
        let temperature = f64::from(settings.temperature);
        let highest = self.likeliest.weight;
        for token in &mut self.tokens {
            token.weight = ((token.weight - highest) / temperature).exp();
        }
        if settings.top_k > 0 {
            self.keep_likeliest(settings.top_k);
        }
        if settings.top_p < 1.0 {
            self.keep_mass(f64::from(settings.top_p));
        }
        // The likeliest token's weight is 1.
        let least = f64::from(settings.min_p);
        self.tokens.retain(|token| token.weight >= least);

        let mass: f64 = self.tokens.iter().map(|token| token.weight).sum();
        let mut left = position * mass;
        for token in &self.tokens {
            left -= token.weight;
            if left < 0.0 {
                return token.id;
            }
        }
        // Rounding may leave a little over.
        self.tokens
            .last()
            .map_or(self.likeliest.id, |token| token.id)
    }

    fn keep_likeliest(&mut self, count: usize) {
        if count < self.tokens.len() {
            self.tokens.select_nth_unstable_by(count, likelier_first);
            self.tokens.truncate(count);
        }
        self.tokens.sort_unstable_by(likelier_first);
    }

    /// Keeps the likeliest tokens up to and including the one that reaches the share.
    fn keep_mass(&mut self, share: f64) {
        let wanted = share * self.tokens.iter().map(|token| token.weight).sum::<f64>();
        let mut sorted_count = 0;
        let mut reached = 0.0;
        // The mass sits in few tokens; sort no more of them than needed.
        let mut next_count = 64;
        while sorted_count < self.tokens.len() {
            let rest = &mut self.tokens[sorted_count..];
            let count = rest.len().min(next_count);
            if count < rest.len() {
                rest.select_nth_unstable_by(count, likelier_first);
            }
            rest[..count].sort_unstable_by(likelier_first);
            for (index, token) in rest[..count].iter().enumerate() {
                reached += token.weight;
                if reached >= wanted {
                    self.tokens.truncate(sorted_count + index + 1);
                    return;
                }
            }
            sorted_count += count;
            next_count *= 8;
        }
    }
}

/// Falling weight, then rising id, so that equal weights have one order.
fn likelier_first(a: &Candidate, b: &Candidate) -> Ordering {
    b.weight.total_cmp(&a.weight).then_with(|| a.id.cmp(&b.id))
}
