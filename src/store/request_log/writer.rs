//! The writer of the request log: takes what waits in groups, and finds the row that the database
//! refuses, so that it does not hold up the others.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tracing::error;

use super::health::WriterState;
use super::{Queued, RequestRow};
use crate::record::KeptBodies;
use crate::store::{Store, StoreError};

/// Rows of one group.
const GROUP: usize = 500;
/// Between two tries to write a group that the database refused.
const RETRY: Duration = Duration::from_millis(500);
/// After so many tries a group's rows are written one by one, whatever the database says of it.
const TRIES_TOGETHER: u32 = 3;
/// Tries to write what is left when the gateway stops.
const LAST_TRIES: u32 = 10;
/// One line in so many: an outage is not a log flood.
const ONE_IN: u32 = 100;

/// Who waits for a row, and the row's share of the queue.
type Waiting = (oneshot::Sender<()>, Option<OwnedSemaphorePermit>);

/// The writer.
pub(super) struct Writer {
    store: Store,
    queue: mpsc::Receiver<Queued>,
    stop: CancellationToken,
    /// How long a group is waited for.
    linger: Option<Duration>,
    state: Arc<WriterState>,
    /// The rows at hand, and who waits for each.
    rows: Vec<RequestRow>,
    waiting: Vec<Waiting>,
}

/// What became of a row that was written alone.
enum Alone {
    Written,
    /// Its bodies were refused, or the whole row.
    WithoutBodies(StoreError),
    Refused(StoreError),
    /// It may be taken later.
    Later(StoreError),
}

impl Writer {
    pub(super) fn new(
        store: Store,
        queue: mpsc::Receiver<Queued>,
        stop: CancellationToken,
        linger: Option<Duration>,
        state: Arc<WriterState>,
    ) -> Self {
        Self {
            store,
            queue,
            stop,
            linger,
            state,
            rows: Vec::new(),
            waiting: Vec::new(),
        }
    }

    /// Writes until every sender is dropped, or, once it is to stop, what is there.
    pub(super) async fn write_all(mut self) {
        while self.take_group().await {
            self.state.begins();
            let written = self.write_group().await;
            self.state.ends();
            if !written {
                return;
            }
        }
    }

    /// Takes what waits; false when nothing will come any more.
    async fn take_group(&mut self) -> bool {
        let mut group = Vec::with_capacity(GROUP);
        let received = loop {
            tokio::select! {
                received = self.queue.recv_many(&mut group, GROUP) => break received,
                () = self.stop.cancelled(), if !self.queue.is_closed() => self.queue.close(),
            }
        };
        if let (Some(linger), true) = (self.linger, received > 0 && received < GROUP) {
            tokio::time::sleep(linger).await;
            while group.len() < GROUP
                && let Ok(queued) = self.queue.try_recv()
            {
                group.push(queued);
            }
        }
        for queued in group {
            self.rows.push(queued.row);
            self.waiting.push((queued.durable, queued.share));
        }
        received > 0
    }

    /// Writes the group, again and again if need be; false when it gave up because the gateway
    /// stops.
    async fn write_group(&mut self) -> bool {
        let mut tries = 0_u32;
        while let Err(mut cause) = self.store.keep_requests(&self.rows).await {
            tries = tries.saturating_add(1);
            if is_a_rows_fault(&cause) || (tries >= TRIES_TOGETHER && self.is_there(&cause).await) {
                match self.write_one_by_one().await {
                    Ok(()) => return true,
                    Err(later) => cause = later,
                }
            }
            self.state.was_refused();
            let rows = self.rows.len();
            if tries % ONE_IN == 1 {
                error!(%cause, rows, "the request log cannot be written; trying again");
            }
            if self.queue.is_closed() && tries > LAST_TRIES {
                let rows = rows + self.queue.len();
                error!(rows, "stopping with rows unwritten");
                return false;
            }
            tokio::time::sleep(RETRY).await;
        }
        self.went(self.rows.len());
        true
    }

    /// Whether the database answers though it did not take the group.
    async fn is_there(&self, cause: &StoreError) -> bool {
        matches!(cause, StoreError::Query(_)) && self.store.health().await.is_ok()
    }

    /// A row that the database refuses does not hold up the others. An error if the next one may
    /// be taken later; those before it are done.
    async fn write_one_by_one(&mut self) -> Result<(), StoreError> {
        while let Some(row) = self.rows.first() {
            match self.write_alone(row).await {
                Alone::Written => {}
                Alone::WithoutBodies(cause) => {
                    let before = self.state.dropped_bodies();
                    if before.is_multiple_of(u64::from(ONE_IN)) {
                        error!(
                            %cause, id = %row.id, so_far = before + 1,
                            "the database refused the bodies of a request; its row is kept without"
                        );
                    }
                }
                Alone::Refused(cause) => {
                    self.state.set_aside();
                    // All that is left of it, so each is told.
                    error!(
                        %cause, id = %row.id, received_at = %row.received_at, method = row.method,
                        route = row.route, status = row.status, caller = row.caller,
                        model = row.details.model, error_code = row.details.error_code,
                        prompt_tokens = row.details.prompt_tokens,
                        completion_tokens = row.details.completion_tokens,
                        duration_ms = row.duration_ms,
                        "the database refused a row of the request log; it is set aside"
                    );
                }
                Alone::Later(cause) => return Err(cause),
            }
            self.went(1);
        }
        Ok(())
    }

    async fn write_alone(&self, row: &RequestRow) -> Alone {
        let keep =
            async |row: &RequestRow| self.store.keep_requests(std::slice::from_ref(row)).await;
        let Err(cause) = keep(row).await else {
            return Alone::Written;
        };
        let refused = |cause| {
            if is_a_rows_fault(&cause) {
                Alone::Refused(cause)
            } else {
                Alone::Later(cause)
            }
        };
        let (Some(bodies), StoreError::Query(_)) = (&row.bodies, &cause) else {
            return refused(cause);
        };
        let with = |bodies| RequestRow {
            bodies,
            ..row.clone()
        };
        if let Err(cause) = keep(&with(None)).await {
            return refused(cause);
        }
        // The row is taken, so the database is there, and it says again whether it is the bodies.
        let Err(cause) = keep(row).await else {
            return Alone::Written;
        };
        let marked = KeptBodies {
            policy: bodies.policy,
            request: None,
            reply: None,
        };
        match keep(&with(Some(marked))).await {
            Ok(()) => Alone::WithoutBodies(cause),
            Err(cause) => Alone::Later(cause),
        }
    }

    /// The first rows at hand are done with: tells those who wait, and gives their shares back.
    fn went(&mut self, rows: usize) {
        self.rows.drain(..rows);
        for (durable, _share) in self.waiting.drain(..rows) {
            // Nobody listens where replies do not wait.
            let _unheard = durable.send(());
        }
        self.state.went(rows);
    }
}

/// Whether it is for what a row says that the database refuses it, by SQLSTATE (PostgreSQL,
/// appendix A): data exceptions, constraints, and limits of a row's size.
fn is_a_rows_fault(error: &StoreError) -> bool {
    const CLASSES: [&str; 3] = ["22", "23", "54"];
    match error {
        StoreError::Query(sqlx::Error::Encode(_)) => true,
        StoreError::Query(sqlx::Error::Database(cause)) => cause
            .code()
            .is_some_and(|code| CLASSES.iter().any(|class| code.starts_with(class))),
        _ => false,
    }
}
