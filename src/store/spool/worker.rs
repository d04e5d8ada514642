//! The thread that owns the spool's file.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::{mpsc, oneshot};
use tracing::{error, warn};
use uuid::Uuid;

use super::entry::{Entry, NewEntry, UsedKey};
use super::file::{Appended, Drained, SpoolFile};
use super::{Gauges, SpoolError};

/// Entries that are appended together.
const GROUP: usize = 500;
/// What is read at once to be drained.
const FIRST: usize = 500;
const FIRST_BYTES: usize = 2 * 1024 * 1024;

type Reply<T> = oneshot::Sender<Result<T, SpoolError>>;

/// What the thread is asked for.
pub(super) enum Command {
    Append {
        entries: Vec<NewEntry>,
        reply: Reply<Vec<Appended>>,
    },
    Find {
        id: Uuid,
        reply: Reply<Option<Entry>>,
    },
    FindKey {
        key: UsedKey,
        reply: Reply<Option<Entry>>,
    },
    First {
        reply: Reply<Vec<(u64, Vec<u8>)>>,
    },
    TakeOut {
        drained: Vec<Drained>,
        reply: Reply<()>,
    },
    HasRoom {
        bytes: u64,
        reply: Reply<bool>,
    },
}

struct Worker {
    folder: PathBuf,
    max_bytes: u64,
    gauges: Arc<Gauges>,
    /// None after an error of the disk, until it can be opened again.
    file: Option<SpoolFile>,
}

/// Opens the file, and starts the thread. Blocks.
pub(super) fn start(
    folder: PathBuf,
    max_bytes: u64,
    gauges: Arc<Gauges>,
    queue: mpsc::Receiver<Command>,
) -> Result<JoinHandle<()>, SpoolError> {
    let file = SpoolFile::open(&folder, max_bytes)?;
    gauges.set(file.totals()?);
    let worker = Worker {
        folder: folder.clone(),
        max_bytes,
        gauges,
        file: Some(file),
    };
    std::thread::Builder::new()
        .name("spool".to_owned())
        .spawn(move || worker.serve(queue))
        .map_err(|source| SpoolError::Folder {
            path: folder,
            source,
        })
}

impl Worker {
    fn serve(mut self, mut queue: mpsc::Receiver<Command>) {
        let mut next = queue.blocking_recv();
        while let Some(command) = next.take() {
            match command {
                Command::Append { entries, reply } => {
                    let mut group = entries;
                    let mut replies = vec![(group.len(), reply)];
                    while group.len() < GROUP {
                        match queue.try_recv() {
                            Ok(Command::Append { entries, reply }) => {
                                replies.push((entries.len(), reply));
                                group.extend(entries);
                            }
                            Ok(other) => {
                                next = Some(other);
                                break;
                            }
                            Err(_) => break,
                        }
                    }
                    self.append(&group, replies);
                }
                Command::Find { id, reply } => {
                    self.answer(reply, |file| file.find(id));
                }
                Command::FindKey { key, reply } => {
                    self.answer(reply, |file| file.find_key(&key));
                }
                Command::First { reply } => {
                    self.answer(reply, |file| file.first(FIRST, FIRST_BYTES));
                }
                Command::TakeOut { drained, reply } => {
                    self.answer(reply, |file| {
                        file.take_out(&drained)?;
                        file.shrink_if_empty()
                    });
                    self.measure();
                }
                Command::HasRoom { bytes, reply } => {
                    self.answer(reply, |file| file.has_room_for(bytes));
                }
            }
            if next.is_none() {
                next = queue.blocking_recv();
            }
        }
    }

    /// Tells each sender what became of its own entries; where the disk failed, all the same.
    fn append(&mut self, group: &[NewEntry], replies: Vec<(usize, Reply<Vec<Appended>>)>) {
        let outcome = self.with_file(|file| file.append(group));
        self.measure();
        match outcome {
            Ok(outcomes) => {
                let mut outcomes = outcomes.into_iter();
                for (count, reply) in replies {
                    tell(reply, Ok(outcomes.by_ref().take(count).collect()));
                }
            }
            Err(cause) => {
                error!(%cause, entries = group.len(), "the spool cannot be written");
                let mut replies = replies.into_iter();
                if let Some((_, reply)) = replies.next() {
                    tell(reply, Err(cause));
                }
                for (_, reply) in replies {
                    tell(reply, Err(SpoolError::Stopped));
                }
            }
        }
    }

    fn answer<T>(
        &mut self,
        reply: Reply<T>,
        work: impl FnOnce(&mut SpoolFile) -> Result<T, SpoolError>,
    ) {
        let outcome = self.with_file(work);
        if let Err(cause) = &outcome {
            warn!(%cause, "the spool cannot be used");
        }
        tell(reply, outcome);
    }

    /// A file whose disk failed is closed, and opened again for the next command.
    fn with_file<T>(
        &mut self,
        work: impl FnOnce(&mut SpoolFile) -> Result<T, SpoolError>,
    ) -> Result<T, SpoolError> {
        let mut file = match self.file.take() {
            Some(file) => file,
            None => SpoolFile::open(&self.folder, self.max_bytes)?,
        };
        let outcome = work(&mut file);
        if !matches!(outcome, Err(SpoolError::Disk(_))) {
            self.file = Some(file);
        }
        outcome
    }

    fn measure(&mut self) {
        if let Some(Ok(totals)) = self.file.as_ref().map(SpoolFile::totals) {
            self.gauges.set(totals);
        }
    }
}

fn tell<T>(reply: Reply<T>, outcome: Result<T, SpoolError>) {
    // Who asked may have gone; what was done is done.
    let _unheard = reply.send(outcome);
}
