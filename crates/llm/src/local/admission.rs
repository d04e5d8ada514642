//! The bounded queue in front of an engine.
//!
//! A request has a slot, a place in the queue, or is refused. Slots are given in the order in
//! which requests began to wait. A slot is given back when the engine has ended the sequence, not
//! when the answer was sent or the caller left.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::ModelError;

/// Hands out slots.
#[derive(Clone)]
pub(super) struct Admission {
    slots: Arc<Semaphore>,
    slot_count: usize,
    queue_limit: usize,
    statistics: Arc<Statistics>,
}

#[derive(Default)]
struct Statistics {
    waiting: AtomicUsize,
    /// Running mean of how long a slot is held; 0 before the first.
    mean_hold_ms: AtomicU64,
}

/// A slot, or a place in the queue.
pub(super) enum Ticket {
    Slot(Slot),
    Place(Place),
}

/// The right to run one sequence.
pub(super) struct Slot {
    _permit: OwnedSemaphorePermit,
    since: Instant,
    statistics: Arc<Statistics>,
}

/// A place in the queue.
pub(super) struct Place {
    slots: Arc<Semaphore>,
    statistics: Arc<Statistics>,
}

impl Admission {
    pub(super) fn new(slots: NonZeroUsize, queue_limit: usize) -> Self {
        Self {
            slots: Arc::new(Semaphore::new(slots.get())),
            slot_count: slots.get(),
            queue_limit,
            statistics: Arc::default(),
        }
    }

    /// Takes a slot or a place.
    ///
    /// # Errors
    /// [`ModelError::QueueFull`].
    pub(super) fn enter(&self) -> Result<Ticket, ModelError> {
        // Permits are free only while nobody waits, so this overtakes no one.
        if let Ok(permit) = Arc::clone(&self.slots).try_acquire_owned() {
            return Ok(Ticket::Slot(Slot::new(
                permit,
                Arc::clone(&self.statistics),
            )));
        }
        let one_more = |waiting| (waiting < self.queue_limit).then_some(waiting + 1);
        self.statistics
            .waiting
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, one_more)
            .map_err(|waiting| ModelError::QueueFull {
                retry_after_seconds: self.expected_wait_seconds(waiting),
            })?;
        Ok(Ticket::Place(Place {
            slots: Arc::clone(&self.slots),
            statistics: Arc::clone(&self.statistics),
        }))
    }

    pub(super) fn waiting(&self) -> usize {
        self.statistics.waiting.load(Ordering::Acquire)
    }

    pub(super) fn free_slots(&self) -> usize {
        self.slots.available_permits()
    }

    /// When a place should be free: one slot's turn, from recent turns.
    fn expected_wait_seconds(&self, waiting: usize) -> u64 {
        let turns = (waiting as u64).div_ceil(self.slot_count as u64).max(1);
        let mean_hold_ms = self.statistics.mean_hold_ms.load(Ordering::Relaxed);
        mean_hold_ms
            .saturating_mul(turns)
            .div_ceil(1_000)
            .clamp(1, 600)
    }
}

impl Ticket {
    /// Waits for the slot.
    ///
    /// # Errors
    /// [`ModelError::Unavailable`] where the model is being shut down.
    pub(super) async fn slot(self) -> Result<Slot, ModelError> {
        match self {
            Self::Slot(slot) => Ok(slot),
            Self::Place(place) => {
                let permit = Arc::clone(&place.slots)
                    .acquire_owned()
                    .await
                    .map_err(|error| ModelError::Unavailable {
                        message: error.to_string(),
                    })?;
                Ok(Slot::new(permit, Arc::clone(&place.statistics)))
            }
        }
    }
}

impl Slot {
    fn new(permit: OwnedSemaphorePermit, statistics: Arc<Statistics>) -> Self {
        Self {
            _permit: permit,
            since: Instant::now(),
            statistics,
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let held_ms = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mean_hold_ms = &self.statistics.mean_hold_ms;
        let before = mean_hold_ms.load(Ordering::Relaxed);
        let mean = if before == 0 {
            held_ms
        } else {
            (before / 4 * 3).saturating_add(held_ms / 4)
        };
        // Two slots given back at once may lose one sample of an estimate.
        mean_hold_ms.store(mean, Ordering::Relaxed);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.statistics.waiting.fetch_sub(1, Ordering::AcqRel);
    }
}
