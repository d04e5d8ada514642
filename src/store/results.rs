//! Reading decisions back.

use serde_json::Value;
use sqlx::PgPool;
use tracing::instrument;
use uuid::Uuid;

use super::decisions::NewDecision;
use super::spool::entry::Entry;
use super::{Store, StoreError, from_offset};

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
    /// One decision, from the spool, also if the database refused it, or from the database.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database refuses, [`StoreError::Away`] if it is away and the
    /// spool has none of this id.
    #[instrument(skip_all, fields(decision = %id))]
    pub async fn find_decision(&self, id: Uuid) -> Result<Option<KeptDecision>, StoreError> {
        if let Some(outage) = &self.database.outage
            && outage.holds_or_refused()
            && let Some(Entry::Decision(decision)) = outage.spool.find(id).await?
        {
            return kept(*decision).map(Some);
        }
        let pool = self.database.pool.clone();
        self.database
            .ask(async move { find(&pool, id).await })
            .await
    }
}

/// A spooled decision as the database will give it.
fn kept(decision: NewDecision) -> Result<KeptDecision, StoreError> {
    let json = |text: &str| serde_json::from_str(text).map_err(StoreError::Unserialisable);
    Ok(KeptDecision {
        id: decision.id,
        // As exact as the database keeps it.
        created_at: jiff::Timestamp::from_microsecond(decision.created_at.as_microsecond())
            .map_err(|_| StoreError::UnstorableDate)?,
        operation: decision.operation.name().to_owned(),
        gateway_version: decision.gateway_version.into_owned(),
        model: decision.model,
        document_sha256: decision.document_sha256.to_vec(),
        request: json(&decision.request)?,
        reply: json(&decision.reply)?,
        duration_ms: decision.duration_ms,
    })
}

async fn find(pool: &PgPool, id: Uuid) -> Result<Option<KeptDecision>, StoreError> {
    let mut transaction = pool.begin().await?;
    let found = sqlx::query!(
        "SELECT id, created_at, operation, gateway_version, model, document_sha256, request,
             reply, duration_ms
         FROM decisions WHERE id = $1",
        id
    )
    .fetch_optional(&mut *transaction)
    .await?;
    transaction.commit().await?;
    let Some(row) = found else { return Ok(None) };
    Ok(Some(KeptDecision {
        id: row.id,
        created_at: from_offset(row.created_at)?,
        operation: row.operation,
        gateway_version: row.gateway_version,
        model: row.model,
        document_sha256: row.document_sha256,
        request: row.request,
        reply: row.reply,
        duration_ms: row.duration_ms,
    }))
}
