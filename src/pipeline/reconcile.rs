//! Bank lines and open items from their body to matches, kept in the log.

use std::time::{Duration, Instant};

use ledgergate_accounting::assessment::LlmUse;
use ledgergate_accounting::reconciliation::Request;
use ledgergate_accounting::reconciliation::free_text::{FreeTextReading, LineChoice};
use serde_json::Value;
use tracing::instrument;

use super::PipelineError;
use super::ask::Asking;
use super::assess::{Timings, choose_models, milliseconds};
use super::keep::{Draft, Kept, Received, repeated};
use super::read::read_free_text;
use super::request::{ReconciliationRequest, refuse_nul};
use crate::app::App;
use crate::store::decisions::{ChoiceRow, Operation, Summary};

/// The longest that a request waits for a model that it does not insist on: rules take a second
/// or two for thousands of lines, and a small model on a slow machine as long for one.
const MOST_ASKING: Duration = Duration::from_secs(20);

/// Matches bank lines with open items, and keeps the answer.
///
/// # Errors
/// [`PipelineError`] naming the field that is wrong, or the model that failed; also when the
/// decision could not be kept.
#[instrument(skip_all)]
pub async fn reconcile(
    app: &App,
    request: ReconciliationRequest,
    received: Received<'_>,
) -> Result<Kept, PipelineError> {
    if let Some(kept) = repeated(app, Operation::Reconcile, &received).await? {
        return Ok(kept);
    }
    let started = Instant::now();
    let (ledger, model, options) = request.into_parts();
    refuse_nul(&ledger, "")?;
    let parsed = Request::from_json(&ledger).map_err(PipelineError::Input)?;
    let company = parsed.company().cloned();
    let llm = options.llm.unwrap_or(app.accounting.llm);
    let models = choose_models(model.as_deref(), llm, &app.models, &app.accounting)?;
    // Large statements take seconds; the workers that answer other requests stay free.
    let matching = tokio::task::spawn_blocking(move || FreeTextReading::new(parsed, llm));
    let mut reading = matching.await.map_err(PipelineError::Interrupted)?;
    let before_model = started.elapsed();
    let asking = Asking {
        llm,
        caller: received.caller,
        deadline: deadline(app, started, llm),
    };
    read_free_text(&mut reading, models.process.as_deref(), asking).await?;
    let model_time = started.elapsed().saturating_sub(before_model);
    let read = reading.finish();
    let total = started.elapsed();
    let draft = Draft {
        company: company.as_ref(),
        model: models.name(),
        timings: Timings {
            code: milliseconds(total.saturating_sub(model_time)),
            model: milliseconds(model_time),
            total: milliseconds(total),
        },
        choices: read.choices.into_iter().map(choice_row).collect(),
        ..Draft::without_model(app, Operation::Reconcile, &ledger, received)
    };
    draft.keep(app, Summary::default(), &[], &read.answer).await
}

/// When no further question is put: the request's own limit, and sooner where the model is not
/// insisted on.
fn deadline(app: &App, started: Instant, llm: LlmUse) -> Instant {
    let limit = started + Duration::from_secs(app.limits.request_timeout_seconds);
    match llm {
        LlmUse::Always => limit,
        LlmUse::Auto | LlmUse::Never => limit.min(Instant::now() + MOST_ASKING),
    }
}

fn choice_row(choice: LineChoice) -> ChoiceRow {
    ChoiceRow {
        question: format!("open_item:{}", choice.line),
        chosen: choice.chosen,
        model: choice.model,
        options: choice.options.into_iter().map(Value::String).collect(),
        probabilities: choice.probabilities.into_iter().map(Value::from).collect(),
    }
}
