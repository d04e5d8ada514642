//! Replies of the accounting endpoints: given an id, kept in the log, and only then sent.

use ledgergate_accounting::checks::Check;
use ledgergate_accounting::company::Company;
use ledgergate_llm::chat::Caller;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tracing::Instrument;
use uuid::Uuid;

use super::PipelineError;
use super::assess::Timings;
use super::under_way::Place;
use crate::app::App;
use crate::schemas::SCHEMA_VERSION;
use crate::store::StoreError;
use crate::store::decisions::{
    CheckRow, ChoiceRow, CompanyColumns, FirstAnswer, NewDecision, Operation, Summary,
};

/// What every reply carries beside its content.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Reply<T> {
    /// Asks for the whole record: `GET /v1/accounting/results/{id}`.
    pub id: String,
    /// Version of this form.
    pub schema_version: String,
    /// The model that was there to be asked; null if none was.
    pub model: Option<String>,
    /// Where the time went.
    pub timings_ms: Timings,
    /// The content.
    #[serde(flatten)]
    pub content: T,
}

/// A request as it came, for the log and for its idempotency key.
pub struct Received<'a> {
    /// The body.
    pub body: &'a [u8],
    /// The `Idempotency-Key` header.
    pub idempotency_key: Option<String>,
    /// Who sent it.
    pub caller: Caller,
}

/// A kept reply.
pub struct Kept {
    /// The decision, for the request log.
    pub decision: Uuid,
    /// The model that was there to be asked, for the request log.
    pub model: Option<String>,
    /// What is sent: JSON.
    pub reply: String,
}

impl From<FirstAnswer> for Kept {
    fn from(first: FirstAnswer) -> Self {
        Self {
            decision: first.decision,
            model: first.model,
            reply: first.reply,
        }
    }
}

/// A result id as clients see it.
pub fn result_id(id: Uuid) -> String {
    format!("res_{}", id.simple())
}

/// The decision that a result id names.
pub fn decision_of(result_id: &str) -> Option<Uuid> {
    Uuid::try_parse(result_id.strip_prefix("res_")?).ok()
}

/// The first answer to a request that came before with the same key.
pub(super) async fn repeated(
    app: &App,
    operation: Operation,
    received: &Received<'_>,
) -> Result<Option<Kept>, PipelineError> {
    let Some(key) = &received.idempotency_key else {
        return Ok(None);
    };
    let sha256 = Sha256::digest(received.body).into();
    let found = app.store.find_idempotent(operation, key, &sha256).await?;
    Ok(found.map(Kept::from))
}

/// Everything of a decision but its content.
pub(super) struct Draft<'a> {
    /// Its id.
    pub(super) id: Uuid,
    /// Which endpoint decides.
    pub(super) operation: Operation,
    /// Whose books.
    pub(super) company: Option<&'a Company>,
    /// The model that was there to be asked.
    pub(super) model: Option<String>,
    /// What was decided on.
    pub(super) document: &'a Value,
    /// Where the time went.
    pub(super) timings: Timings,
    /// What a model chose.
    pub(super) choices: Vec<ChoiceRow>,
    /// The request.
    pub(super) received: Received<'a>,
    /// Its place among the documents under way, held until the decision is durable.
    pub(super) place: Option<Place>,
}

impl<'a> Draft<'a> {
    /// One for which there is no model, with no company and no time yet.
    pub(super) fn without_model(
        app: &App,
        operation: Operation,
        document: &'a Value,
        received: Received<'a>,
    ) -> Self {
        Self {
            id: app.environment.ids.next_id(),
            operation,
            company: None,
            model: None,
            document,
            timings: Timings::default(),
            choices: Vec::new(),
            received,
            place: None,
        }
    }

    /// Keeps the content under the draft's id; or gives back the first answer to the same key.
    pub(super) async fn keep<T: Serialize>(
        self,
        app: &App,
        summary: Summary,
        checks: &[Check],
        content: &T,
    ) -> Result<Kept, PipelineError> {
        let decision = self.id;
        let unserialisable = |cause| PipelineError::Unserialisable { decision, cause };
        let reply = serde_json::to_string(&Reply {
            id: result_id(decision),
            schema_version: SCHEMA_VERSION.to_owned(),
            model: self.model.clone(),
            timings_ms: self.timings,
            content,
        })
        .map_err(unserialisable)?;
        let document = serde_json::to_vec(self.document).map_err(unserialisable)?;
        let row = NewDecision {
            id: decision,
            created_at: app.environment.clock.now(),
            operation: self.operation,
            schema_version: SCHEMA_VERSION.into(),
            gateway_version: env!("CARGO_PKG_VERSION").into(),
            company: self.company.map(|company| CompanyColumns {
                name: company.name().to_owned(),
                country: company.country().to_string(),
            }),
            model: self.model.clone(),
            document_sha256: Sha256::digest(document).into(),
            summary,
            request: String::from_utf8_lossy(self.received.body).into_owned(),
            reply: reply.clone(),
            duration_ms: self.timings.total,
            idempotency: self
                .received
                .idempotency_key
                .map(|key| (key, Sha256::digest(self.received.body).into())),
            checks: checks.iter().map(check_row).collect(),
            choices: self.choices,
        };
        // A task of its own: those behind it count on its place though its client goes.
        let (store, place) = (app.store.clone(), self.place);
        let keeping = async move {
            let outcome = store.insert_decision(row).await;
            drop(place);
            outcome
        };
        let first = tokio::spawn(keeping.in_current_span())
            .await
            .map_err(StoreError::Interrupted)??;
        Ok(first.map_or(
            Kept {
                decision,
                model: self.model,
                reply,
            },
            Kept::from,
        ))
    }
}

fn check_row(check: &Check) -> CheckRow {
    CheckRow {
        code: check.code.clone(),
        severity: check.severity.to_string(),
        path: check.path.clone(),
        message: check.message.clone(),
    }
}
