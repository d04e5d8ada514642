//! Calibrations: append-only, the newest is in use.

use jiff::Timestamp;
use ledgergate_accounting::accuracy::calibration::{Calibration, LabelledScore};
use tracing::instrument;

use super::{Store, StoreError, to_offset};

/// A calibration with the version that it was kept under.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptCalibration {
    /// Its version; a newer one is greater.
    pub version: i32,
    /// What was fitted.
    pub calibration: Calibration,
}

impl Store {
    /// The labels that a calibration is fitted to, in the order of their decisions.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database refuses.
    #[instrument(skip_all)]
    pub async fn labelled_scores(&self) -> Result<Vec<LabelledScore>, StoreError> {
        let pool = self.database.pool.clone();
        self.database
            .ask(async move {
                let mut transaction = pool.begin().await?;
                let rows = sqlx::query!(
                    r#"SELECT decisions.score AS "score!", decisions.stratum AS "stratum!",
                     labels.correct AS "correct!",
                     coalesce(decisions.let_through, false) AS "let_through!"
                 FROM labels JOIN decisions ON decisions.id = labels.decision_id
                 WHERE decisions.score IS NOT NULL AND decisions.stratum IS NOT NULL
                 ORDER BY decisions.id"#
                )
                .fetch_all(&mut *transaction)
                .await?;
                transaction.commit().await?;
                let labels = rows.into_iter().map(|row| LabelledScore {
                    score: row.score,
                    stratum: row.stratum,
                    correct: row.correct,
                    let_through: row.let_through,
                });
                Ok(labels.collect())
            })
            .await
    }

    /// Keeps a calibration, which is in use from then on.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database refuses.
    #[instrument(skip_all)]
    pub async fn insert_calibration(
        &self,
        calibration: Calibration,
        now: Timestamp,
    ) -> Result<KeptCalibration, StoreError> {
        let pool = self.database.pool.clone();
        self.database
            .ask(async move {
                let limit = calibration.gate.limit;
                let fitted = serde_json::to_value(&calibration)
                    .map_err(|cause| StoreError::UnreadableCalibration { version: 0, cause })?;
                let mut transaction = pool.begin().await?;
                let version = sqlx::query_scalar!(
                    "INSERT INTO calibrations (created_at, gateway_version, labels, risk_limit,
                     risk_confidence, threshold, fitted)
                 VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING version",
                    to_offset(now),
                    env!("CARGO_PKG_VERSION"),
                    i32::try_from(calibration.labels).unwrap_or(i32::MAX),
                    limit.limit(),
                    limit.confidence(),
                    calibration.gate.threshold,
                    fitted
                )
                .fetch_one(&mut *transaction)
                .await?;
                transaction.commit().await?;
                Ok(KeptCalibration {
                    version,
                    calibration,
                })
            })
            .await
    }

    /// The calibration in use, if there is one and it is newer than `known`.
    ///
    /// # Errors
    /// [`StoreError::UnreadableCalibration`] if it is not what this version writes,
    /// [`StoreError::Query`] if the database refuses.
    #[instrument(skip_all)]
    pub async fn newer_calibration(
        &self,
        known: Option<i32>,
    ) -> Result<Option<KeptCalibration>, StoreError> {
        let pool = self.database.pool.clone();
        self.database
            .ask(async move {
                let mut transaction = pool.begin().await?;
                let found = sqlx::query!(
                    "SELECT version, fitted FROM calibrations
                 WHERE version > $1 ORDER BY version DESC LIMIT 1",
                    known.unwrap_or_default()
                )
                .fetch_optional(&mut *transaction)
                .await?;
                transaction.commit().await?;
                let Some(row) = found else { return Ok(None) };
                let version = row.version;
                let calibration = serde_json::from_value(row.fitted)
                    .map_err(|cause| StoreError::UnreadableCalibration { version, cause })?;
                Ok(Some(KeptCalibration {
                    version,
                    calibration,
                }))
            })
            .await
    }
}
