//! Asking the database: within a time, though the caller goes, and not at all while it is known
//! to be away.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use sqlx::{PgPool, Postgres, Transaction};
use tracing::{Instrument, warn};

use super::StoreError;
use super::availability::{is_away, is_slow};
use super::outage::Outage;

/// How long a query may take, where there is a spool that can take its record instead.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a report may take.
const REPORT_PATIENCE: Duration = Duration::from_secs(30);

/// The database, and what takes its place while it is away. Cheap to clone.
#[derive(Clone)]
pub(super) struct Database {
    pub(super) pool: PgPool,
    /// None where the database cannot go away alone, or nothing shall be done about it.
    pub(super) outage: Option<Arc<Outage>>,
}

impl Database {
    /// The outcome of a query. Where there is a spool: [`StoreError::Away`], at once, if the
    /// database is known to be away, and if this query finds out that it is; [`StoreError::Slow`]
    /// if it is there, but did not answer this query in time.
    pub(super) fn ask<T: Send + 'static>(
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
                    warn!(%cause, "the database is slow");
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
    pub(super) async fn ask_for_report<T: Send + 'static>(
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

/// Asks whether the database answers.
pub(super) async fn ping(pool: &PgPool) -> Result<(), StoreError> {
    let mut transaction = pool.begin().await?;
    sqlx::query!("SELECT 1 AS answer")
        .fetch_one(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}

/// Begins a transaction whose statements are planned once and not for each group: planning takes
/// as long as a small group's work, and no plan depends on the values. The setting ends with the
/// transaction.
pub(super) async fn begin(pool: &PgPool) -> Result<Transaction<'static, Postgres>, StoreError> {
    let statement = "BEGIN; SET LOCAL plan_cache_mode = force_generic_plan";
    Ok(pool.begin_with(statement).await?)
}
