//! What can go wrong with the log.

use super::spool::SpoolError;

/// An error of the store. Its text is for the gateway's own log, never for clients.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// `database_url` is no PostgreSQL URL.
    #[error("the database URL is malformed: {source}")]
    MalformedUrl {
        /// What sqlx said.
        source: sqlx::Error,
    },
    /// The server does not answer.
    #[error("the database does not answer: {source}")]
    Unreachable {
        /// What sqlx said.
        source: sqlx::Error,
    },
    /// The embedded database does not start or stop.
    #[error("the embedded database {stage}: {message}")]
    Embedded {
        /// `did not start` or `did not stop cleanly`.
        stage: &'static str,
        /// What it said.
        message: String,
    },
    /// The embedded database's folder is in use by another gateway.
    #[error(
        "the data directory {path} is in use by another process; stop it, or set store.data_directory"
    )]
    InUse {
        /// The folder.
        path: std::path::PathBuf,
    },
    /// The spool failed.
    #[error(transparent)]
    Spool(#[from] SpoolError),
    /// The database did not answer in time.
    #[error("the database did not answer in time")]
    TimedOut,
    /// The database is away.
    #[error("the database is away")]
    Away,
    /// The database is there, but did not do this in time.
    #[error("the database is slow")]
    Slow,
    /// What was kept is no JSON.
    #[error("a record of the spool is no JSON: {0}")]
    Unserialisable(serde_json::Error),
    /// A migration failed.
    #[error("a migration failed: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A query failed.
    #[error("a query failed: {0}")]
    Query(#[from] sqlx::Error),
    /// The task of a query broke.
    #[error("a query was interrupted: {0}")]
    Interrupted(tokio::task::JoinError),
    /// What writes or asks in groups has ended.
    #[error("the log's task has ended")]
    Stopped,
    /// The group that it was in failed as a whole.
    #[error("{0}")]
    OfGroup(std::sync::Arc<StoreError>),
    /// A date outside what the database keeps.
    #[error("a date is outside of what the database can keep")]
    UnstorableDate,
    /// A report would have more cells than people read.
    #[error("the report would have too many cells")]
    TooManyCells,
    /// A calibration is not what this version writes.
    #[error("calibration {version} cannot be read: {cause}")]
    UnreadableCalibration {
        /// Its version.
        version: i32,
        /// What serde said.
        cause: serde_json::Error,
    },
    /// The key was used for another request.
    #[error("the idempotency key was used for a different request")]
    IdempotencyKeyReused,
}

impl StoreError {
    /// The same error for each of a group.
    pub(super) fn for_each_of(self, count: usize) -> Vec<Self> {
        match self {
            // Callers go on without the database.
            Self::Away => (0..count).map(|_| Self::Away).collect(),
            Self::Slow => (0..count).map(|_| Self::Slow).collect(),
            cause if count == 1 => vec![cause],
            cause => {
                let cause = std::sync::Arc::new(cause);
                (0..count)
                    .map(|_| Self::OfGroup(std::sync::Arc::clone(&cause)))
                    .collect()
            }
        }
    }
}
