//! The log, in PostgreSQL: the only store and the only module with SQL.
//!
//! Decisions are durable before their answer is sent; requests are written in groups. Without a configured server an embedded PostgreSQL runs in this process
//! ([`embedded`]): the same migrations, the same SQL, one connection.

pub mod decisions;
mod embedded;
mod error;
mod partitions;
pub mod request_log;
mod requests;
mod results;

use std::future::Future;

use jiff::Timestamp;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tracing::{Instrument, instrument};

pub use embedded::Embedded;
pub use error::StoreError;

use crate::config::StoreConfig;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// The log. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pool: PgPool,
}

/// The log and, where it runs inside this process, the database under it.
pub struct OpenStore {
    /// The log.
    pub store: Store,
    /// The embedded database; stop it after the store is closed.
    pub embedded: Option<Embedded>,
}

impl OpenStore {
    /// Opens the configured server, or starts the embedded database.
    ///
    /// # Errors
    /// [`StoreError`] if neither answers.
    pub async fn open(config: &StoreConfig) -> Result<Self, StoreError> {
        if let Some(url) = &config.database_url {
            let store = Store::connect(url, config.max_connections).await?;
            return Ok(Self {
                store,
                embedded: None,
            });
        }
        let embedded = Embedded::start(config.data_directory.clone()).await?;
        let store = Store::connect(embedded.url(), 1).await?;
        Ok(Self {
            store,
            embedded: Some(embedded),
        })
    }

    /// Closes the connections and stops the embedded database.
    ///
    /// # Errors
    /// [`StoreError`] if the embedded database does not stop cleanly.
    pub async fn close(self) -> Result<(), StoreError> {
        self.store.pool.close().await;
        match self.embedded {
            Some(embedded) => embedded.stop().await,
            None => Ok(()),
        }
    }
}

impl Store {
    /// Connects to a PostgreSQL server.
    ///
    /// # Errors
    /// [`StoreError`] if the URL is malformed or the server does not answer.
    pub async fn connect(url: &str, max_connections: u32) -> Result<Self, StoreError> {
        let options: PgConnectOptions = url
            .parse()
            .map_err(|source| StoreError::MalformedUrl { source })?;
        let pool = PgPoolOptions::new()
            .max_connections(max_connections)
            .acquire_timeout(std::time::Duration::from_secs(10))
            .connect_with(options)
            .await
            .map_err(|source| StoreError::Unreachable { source })?;
        Ok(Self { pool })
    }

    /// Brings the tables up to this version. Running it again changes nothing. A partition that
    /// cannot be made stops nothing: its rows have the default partition.
    ///
    /// # Errors
    /// [`StoreError::Migration`] if a migration fails or the database is from a newer version.
    #[instrument(skip_all)]
    pub async fn migrate(&self, now: Timestamp) -> Result<(), StoreError> {
        MIGRATIONS.run(&self.pool).await?;
        if let Err(cause) = self.make_partitions(now).await {
            tracing::error!(%cause, "the request log's partitions could not be made");
        }
        Ok(())
    }

    /// True when the database answers.
    ///
    /// # Errors
    /// [`StoreError::Query`] if it does not.
    #[instrument(skip_all)]
    pub async fn ping(&self) -> Result<(), StoreError> {
        let pool = self.pool.clone();
        uncancelled(async move {
            sqlx::query!("SELECT 1 AS answer").fetch_one(&pool).await?;
            Ok(())
        })
        .await
    }
}

/// Lets a query end though its caller has gone. A connection that is dropped in the middle of a
/// transaction is lost, and the embedded database has a single one.
async fn uncancelled<T: Send + 'static>(
    work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::spawn(work.in_current_span()).await {
        Ok(outcome) => outcome,
        Err(error) => Err(StoreError::Interrupted(error)),
    }
}

/// sqlx has no type of jiff's; both count microseconds since 1970 exactly.
fn to_offset(moment: Timestamp) -> time::OffsetDateTime {
    time::OffsetDateTime::UNIX_EPOCH + time::Duration::microseconds(moment.as_microsecond())
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
