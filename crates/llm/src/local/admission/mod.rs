//! The bounded queue in front of an engine, and the engine that its slots belong to.
//!
//! A request has a slot, a place in the queue ([`queue`]: fair by caller), or is refused. A slot
//! is given back when the engine has ended the sequence, not when the answer was sent or the
//! caller left. A place that is dropped is free at once.
//!
//! A slot holds its engine, so that nobody runs more sequences on an engine than it has slots
//! for: when an engine is replaced, slots of the old one count no more.

mod queue;
mod turns;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::oneshot;

use crate::chat::Caller;
use crate::error::ModelError;
use queue::{FairQueue, PlaceId};
use turns::RecentTurns;

/// Hands out slots.
pub(super) struct Admission<E> {
    shared: Arc<Shared<E>>,
}

struct Shared<E> {
    state: Mutex<State<E>>,
    turns: RecentTurns,
}

struct State<E> {
    service: Service<E>,
    /// How many slots the last engine had.
    slots: usize,
    queue: FairQueue<Waiter<E>>,
}

/// Gets the slot, or why there is none.
type Waiter<E> = oneshot::Sender<Result<Slot<E>, ModelError>>;

/// What stands behind the queue.
enum Service<E> {
    Open {
        engine: Arc<E>,
        free: usize,
    },
    /// No slots are given, places are.
    Paused {
        reason: String,
    },
    /// Everybody is refused.
    Closed {
        reason: String,
    },
}

/// How it stands.
pub(super) enum Standing {
    /// There is an engine, with so many free slots.
    Open { free: usize },
    /// There is none: the next one is waited for.
    Paused { reason: String },
    /// There is none and will be none.
    Closed { reason: String },
}

/// A slot, or a place in the queue.
pub(super) enum Ticket<E> {
    Slot(Slot<E>),
    Place(Place<E>),
}

/// The right to run one sequence on an engine.
pub(super) struct Slot<E> {
    engine: Arc<E>,
    shared: Arc<Shared<E>>,
    /// When its holder took it; never, if the holder left before.
    taken: Option<Instant>,
}

/// A place in the queue.
pub(super) struct Place<E> {
    shared: Arc<Shared<E>>,
    caller: Caller,
    id: PlaceId,
    receive: oneshot::Receiver<Result<Slot<E>, ModelError>>,
}

impl<E> Admission<E> {
    /// An open one: `queue_limit` as in [`queue`].
    pub(super) fn new(engine: Arc<E>, slots: usize, queue_limit: usize) -> Self {
        let state = State {
            service: Service::Open {
                engine,
                free: slots,
            },
            slots,
            queue: FairQueue::new(queue_limit),
        };
        Self {
            shared: Arc::new(Shared {
                state: Mutex::new(state),
                turns: RecentTurns::default(),
            }),
        }
    }

    /// Takes a slot or a place.
    ///
    /// # Errors
    /// [`ModelError::QueueFull`]; [`ModelError::Unavailable`] after [`Admission::close`].
    pub(super) fn enter(&self, caller: Caller) -> Result<Ticket<E>, ModelError> {
        let mut state = self.shared.state();
        let State { service, queue, .. } = &mut *state;
        match service {
            Service::Closed { reason } => return Err(unavailable(reason)),
            // Whoever waits comes first.
            Service::Open { engine, free } if *free > 0 && queue.is_empty() => {
                *free -= 1;
                let mut slot = Slot::of(engine, &self.shared);
                slot.taken = Some(Instant::now());
                return Ok(Ticket::Slot(slot));
            }
            Service::Open { .. } | Service::Paused { .. } => {}
        }
        let (send, receive) = oneshot::channel();
        let id = queue
            .push(caller, send)
            .map_err(|full| ModelError::QueueFull {
                retry_after_seconds: self.shared.turns.seconds_for(full.turns, state.slots),
            })?;
        Ok(Ticket::Place(Place {
            shared: Arc::clone(&self.shared),
            caller,
            id,
            receive,
        }))
    }

    pub(super) fn waiting(&self) -> usize {
        self.shared.state().queue.waiting()
    }

    pub(super) fn standing(&self) -> Standing {
        match &self.shared.state().service {
            Service::Open { free, .. } => Standing::Open { free: *free },
            Service::Paused { reason } => Standing::Paused {
                reason: reason.clone(),
            },
            Service::Closed { reason } => Standing::Closed {
                reason: reason.clone(),
            },
        }
    }

    /// The engine, where there is one.
    #[cfg(test)]
    pub(super) fn engine(&self) -> Option<Arc<E>> {
        match &self.shared.state().service {
            Service::Open { engine, .. } => Some(Arc::clone(engine)),
            Service::Paused { .. } | Service::Closed { .. } => None,
        }
    }

    /// Stops giving slots of this engine; false where it is not the one in service. Those who
    /// wait go on waiting.
    pub(super) fn pause(&self, engine: &Arc<E>, reason: String) -> bool {
        let mut state = self.shared.state();
        let current = matches!(&state.service,
            Service::Open { engine: current, .. } if Arc::ptr_eq(current, engine));
        if current {
            state.service = Service::Paused { reason };
        }
        current
    }

    /// Goes on with another engine, unless closed in the meantime.
    pub(super) fn open(&self, engine: Arc<E>, slots: usize) {
        {
            let mut state = self.shared.state();
            if matches!(state.service, Service::Closed { .. }) {
                return;
            }
            state.slots = slots;
            state.service = Service::Open {
                engine,
                free: slots,
            };
        }
        self.shared.hand_out();
    }

    /// Refuses everybody from now on, those who wait included. Returns the engine that was in
    /// service.
    pub(super) fn close(&self, reason: &str) -> Option<Arc<E>> {
        let (service, waiting) = {
            let mut state = self.shared.state();
            let closed = Service::Closed {
                reason: reason.to_owned(),
            };
            let before = std::mem::replace(&mut state.service, closed);
            (before, state.queue.drain().collect::<Vec<_>>())
        };
        for waiter in waiting {
            // Whoever has left needs no answer.
            let _unheard = waiter.send(Err(unavailable(reason)));
        }
        match service {
            Service::Open { engine, .. } => Some(engine),
            Service::Paused { .. } | Service::Closed { .. } => None,
        }
    }
}

impl<E> Shared<E> {
    fn state(&self) -> MutexGuard<'_, State<E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives free slots to those who wait, until one of the two has run out.
    fn hand_out(self: &Arc<Self>) {
        loop {
            let (waiter, slot) = {
                let mut state = self.state();
                let State { service, queue, .. } = &mut *state;
                let Service::Open { engine, free } = service else {
                    return;
                };
                if *free == 0 {
                    return;
                }
                let Some(waiter) = queue.pop() else {
                    return;
                };
                *free -= 1;
                (waiter, Slot::of(engine, self))
            };
            // Not under the lock: the slot of one who has just left gives itself back here.
            drop(waiter.send(Ok(slot)));
        }
    }
}

impl<E> Ticket<E> {
    /// Waits for the slot. Dropping the future gives up the place, or the slot if it has come.
    ///
    /// # Errors
    /// [`ModelError::Unavailable`] where the model is closed in the meantime.
    pub(super) async fn slot(self) -> Result<Slot<E>, ModelError> {
        match self {
            Self::Slot(slot) => Ok(slot),
            Self::Place(mut place) => {
                let mut slot = (&mut place.receive)
                    .await
                    .unwrap_or_else(|_| Err(unavailable("the queue is gone")))?;
                slot.taken = Some(Instant::now());
                Ok(slot)
            }
        }
    }
}

impl<E> Slot<E> {
    fn of(engine: &Arc<E>, shared: &Arc<Shared<E>>) -> Self {
        Self {
            engine: Arc::clone(engine),
            shared: Arc::clone(shared),
            taken: None,
        }
    }

    /// What to run on.
    pub(super) fn engine(&self) -> &Arc<E> {
        &self.engine
    }
}

impl<E> Drop for Slot<E> {
    fn drop(&mut self) {
        if let Some(taken) = self.taken {
            self.shared.turns.add(taken.elapsed());
        }
        if let Service::Open { engine, free } = &mut self.shared.state().service
            && Arc::ptr_eq(engine, &self.engine)
        {
            *free += 1;
        }
        self.shared.hand_out();
    }
}

impl<E> Drop for Place<E> {
    fn drop(&mut self) {
        let left = self.shared.state().queue.remove(self.caller, self.id);
        // Not under the lock.
        drop(left);
    }
}

fn unavailable(reason: &str) -> ModelError {
    ModelError::Unavailable {
        message: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests;
