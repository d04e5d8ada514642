//! The spool's file: a redb database. Each change is one transaction that is on the disk when it
//! returns; a killed process leaves the last whole one.

use std::path::{Path, PathBuf};

use redb::{
    Builder, Database, ReadableDatabase, ReadableTable, ReadableTableMetadata, TableDefinition,
};
use uuid::Uuid;

use super::SpoolError;
use super::entry::{Entry, NewEntry, UsedKey};

/// Entries by the order in which they came.
const ENTRIES: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("entries");
/// Which entry a decision or a row of the request log is.
const IDS: TableDefinition<'_, u128, u64> = TableDefinition::new("decisions");
/// Which entry an idempotency key was used for.
const KEYS: TableDefinition<'_, &str, u64> = TableDefinition::new("keys");
/// Entries that the database does not take, kept for a person.
const REFUSED: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("refused");
/// `next`, the next entry's number, and `bytes` of all entries; those set aside do not count.
const TOTALS: TableDefinition<'_, &str, u64> = TableDefinition::new("totals");

/// Memory for pages, also those of a transaction under way.
const CACHE_BYTES: usize = 4 * 1024 * 1024;
/// A larger file is made small again when it is empty.
const SMALL_FILE_BYTES: u64 = 16 * 1024 * 1024;

/// What became of an entry.
#[derive(Debug)]
pub(in crate::store) enum Appended {
    /// It is on the disk.
    Kept,
    /// Its idempotency key had been used; the first entry.
    First(Box<Entry>),
    /// It would go over the size limit.
    Full,
    /// It is dropped and counted, as configured.
    Lost,
}

impl Appended {
    /// What did not fit is lost where nothing is refused.
    pub(in crate::store) fn or_lost(self) -> Self {
        match self {
            Self::Full => Self::Lost,
            other => other,
        }
    }
}

/// How much it holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::store) struct Totals {
    pub(in crate::store) entries: u64,
    pub(in crate::store) bytes: u64,
    pub(in crate::store) refused: u64,
}

/// An entry that has gone to the database, or that it refused.
#[derive(Debug)]
pub(in crate::store) struct Drained {
    pub(in crate::store) number: u64,
    pub(in crate::store) refused: bool,
}

/// The file. After an error of the disk it must be opened again.
pub(super) struct SpoolFile {
    database: Database,
    path: PathBuf,
    max_bytes: u64,
}

impl SpoolFile {
    /// Opens or makes the file, with its folder.
    pub(super) fn open(folder: &Path, max_bytes: u64) -> Result<Self, SpoolError> {
        std::fs::create_dir_all(folder).map_err(|source| SpoolError::Folder {
            path: folder.to_owned(),
            source,
        })?;
        let path = folder.join("spool.redb");
        let database = Builder::new()
            .set_cache_size(CACHE_BYTES)
            .create(&path)
            .map_err(|error| match error {
                redb::DatabaseError::DatabaseAlreadyOpen => {
                    SpoolError::InUse { path: path.clone() }
                }
                other => SpoolError::disk(other),
            })?;
        let file = Self {
            database,
            path,
            max_bytes,
        };
        file.make_tables()?;
        Ok(file)
    }

    fn make_tables(&self) -> Result<(), SpoolError> {
        let transaction = self.database.begin_write().map_err(SpoolError::disk)?;
        transaction.open_table(ENTRIES).map_err(SpoolError::disk)?;
        transaction.open_table(IDS).map_err(SpoolError::disk)?;
        transaction.open_table(KEYS).map_err(SpoolError::disk)?;
        transaction.open_table(REFUSED).map_err(SpoolError::disk)?;
        transaction.open_table(TOTALS).map_err(SpoolError::disk)?;
        transaction.commit().map_err(SpoolError::disk)
    }

    /// Appends all that fit, in one transaction. What is there already is left alone, so that a
    /// group of which a part did not fit may come again.
    pub(super) fn append(&self, entries: &[NewEntry]) -> Result<Vec<Appended>, SpoolError> {
        let transaction = self.database.begin_write().map_err(SpoolError::disk)?;
        let outcomes = {
            let mut table = transaction.open_table(ENTRIES).map_err(SpoolError::disk)?;
            let mut ids = transaction.open_table(IDS).map_err(SpoolError::disk)?;
            let mut keys = transaction.open_table(KEYS).map_err(SpoolError::disk)?;
            let mut totals = transaction.open_table(TOTALS).map_err(SpoolError::disk)?;
            let mut next = total(&totals, "next")?;
            let mut bytes = total(&totals, "bytes")?;
            let mut outcomes = Vec::with_capacity(entries.len());
            for entry in entries {
                if let Some(key) = &entry.key
                    && let Some(number) = number_of(&keys, key.name.as_str())?
                    && let Some(first) = entry_at(&table, number)?
                {
                    outcomes.push(Appended::First(Box::new(first)));
                    continue;
                }
                let id = entry.id.as_u128();
                if ids.get(id).map_err(SpoolError::disk)?.is_some() {
                    outcomes.push(Appended::Kept);
                    continue;
                }
                let size = entry.bytes.len() as u64;
                if bytes.saturating_add(size) > self.max_bytes {
                    outcomes.push(Appended::Full);
                    continue;
                }
                table
                    .insert(next, entry.bytes.as_slice())
                    .map_err(SpoolError::disk)?;
                ids.insert(id, next).map_err(SpoolError::disk)?;
                if let Some(key) = &entry.key {
                    keys.insert(key.name.as_str(), next)
                        .map_err(SpoolError::disk)?;
                }
                next += 1;
                bytes += size;
                outcomes.push(Appended::Kept);
            }
            totals.insert("next", next).map_err(SpoolError::disk)?;
            totals.insert("bytes", bytes).map_err(SpoolError::disk)?;
            outcomes
        };
        transaction.commit().map_err(SpoolError::disk)?;
        Ok(outcomes)
    }

    /// The decision or row of this id, also one that the database refused.
    pub(super) fn find(&self, id: Uuid) -> Result<Option<Entry>, SpoolError> {
        let transaction = self.database.begin_read().map_err(SpoolError::disk)?;
        let ids = transaction.open_table(IDS).map_err(SpoolError::disk)?;
        let Some(number) = ids.get(id.as_u128()).map_err(SpoolError::disk)? else {
            return Ok(None);
        };
        let number = number.value();
        let entries = transaction.open_table(ENTRIES).map_err(SpoolError::disk)?;
        if let Some(waiting) = entry_at(&entries, number)? {
            return Ok(Some(waiting));
        }
        let refused = transaction.open_table(REFUSED).map_err(SpoolError::disk)?;
        entry_at(&refused, number)
    }

    /// The decision that an idempotency key was used for.
    pub(super) fn find_key(&self, key: &UsedKey) -> Result<Option<Entry>, SpoolError> {
        let transaction = self.database.begin_read().map_err(SpoolError::disk)?;
        let keys = transaction.open_table(KEYS).map_err(SpoolError::disk)?;
        let table = transaction.open_table(ENTRIES).map_err(SpoolError::disk)?;
        match number_of(&keys, key.name.as_str())? {
            Some(number) => entry_at(&table, number),
            None => Ok(None),
        }
    }

    /// The first entries, at most this many and about this many bytes, but at least one.
    pub(super) fn first(
        &self,
        most: usize,
        most_bytes: usize,
    ) -> Result<Vec<(u64, Vec<u8>)>, SpoolError> {
        let transaction = self.database.begin_read().map_err(SpoolError::disk)?;
        let table = transaction.open_table(ENTRIES).map_err(SpoolError::disk)?;
        let mut entries = Vec::new();
        let mut bytes = 0;
        for entry in table.iter().map_err(SpoolError::disk)? {
            let (number, value) = entry.map_err(SpoolError::disk)?;
            let value = value.value();
            bytes += value.len();
            if entries.len() == most || (bytes > most_bytes && !entries.is_empty()) {
                break;
            }
            entries.push((number.value(), value.to_vec()));
        }
        Ok(entries)
    }

    /// Takes out what the database has, and sets aside what it refused.
    pub(super) fn take_out(&self, drained: &[Drained]) -> Result<(), SpoolError> {
        let transaction = self.database.begin_write().map_err(SpoolError::disk)?;
        {
            let mut table = transaction.open_table(ENTRIES).map_err(SpoolError::disk)?;
            let mut ids = transaction.open_table(IDS).map_err(SpoolError::disk)?;
            let mut keys = transaction.open_table(KEYS).map_err(SpoolError::disk)?;
            let mut refused = transaction.open_table(REFUSED).map_err(SpoolError::disk)?;
            let mut totals = transaction.open_table(TOTALS).map_err(SpoolError::disk)?;
            let mut bytes = total(&totals, "bytes")?;
            for Drained {
                number,
                refused: is_refused,
            } in drained
            {
                let Some(value) = table
                    .remove(number)
                    .map_err(SpoolError::disk)?
                    .map(|value| value.value().to_vec())
                else {
                    continue;
                };
                bytes = bytes.saturating_sub(value.len() as u64);
                if *is_refused {
                    refused
                        .insert(number, value.as_slice())
                        .map_err(SpoolError::disk)?;
                }
                // Indexes of an entry that cannot be read were never made by this version.
                let Ok(entry) = Entry::from_bytes(&value) else {
                    continue;
                };
                let (id, key) = entry.index();
                if !is_refused {
                    ids.remove(id.as_u128()).map_err(SpoolError::disk)?;
                }
                if let Some(key) = key
                    && number_of(&keys, key.name.as_str())? == Some(*number)
                {
                    keys.remove(key.name.as_str()).map_err(SpoolError::disk)?;
                }
            }
            totals.insert("bytes", bytes).map_err(SpoolError::disk)?;
        }
        transaction.commit().map_err(SpoolError::disk)
    }

    /// How much it holds.
    pub(super) fn totals(&self) -> Result<Totals, SpoolError> {
        let transaction = self.database.begin_read().map_err(SpoolError::disk)?;
        let entries = transaction.open_table(ENTRIES).map_err(SpoolError::disk)?;
        let refused = transaction.open_table(REFUSED).map_err(SpoolError::disk)?;
        let totals = transaction.open_table(TOTALS).map_err(SpoolError::disk)?;
        Ok(Totals {
            entries: entries.len().map_err(SpoolError::disk)?,
            bytes: total(&totals, "bytes")?,
            refused: refused.len().map_err(SpoolError::disk)?,
        })
    }

    /// Whether an entry of so many bytes would fit, and the disk takes writes.
    pub(super) fn has_room_for(&self, bytes: u64) -> Result<bool, SpoolError> {
        self.take_out(&[])?;
        Ok(self.totals()?.bytes.saturating_add(bytes) <= self.max_bytes)
    }

    /// Gives the disk back what an emptied spool no longer needs.
    pub(super) fn shrink_if_empty(&mut self) -> Result<(), SpoolError> {
        let size = std::fs::metadata(&self.path).map_or(0, |file| file.len());
        if size > SMALL_FILE_BYTES && self.totals()?.entries == 0 {
            self.database.compact().map_err(SpoolError::disk)?;
        }
        Ok(())
    }
}

fn total(totals: &impl ReadableTable<&'static str, u64>, name: &str) -> Result<u64, SpoolError> {
    let found = totals.get(name).map_err(SpoolError::disk)?;
    Ok(found.map_or(0, |value| value.value()))
}

fn number_of(
    keys: &impl ReadableTable<&'static str, u64>,
    key: &str,
) -> Result<Option<u64>, SpoolError> {
    let found = keys.get(key).map_err(SpoolError::disk)?;
    Ok(found.map(|number| number.value()))
}

fn entry_at(
    table: &impl ReadableTable<u64, &'static [u8]>,
    number: u64,
) -> Result<Option<Entry>, SpoolError> {
    let Some(bytes) = table.get(number).map_err(SpoolError::disk)? else {
        return Ok(None);
    };
    Entry::from_bytes(bytes.value())
        .map(Some)
        .map_err(SpoolError::Unreadable)
}
