//! How the request log's writer is: what waits for it, for how long it has been stuck, and what
//! the database did not take.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::LONGEST_HOLD;

/// How the writer is, for `/readyz` and metrics.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LogWriterHealth {
    /// Rows that are not durable yet.
    pub waiting: u64,
    /// For how long the group at hand could not be written, once the database has refused it, or
    /// not answered for as long as an answer is held back.
    pub stuck_seconds: Option<u64>,
    /// Answers are no longer held back for their rows, because it is stuck for so long.
    pub is_stuck: bool,
    /// The queue is full as well: requests are refused, since no row of them could be kept.
    pub is_closed: bool,
    /// Rows that were written without their bodies, which the database refused.
    pub without_bodies: u64,
    /// Rows that the database refused for themselves; the gateway's own log has what they said.
    pub set_aside: u64,
}

/// What the writer and those who hand rows to it tell.
#[derive(Debug, Default)]
pub(super) struct WriterState {
    waiting: AtomicU64,
    /// Rows that found the queue full.
    outside: AtomicU64,
    without_bodies: AtomicU64,
    set_aside: AtomicU64,
    group: Mutex<Option<GroupAtHand>>,
}

/// The group that is being written.
#[derive(Debug, Clone, Copy)]
struct GroupAtHand {
    since: Instant,
    was_refused: bool,
}

/// A row that waits for a place in the queue.
pub(super) struct Outside<'a>(&'a WriterState);

impl Drop for Outside<'_> {
    fn drop(&mut self) {
        self.0.outside.fetch_sub(1, Ordering::AcqRel);
    }
}

impl WriterState {
    /// A row came.
    pub(super) fn came(&self) {
        self.waiting.fetch_add(1, Ordering::AcqRel);
    }

    /// So many rows are durable, set aside or lost.
    pub(super) fn went(&self, rows: usize) {
        self.waiting.fetch_sub(rows as u64, Ordering::AcqRel);
    }

    /// A row finds the queue full, until what this gives is dropped.
    pub(super) fn waits_outside(&self) -> Outside<'_> {
        self.outside.fetch_add(1, Ordering::AcqRel);
        Outside(self)
    }

    /// A group is taken in hand.
    pub(super) fn begins(&self) {
        *self.lock_group() = Some(GroupAtHand {
            since: Instant::now(),
            was_refused: false,
        });
    }

    /// It was refused, and will be tried again.
    pub(super) fn was_refused(&self) {
        if let Some(group) = &mut *self.lock_group() {
            group.was_refused = true;
        }
    }

    /// It is written.
    pub(super) fn ends(&self) {
        *self.lock_group() = None;
    }

    /// A row was written without its bodies; how many before it.
    pub(super) fn dropped_bodies(&self) -> u64 {
        self.without_bodies.fetch_add(1, Ordering::AcqRel)
    }

    /// A row was set aside.
    pub(super) fn set_aside(&self) {
        self.set_aside.fetch_add(1, Ordering::AcqRel);
    }

    pub(super) fn health(&self) -> LogWriterHealth {
        let group = *self.lock_group();
        let at_it = group.map(|group| group.since.elapsed());
        let is_stuck = at_it.is_some_and(|at_it| at_it >= LONGEST_HOLD);
        let is_told = is_stuck || group.is_some_and(|group| group.was_refused);
        LogWriterHealth {
            waiting: self.waiting.load(Ordering::Acquire),
            stuck_seconds: at_it.filter(|_| is_told).map(|at_it| at_it.as_secs()),
            is_stuck,
            is_closed: is_stuck && self.outside.load(Ordering::Acquire) > 0,
            without_bodies: self.without_bodies.load(Ordering::Acquire),
            set_aside: self.set_aside.load(Ordering::Acquire),
        }
    }

    fn lock_group(&self) -> MutexGuard<'_, Option<GroupAtHand>> {
        self.group.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
