//! Goes on while the database is away: what cannot be written there goes to the spool, and comes
//! back in order when the database does.
//!
//! The database is taken for away when it cannot be reached or says that it takes nothing now. One
//! that only answers too late is asked whether it is there first: it may be busy. From then on everything goes to the spool without asking it, so that
//! nobody waits for it twice, until a task in the background has reached it and has written what
//! the spool held.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection};
use tokio::sync::Notify;
use tracing::{error, info};

use super::StoreError;
use super::spool::entry::{Entry, NewEntry};
use super::spool::{Appended, Spool, SpoolError};
use crate::config::OnFull;

/// How long a database that was too slow may take to say that it is there.
const PING_PATIENCE: Duration = Duration::from_secs(2);
/// How long its answer holds for others who ask.
const ANSWER_HOLDS: Duration = Duration::from_secs(1);

/// The spool and whether it is in use.
pub(super) struct Outage {
    pub(super) spool: Spool,
    on_full: OnFull,
    is_away: AtomicBool,
    /// An entry did not fit, or the disk did not take it.
    is_full: AtomicBool,
    /// Bytes of the largest that did not fit.
    wanted: AtomicU64,
    /// Records that were dropped, where configured so.
    lost: AtomicU64,
    since: std::sync::Mutex<Option<Instant>>,
    /// When the database last answered somebody who asked whether it is there.
    answered: tokio::sync::Mutex<Option<Instant>>,
    /// Wakes the task that drains.
    wake: Notify,
}

/// How the log is, for `/readyz` and metrics.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LogHealth {
    /// The database is away, for this many seconds.
    pub away_seconds: Option<u64>,
    /// Records that wait in the spool.
    pub spooled: u64,
    /// Their bytes.
    pub spooled_bytes: u64,
    /// Records that the database refused, set aside in the spool's file.
    pub refused: u64,
    /// Records that were dropped because the spool was full.
    pub lost: u64,
    /// The spool takes nothing more.
    pub is_full: bool,
    /// Requests are refused because no record of them could be kept.
    pub is_closed: bool,
}

impl Outage {
    pub(super) fn new(spool: Spool, on_full: OnFull, is_away: bool) -> Arc<Self> {
        let outage = Self {
            spool,
            on_full,
            is_away: AtomicBool::new(false),
            is_full: AtomicBool::new(false),
            wanted: AtomicU64::new(0),
            lost: AtomicU64::new(0),
            since: std::sync::Mutex::new(None),
            answered: tokio::sync::Mutex::new(None),
            wake: Notify::new(),
        };
        if is_away {
            outage.mark_away();
        }
        Arc::new(outage)
    }

    pub(super) fn is_away(&self) -> bool {
        self.is_away.load(Ordering::Acquire)
    }

    /// Whether the spool holds anything, so that it must be asked too.
    pub(super) fn holds_entries(&self) -> bool {
        self.spool.totals().entries > 0
    }

    /// Whether the database is there, asked on a connection of its own, since those of the pool may
    /// all be busy. Of many who ask at once, one asks for all.
    pub(super) async fn answers(&self, options: &PgConnectOptions) -> bool {
        let mut answered = self.answered.lock().await;
        if self.is_away() {
            return false;
        }
        if answered.is_some_and(|answered| answered.elapsed() < ANSWER_HOLDS) {
            return true;
        }
        let asked = async {
            let mut connection = PgConnection::connect_with(options).await?;
            connection.ping().await?;
            connection.close().await
        };
        match tokio::time::timeout(PING_PATIENCE, asked).await {
            Ok(Ok(())) => {
                *answered = Some(Instant::now());
                true
            }
            Ok(Err(_)) | Err(_) => false,
        }
    }

    /// Whether the spool's file holds anything, also what the database refused.
    pub(super) fn holds_or_refused(&self) -> bool {
        let totals = self.spool.totals();
        totals.entries + totals.refused > 0
    }

    /// Everything goes to the spool from now on.
    pub(super) fn leave(&self, cause: &StoreError) {
        if !self.is_away() {
            error!(%cause, "the database is away; records go to the spool");
        }
        self.mark_away();
    }

    fn mark_away(&self) {
        self.is_away.store(true, Ordering::Release);
        self.lock_since().get_or_insert_with(Instant::now);
        self.wake.notify_one();
    }

    /// Everything goes to the database from now on.
    pub(super) fn come_back(&self) {
        if self.is_away.swap(false, Ordering::AcqRel) {
            let seconds = self
                .lock_since()
                .take()
                .map(|since| since.elapsed().as_secs());
            info!(seconds, "the database is back");
        }
        self.has_room_again();
    }

    fn has_room_again(&self) {
        self.is_full.store(false, Ordering::Release);
        self.wanted.store(0, Ordering::Release);
    }

    fn lock_since(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.since
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Resolves when there may be something to drain.
    pub(super) async fn needed(&self) {
        while !self.is_away() && !self.holds_entries() {
            self.wake.notified().await;
        }
    }

    /// Looks again whether a full spool has room.
    pub(super) async fn look_for_room(&self) {
        let wanted = self.wanted.load(Ordering::Acquire);
        if self.is_full.load(Ordering::Acquire)
            && matches!(self.spool.has_room_for(wanted).await, Ok(true))
        {
            self.has_room_again();
        }
    }

    /// Keeps entries in the spool, and says of each what became of it. Those that do not fit are
    /// dropped and counted, or refused, as configured.
    pub(super) async fn keep(&self, entries: &[Entry]) -> Result<Vec<Appended>, StoreError> {
        let entries = entries
            .iter()
            .map(new_entry)
            .collect::<Result<Vec<_>, _>>()?;
        let sizes: Vec<u64> = entries
            .iter()
            .map(|entry| entry.bytes.len() as u64)
            .collect();
        let appended = self.spool.append(entries).await;
        self.wake.notify_one();
        let is_missing = |place: usize| {
            let outcomes = appended.as_ref().ok();
            outcomes.is_none_or(|outcomes| matches!(outcomes[place], Appended::Full))
        };
        let missing: Vec<u64> = (0..sizes.len())
            .filter(|place| is_missing(*place))
            .map(|place| sizes[place])
            .collect();
        let Some(largest) = missing.iter().max() else {
            return appended.map_err(StoreError::from);
        };
        self.wanted.fetch_max(*largest, Ordering::AcqRel);
        self.is_full.store(true, Ordering::Release);
        if self.on_full == OnFull::FailClosed {
            return appended.map_err(StoreError::from);
        }
        let missing = missing.len() as u64;
        let lost = self.lost.fetch_add(missing, Ordering::AcqRel) + missing;
        error!(
            missing,
            lost, "records are lost: the spool is full or broken"
        );
        let appended = appended.unwrap_or_else(|_| sizes.iter().map(|_| Appended::Full).collect());
        Ok(appended.into_iter().map(Appended::or_lost).collect())
    }

    pub(super) fn health(&self) -> LogHealth {
        let totals = self.spool.totals();
        let is_full = self.is_away() && self.is_full.load(Ordering::Acquire);
        LogHealth {
            away_seconds: self.lock_since().map(|since| since.elapsed().as_secs()),
            spooled: totals.entries,
            spooled_bytes: totals.bytes,
            refused: totals.refused,
            lost: self.lost.load(Ordering::Acquire),
            is_full,
            is_closed: is_full && self.on_full == OnFull::FailClosed,
        }
    }
}

fn new_entry(entry: &Entry) -> Result<NewEntry, SpoolError> {
    let (id, key) = entry.index();
    Ok(NewEntry {
        bytes: entry.to_bytes().map_err(SpoolError::Unwritable)?,
        id,
        key,
    })
}
