//! The log, in PostgreSQL: the only store and the only module with SQL.
//!
//! Decisions are durable before their answer is sent; requests are written in groups. Without a
//! configured server an embedded PostgreSQL runs in this process ([`embedded`]): the same
//! migrations, the same SQL, one connection. With a server, a [`spool`] on the local disk takes
//! what it cannot while it is away.
//!
//! Every query is in a transaction of its own or of its caller's, and nothing is set for a
//! session, so that it works through a pooler that gives a connection for a transaction only.

pub mod accuracy;
mod availability;
pub mod calibrations;
pub mod decisions;
mod drain;
mod embedded;
mod error;
pub mod feedback;
pub mod history;
mod open;
mod outage;
mod partitions;
pub mod request_log;
mod requests;
mod results;
mod spool;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tracing::{Instrument, instrument};

pub use embedded::Embedded;
pub use error::StoreError;
pub use open::OpenStore;
pub use outage::LogHealth;

use availability::{is_away, is_slow};
use outage::Outage;

/// How long a query may take, where there is a spool that can take its record instead.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a report may take.
const REPORT_PATIENCE: Duration = Duration::from_secs(30);

/// The log. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pool: PgPool,
    /// None where the database cannot go away alone, or nothing shall be done about it.
    outage: Option<Arc<Outage>>,
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
        Ok(Self { pool, outage: None })
    }

    /// Brings the tables up to this version. Running it again changes nothing. A partition that
    /// cannot be made stops nothing: its rows have the default partition.
    ///
    /// # Errors
    /// [`StoreError::Migration`] if a migration fails or the database is from a newer version.
    #[instrument(skip_all)]
    pub async fn migrate(&self, now: Timestamp) -> Result<(), StoreError> {
        migrate_on(&self.pool).await?;
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
        let pool = self.pool.clone();
        let asked = self.ask_database(async move { ping(&pool).await }).await;
        match (asked, &self.outage) {
            (Ok(()) | Err(StoreError::Away), Some(outage)) => Ok(outage.health()),
            (Ok(()), None) => Ok(LogHealth::default()),
            (Err(cause), _) => Err(cause),
        }
    }

    /// Whether requests must be refused because no record of them could be kept.
    pub fn is_closed(&self) -> bool {
        self.outage
            .as_ref()
            .is_some_and(|outage| outage.is_away() && outage.health().is_closed)
    }

    /// The outcome of a query. Where there is a spool: [`StoreError::Away`], at once, if the
    /// database is known to be away, and if this query finds out that it is; [`StoreError::Slow`]
    /// if it is there, but did not answer this query in time.
    fn ask_database<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
    ) -> impl Future<Output = Result<T, StoreError>> + Send {
        // On the heap: a query's future is large, and every caller would carry it along.
        let work = Box::pin(work);
        async move {
            let Some(outage) = &self.outage else {
                return uncancelled(work, None).await;
            };
            if outage.is_away() {
                return Err(StoreError::Away);
            }
            match uncancelled(work, Some(PATIENCE)).await {
                Err(cause)
                    if is_slow(&cause) && outage.answers(&self.pool.connect_options()).await =>
                {
                    tracing::warn!(%cause, "the database is slow");
                    Err(StoreError::Slow)
                }
                Err(cause) if is_away(&cause) => {
                    outage.leave(&cause);
                    Err(StoreError::Away)
                }
                outcome => outcome,
            }
        }
    }

    /// The outcome of a query that nobody's record waits for: it may take longer, and says nothing
    /// about whether the database is there.
    ///
    /// # Errors
    /// [`StoreError::Away`] if the database is known to be away, [`StoreError::Slow`] after half a
    /// minute, and what the query says.
    async fn ask_for_report<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
    ) -> Result<T, StoreError> {
        if self.outage.as_ref().is_some_and(|outage| outage.is_away()) {
            return Err(StoreError::Away);
        }
        match uncancelled(Box::pin(work), Some(REPORT_PATIENCE)).await {
            Err(cause) if is_slow(&cause) => Err(StoreError::Slow),
            outcome => outcome,
        }
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

async fn ping(pool: &PgPool) -> Result<(), StoreError> {
    let mut transaction = pool.begin().await?;
    sqlx::query!("SELECT 1 AS answer")
        .fetch_one(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}

/// Lets a query end though its caller has gone, within `patience` if there is one. A connection
/// that is dropped in the middle of a transaction is lost, and the embedded database has a single
/// one.
async fn uncancelled<T: Send + 'static>(
    work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
    patience: Option<Duration>,
) -> Result<T, StoreError> {
    let work = async move {
        match patience {
            Some(patience) => tokio::time::timeout(patience, work)
                .await
                .unwrap_or(Err(StoreError::TimedOut)),
            None => work.await,
        }
    };
    match tokio::spawn(work.in_current_span()).await {
        Ok(outcome) => outcome,
        Err(error) => Err(StoreError::Interrupted(error)),
    }
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
