//! Runs one admitted sequence: waits for the slot, hands the engine a picker, and turns the
//! picker's events into a stream.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures::stream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::admission::Ticket;
use super::supervisor::Supervisor;
use super::watched::Watched;
use crate::chat::{Generation, GenerationEvent};
use crate::engine::{TokenEngine, TokenPicker};
use crate::error::ModelError;

pub(super) type Event = Result<GenerationEvent, ModelError>;

/// Unbounded, so that a slow reader never holds up the engine; the number of events is bounded
/// by `max_tokens`.
pub(super) type EventSender = UnboundedSender<Event>;

/// What a picker is told about its sequence and tells of it.
#[derive(Clone)]
pub(super) struct SequenceProgress {
    /// How long the sequence waited.
    pub(super) queue_time: Duration,
    /// When the engine got it.
    pub(super) started: Instant,
    /// Set by the picker once it has sent its last event.
    pub(super) ended: Arc<AtomicBool>,
}

/// What to run.
pub(super) struct RunningSequence<E> {
    pub(super) supervisor: Arc<Supervisor<E>>,
    pub(super) prompt: Vec<u32>,
    pub(super) max_tokens: u32,
    pub(super) deadline: Option<Instant>,
}

impl<E: TokenEngine> RunningSequence<E> {
    /// Starts waiting and running in the background.
    pub(super) fn start<P>(self, ticket: Ticket<Watched<E>>, picker: P) -> Generation
    where
        P: FnOnce(EventSender, SequenceProgress) -> Box<dyn TokenPicker> + Send + 'static,
    {
        let (send, receive) = unbounded_channel();
        let deadline = self.deadline;
        tokio::spawn(self.run(ticket, send, picker));
        Generation::new(events(receive, deadline))
    }

    async fn run<P>(self, ticket: Ticket<Watched<E>>, send: EventSender, picker: P)
    where
        P: FnOnce(EventSender, SequenceProgress) -> Box<dyn TokenPicker> + Send + 'static,
    {
        let entered = Instant::now();
        let slot = tokio::select! {
            slot = ticket.slot() => slot,
            () = until(self.deadline) => Err(ModelError::DeadlineExceeded),
            () = send.closed() => Err(ModelError::Cancelled),
        };
        let slot = match slot {
            Ok(slot) => slot,
            Err(error) => {
                // Whoever no longer listens needs no answer.
                let _unheard = send.send(Err(error));
                return;
            }
        };
        let ended = Arc::new(AtomicBool::new(false));
        let progress = SequenceProgress {
            queue_time: entered.elapsed(),
            started: Instant::now(),
            ended: Arc::clone(&ended),
        };
        let picker = picker(send.clone(), progress);
        let (prompt, max_tokens) = (self.prompt, self.max_tokens);
        let work = move |engine: &Watched<E>| engine.run(&prompt, max_tokens, picker);
        let has_ended = || ended.load(Ordering::Acquire);
        let Err(error) = self.supervisor.run(slot, work, has_ended).await else {
            return;
        };
        if ended.load(Ordering::Acquire) {
            tracing::warn!(%error, "the engine failed after the answer was complete");
            return;
        }
        let _unheard = send.send(Err(error));
    }
}

/// Never, where there is no deadline.
async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
        None => std::future::pending().await,
    }
}

/// The events up to and including the last one. The deadline holds here too, because an engine
/// that reads a long prompt calls no picker. Dropping the stream drops the receiver, which the
/// picker notices at its next token.
fn events(
    receive: UnboundedReceiver<Event>,
    deadline: Option<Instant>,
) -> impl futures::Stream<Item = Event> + Send {
    stream::unfold(Some(receive), move |receive| async move {
        let mut receive = receive?;
        let event = tokio::select! {
            biased;
            event = receive.recv() => event.unwrap_or_else(|| {
                Err(ModelError::Engine { message: "the answer broke off".to_owned() })
            }),
            () = until(deadline) => Err(ModelError::DeadlineExceeded),
        };
        let goes_on = !matches!(event, Err(_) | Ok(GenerationEvent::Finished { .. }));
        Some((event, goes_on.then_some(receive)))
    })
}
