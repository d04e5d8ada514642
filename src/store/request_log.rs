//! The request log: one row a request under `/v1`, never a prompt or a document.
//!
//! Rows go through a bounded queue to one writer, which inserts them in groups, so that a
//! request waits for no database. When the queue is full the sender waits, so none is dropped.

use std::time::Duration;

use jiff::Timestamp;
use sqlx::QueryBuilder;
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinHandle};
use tokio_util::sync::CancellationToken;
use tracing::{error, instrument};
use uuid::Uuid;

use super::{Store, StoreError, to_offset};

/// Rows that may wait for the writer.
const QUEUE: usize = 4096;
/// Rows of one insert; PostgreSQL takes at most 65,535 parameters.
const GROUP: usize = 256;
/// Between two tries to write a group that the database refused.
const RETRY: Duration = Duration::from_millis(500);

/// One request and how it ended.
#[derive(Debug, Clone)]
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
    /// What only some requests have.
    pub details: RequestDetails,
    /// From the first byte read to the last written.
    pub duration_ms: f64,
}

/// What only some requests have.
#[derive(Debug, Clone, Default)]
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
    /// The decision that it made.
    pub decision_id: Option<Uuid>,
}

/// The sending end. Cheap to clone.
#[derive(Clone)]
pub struct RequestLog {
    rows: mpsc::Sender<RequestRow>,
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
    pub fn start(store: Store) -> (Self, RequestLogWriter) {
        let (rows, queue) = mpsc::channel(QUEUE);
        let stop = CancellationToken::new();
        let task = tokio::spawn(write_all(store, queue, stop.clone()));
        (Self { rows }, RequestLogWriter { task, stop })
    }

    /// Hands a row to the writer, without waiting for the database unless the queue is full.
    pub async fn record(&self, row: RequestRow) {
        if self.rows.send(row).await.is_err() {
            error!("the request log's writer has ended; a row is lost");
        }
    }
}

async fn write_all(store: Store, mut queue: mpsc::Receiver<RequestRow>, stop: CancellationToken) {
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
        let mut refused = 0_u32;
        while let Err(cause) = store.insert_requests(&group).await {
            // One line when it begins and then one in a hundred: an outage is not a log flood.
            if refused.is_multiple_of(100) {
                error!(%cause, rows = group.len(), "the request log cannot be written; trying again");
            }
            refused = refused.saturating_add(1);
            if queue.is_closed() && refused > 10 {
                error!(
                    rows = group.len() + queue.len(),
                    "stopping with rows unwritten"
                );
                return;
            }
            tokio::time::sleep(RETRY).await;
        }
        group.clear();
    }
}

impl Store {
    /// Inserts a group of rows. Rows that are there already are left alone, so that a group
    /// may be tried again.
    #[instrument(skip_all, fields(rows = rows.len()))]
    async fn insert_requests(&self, rows: &[RequestRow]) -> Result<(), StoreError> {
        let mut insert = QueryBuilder::new(
            "INSERT INTO requests (id, received_at, method, route, status, error_code, model, \
             streamed, finish_reason, prompt_tokens, completion_tokens, queue_ms, prefill_ms, \
             decode_ms, duration_ms, decision_id) ",
        );
        insert.push_values(rows, |mut tuple, row| {
            let details = &row.details;
            tuple
                .push_bind(row.id)
                .push_bind(to_offset(row.received_at))
                .push_bind(&row.method)
                .push_bind(&row.route)
                .push_bind(i16::try_from(row.status).unwrap_or(i16::MAX))
                .push_bind(&details.error_code)
                .push_bind(&details.model)
                .push_bind(details.streamed)
                .push_bind(&details.finish_reason)
                .push_bind(
                    details
                        .prompt_tokens
                        .and_then(|count| i32::try_from(count).ok()),
                )
                .push_bind(
                    details
                        .completion_tokens
                        .and_then(|count| i32::try_from(count).ok()),
                )
                .push_bind(details.queue_ms)
                .push_bind(details.prefill_ms)
                .push_bind(details.decode_ms)
                .push_bind(row.duration_ms)
                .push_bind(details.decision_id);
        });
        insert.push(" ON CONFLICT DO NOTHING");
        insert.build().execute(&self.pool).await?;
        Ok(())
    }
}
