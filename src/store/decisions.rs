//! Decisions: what an accounting endpoint answered, kept whole. Append-only.

mod first_answer;
mod insert;
mod keep;

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::history::HistoryKey;
use super::spool::entry::UsedKey;

pub use first_answer::FirstAnswer;
pub(super) use first_answer::{FirstUse, KeyOf, find_each};
pub(super) use insert::{TakenKey, Written, insert};
pub(super) use keep::{KeptOutcome, LIMITS, write_all};

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
    /// By what later documents find this one; a processed document has it.
    #[serde(default)]
    pub history: Option<HistoryKey>,
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

impl Summary {
    /// Of an answer that is nothing but checks.
    pub fn of_checks(valid: bool) -> Self {
        Self {
            valid: Some(valid),
            ..Self::default()
        }
    }
}

impl NewDecision {
    /// Its idempotency key, as the spool finds it.
    pub(super) fn used_key(&self) -> Option<UsedKey> {
        let (key, request_sha256) = self.idempotency.as_ref()?;
        Some(UsedKey::new(self.operation.name(), key, *request_sha256))
    }

    /// Its idempotency key and the operation that it is for.
    fn operation_and_key(&self) -> Option<(&str, &str)> {
        let (key, _) = self.idempotency.as_ref()?;
        Some((self.operation.name(), key))
    }

    /// About how many bytes it takes on its way to the database.
    fn size(&self) -> usize {
        let checks = self.checks.iter().map(|check| check.message.len());
        self.request.len() + self.reply.len() + checks.sum::<usize>()
    }
}
