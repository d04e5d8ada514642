//! Opening and closing the log: a server with a spool, a server alone, or the embedded database.

use std::thread::JoinHandle;
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use super::availability::is_away;
use super::database::Database;
use super::drain::drain_always;
use super::outage::Outage;
use super::spool::Spool;
use super::{Embedded, Store, StoreError};
use crate::clock::Environment;
use crate::config::{SpoolConfig, StoreConfig};

/// For a connection, where there is a spool to go to instead.
const ACQUIRE_PATIENCE: Duration = Duration::from_secs(3);
/// At the start, for the tables.
const START_PATIENCE: Duration = Duration::from_secs(30);

/// The log and, where it runs inside this process, the database under it.
pub struct OpenStore {
    /// The log.
    pub store: Store,
    /// The embedded database; stopped after the store is closed.
    embedded: Option<Embedded>,
    draining: Option<Draining>,
}

/// What goes on behind a store with a spool.
struct Draining {
    task: tokio::task::JoinHandle<()>,
    stop: CancellationToken,
    spool_thread: JoinHandle<()>,
}

impl OpenStore {
    /// Opens the configured server or starts the embedded database, and brings the tables up to
    /// this version. With a spool a server that does not answer is no error: records wait there.
    ///
    /// # Errors
    /// [`StoreError`] if neither answers, or the spool cannot be opened.
    pub async fn open(
        config: &StoreConfig,
        spool: &SpoolConfig,
        environment: &Environment,
    ) -> Result<Self, StoreError> {
        let Some(url) = &config.database_url else {
            let embedded = Embedded::start(config.data_directory.clone()).await?;
            let store = Store::over(Database {
                pool: embedded_pool(embedded.url()).await?,
                outage: None,
            });
            store.migrate(environment.clock.now()).await?;
            return Ok(Self {
                store,
                embedded: Some(embedded),
                draining: None,
            });
        };
        if spool.enabled {
            return with_spool(url, config, spool, environment).await;
        }
        let store = Store::connect(url, config.max_connections).await?;
        store.migrate(environment.clock.now()).await?;
        Ok(Self {
            store,
            embedded: None,
            draining: None,
        })
    }

    /// Closes the connections and the spool, and stops the embedded database. What is in the
    /// spool stays there for the next start.
    ///
    /// # Errors
    /// [`StoreError`] if the embedded database does not stop cleanly.
    pub async fn close(self) -> Result<(), StoreError> {
        let pool = self.store.database.pool.clone();
        drop(self.store);
        if let Some(draining) = self.draining {
            draining.stop.cancel();
            if let Err(cause) = draining.task.await {
                error!(%cause, "the task that drains the spool broke");
            }
            // The thread ends with the last store; a request that was broken off may hold one.
            if draining.spool_thread.is_finished() {
                let _ended = draining.spool_thread.join();
            }
        }
        pool.close().await;
        match self.embedded {
            Some(embedded) => embedded.stop().await,
            None => Ok(()),
        }
    }
}

async fn with_spool(
    url: &str,
    config: &StoreConfig,
    spool: &SpoolConfig,
    environment: &Environment,
) -> Result<OpenStore, StoreError> {
    let options = options(url)?;
    let (spool, spool_thread, on_full) = {
        let (opened, thread) = Spool::open(spool.directory.clone(), spool.max_bytes).await?;
        (opened, thread, spool.on_full)
    };
    let pool = PgPoolOptions::new()
        // One is left for the task that drains, one for asking whether the database is there.
        .max_connections(config.max_connections.saturating_sub(2).max(1))
        .acquire_timeout(ACQUIRE_PATIENCE)
        .connect_lazy_with(options);
    let first = Store::over(Database {
        pool: pool.clone(),
        outage: None,
    });
    let migrated =
        match tokio::time::timeout(START_PATIENCE, first.migrate(environment.clock.now())).await {
            Ok(outcome) => outcome,
            Err(_) => Err(StoreError::TimedOut),
        };
    let is_there = match migrated {
        Ok(()) => true,
        Err(cause) if is_away(&cause) && !is_refused_login(&cause) => {
            warn!(%cause, "the database does not answer; starting with the spool alone");
            false
        }
        Err(cause) => return Err(cause),
    };
    let store = Store::over(Database {
        pool,
        outage: Some(Outage::new(spool, on_full, !is_there)),
    });
    let stop = CancellationToken::new();
    let task = tokio::spawn(drain_always(
        store.clone(),
        is_there,
        environment.clone(),
        stop.clone(),
    ));
    Ok(OpenStore {
        store,
        embedded: None,
        draining: Some(Draining {
            task,
            stop,
            spool_thread,
        }),
    })
}

/// One connection, which cannot go away alone: it is not tried out each time it is taken.
async fn embedded_pool(url: &str) -> Result<PgPool, StoreError> {
    PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(Duration::from_secs(10))
        .test_before_acquire(false)
        .connect_with(options(url)?)
        .await
        .map_err(|source| StoreError::Unreachable { source })
}

/// A wrong password or database name is a mistake at the start, and an outage later.
fn is_refused_login(error: &StoreError) -> bool {
    let (StoreError::Query(cause) | StoreError::Unreachable { source: cause }) = error else {
        return false;
    };
    cause
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
        .is_some_and(|code| ["28000", "28P01", "3D000"].contains(&&*code))
}

/// How to connect. No start-up parameter is sent that a pooler does not know.
pub(super) fn options(url: &str) -> Result<PgConnectOptions, StoreError> {
    let options: PgConnectOptions = url
        .parse()
        .map_err(|source| StoreError::MalformedUrl { source })?;
    // PostgreSQL has written floats exactly by itself since version 12.
    Ok(options.extra_float_digits(None))
}
