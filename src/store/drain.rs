//! Brings what the spool holds to the database, in the order in which it came.
//!
//! A group is one transaction, and is taken out of the spool after it is committed. What is
//! written twice, because the gateway was killed between the two, is left alone by its id.

use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, instrument, warn};

use super::availability::is_away;
use super::database::{self, ping};
use super::decisions::{self, NewDecision, TakenKey, Written};
use super::outage::Outage;
use super::request_log::RequestRow;
use super::spool::Drained;
use super::spool::entry::Entry;
use super::{Store, StoreError, migrate_on, requests};
use crate::clock::Environment;

/// Between two tries to reach the database: the first, and the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// How long a connection, and how long a group may take.
const CONNECT_PATIENCE: Duration = Duration::from_secs(3);
const GROUP_PATIENCE: Duration = Duration::from_mins(1);

/// When so few entries are left the spool is as good as empty; under load it never is quite.
const FEW: u64 = 100;

/// What is done in the background: one connection of its own, so that a pool whose connections
/// are all stuck does not hold it up.
struct Drain<'a> {
    store: &'a Store,
    outage: &'a Outage,
    environment: &'a Environment,
    /// Of a single connection.
    pool: PgPool,
    has_migrated: bool,
}

/// Drains the spool whenever it holds something, until `stop`.
pub(super) async fn drain_always(
    store: Store,
    has_migrated: bool,
    environment: Environment,
    stop: CancellationToken,
) {
    let Some(outage) = store.database.outage.clone() else {
        return;
    };
    let mut drain = Drain {
        store: &store,
        outage: &outage,
        environment: &environment,
        pool: pool_of_one(&store),
        has_migrated,
    };
    let mut pause = FIRST_PAUSE;
    loop {
        tokio::select! {
            () = outage.needed() => {}
            () = stop.cancelled() => return,
        }
        match drain.one_group().await {
            Ok(()) => pause = FIRST_PAUSE,
            Err(cause) => {
                if matches!(cause, StoreError::TimedOut) {
                    // Its connection may never answer again.
                    drain.pool = pool_of_one(&store);
                }
                if is_away(&cause) {
                    tracing::debug!(%cause, "the database is still away");
                } else {
                    error!(%cause, "the spool cannot be drained; trying again");
                }
                outage.look_for_room().await;
                tokio::select! {
                    () = tokio::time::sleep(pause) => {}
                    () = stop.cancelled() => return,
                }
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}

fn pool_of_one(store: &Store) -> PgPool {
    PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(CONNECT_PATIENCE)
        .connect_lazy_with((*store.database.pool.connect_options()).clone())
}

impl Drain<'_> {
    /// Writes the first entries. With the last of them everything goes to the database again.
    #[instrument(skip_all)]
    async fn one_group(&mut self) -> Result<(), StoreError> {
        if !self.has_migrated {
            migrate_on(&self.pool).await?;
            self.has_migrated = true;
            let now = self.environment.clock.now();
            if let Err(cause) = self.store.make_partitions(now).await {
                error!(%cause, "the request log's partitions could not be made");
            }
        }
        let group = self.outage.spool.first().await?;
        if group.is_empty() {
            ping(&self.pool).await?;
            // Whoever appends from now on wakes the task again.
            self.outage.come_back();
            return Ok(());
        }
        let entries: Vec<(u64, Entry)> = group
            .iter()
            .filter_map(|(number, bytes)| match Entry::from_bytes(bytes) {
                Ok(entry) => Some((*number, entry)),
                Err(cause) => {
                    error!(%cause, number, "an entry of the spool cannot be read; it is set aside");
                    None
                }
            })
            .collect();
        let written = tokio::time::timeout(GROUP_PATIENCE, write(&self.pool, &entries))
            .await
            .map_err(|_| StoreError::TimedOut)?;
        let taken: Vec<u64> = match written {
            Ok(()) => entries.iter().map(|(number, _)| *number).collect(),
            Err(cause) if is_away(&cause) => return Err(cause),
            Err(_) => write_one_by_one(&self.pool, &entries).await?,
        };
        let drained = group
            .iter()
            .map(|(number, _)| Drained {
                number: *number,
                refused: taken.binary_search(number).is_err(),
            })
            .collect();
        self.outage.spool.take_out(drained).await?;
        info!(
            records = taken.len(),
            "records went from the spool to the database"
        );
        if self.outage.spool.totals().entries < FEW {
            self.outage.come_back();
        }
        Ok(())
    }
}

/// One entry that the database refuses does not hold up the others. The numbers of those it took.
async fn write_one_by_one(pool: &PgPool, entries: &[(u64, Entry)]) -> Result<Vec<u64>, StoreError> {
    let mut taken = Vec::new();
    for entry in entries {
        match write(pool, std::slice::from_ref(entry)).await {
            Ok(()) => taken.push(entry.0),
            Err(cause) if is_away(&cause) => return Err(cause),
            Err(cause) => {
                error!(%cause, number = entry.0, "the database refused a record; it is set aside");
            }
        }
    }
    Ok(taken)
}

/// Writes entries in one transaction.
async fn write(pool: &PgPool, entries: &[(u64, Entry)]) -> Result<(), StoreError> {
    let mut rows: Vec<RequestRow> = Vec::new();
    let mut decided: Vec<&NewDecision> = Vec::new();
    for (_, entry) in entries {
        match entry {
            Entry::Request(row) => rows.push((**row).clone()),
            Entry::Decision(decision) => decided.push(decision),
        }
    }
    let mut transaction = database::begin(pool).await?;
    let written = decisions::insert(&mut transaction, &decided, TakenKey::WriteWithout).await?;
    requests::insert(&mut transaction, &rows).await?;
    transaction.commit().await?;
    for (decision, written) in decided.iter().zip(written) {
        if written == Written::WithoutKey {
            warn!(
                decision = %decision.id,
                "an idempotency key was used before and during the outage: two answers"
            );
        }
    }
    Ok(())
}
