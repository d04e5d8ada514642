//! Reading decisions back.

use serde_json::Value;
use sqlx::PgPool;
use tracing::instrument;
use uuid::Uuid;

use super::{Store, StoreError, uncancelled};

/// A decision as it was kept: enough to run it again.
#[derive(Debug, Clone)]
pub struct KeptDecision {
    /// Its id.
    pub id: Uuid,
    /// When it was made.
    pub created_at: jiff::Timestamp,
    /// Which endpoint made it.
    pub operation: String,
    /// The gateway's version then.
    pub gateway_version: String,
    /// The model that was asked.
    pub model: Option<String>,
    /// SHA-256 of what was decided on as JSON without white space.
    pub document_sha256: Vec<u8>,
    /// The request's body.
    pub request: Value,
    /// The reply.
    pub reply: Value,
    /// How long it took.
    pub duration_ms: f64,
}

impl Store {
    /// One decision.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database refuses.
    #[instrument(skip_all, fields(decision = %id))]
    pub async fn find_decision(&self, id: Uuid) -> Result<Option<KeptDecision>, StoreError> {
        let pool = self.pool.clone();
        uncancelled(async move { find(&pool, id).await }).await
    }
}

async fn find(pool: &PgPool, id: Uuid) -> Result<Option<KeptDecision>, StoreError> {
    let found = sqlx::query!(
        "SELECT id, created_at, operation, gateway_version, model, document_sha256, request,
             reply, duration_ms
         FROM decisions WHERE id = $1",
        id
    )
    .fetch_optional(pool)
    .await?;
    let Some(row) = found else { return Ok(None) };
    let microseconds = row.created_at.unix_timestamp_nanos() / 1_000;
    let created_at = i64::try_from(microseconds)
        .ok()
        .and_then(|microseconds| jiff::Timestamp::from_microsecond(microseconds).ok())
        .ok_or(StoreError::UnstorableDate)?;
    Ok(Some(KeptDecision {
        id: row.id,
        created_at,
        operation: row.operation,
        gateway_version: row.gateway_version,
        model: row.model,
        document_sha256: row.document_sha256,
        request: row.request,
        reply: row.reply,
        duration_ms: row.duration_ms,
    }))
}
