//! An engine that is watched: when it last asked for a token tells a busy one from a stuck one.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use crate::engine::{Pick, TokenEngine, TokenPicker};
use crate::error::ModelError;

/// An engine, its heartbeat, and whether it is still to be used.
pub(super) struct Watched<E> {
    engine: E,
    heartbeat: Heartbeat,
    /// Sequences that broke down one after the other.
    failures_in_a_row: AtomicU32,
    given_up: CancellationToken,
    /// What its requests are told; set before `given_up`.
    why: OnceLock<ModelError>,
}

/// Milliseconds from the beginning to the last beat.
#[derive(Clone)]
struct Heartbeat {
    beginning: Instant,
    last: Arc<AtomicU64>,
}

impl Heartbeat {
    fn beat(&self) {
        let now = u64::try_from(self.beginning.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last.store(now, Ordering::Relaxed);
    }
}

impl<E> Watched<E> {
    pub(super) fn new(engine: E) -> Self {
        let heartbeat = Heartbeat {
            beginning: Instant::now(),
            last: Arc::new(AtomicU64::new(0)),
        };
        Self {
            engine,
            heartbeat,
            failures_in_a_row: AtomicU32::new(0),
            given_up: CancellationToken::new(),
            why: OnceLock::new(),
        }
    }

    /// The engine itself.
    #[cfg(test)]
    pub(super) fn inner(&self) -> &E {
        &self.engine
    }

    /// Work is about to begin: silence counts from now.
    pub(super) fn beat(&self) {
        self.heartbeat.beat();
    }

    /// Resolves when work in hand has brought no token for so long; says for how long.
    pub(super) async fn silent_for(&self, limit: Duration) -> Duration {
        loop {
            let quiet = self.quiet_for();
            if quiet >= limit {
                return quiet;
            }
            tokio::time::sleep(limit.saturating_sub(quiet)).await;
        }
    }

    /// How long ago it began a sequence or asked for a token.
    fn quiet_for(&self) -> Duration {
        let last = Duration::from_millis(self.heartbeat.last.load(Ordering::Relaxed));
        self.heartbeat.beginning.elapsed().saturating_sub(last)
    }

    /// Counts a sequence that broke down; how many have now, one after the other.
    pub(super) fn count_failure(&self) -> u32 {
        self.failures_in_a_row.fetch_add(1, Ordering::AcqRel) + 1
    }

    /// A sequence came to its end.
    pub(super) fn forget_failures(&self) {
        self.failures_in_a_row.store(0, Ordering::Release);
    }

    /// Tells everybody who waits for this engine to wait no longer. The first reason holds.
    pub(super) fn give_up(&self, why: ModelError) {
        let _first_holds = self.why.set(why);
        self.given_up.cancel();
    }

    /// Resolves when the engine is not waited for any longer; says why.
    pub(super) async fn given_up(&self) -> ModelError {
        self.given_up.cancelled().await;
        self.why.get().cloned().unwrap_or(ModelError::Cancelled)
    }
}

impl<E: TokenEngine> TokenEngine for Watched<E> {
    fn slots(&self) -> NonZeroUsize {
        self.engine.slots()
    }

    fn context_tokens(&self) -> u32 {
        self.engine.context_tokens()
    }

    fn run(
        &self,
        prompt: &[u32],
        max_new_tokens: u32,
        picker: Box<dyn TokenPicker>,
    ) -> Result<(), ModelError> {
        self.heartbeat.beat();
        let picker = Beating {
            picker,
            heartbeat: self.heartbeat.clone(),
        };
        self.engine.run(prompt, max_new_tokens, Box::new(picker))
    }
}

struct Beating {
    picker: Box<dyn TokenPicker>,
    heartbeat: Heartbeat,
}

impl TokenPicker for Beating {
    fn pick(&mut self, logits: &mut [f32]) -> Pick {
        self.heartbeat.beat();
        self.picker.pick(logits)
    }
}
