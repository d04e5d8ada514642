//! Decisions: what an accounting endpoint answered, kept whole. Append-only.

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::Value;
use sqlx::{PgPool, Postgres, Transaction};
use tracing::instrument;
use uuid::Uuid;

use super::{Store, StoreError, to_date, to_offset, uncancelled};

/// The accounting operations that leave a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Module and action.
    Determine,
    /// The whole entry.
    Process,
    /// Checks alone.
    Validate,
    /// Bank lines against open items.
    Reconcile,
}

impl Operation {
    /// The name in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Determine => "determine",
            Self::Process => "process",
            Self::Validate => "validate",
            Self::Reconcile => "reconcile",
        }
    }
}

/// A decision to be kept. The named columns are for questions to the table; `request` and
/// `reply` are the truth.
#[derive(Debug, Clone)]
pub struct NewDecision {
    /// Its id, growing with time.
    pub id: Uuid,
    /// When it was made.
    pub created_at: Timestamp,
    /// Which endpoint made it.
    pub operation: Operation,
    /// Version of the reply's schema.
    pub schema_version: &'static str,
    /// Whose books; a reconciliation may leave it out.
    pub company: Option<CompanyColumns>,
    /// The model that was asked, if one was.
    pub model: Option<String>,
    /// SHA-256 of what was decided on as JSON without white space: the document, or the ledger
    /// and statement of a reconciliation.
    pub document_sha256: [u8; 32],
    /// What stands out of the reply.
    pub summary: Summary,
    /// The request's body as received: JSON.
    pub request: String,
    /// The reply as sent.
    pub reply: Value,
    /// From the body read to the reply made.
    pub duration_ms: f64,
    /// The client's key and the SHA-256 of its request.
    pub idempotency: Option<(String, [u8; 32])>,
    /// The checks, in the order of the reply.
    pub checks: Vec<CheckRow>,
    /// What a model chose.
    pub choices: Vec<ChoiceRow>,
}

/// The parts of a company that are columns.
#[derive(Debug, Clone)]
pub struct CompanyColumns {
    /// Its name.
    pub name: String,
    /// Its country, ISO 3166 alpha-2.
    pub country: String,
}

/// The parts of a reply that are columns.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// Module.
    pub module: Option<String>,
    /// Action.
    pub action: Option<String>,
    /// Direction.
    pub direction: Option<String>,
    /// The other party's name.
    pub counterparty: Option<String>,
    /// Document number.
    pub document_number: Option<String>,
    /// Date of issue.
    pub issue_date: Option<Date>,
    /// ISO 4217 code.
    pub currency: Option<String>,
    /// Total with tax, document currency.
    pub gross: Option<Decimal>,
    /// 0 to 1.
    pub confidence: Option<f64>,
    /// No check is an error.
    pub valid: Option<bool>,
    /// May be posted with no person looking.
    pub auto: Option<bool>,
}

/// One check.
#[derive(Debug, Clone)]
pub struct CheckRow {
    /// Stable code.
    pub code: String,
    /// `error`, `review` or `warning`.
    pub severity: String,
    /// Where in the document; empty for the whole.
    pub path: String,
    /// What a person reads.
    pub message: String,
}

/// One choice of a model.
#[derive(Debug, Clone)]
pub struct ChoiceRow {
    /// What was asked.
    pub question: String,
    /// The option taken.
    pub chosen: String,
    /// Which model.
    pub model: String,
    /// All options.
    pub options: Value,
    /// Their probabilities, in the same order.
    pub probabilities: Value,
}

/// The first answer to an idempotency key.
#[derive(Debug, Clone)]
pub struct FirstAnswer {
    /// The decision.
    pub decision: Uuid,
    /// Its reply.
    pub reply: Value,
}

impl Store {
    /// Keeps a decision; when this returns, it is durable. If the idempotency key was used
    /// before for the same request, nothing is written and the first reply is given back.
    ///
    /// # Errors
    /// [`StoreError::IdempotencyKeyReused`] if the key belongs to a different request,
    /// [`StoreError::Query`] if the database refuses.
    #[instrument(skip_all, fields(decision = %decision.id))]
    pub async fn insert_decision(
        &self,
        decision: NewDecision,
    ) -> Result<Option<FirstAnswer>, StoreError> {
        let store = self.clone();
        uncancelled(Box::pin(async move { store.insert_whole(&decision).await })).await
    }

    async fn insert_whole(
        &self,
        decision: &NewDecision,
    ) -> Result<Option<FirstAnswer>, StoreError> {
        let mut transaction = self.pool.begin().await?;
        insert_row(&mut transaction, decision).await?;
        if let Some((key, request_sha256)) = &decision.idempotency {
            let claimed = sqlx::query!(
                "INSERT INTO idempotency_keys (operation, key, request_sha256, decision_id)
                 VALUES ($1, $2, $3, $4)
                 ON CONFLICT ON CONSTRAINT idempotency_keys_unique DO NOTHING",
                decision.operation.name(),
                key,
                request_sha256,
                decision.id
            )
            .execute(&mut *transaction)
            .await?;
            if claimed.rows_affected() == 0 {
                transaction.rollback().await?;
                return first_answer(&self.pool, decision.operation, key, request_sha256).await;
            }
        }
        insert_checks(&mut transaction, decision).await?;
        insert_choices(&mut transaction, decision).await?;
        transaction.commit().await?;
        Ok(None)
    }

    /// The reply that an idempotency key got before, if it was used.
    ///
    /// # Errors
    /// As [`Store::insert_decision`].
    #[instrument(skip_all)]
    pub async fn find_idempotent(
        &self,
        operation: Operation,
        key: &str,
        request_sha256: &[u8; 32],
    ) -> Result<Option<FirstAnswer>, StoreError> {
        let (pool, key, request_sha256) = (self.pool.clone(), key.to_owned(), *request_sha256);
        uncancelled(async move { first_answer(&pool, operation, &key, &request_sha256).await })
            .await
    }
}

async fn first_answer(
    pool: &PgPool,
    operation: Operation,
    key: &str,
    request_sha256: &[u8; 32],
) -> Result<Option<FirstAnswer>, StoreError> {
    let found = sqlx::query!(
        "SELECT used.request_sha256, used.decision_id, decisions.reply
         FROM idempotency_keys AS used JOIN decisions ON decisions.id = used.decision_id
         WHERE used.operation = $1 AND used.key = $2",
        operation.name(),
        key
    )
    .fetch_optional(pool)
    .await?;
    match found {
        None => Ok(None),
        Some(row) if row.request_sha256 == request_sha256 => Ok(Some(FirstAnswer {
            decision: row.decision_id,
            reply: row.reply,
        })),
        Some(_) => Err(StoreError::IdempotencyKeyReused),
    }
}

async fn insert_row(
    transaction: &mut Transaction<'_, Postgres>,
    decision: &NewDecision,
) -> Result<(), StoreError> {
    let summary = &decision.summary;
    let company = decision.company.as_ref();
    sqlx::query!(
        "INSERT INTO decisions (
             id, created_at, operation, schema_version, gateway_version, company_name,
             company_country, model, document_sha256, module, action, direction, counterparty,
             document_number, issue_date, currency, gross, confidence, valid, auto, request,
             reply, duration_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
             $19, $20, ($21::text)::json, $22, $23)",
        decision.id,
        to_offset(decision.created_at),
        decision.operation.name(),
        decision.schema_version,
        env!("CARGO_PKG_VERSION"),
        company.map(|company| company.name.as_str()),
        company.map(|company| company.country.as_str()),
        decision.model,
        &decision.document_sha256,
        summary.module,
        summary.action,
        summary.direction,
        summary.counterparty,
        summary.document_number,
        summary.issue_date.map(to_date).transpose()?,
        summary.currency,
        summary.gross,
        summary.confidence,
        summary.valid,
        summary.auto,
        decision.request,
        decision.reply,
        decision.duration_ms
    )
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

async fn insert_checks(
    transaction: &mut Transaction<'_, Postgres>,
    decision: &NewDecision,
) -> Result<(), StoreError> {
    for (position, check) in (0_i32..).zip(&decision.checks) {
        sqlx::query!(
            "INSERT INTO decision_checks (decision_id, position, code, severity, path, message)
             VALUES ($1, $2, $3, $4, $5, $6)",
            decision.id,
            position,
            check.code,
            check.severity,
            check.path,
            check.message
        )
        .execute(&mut **transaction)
        .await?;
    }
    Ok(())
}

async fn insert_choices(
    transaction: &mut Transaction<'_, Postgres>,
    decision: &NewDecision,
) -> Result<(), StoreError> {
    for (position, choice) in (0_i32..).zip(&decision.choices) {
        sqlx::query!(
            "INSERT INTO decision_choices
                 (decision_id, position, question, chosen, model, options, probabilities)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            decision.id,
            position,
            choice.question,
            choice.chosen,
            choice.model,
            choice.options,
            choice.probabilities
        )
        .execute(&mut **transaction)
        .await?;
    }
    Ok(())
}
