//! Decisions: what an accounting endpoint answered, kept whole. Append-only.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{PgPool, Postgres, Transaction};
use tracing::instrument;
use uuid::Uuid;

use super::spool::Appended;
use super::spool::entry::{Entry, UsedKey};
use super::{Store, StoreError, to_date, to_offset};

/// The accounting operations that leave a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Module and action.
    Determine,
    /// The whole entry.
    Process,
    /// Checks alone.
    Validate,
    /// Bank lines against open items.
    Reconcile,
    /// A bank statement file into bank lines.
    Statement,
}

impl Operation {
    /// The name in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Determine => "determine",
            Self::Process => "process",
            Self::Validate => "validate",
            Self::Reconcile => "reconcile",
            Self::Statement => "statement",
        }
    }
}

/// A decision to be kept. The named columns are for questions to the table; `request` and
/// `reply` are the truth.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewDecision {
    /// Its id, growing with time.
    pub id: Uuid,
    /// When it was made.
    pub created_at: Timestamp,
    /// Which endpoint made it.
    pub operation: Operation,
    /// Version of the reply's schema.
    pub schema_version: Cow<'static, str>,
    /// Version of the gateway that made it.
    pub gateway_version: Cow<'static, str>,
    /// Whose books; a reconciliation and a statement may leave it out.
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
    /// The reply as sent: JSON.
    pub reply: String,
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
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CompanyColumns {
    /// Its name.
    pub name: String,
    /// Its country, ISO 3166 alpha-2.
    pub country: String,
}

/// The parts of a reply that are columns.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
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
    /// 0 to 1, as replied.
    pub confidence: Option<f64>,
    /// What sort of paper it is.
    pub kind: Option<String>,
    /// The confidence before calibration.
    pub score: Option<f64>,
    /// What it is calibrated by.
    pub stratum: Option<String>,
    /// What the rules alone said of `auto`.
    pub let_through: Option<bool>,
    /// Version of the calibration that gave `confidence`.
    pub calibration: Option<i32>,
    /// No check is an error.
    pub valid: Option<bool>,
    /// May be posted with no person looking.
    pub auto: Option<bool>,
}

/// One check.
#[derive(Debug, Clone, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Serialize, Deserialize)]
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

/// What became of a decision in its transaction.
pub(super) enum Inserted {
    /// It is there.
    New,
    /// It was there before, whole.
    AlreadyThere,
    /// It is there, and its idempotency key belongs to an earlier one.
    KeyTaken,
}

impl NewDecision {
    /// Its idempotency key, as the spool finds it.
    pub(super) fn used_key(&self) -> Option<UsedKey> {
        let (key, request_sha256) = self.idempotency.as_ref()?;
        Some(UsedKey::new(self.operation.name(), key, *request_sha256))
    }
}

impl Store {
    /// Keeps a decision; when this returns, it is durable: in the database, or in the spool while
    /// the database is away. If the idempotency key was used before for the same request, nothing
    /// is written and the first reply is given back.
    ///
    /// # Errors
    /// [`StoreError::IdempotencyKeyReused`] if the key belongs to a different request,
    /// [`StoreError::Query`] if the database refuses, [`StoreError::Spool`] if the spool is full.
    #[instrument(skip_all, fields(decision = %decision.id))]
    pub async fn insert_decision(
        &self,
        decision: NewDecision,
    ) -> Result<Option<FirstAnswer>, StoreError> {
        let decision = Arc::new(decision);
        let (store, inserted) = (self.clone(), Arc::clone(&decision));
        let work = async move { store.insert_whole(&inserted).await };
        match self.ask_database(Box::pin(work)).await {
            Err(StoreError::Away | StoreError::Slow) => {}
            outcome => return outcome,
        }
        let Some(outage) = &self.outage else {
            return Err(StoreError::Away);
        };
        let used = decision.used_key();
        let entry = Entry::Decision(Box::new(Arc::unwrap_or_clone(decision)));
        match outage.keep(&[entry]).await?.pop() {
            Some(Appended::First(first)) => first_of(*first, used.as_ref()),
            Some(Appended::Kept | Appended::Full) | None => Ok(None),
        }
    }

    async fn insert_whole(
        &self,
        decision: &NewDecision,
    ) -> Result<Option<FirstAnswer>, StoreError> {
        let mut transaction = self.pool.begin().await?;
        let inserted = insert_with_parts(&mut transaction, decision).await?;
        if let (Inserted::KeyTaken, Some((key, request_sha256))) = (inserted, &decision.idempotency)
        {
            transaction.rollback().await?;
            return first_answer(&self.pool, decision.operation, key, request_sha256).await;
        }
        transaction.commit().await?;
        Ok(None)
    }

    /// The reply that an idempotency key got before, if it was used. While the database is away
    /// only keys of the outage are known.
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
        if let Some(outage) = &self.outage
            && outage.holds_entries()
        {
            let used = UsedKey::new(operation.name(), key, *request_sha256);
            if let Some(first) = outage.spool.find_key(used.clone()).await? {
                return first_of(first, Some(&used));
            }
        }
        let (pool, key, request_sha256) = (self.pool.clone(), key.to_owned(), *request_sha256);
        let work = async move { first_answer(&pool, operation, &key, &request_sha256).await };
        match self.ask_database(work).await {
            Err(StoreError::Away) => Ok(None),
            outcome => outcome,
        }
    }
}

/// The answer of a spooled decision, if its key was used for this very request.
fn first_of(first: Entry, used: Option<&UsedKey>) -> Result<Option<FirstAnswer>, StoreError> {
    let Entry::Decision(first) = first else {
        return Ok(None);
    };
    if first.used_key().as_ref() != used {
        return Err(StoreError::IdempotencyKeyReused);
    }
    Ok(Some(FirstAnswer {
        decision: first.id,
        reply: serde_json::from_str(&first.reply).map_err(StoreError::Unserialisable)?,
    }))
}

/// Inserts a decision with its key, checks and choices. One that is there already is left alone.
pub(super) async fn insert_with_parts(
    transaction: &mut Transaction<'_, Postgres>,
    decision: &NewDecision,
) -> Result<Inserted, StoreError> {
    if !insert_row(transaction, decision).await? {
        return Ok(Inserted::AlreadyThere);
    }
    let has_key = claim_key(transaction, decision).await?;
    insert_checks(transaction, decision).await?;
    insert_choices(transaction, decision).await?;
    Ok(if has_key {
        Inserted::New
    } else {
        Inserted::KeyTaken
    })
}

/// False if the key belongs to an earlier decision.
async fn claim_key(
    transaction: &mut Transaction<'_, Postgres>,
    decision: &NewDecision,
) -> Result<bool, StoreError> {
    let Some((key, request_sha256)) = &decision.idempotency else {
        return Ok(true);
    };
    let claimed = sqlx::query!(
        "INSERT INTO idempotency_keys (operation, key, request_sha256, decision_id)
         VALUES ($1, $2, $3, $4)
         ON CONFLICT ON CONSTRAINT idempotency_keys_unique DO NOTHING",
        decision.operation.name(),
        key,
        request_sha256,
        decision.id
    )
    .execute(&mut **transaction)
    .await?;
    Ok(claimed.rows_affected() == 1)
}

async fn first_answer(
    pool: &PgPool,
    operation: Operation,
    key: &str,
    request_sha256: &[u8; 32],
) -> Result<Option<FirstAnswer>, StoreError> {
    let mut transaction = pool.begin().await?;
    let found = sqlx::query!(
        "SELECT used.request_sha256, used.decision_id, decisions.reply
         FROM idempotency_keys AS used JOIN decisions ON decisions.id = used.decision_id
         WHERE used.operation = $1 AND used.key = $2",
        operation.name(),
        key
    )
    .fetch_optional(&mut *transaction)
    .await?;
    transaction.commit().await?;
    match found {
        None => Ok(None),
        Some(row) if row.request_sha256 == request_sha256 => Ok(Some(FirstAnswer {
            decision: row.decision_id,
            reply: row.reply,
        })),
        Some(_) => Err(StoreError::IdempotencyKeyReused),
    }
}

/// False if it is there already.
async fn insert_row(
    transaction: &mut Transaction<'_, Postgres>,
    decision: &NewDecision,
) -> Result<bool, StoreError> {
    let summary = &decision.summary;
    let company = decision.company.as_ref();
    let inserted = sqlx::query!(
        "INSERT INTO decisions (
             id, created_at, operation, schema_version, gateway_version, company_name,
             company_country, model, document_sha256, module, action, direction, counterparty,
             document_number, issue_date, currency, gross, confidence, valid, auto, request,
             reply, duration_ms, kind, score, stratum, let_through, calibration)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
             $19, $20, ($21::text)::json, ($22::text)::json, $23, $24, $25, $26, $27, $28)
         ON CONFLICT (id) DO NOTHING",
        decision.id,
        to_offset(decision.created_at),
        decision.operation.name(),
        &*decision.schema_version,
        &*decision.gateway_version,
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
        decision.duration_ms,
        summary.kind,
        summary.score,
        summary.stratum,
        summary.let_through,
        summary.calibration
    )
    .execute(&mut **transaction)
    .await?;
    Ok(inserted.rows_affected() == 1)
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
