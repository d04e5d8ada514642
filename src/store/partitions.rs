//! The months' partitions of the request log: made ahead, and dropped when they are old.

use std::num::NonZeroU32;

use jiff::Timestamp;
use tracing::{info, instrument};

use super::{Store, StoreError, to_offset};

/// A thousand years; PostgreSQL's dates end a few thousand earlier.
const ALL_MONTHS: u32 = 12_000;

impl Store {
    /// Makes the partitions of the request log for this month and the next two.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database refuses.
    #[instrument(skip_all)]
    pub async fn make_partitions(&self, now: Timestamp) -> Result<(), StoreError> {
        let mut transaction = self.database.pool.begin().await?;
        sqlx::query!(
            "SELECT make_log_partitions((($1::timestamptz AT TIME ZONE 'UTC')
                 + make_interval(months => ahead))::date)
             FROM generate_series(0, 2) AS ahead",
            to_offset(now)
        )
        .fetch_all(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Drops the request log's partitions but for this month and the `months` before it.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database refuses, also if a reader holds a partition for long.
    #[instrument(skip_all)]
    pub async fn drop_old_partitions(
        &self,
        now: Timestamp,
        months: NonZeroU32,
    ) -> Result<Vec<String>, StoreError> {
        let mut transaction = self.database.pool.begin().await?;
        // Writers queue behind a lock that waits for a reader, so it waits for a short time only.
        sqlx::query!("SET LOCAL lock_timeout = '5s'")
            .execute(&mut *transaction)
            .await?;
        let dropped = sqlx::query_scalar!(
            r#"SELECT drop_log_partitions((($1::timestamptz AT TIME ZONE 'UTC')
                 - make_interval(months => $2))::date) AS "name!""#,
            to_offset(now),
            i32::try_from(months.get().min(ALL_MONTHS)).unwrap_or(i32::MAX)
        )
        .fetch_all(&mut *transaction)
        .await?;
        transaction.commit().await?;
        if !dropped.is_empty() {
            info!(partitions = ?dropped, "old months of the request log were dropped");
        }
        Ok(dropped)
    }
}
