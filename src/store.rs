//! The log, in PostgreSQL: the only store and the only module with SQL.
//!
//! Decisions are durable before their answer is sent. What comes at one time is written, and looked
//! up, together ([`groups`], [`questions`]). Without a configured server an embedded PostgreSQL
//! runs in this process ([`embedded`]): the same migrations, the same SQL, one connection. With a
//! server, a [`spool`] on the local disk takes what it cannot while it is away.
//!
//! Every query is in a transaction of its own or of its caller's, and nothing is set for a
//! session, so that it works through a pooler that gives a connection for a transaction only.

pub mod accuracy;
mod availability;
pub mod calibrations;
mod database;
pub mod decisions;
mod drain;
mod embedded;
mod error;
pub mod feedback;
mod groups;
pub mod history;
mod open;
mod outage;
mod partitions;
mod questions;
pub mod request_log;
mod requests;
mod results;
mod spool;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tracing::instrument;

pub use embedded::Embedded;
pub use error::StoreError;
pub use open::OpenStore;
pub use outage::LogHealth;

use database::{Database, ping};
use decisions::{FirstUse, KeptOutcome, KeyOf, NewDecision};
use groups::GroupSender;
use history::{EarlierDecision, HistoryKey};
use questions::Questions;

/// The log. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    database: Database,
    /// Decisions on their way to be kept.
    decisions: GroupSender<NewDecision, KeptOutcome>,
    /// Questions for the first uses of idempotency keys.
    keys: Questions<KeyOf, Option<Arc<FirstUse>>>,
    /// Questions for earlier documents.
    history: Questions<HistoryKey, Arc<[EarlierDecision]>>,
}

impl Store {
    /// Connects to a PostgreSQL server, with no spool.
    ///
    /// # Errors
    /// [`StoreError`] if the URL is malformed or the server does not answer.
    pub async fn connect(url: &str, max_connections: u32) -> Result<Self, StoreError> {
        let pool = PgPoolOptions::new()
            .max_connections(max_connections)
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(open::options(url)?)
            .await
            .map_err(|source| StoreError::Unreachable { source })?;
        Ok(Self::over(Database { pool, outage: None }))
    }

    /// Starts what writes and asks in groups. It ends with the last clone of the store.
    fn over(database: Database) -> Self {
        let (decisions, to_write) = groups::queue(decisions::LIMITS);
        let (keys, asked_keys) = groups::queue(questions::LIMITS);
        let (history, asked_history) = groups::queue(questions::LIMITS);
        tokio::spawn(decisions::write_all(database.clone(), to_write));
        let asking = database.clone();
        tokio::spawn(questions::answer_all(asked_keys, move |keys| {
            let (asking, pool) = (asking.clone(), asking.pool.clone());
            async move {
                let work = async move { decisions::find_each(&pool, &keys).await };
                asking.ask(work).await
            }
        }));
        let asking = database.clone();
        tokio::spawn(questions::answer_all(asked_history, move |keys| {
            let (asking, pool) = (asking.clone(), asking.pool.clone());
            async move {
                let work = async move { history::find(&pool, &keys).await };
                asking.ask(work).await
            }
        }));
        Self {
            database,
            decisions,
            keys,
            history,
        }
    }

    /// Brings the tables up to this version. Running it again changes nothing. A partition that
    /// cannot be made stops nothing: its rows have the default partition.
    ///
    /// # Errors
    /// [`StoreError::Migration`] if a migration fails or the database is from a newer version.
    #[instrument(skip_all)]
    pub async fn migrate(&self, now: Timestamp) -> Result<(), StoreError> {
        migrate_on(&self.database.pool).await?;
        if let Err(cause) = self.make_partitions(now).await {
            tracing::error!(%cause, "the request log's partitions could not be made");
        }
        Ok(())
    }

    /// How the log is. Asks the database, unless it is known to be away.
    ///
    /// # Errors
    /// [`StoreError`] if records can be kept nowhere.
    #[instrument(skip_all)]
    pub async fn health(&self) -> Result<LogHealth, StoreError> {
        let pool = self.database.pool.clone();
        let asked = self.database.ask(async move { ping(&pool).await }).await;
        match (asked, &self.database.outage) {
            (Ok(()) | Err(StoreError::Away), Some(outage)) => Ok(outage.health()),
            (Ok(()), None) => Ok(LogHealth::default()),
            (Err(cause), _) => Err(cause),
        }
    }

    /// Whether requests must be refused because no record of them could be kept.
    pub fn is_closed(&self) -> bool {
        self.database
            .outage
            .as_ref()
            .is_some_and(|outage| outage.is_away() && outage.health().is_closed)
    }
}

/// Migrates in one transaction, under a lock that ends with it: sqlx's own lock is a session's.
async fn migrate_on(pool: &PgPool) -> Result<(), StoreError> {
    let mut transaction = pool.begin().await?;
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtext('ledgergate migrations'))")
        .execute(&mut *transaction)
        .await?;
    let mut migrations = sqlx::migrate!("./migrations");
    migrations.set_locking(false);
    // `run` takes too many kinds of connections for a spawned task to be shown to be `Send`.
    migrations
        .run_direct(None, &mut *transaction, false)
        .await?;
    transaction.commit().await?;
    Ok(())
}

/// sqlx has no type of jiff's; both count microseconds since 1970 exactly.
fn to_offset(moment: Timestamp) -> time::OffsetDateTime {
    time::OffsetDateTime::UNIX_EPOCH + time::Duration::microseconds(moment.as_microsecond())
}

/// The other way; the database's moments are whole microseconds.
fn from_offset(moment: time::OffsetDateTime) -> Result<Timestamp, StoreError> {
    i64::try_from(moment.unix_timestamp_nanos() / 1_000)
        .ok()
        .and_then(|microseconds| Timestamp::from_microsecond(microseconds).ok())
        .ok_or(StoreError::UnstorableDate)
}

fn from_date(date: time::Date) -> Result<jiff::civil::Date, StoreError> {
    let year = i16::try_from(date.year()).map_err(|_| StoreError::UnstorableDate)?;
    let month = i8::try_from(u8::from(date.month())).map_err(|_| StoreError::UnstorableDate)?;
    let day = i8::try_from(date.day()).map_err(|_| StoreError::UnstorableDate)?;
    jiff::civil::Date::new(year, month, day).map_err(|_| StoreError::UnstorableDate)
}

fn to_date(date: jiff::civil::Date) -> Result<time::Date, StoreError> {
    let month = u8::try_from(date.month())
        .ok()
        .and_then(|month| time::Month::try_from(month).ok())
        .ok_or(StoreError::UnstorableDate)?;
    let day = u8::try_from(date.day()).map_err(|_| StoreError::UnstorableDate)?;
    time::Date::from_calendar_date(i32::from(date.year()), month, day)
        .map_err(|_| StoreError::UnstorableDate)
}
