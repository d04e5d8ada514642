//! Replies of the accounting endpoints: given an id, kept in the log, and only then sent.

use std::time::Duration;

use ledgergate_accounting::checks::Check;
use ledgergate_accounting::company::Company;
use ledgergate_accounting::document::Document;
use ledgergate_accounting::validate::{self, ValidationReply};
use ledgergate_llm::chat::Caller;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tracing::instrument;
use uuid::Uuid;

use super::PipelineError;
use super::assess::{AssessmentContext, Timings, assess, in_company, milliseconds};
use super::history::compare_with_earlier;
use super::request::{AssessmentRequest, ValidationRequest, refuse_nul};
use crate::app::App;
use crate::schemas::SCHEMA_VERSION;
use crate::store::decisions::{
    CheckRow, ChoiceRow, CompanyColumns, NewDecision, Operation, Summary,
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
    /// What is sent.
    pub reply: Value,
}

/// A result id as clients see it.
pub fn result_id(id: Uuid) -> String {
    format!("res_{}", id.simple())
}

/// The decision that a result id names.
pub fn decision_of(result_id: &str) -> Option<Uuid> {
    Uuid::try_parse(result_id.strip_prefix("res_")?).ok()
}

/// Determines module and action, and keeps the answer.
///
/// # Errors
/// [`PipelineError`], also when the decision could not be kept.
#[instrument(skip_all)]
pub async fn determine(
    app: &App,
    request: &AssessmentRequest,
    received: Received<'_>,
) -> Result<Kept, PipelineError> {
    // Boxed: a document and all that was made of it are more than a stack should carry along.
    Box::pin(assess_and_keep(
        app,
        Operation::Determine,
        request,
        received,
    ))
    .await
}

/// Processes a document into an entry, and keeps the answer.
///
/// # Errors
/// [`PipelineError`], also when the decision could not be kept.
#[instrument(skip_all)]
pub async fn process(
    app: &App,
    request: &AssessmentRequest,
    received: Received<'_>,
) -> Result<Kept, PipelineError> {
    Box::pin(assess_and_keep(app, Operation::Process, request, received)).await
}

async fn assess_and_keep(
    app: &App,
    operation: Operation,
    request: &AssessmentRequest,
    received: Received<'_>,
) -> Result<Kept, PipelineError> {
    if let Some(kept) = repeated(app, operation, &received).await? {
        return Ok(kept);
    }
    let context = AssessmentContext {
        models: &app.models,
        defaults: &app.accounting,
        clock: &*app.environment.clock,
        timeout: Duration::from_secs(app.limits.request_timeout_seconds),
        caller: received.caller,
    };
    let mut assessed = assess(request, &context).await?;
    let is_compared = request.options.history.unwrap_or(app.accounting.history);
    if operation == Operation::Process && is_compared {
        compare_with_earlier(&mut assessed.assessment, &assessed.company, &app.store).await;
    }
    let started = std::time::Instant::now();
    let mut processed = assessed.assessment.finish();
    let calibrated = app.calibration.apply(operation, &mut processed);
    let timings = assessed.spent.and_code(started.elapsed()).in_milliseconds();
    let determination = &processed.determination;
    let summary = Summary {
        module: Some(determination.module.to_string()),
        action: Some(determination.action.to_string()),
        direction: Some(determination.direction.to_string()),
        counterparty: determination.counterparty.clone(),
        confidence: Some(determination.confidence),
        kind: Some(processed.document_type.clone()),
        score: Some(calibrated.score),
        stratum: Some(calibrated.stratum),
        let_through: Some(calibrated.let_through),
        calibration: calibrated.version,
        ..Summary::default()
    };
    let choices = processed
        .model_choices
        .iter()
        .map(|choice| ChoiceRow {
            question: choice.question.to_string(),
            chosen: choice.chosen.clone(),
            model: choice.model.clone(),
            options: choice.options.iter().cloned().map(Value::String).collect(),
            probabilities: choice
                .probabilities
                .iter()
                .copied()
                .map(Value::from)
                .collect(),
        })
        .collect();
    let draft = Draft {
        operation,
        company: Some(&assessed.company),
        model: assessed.model,
        document: &request.document,
        timings,
        choices,
        received,
    };
    if operation == Operation::Determine {
        return draft.keep(app, summary, &[], determination).await;
    }
    let summary = Summary {
        document_number: processed.document_number.clone(),
        issue_date: processed.issue_date,
        currency: processed
            .currency
            .map(|currency| currency.code().to_owned()),
        gross: processed.gross,
        valid: Some(processed.valid),
        auto: Some(processed.auto),
        ..summary
    };
    draft
        .keep(app, summary, &processed.checks, &processed)
        .await
}

/// Checks a document, an entry or a statement, and keeps the answer. Asks no model.
///
/// # Errors
/// [`PipelineError`], also when the decision could not be kept.
#[instrument(skip_all)]
pub async fn validate(
    app: &App,
    request: &ValidationRequest,
    received: Received<'_>,
) -> Result<Kept, PipelineError> {
    if let Some(kept) = repeated(app, Operation::Validate, &received).await? {
        return Ok(kept);
    }
    let started = std::time::Instant::now();
    for (pointer, part) in [
        ("/document", request.document.as_ref()),
        ("/entry", request.entry.as_ref()),
        ("/statement", request.statement.as_ref()),
        ("/company", Some(&request.company)),
    ] {
        part.map_or(Ok(()), |part| refuse_nul(part, pointer))?;
    }
    let company = Company::from_json(&request.company).map_err(in_company)?;
    let document = request
        .document
        .as_ref()
        .map(Document::from_json)
        .transpose()
        .map_err(PipelineError::Document)?;
    let today = app
        .environment
        .clock
        .now()
        .to_zoned_datetime(jiff::tz::TimeZone::UTC)
        .date();
    let content: ValidationReply = validate::validate(
        document.as_ref(),
        request.entry.as_ref(),
        request.statement.as_ref(),
        company.clone(),
        today,
    )
    .map_err(PipelineError::Input)?;
    let elapsed = milliseconds(started.elapsed());
    let subject = [&request.document, &request.entry, &request.statement]
        .into_iter()
        .find_map(Option::as_ref)
        .unwrap_or(&Value::Null);
    let draft = Draft {
        operation: Operation::Validate,
        company: Some(&company),
        model: None,
        document: subject,
        timings: Timings {
            code: elapsed,
            model: 0.0,
            total: elapsed,
        },
        choices: Vec::new(),
        received,
    };
    let summary = Summary {
        valid: Some(content.valid),
        ..Summary::default()
    };
    draft.keep(app, summary, &content.checks, &content).await
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
    Ok(found.map(|found| Kept {
        decision: found.decision,
        reply: found.reply,
    }))
}

/// Everything of a decision but its content.
pub(super) struct Draft<'a> {
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
}

impl Draft<'_> {
    /// Gives the content an id and keeps it; or gives back the first answer to the same key.
    pub(super) async fn keep<T: Serialize>(
        self,
        app: &App,
        summary: Summary,
        checks: &[Check],
        content: &T,
    ) -> Result<Kept, PipelineError> {
        let decision = app.environment.ids.next_id();
        let unserialisable = |cause| PipelineError::Unserialisable { decision, cause };
        let reply = serde_json::to_value(Reply {
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
            model: self.model,
            document_sha256: Sha256::digest(document).into(),
            summary,
            request: String::from_utf8_lossy(self.received.body).into_owned(),
            reply: serde_json::to_string(&reply).map_err(unserialisable)?,
            duration_ms: self.timings.total,
            idempotency: self
                .received
                .idempotency_key
                .map(|key| (key, Sha256::digest(self.received.body).into())),
            checks: checks.iter().map(check_row).collect(),
            choices: self.choices,
        };
        match app.store.insert_decision(row).await? {
            None => Ok(Kept { decision, reply }),
            Some(first) => Ok(Kept {
                decision: first.decision,
                reply: first.reply,
            }),
        }
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
