//! A durable queue on the local disk, for decisions and rows of the request log while the database
//! is away.
//!
//! One thread owns the file. All that wait to be appended go in one transaction, and are answered
//! when it is on the disk: group commit. docs/decisions/0007-spool.md says why it is built like
//! this.

pub(super) mod entry;
mod file;
mod worker;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;

use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use entry::{Entry, NewEntry, UsedKey};
pub(super) use file::{Appended, Drained, Totals};
use worker::Command;

/// Commands that may wait for the thread; a sender waits when there are more.
const QUEUE: usize = 64;

/// What can go wrong with the spool.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// Its folder cannot be made.
    #[error("the spool's folder {path} cannot be made: {source}; set spool.directory")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// Another gateway has it open.
    #[error(
        "the spool {path} is in use by another process; give each gateway its own spool.directory"
    )]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// The disk is full, or broken.
    #[error("the spool's disk failed: {0}")]
    Disk(Box<redb::Error>),
    /// It is over its size limit.
    #[error("the spool is full: spool.max_bytes is reached")]
    Full,
    /// An entry cannot be written.
    #[error("an entry has no form in JSON: {0}")]
    Unwritable(serde_json::Error),
    /// An entry is none of this or an earlier version.
    #[error("an entry of the spool cannot be read: {0}")]
    Unreadable(serde_json::Error),
    /// Its thread has ended, or its disk failed under another's entries.
    #[error("the spool did not keep the entry")]
    Stopped,
}

impl SpoolError {
    fn disk(cause: impl Into<redb::Error>) -> Self {
        Self::Disk(Box::new(cause.into()))
    }
}

/// How much the spool holds, as the thread last told.
#[derive(Debug, Default)]
pub(super) struct Gauges {
    entries: AtomicU64,
    bytes: AtomicU64,
    refused: AtomicU64,
}

impl Gauges {
    pub(super) fn read(&self) -> Totals {
        Totals {
            entries: self.entries.load(Ordering::Acquire),
            bytes: self.bytes.load(Ordering::Acquire),
            refused: self.refused.load(Ordering::Acquire),
        }
    }

    fn set(&self, totals: Totals) {
        self.entries.store(totals.entries, Ordering::Release);
        self.bytes.store(totals.bytes, Ordering::Release);
        self.refused.store(totals.refused, Ordering::Release);
    }
}

/// The spool. Cheap to clone; its thread ends when the last clone is dropped.
#[derive(Clone)]
pub(super) struct Spool {
    commands: mpsc::Sender<Command>,
    gauges: Arc<Gauges>,
}

impl Spool {
    /// Opens the spool in a folder, and what an earlier process left in it.
    pub(super) async fn open(
        folder: PathBuf,
        max_bytes: u64,
    ) -> Result<(Self, JoinHandle<()>), SpoolError> {
        let gauges = Arc::new(Gauges::default());
        let (commands, queue) = mpsc::channel(QUEUE);
        let worker = {
            let gauges = Arc::clone(&gauges);
            tokio::task::spawn_blocking(move || worker::start(folder, max_bytes, gauges, queue))
                .await
                .map_err(|_| SpoolError::Stopped)??
        };
        Ok((Self { commands, gauges }, worker))
    }

    /// How much it holds.
    pub(super) fn totals(&self) -> Totals {
        self.gauges.read()
    }

    /// Appends entries; those that say so are on the disk when this returns.
    pub(super) async fn append(&self, entries: Vec<NewEntry>) -> Result<Vec<Appended>, SpoolError> {
        self.ask(|reply| Command::Append { entries, reply }).await
    }

    pub(super) async fn find(&self, id: Uuid) -> Result<Option<Entry>, SpoolError> {
        self.ask(|reply| Command::Find { id, reply }).await
    }

    pub(super) async fn find_key(&self, key: UsedKey) -> Result<Option<Entry>, SpoolError> {
        self.ask(|reply| Command::FindKey { key, reply }).await
    }

    /// The first entries with their numbers.
    pub(super) async fn first(&self) -> Result<Vec<(u64, Vec<u8>)>, SpoolError> {
        self.ask(|reply| Command::First { reply }).await
    }

    pub(super) async fn take_out(&self, drained: Vec<Drained>) -> Result<(), SpoolError> {
        self.ask(|reply| Command::TakeOut { drained, reply }).await
    }

    /// Whether an entry of so many bytes would fit, and the disk takes writes.
    pub(super) async fn has_room_for(&self, bytes: u64) -> Result<bool, SpoolError> {
        self.ask(|reply| Command::HasRoom { bytes, reply }).await
    }

    async fn ask<T>(
        &self,
        command: impl FnOnce(oneshot::Sender<Result<T, SpoolError>>) -> Command,
    ) -> Result<T, SpoolError> {
        let (reply, answer) = oneshot::channel();
        self.commands
            .send(command(reply))
            .await
            .map_err(|_| SpoolError::Stopped)?;
        answer.await.map_err(|_| SpoolError::Stopped)?
    }
}

#[cfg(test)]
mod tests;
