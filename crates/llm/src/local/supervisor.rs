//! Keeps a working engine behind the queue: finds out that one is stuck or fails every time,
//! and has another built in its place.
//!
//! There is no timer of its own. Whoever waits for a sequence watches the engine's heartbeat
//! too; so an engine is watched while it has work in hand, and costs nothing while it has none.
//!
//! A stuck engine's thread cannot be ended. It is left behind with all its memory, so this is
//! done a few times only; then the model stays unavailable, and the process has to be restarted.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::admission::{Admission, Slot, Standing, Ticket};
use super::watched::Watched;
use crate::chat::Caller;
use crate::engine::TokenEngine;
use crate::error::ModelError;

/// Builds an engine like the first one. Blocks for as long as loading takes.
///
/// # Errors
/// Why there is no engine, in words for the log.
pub type EngineFactory<E> = Arc<dyn Fn() -> Result<E, String> + Send + Sync>;

/// When an engine is given up and what comes after it.
pub struct Watchdog<E> {
    /// An engine that has work in hand and asks for no token for this long is stuck. Must be
    /// longer than the reading of the longest prompt, which brings no token either.
    pub longest_silence: Duration,
    /// Builds the next engine. Without it, a model whose engine is stuck stays unavailable, and
    /// one whose engine fails is tried again with each request.
    pub rebuild: Option<EngineFactory<E>>,
    /// Between two attempts to build an engine.
    pub pause_between_attempts: Duration,
}

impl<E> Default for Watchdog<E> {
    /// 90 seconds, no next engine, 10 seconds.
    fn default() -> Self {
        Self {
            longest_silence: Duration::from_secs(90),
            rebuild: None,
            pause_between_attempts: Duration::from_secs(10),
        }
    }
}

/// Sequences that break down one after the other before an engine is given up.
const MOST_FAILURES_IN_A_ROW: u32 = 3;
/// Engines that may be left behind stuck, each with its memory.
const MOST_LEFT_BEHIND: u32 = 3;
/// Engines in a row that may be given up without one whole answer.
const MOST_IN_VAIN: u32 = 3;
/// Attempts to build one engine.
const MOST_ATTEMPTS: u32 = 3;

/// The queue, the engine behind it, and what becomes of it.
pub(super) struct Supervisor<E> {
    model: String,
    admission: Admission<Watched<E>>,
    watchdog: Watchdog<E>,
    left_behind: AtomicU32,
    in_vain: AtomicU32,
}

/// What is wrong with an engine.
enum Fault {
    Stuck(Duration),
    Failing(ModelError),
    /// It says itself that it cannot go on. What holds it up may hold its memory too.
    Gone(ModelError),
}

impl<E: TokenEngine> Supervisor<E> {
    pub(super) fn new(
        model: String,
        engine: E,
        queue_limit: usize,
        watchdog: Watchdog<E>,
    ) -> Arc<Self> {
        let slots = engine.slots().get();
        let engine = Arc::new(Watched::new(engine));
        Arc::new(Self {
            model,
            admission: Admission::new(engine, slots, queue_limit),
            watchdog,
            left_behind: AtomicU32::new(0),
            in_vain: AtomicU32::new(0),
        })
    }

    /// Takes a slot or a place in the queue.
    ///
    /// # Errors
    /// [`ModelError::QueueFull`], [`ModelError::Unavailable`].
    pub(super) fn enter(&self, caller: Caller) -> Result<Ticket<Watched<E>>, ModelError> {
        self.admission.enter(caller)
    }

    pub(super) fn waiting(&self) -> usize {
        self.admission.waiting()
    }

    pub(super) fn free_slots(&self) -> usize {
        match self.admission.standing() {
            Standing::Open { free } => free,
            Standing::Paused { .. } | Standing::Closed { .. } => 0,
        }
    }

    /// Whether there is an engine.
    ///
    /// # Errors
    /// [`ModelError::Unavailable`] with the reason.
    pub(super) fn check(&self) -> Result<(), ModelError> {
        match self.admission.standing() {
            Standing::Open { .. } => Ok(()),
            Standing::Paused { reason } | Standing::Closed { reason } => {
                Err(ModelError::Unavailable { message: reason })
            }
        }
    }

    #[cfg(test)]
    pub(super) fn engine(&self) -> Arc<Watched<E>> {
        self.admission.engine().unwrap()
    }

    /// Ends everything: requests that wait or run are told that the model is unavailable, and
    /// later ones too.
    pub(super) fn close(&self, reason: &str) {
        if let Some(engine) = self.admission.close(reason) {
            engine.give_up(ModelError::Unavailable {
                message: reason.to_owned(),
            });
        }
    }

    /// Runs `work` on the slot's engine, on a thread of its own, and keeps the slot until it
    /// returns. Resolves earlier where the engine is given up meanwhile; the thread is then left
    /// to itself. `ended` tells whether the sequence came to its end.
    ///
    /// # Errors
    /// What the engine said, or why it was given up.
    pub(super) async fn run<W, F>(
        self: &Arc<Self>,
        slot: Slot<Watched<E>>,
        work: W,
        ended: F,
    ) -> Result<(), ModelError>
    where
        W: FnOnce(&Watched<E>) -> Result<(), ModelError> + Send + 'static,
        F: Fn() -> bool,
    {
        let engine = Arc::clone(slot.engine());
        engine.beat();
        let working = tokio::task::spawn_blocking(move || work(slot.engine()));
        let outcome = tokio::select! {
            biased;
            outcome = working => outcome.unwrap_or_else(|panic| {
                Err(ModelError::Engine { message: panic.to_string() })
            }),
            why = engine.given_up() => return Err(why),
            quiet = engine.silent_for(self.watchdog.longest_silence) => {
                let fault = Fault::Stuck(quiet);
                let told = fault.told();
                self.give_up(engine, &fault);
                return Err(told);
            }
        };
        let outcome = match outcome {
            Ok(()) if !ended() => Err(ModelError::Engine {
                message: "it ended the answer on its own".to_owned(),
            }),
            outcome => outcome,
        };
        match &outcome {
            Ok(()) => {
                engine.forget_failures();
                self.in_vain.store(0, Ordering::Release);
            }
            Err(error) => {
                let failures = engine.count_failure();
                let fault = match error {
                    ModelError::Unavailable { .. } => Some(Fault::Gone(error.clone())),
                    _ if failures >= MOST_FAILURES_IN_A_ROW => Some(Fault::Failing(error.clone())),
                    _ => None,
                };
                if let Some(fault) = fault
                    && self.watchdog.rebuild.is_some()
                {
                    self.give_up(engine, &fault);
                }
            }
        }
        outcome
    }

    /// Takes an engine out of service, once, and has the next one built.
    fn give_up(self: &Arc<Self>, engine: Arc<Watched<E>>, fault: &Fault) {
        let reason = format!("{fault}; it is being rebuilt");
        if !self.admission.pause(&engine, reason) {
            return;
        }
        engine.give_up(fault.told());
        drop(engine);
        let left_behind = match fault {
            Fault::Stuck(_) | Fault::Gone(_) => self.left_behind.fetch_add(1, Ordering::AcqRel) + 1,
            Fault::Failing(_) => 0,
        };
        let in_vain = self.in_vain.fetch_add(1, Ordering::AcqRel) + 1;
        tracing::error!(model = self.model, %fault, left_behind, in_vain, "an engine is given up");
        match &self.watchdog.rebuild {
            Some(factory) if left_behind <= MOST_LEFT_BEHIND && in_vain <= MOST_IN_VAIN => {
                tokio::spawn(Arc::clone(self).rebuild(Arc::clone(factory)));
            }
            _ => self.close(&format!("{fault}; restart the process")),
        }
    }

    async fn rebuild(self: Arc<Self>, factory: EngineFactory<E>) {
        let mut reason = String::new();
        for attempt in 1..=MOST_ATTEMPTS {
            if attempt > 1 {
                tokio::time::sleep(self.watchdog.pause_between_attempts).await;
            }
            let build = Arc::clone(&factory);
            let outcome = tokio::task::spawn_blocking(move || build()).await;
            match outcome {
                Ok(Ok(engine)) => {
                    tracing::info!(model = self.model, attempt, "an engine was rebuilt");
                    let slots = engine.slots().get();
                    self.admission.open(Arc::new(Watched::new(engine)), slots);
                    return;
                }
                Ok(Err(error)) => reason = error,
                Err(panic) => reason = panic.to_string(),
            }
            tracing::error!(
                model = self.model,
                attempt,
                reason,
                "an engine was not rebuilt"
            );
        }
        self.close(&format!(
            "the engine could not be rebuilt: {reason}; restart the process"
        ));
    }
}

impl Fault {
    /// What the requests in hand are told.
    fn told(&self) -> ModelError {
        ModelError::Engine {
            message: self.to_string(),
        }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Stuck(quiet) => write!(
                formatter,
                "the engine is stuck: no token for {} s",
                quiet.as_secs()
            ),
            Self::Failing(error) | Self::Gone(error) => {
                write!(formatter, "the engine fails: {error}")
            }
        }
    }
}
