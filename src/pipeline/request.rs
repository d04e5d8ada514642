//! The bodies of accounting requests.

use ledgergate_accounting::InputError;
use ledgergate_accounting::assessment::LlmUse;
use ledgergate_accounting::company::CompanyInput;
use ledgergate_accounting::feedback::{CorrectionInput, Verdict};
use ledgergate_accounting::reconciliation::{BankLineInput, OpenItemInput, PolicyInput};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::PipelineError;
use super::unique_json::UniqueJson;

/// What `determine` and `process` take.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AssessmentRequest {
    /// What an extractor returned: any JSON object in any language and key style, or
    /// `{"markdown": "…"}`, `{"raw_text": "…"}` or `{"xml": "…"}`, an e-invoice of EN 16931 (UBL
    /// 2.1 `Invoice` and `CreditNote`, UN/CEFACT CII); or a bank statement file, `{"mt940": "…"}`,
    /// `{"camt053": "…"}`, `{"ofx": "…"}` or `{"csv": "…", "mapping": {…}}` as in `statements`.
    #[schemars(with = "serde_json::Map<String, Value>")]
    #[serde(deserialize_with = "unique")]
    pub document: Value,
    /// Whose books: name, country, base currency, chart of accounts and what else is known.
    #[schemars(with = "serde_json::Map<String, Value>")]
    #[serde(deserialize_with = "unique")]
    pub company: Value,
    /// The model for what stays open; the configured one if absent.
    #[serde(default)]
    pub model: Option<String>,
    /// How to do it.
    #[serde(default)]
    pub options: AssessmentOptions,
}

/// How a document is assessed.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AssessmentOptions {
    /// `auto` asks the model only what reading leaves open, `always` insists on it, `never` asks
    /// nothing.
    #[serde(default)]
    pub llm: Option<LlmUse>,
    /// Whether `process` holds the document against this company's earlier ones, so that
    /// duplicates and unusual sums are found; the configured answer if absent.
    #[serde(default)]
    pub history: Option<bool>,
}

/// What `validate` takes: at least one of document, entry and statement.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ValidationRequest {
    /// A document, as in `process`.
    #[serde(default, deserialize_with = "unique_or_null")]
    #[schemars(with = "Option<serde_json::Map<String, Value>>")]
    pub document: Option<Value>,
    /// `{date, currency?, lines: [{account, debit, credit}]}`.
    #[serde(default, deserialize_with = "unique_or_null")]
    #[schemars(with = "Option<serde_json::Map<String, Value>>")]
    pub entry: Option<Value>,
    /// `{opening_balance, closing_balance, transactions: [{date, amount}]}`, or a bank statement
    /// file as in `statements`, its mapping among its members.
    #[serde(default, deserialize_with = "unique_or_null")]
    #[schemars(with = "Option<serde_json::Map<String, Value>>")]
    pub statement: Option<Value>,
    /// Whose books.
    #[schemars(with = "serde_json::Map<String, Value>")]
    #[serde(deserialize_with = "unique")]
    pub company: Value,
}

/// What `reconcile` takes. The order of the lists means nothing.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReconciliationRequest {
    /// Movements of bank accounts, of any account and currency.
    #[schemars(with = "Vec<BankLineInput>")]
    #[serde(deserialize_with = "unique")]
    pub bank_lines: Value,
    /// What is not yet paid.
    #[schemars(with = "Vec<OpenItemInput>")]
    #[serde(deserialize_with = "unique")]
    pub open_items: Value,
    /// The company's tolerances.
    #[schemars(with = "PolicyInput")]
    #[serde(deserialize_with = "unique")]
    pub policy: Value,
    /// Whose books, for base currency and chart. Without it no entry is given and nothing is
    /// matched across currencies.
    #[schemars(with = "Option<CompanyInput>")]
    #[serde(default, deserialize_with = "unique_or_null")]
    pub company: Option<Value>,
    /// The model for free text that no rule reads; the configured one if absent.
    #[serde(default)]
    pub model: Option<String>,
    /// How to do it.
    #[serde(default)]
    pub options: ReconciliationOptions,
}

/// How lines and items are matched.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReconciliationOptions {
    /// `auto` asks the model about a few lines whose free text no rule reads, `always` insists
    /// that it answers, `never` asks nothing.
    #[serde(default)]
    pub llm: Option<LlmUse>,
}

impl ReconciliationRequest {
    /// What is decided on, which model is asked for, and how.
    pub(super) fn into_parts(self) -> (Value, Option<String>, ReconciliationOptions) {
        let given = [
            ("bank_lines", Some(self.bank_lines)),
            ("open_items", Some(self.open_items)),
            ("policy", Some(self.policy)),
            ("company", self.company),
        ];
        let ledger = given
            .into_iter()
            .filter_map(|(name, part)| Some((name.to_owned(), part?)))
            .collect();
        (Value::Object(ledger), self.model, self.options)
    }
}

/// What `feedback` takes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FeedbackRequest {
    /// The `id` of the reply that it is about.
    pub result_id: String,
    /// What a person found.
    pub verdict: Verdict,
    /// What was wrong: some for `corrected`, none for the others.
    #[serde(default)]
    pub corrections: Vec<CorrectionInput>,
    /// Why, in a person's words, at most 2000 characters; must be there for `rejected`.
    #[serde(default)]
    pub reason: Option<String>,
    /// Who says so: a name or an id, at most 200 characters.
    pub reviewer: String,
}

/// What `statements` takes; its fields are read by the accounting crate, which names them in errors.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub struct StatementsRequest(#[serde(deserialize_with = "unique")] pub Value);

fn unique<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    UniqueJson::deserialize(deserializer).map(|json| json.0)
}

fn unique_or_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    unique(deserializer).map(|value| (!value.is_null()).then_some(value))
}

/// PostgreSQL keeps no U+0000 in a JSON text, and a decision that cannot be kept is not made.
///
/// # Errors
/// [`PipelineError::Input`] with the pointer of the first such text.
pub(super) fn refuse_nul(value: &Value, pointer: &str) -> Result<(), PipelineError> {
    let Some(steps) = steps_to_nul(value) else {
        return Ok(());
    };
    let steps = steps.iter().rev();
    let pointer = steps.fold(pointer.to_owned(), |pointer, step| pointer + "/" + step);
    Err(PipelineError::Input(InputError::new(
        pointer,
        "has the character U+0000, which no text of a document has",
    )))
}

/// The steps of the JSON Pointer to the first text with this character, the last step first.
fn steps_to_nul(value: &Value) -> Option<Vec<String>> {
    let within = |item: &Value, step: &dyn Fn() -> String| {
        let mut steps = steps_to_nul(item)?;
        steps.push(step());
        Some(steps)
    };
    match value {
        Value::String(text) => text.contains('\0').then(Vec::new),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, item)| within(item, &|| index.to_string())),
        Value::Object(fields) => fields.iter().find_map(|(key, item)| {
            if key.contains('\0') {
                return Some(Vec::new());
            }
            within(item, &|| key.replace('~', "~0").replace('/', "~1"))
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}
