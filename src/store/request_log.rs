//! The request log: one row a request under `/v1`, and its bodies where the policy keeps them.
//!
//! Rows go through a bounded queue to one writer, which writes all that wait in one group. A
//! sender can wait until its row is durable, which costs it the time of one group and the
//! database nothing. The queue is bounded in rows and in bytes; when it is full the sender waits,
//! so none is dropped.

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

/// Rows that may wait for the writer.
const QUEUE: usize = 4096;
/// KiB of rows and bodies that may wait for the writer.
const QUEUE_KIB: u32 = 8 * 1024;
/// Rows of one group.
const GROUP: usize = 500;
/// How long a group is waited for where nobody waits for its rows.
const LINGER: Duration = Duration::from_millis(20);
/// Between two tries to write a group that the database refused.
const RETRY: Duration = Duration::from_millis(500);
/// How long an answer is held back for its row: longer than it takes to find out that the database
/// is away. Where there is no spool either, the row waits in the queue.
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
        let task = tokio::spawn(write_all(store, queue, stop.clone(), linger));
        let log = Self {
            rows,
            room: Arc::new(Semaphore::new(QUEUE_KIB as usize)),
            durable,
        };
        (log, RequestLogWriter { task, stop })
    }

    /// Hands a row to the writer and, where replies wait for it, waits until it is durable. A row
    /// reaches the writer though its sender goes.
    pub async fn record(&self, row: RequestRow) {
        let log = self.clone();
        let handed_over = tokio::spawn(async move { log.hand_over(row).await }).await;
        let (RequestsDurable::BeforeReply, Ok(Some(written))) = (self.durable, handed_over) else {
            return;
        };
        if tokio::time::timeout(LONGEST_HOLD, written).await.is_err() {
            warn!("an answer is sent before its row of the request log is durable");
        }
    }

    async fn hand_over(&self, row: RequestRow) -> Option<oneshot::Receiver<()>> {
        // A body larger than the whole queue takes all of it.
        let kib = u32::try_from(row.bodies.as_ref().map_or(0, KeptBodies::size) / 1024 + 1)
            .unwrap_or(u32::MAX)
            .min(QUEUE_KIB);
        let share = Arc::clone(&self.room).acquire_many_owned(kib).await.ok();
        let (durable, written) = oneshot::channel();
        let queued = Queued {
            row,
            durable,
            share,
        };
        if self.rows.send(queued).await.is_err() {
            error!("the request log's writer has ended; a row is lost");
            return None;
        }
        Some(written)
    }
}

async fn write_all(
    store: Store,
    mut queue: mpsc::Receiver<Queued>,
    stop: CancellationToken,
    linger: Option<Duration>,
) {
    let mut group = Vec::with_capacity(GROUP);
    loop {
        let received = tokio::select! {
            received = queue.recv_many(&mut group, GROUP) => received,
            () = stop.cancelled(), if !queue.is_closed() => {
                queue.close();
                continue;
            }
        };
        if received == 0 {
            return;
        }
        if let (Some(linger), true) = (linger, received < GROUP) {
            tokio::time::sleep(linger).await;
            while group.len() < GROUP
                && let Ok(queued) = queue.try_recv()
            {
                group.push(queued);
            }
        }
        let mut rows = Vec::with_capacity(group.len());
        // Their shares of the queue are given back when the rows are written.
        let mut waiting = Vec::with_capacity(group.len());
        for Queued {
            row,
            durable,
            share,
        } in group.drain(..)
        {
            rows.push(row);
            waiting.push((durable, share));
        }
        if !write_group(&store, &queue, &rows).await {
            return;
        }
        for (durable, _share) in waiting {
            // Nobody listens where replies do not wait.
            let _unheard = durable.send(());
        }
    }
}

/// Writes a group, again and again if need be; false when it gave up because the gateway stops.
async fn write_group(store: &Store, queue: &mpsc::Receiver<Queued>, rows: &[RequestRow]) -> bool {
    let mut refused = 0_u32;
    while let Err(cause) = store.keep_requests(rows).await {
        // One line when it begins and then one in a hundred: an outage is not a log flood.
        if refused.is_multiple_of(100) {
            error!(%cause, rows = rows.len(), "the request log cannot be written; trying again");
        }
        refused = refused.saturating_add(1);
        if queue.is_closed() && refused > 10 {
            error!(
                rows = rows.len() + queue.len(),
                "stopping with rows unwritten"
            );
            return false;
        }
        tokio::time::sleep(RETRY).await;
    }
    true
}
