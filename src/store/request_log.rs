//! The request log: one row a request under `/v1`, and its bodies where the policy keeps them.
//!
//! Rows go through a bounded queue to one [`writer`], which writes all that wait in one group. A
//! sender can wait until its row is durable, which costs it the time of one group and the
//! database nothing. The queue is bounded in rows and in bytes; when it is full the row waits
//! outside, so none is dropped, and its sender waits no longer than [`LONGEST_HOLD`].

mod health;
mod writer;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::task::{JoinError, JoinHandle};
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};
use uuid::Uuid;

use super::Store;
use crate::record::KeptBodies;

pub use health::LogWriterHealth;

use health::WriterState;
use writer::Writer;

/// Rows that may wait for the writer.
const QUEUE: usize = 4096;
/// KiB of rows and bodies that may wait for the writer.
const QUEUE_KIB: u32 = 8 * 1024;
/// How long a group is waited for where nobody waits for its rows.
const LINGER: Duration = Duration::from_millis(20);
/// How long an answer is held back for its row, in the queue and before it: longer than it takes
/// to find out that the database is away. Where there is no spool either, the row goes on waiting.
const LONGEST_HOLD: Duration = Duration::from_secs(10);

/// One request and how it ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RequestRow {
    /// The request's id, also in the reply's `x-request-id`.
    pub id: Uuid,
    /// When it came.
    pub received_at: Timestamp,
    /// HTTP method.
    pub method: String,
    /// The route's pattern, e.g. `/v1/accounting/results/{id}`.
    pub route: String,
    /// HTTP status.
    pub status: u16,
    /// Who sent it.
    pub caller: Option<String>,
    /// SHA-256 of what was asked ([`crate::record::notes`]).
    pub prompt_sha256: Option<[u8; 32]>,
    /// SHA-256 of the form that was asked for.
    pub schema_sha256: Option<[u8; 32]>,
    /// The version of the model that answered: OpenAI's `system_fingerprint`.
    pub model_version: Option<String>,
    /// What only some requests have.
    pub details: RequestDetails,
    /// What is kept of the bodies.
    pub bodies: Option<KeptBodies>,
    /// From the first byte read to the last written.
    pub duration_ms: f64,
}

/// What only some requests have.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RequestDetails {
    /// The error's code or type.
    pub error_code: Option<String>,
    /// The model that answered.
    pub model: Option<String>,
    /// Answered as a stream.
    pub streamed: bool,
    /// `stop` or `length`.
    pub finish_reason: Option<String>,
    /// Tokens of the prompt.
    pub prompt_tokens: Option<u32>,
    /// Tokens of the answer.
    pub completion_tokens: Option<u32>,
    /// Waiting for the model.
    pub queue_ms: Option<f64>,
    /// Reading the prompt.
    pub prefill_ms: Option<f64>,
    /// Writing the answer.
    pub decode_ms: Option<f64>,
    /// Of it, working out which tokens the grammar allows.
    pub grammar_ms: Option<f64>,
    /// The decision that it made.
    pub decision_id: Option<Uuid>,
}

/// When a reply is sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestsDurable {
    /// After its row is durable: a client that has its answer finds it in the log.
    #[default]
    BeforeReply,
    /// At once; the row follows within milliseconds, unless the process is killed in them.
    AfterReply,
}

/// A row on its way, with its share of the queue.
struct Queued {
    row: RequestRow,
    durable: oneshot::Sender<()>,
    share: Option<OwnedSemaphorePermit>,
}

/// The sending end. Cheap to clone.
#[derive(Clone)]
pub struct RequestLog {
    rows: mpsc::Sender<Queued>,
    room: Arc<Semaphore>,
    durable: RequestsDurable,
    state: Arc<WriterState>,
}

/// The writing end.
pub struct RequestLogWriter {
    task: JoinHandle<()>,
    stop: CancellationToken,
}

impl RequestLogWriter {
    /// Waits until every clone of the log is dropped and all rows are written; after `patience`
    /// takes no more rows, and writes those that are there.
    ///
    /// # Errors
    /// [`JoinError`] if the writer broke.
    pub async fn finish(mut self, patience: Duration) -> Result<(), JoinError> {
        if let Ok(ended) = tokio::time::timeout(patience, &mut self.task).await {
            return ended;
        }
        self.stop.cancel();
        self.task.await
    }
}

impl RequestLog {
    /// Starts the writer.
    pub fn start(store: Store, durable: RequestsDurable) -> (Self, RequestLogWriter) {
        let (rows, queue) = mpsc::channel(QUEUE);
        let stop = CancellationToken::new();
        let linger = match durable {
            RequestsDurable::BeforeReply => None,
            RequestsDurable::AfterReply => Some(LINGER),
        };
        let state = Arc::new(WriterState::default());
        let writer = Writer::new(store, queue, stop.clone(), linger, Arc::clone(&state));
        let task = tokio::spawn(writer.write_all());
        let log = Self {
            rows,
            room: Arc::new(Semaphore::new(QUEUE_KIB as usize)),
            durable,
            state,
        };
        (log, RequestLogWriter { task, stop })
    }

    /// How the writer is.
    pub fn health(&self) -> LogWriterHealth {
        self.state.health()
    }

    /// Hands a row to the writer and, where replies wait for it, waits until it is durable; both
    /// together for [`LONGEST_HOLD`] at most. A row reaches the writer though its sender goes.
    pub async fn record(&self, row: RequestRow) {
        let log = self.clone();
        let handed_over = tokio::spawn(async move { log.hand_over(row).await });
        let waits = self.durable == RequestsDurable::BeforeReply;
        let done = async move {
            if let (true, Ok(Some(written))) = (waits, handed_over.await) {
                // An error means that the writer gave the row up, and said so.
                let _given_up = written.await;
            }
        };
        if tokio::time::timeout(LONGEST_HOLD, done).await.is_err() {
            warn!("an answer is sent before its row of the request log is durable");
        }
    }

    async fn hand_over(&self, row: RequestRow) -> Option<oneshot::Receiver<()>> {
        // A body larger than the whole queue takes all of it.
        let kib = u32::try_from(row.bodies.as_ref().map_or(0, KeptBodies::size) / 1024 + 1)
            .unwrap_or(u32::MAX)
            .min(QUEUE_KIB);
        self.state.came();
        let (share, place) = self.place(kib).await;
        let (durable, written) = oneshot::channel();
        let Some(place) = place else {
            self.state.went(1);
            error!(id = %row.id, "the request log's writer has ended; a row is lost");
            return None;
        };
        place.send(Queued {
            row,
            durable,
            share,
        });
        Some(written)
    }

    /// A place in the queue for a row of so many KiB, when there is one; none when the writer has
    /// ended.
    async fn place(
        &self,
        kib: u32,
    ) -> (
        Option<OwnedSemaphorePermit>,
        Option<mpsc::OwnedPermit<Queued>>,
    ) {
        let room = || Arc::clone(&self.room);
        let at_once = room().try_acquire_many_owned(kib).ok();
        if let Some(share) = at_once
            && let Ok(place) = self.rows.clone().try_reserve_owned()
        {
            return (Some(share), Some(place));
        }
        let _outside = self.state.waits_outside();
        // The semaphore is never closed.
        let share = room().acquire_many_owned(kib).await.ok();
        (share, self.rows.clone().reserve_owned().await.ok())
    }
}
