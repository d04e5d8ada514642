//! What people say about decisions. Append-only; the newest feedback of a decision is its label.

use jiff::Timestamp;
use serde_json::Value;
use sqlx::{Postgres, Transaction};
use tracing::instrument;
use uuid::Uuid;

use super::{Store, StoreError, from_offset, to_offset};

/// Feedback to be kept.
#[derive(Debug, Clone)]
pub struct NewFeedback {
    /// Its id, growing with time.
    pub id: Uuid,
    /// When it came.
    pub created_at: Timestamp,
    /// What it is about.
    pub decision: Uuid,
    /// `correct`, `corrected` or `rejected`.
    pub verdict: &'static str,
    /// The differences: `[{field, found, expected}]`.
    pub corrections: Value,
    /// The right module, where it is known.
    pub expected_module: Option<&'static str>,
    /// The right action, where it is known.
    pub expected_action: Option<&'static str>,
    /// Why, in the reviewer's words.
    pub reason: Option<String>,
    /// Who says so.
    pub reviewer: String,
    /// The client's key.
    pub idempotency_key: Option<String>,
    /// SHA-256 of the request's body.
    pub request_sha256: [u8; 32],
}

/// Feedback as it was kept.
#[derive(Debug, Clone)]
pub struct KeptFeedback {
    /// Its id.
    pub id: Uuid,
    /// When it came.
    pub created_at: Timestamp,
    /// What it is about.
    pub decision: Uuid,
    /// `correct`, `corrected` or `rejected`.
    pub verdict: String,
    /// The differences.
    pub corrections: Value,
    /// The right module, where it is known.
    pub expected_module: Option<String>,
    /// The right action, where it is known.
    pub expected_action: Option<String>,
    /// The feedback of the same decision that it took the place of.
    pub replaces: Option<Uuid>,
}

impl Store {
    /// Keeps feedback; when this returns, it is durable. If the idempotency key was used before
    /// for the same request, nothing is written and the first feedback is given back.
    ///
    /// # Errors
    /// [`StoreError::IdempotencyKeyReused`] if the key belongs to a different request,
    /// [`StoreError::Query`] if the database refuses.
    #[instrument(skip_all, fields(feedback = %feedback.id))]
    pub async fn insert_feedback(&self, feedback: NewFeedback) -> Result<KeptFeedback, StoreError> {
        let pool = self.database.pool.clone();
        self.database
            .ask(async move {
                let mut transaction = pool.begin().await?;
                let id = insert(&mut transaction, &feedback).await?;
                let kept = find(&mut transaction, id).await?;
                transaction.commit().await?;
                Ok(kept)
            })
            .await
    }
}

/// The id under which it is kept: its own, or that of the first with the same key.
async fn insert(
    transaction: &mut Transaction<'_, Postgres>,
    feedback: &NewFeedback,
) -> Result<Uuid, StoreError> {
    let inserted = sqlx::query!(
        "INSERT INTO feedback (
             id, created_at, decision_id, verdict, corrections, expected_module, expected_action,
             reason, reviewer, idempotency_key, request_sha256)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT ON CONSTRAINT feedback_idempotency_key_unique DO NOTHING",
        feedback.id,
        to_offset(feedback.created_at),
        feedback.decision,
        feedback.verdict,
        feedback.corrections,
        feedback.expected_module,
        feedback.expected_action,
        feedback.reason,
        feedback.reviewer,
        feedback.idempotency_key,
        &feedback.request_sha256
    )
    .execute(&mut **transaction)
    .await?;
    if inserted.rows_affected() == 1 {
        return Ok(feedback.id);
    }
    let first = sqlx::query!(
        "SELECT id, request_sha256 FROM feedback WHERE idempotency_key = $1",
        feedback.idempotency_key
    )
    .fetch_one(&mut **transaction)
    .await?;
    if first.request_sha256 == feedback.request_sha256 {
        Ok(first.id)
    } else {
        Err(StoreError::IdempotencyKeyReused)
    }
}

async fn find(
    transaction: &mut Transaction<'_, Postgres>,
    id: Uuid,
) -> Result<KeptFeedback, StoreError> {
    let row = sqlx::query!(
        r#"SELECT id, created_at, decision_id, verdict, corrections, expected_module,
             expected_action,
             (SELECT earlier.id FROM feedback AS earlier
              WHERE earlier.decision_id = kept.decision_id AND earlier.id < kept.id
              ORDER BY earlier.id DESC LIMIT 1) AS replaces
         FROM feedback AS kept WHERE id = $1"#,
        id
    )
    .fetch_one(&mut **transaction)
    .await?;
    Ok(KeptFeedback {
        id: row.id,
        created_at: from_offset(row.created_at)?,
        decision: row.decision_id,
        verdict: row.verdict,
        corrections: row.corrections,
        expected_module: row.expected_module,
        expected_action: row.expected_action,
        replaces: row.replaces,
    })
}
