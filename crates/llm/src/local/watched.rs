//! An engine that is watched: when it last asked for a token tells a busy one from a stuck one.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::engine::{Pick, TokenEngine, TokenPicker};
use crate::error::ModelError;

/// An engine and its heartbeat.
pub(super) struct Watched<E> {
    engine: E,
    heartbeat: Heartbeat,
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
        Self { engine, heartbeat }
    }

    /// The engine itself.
    #[cfg(test)]
    pub(super) fn inner(&self) -> &E {
        &self.engine
    }

    /// How long ago it began a sequence or asked for a token.
    pub(super) fn quiet_for(&self) -> Duration {
        let last = Duration::from_millis(self.heartbeat.last.load(Ordering::Relaxed));
        self.heartbeat.beginning.elapsed().saturating_sub(last)
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
