//! A document from its body to its decision, kept in the log: `determine` and `process`.

use std::time::{Duration, Instant};

use ledgergate_accounting::assessment::{ModelChoice, Processed};
use serde_json::Value;
use tracing::instrument;
use uuid::Uuid;

use super::PipelineError;
use super::assess::{AssessmentContext, assess};
use super::calibration::Calibrated;
use super::history::{compare_with_earlier, history_key};
use super::keep::{Draft, Kept, Received, repeated};
use super::large::work_on;
use super::request::AssessmentRequest;
use crate::app::App;
use crate::store::decisions::{ChoiceRow, Operation, Summary};
use crate::store::history::EarlierDecision;

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
        body_bytes: received.body.len(),
    };
    let mut assessed = assess(request, &context).await?;
    let mut place = None;
    if operation == Operation::Process {
        let idempotency_key = received.idempotency_key.as_deref();
        let entered = app.under_way.enter(history_key(&assessed), idempotency_key);
        let entered = place.insert(entered);
        if request.options.history.unwrap_or(app.accounting.history) {
            compare_with_earlier(&mut assessed.assessment, entered, &app.store).await;
        }
    }
    let started = Instant::now();
    let assessment = assessed.assessment;
    let mut processed = work_on(received.body.len(), move || assessment.finish()).await?;
    let calibrated = app.calibration.apply(operation, &mut processed);
    let id = app.environment.ids.next_id();
    if let Some(place) = &place {
        place.decide(decided(id, &processed));
    }
    let draft = Draft {
        id,
        operation,
        company: Some(&assessed.company),
        model: assessed.model,
        document: &request.document,
        timings: assessed.spent.and_code(started.elapsed()).in_milliseconds(),
        choices: processed.model_choices.iter().map(choice_row).collect(),
        received,
        place,
    };
    let summary = summary_of_determination(&processed, calibrated);
    if operation == Operation::Determine {
        return draft
            .keep(app, summary, &[], &processed.determination)
            .await;
    }
    let summary = Summary {
        document_number: processed.document_number.clone(),
        issue_date: processed.issue_date,
        currency: currency_code(&processed),
        gross: processed.gross,
        valid: Some(processed.valid),
        auto: Some(processed.auto),
        history: draft.place.as_ref().map(|place| place.key().clone()),
        ..summary
    };
    draft
        .keep(app, summary, &processed.checks, &processed)
        .await
}

/// What a decision says to the documents behind it: the same as its columns will.
fn decided(id: Uuid, processed: &Processed) -> EarlierDecision {
    EarlierDecision {
        id,
        document_number: processed.document_number.clone(),
        issue_date: processed.issue_date,
        currency: currency_code(processed),
        gross: processed.gross,
        auto: processed.auto,
        verdict: None,
    }
}

fn currency_code(processed: &Processed) -> Option<String> {
    let currency = processed.currency?;
    Some(currency.code().to_owned())
}

fn summary_of_determination(processed: &Processed, calibrated: Calibrated) -> Summary {
    let determination = &processed.determination;
    Summary {
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
    }
}

fn choice_row(choice: &ModelChoice) -> ChoiceRow {
    ChoiceRow {
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
    }
}
