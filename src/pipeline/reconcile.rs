//! Bank lines and open items from their body to matches, kept in the log.

use std::time::Instant;

use ledgergate_accounting::reconciliation::{self, Request};
use tracing::instrument;

use super::PipelineError;
use super::assess::{Timings, milliseconds};
use super::keep::{Draft, Kept, Received, repeated};
use super::request::{ReconciliationRequest, refuse_nul};
use crate::app::App;
use crate::store::decisions::{Operation, Summary};

/// Matches bank lines with open items, and keeps the answer.
///
/// # Errors
/// [`PipelineError`] naming the field that is wrong; also when the decision could not be kept.
#[instrument(skip_all)]
pub async fn reconcile(
    app: &App,
    request: &ReconciliationRequest,
    received: Received<'_>,
) -> Result<Kept, PipelineError> {
    if let Some(kept) = repeated(app, Operation::Reconcile, &received).await? {
        return Ok(kept);
    }
    let started = Instant::now();
    refuse_nul(&request.0, "")?;
    let ledger = Request::from_json(&request.0).map_err(PipelineError::Input)?;
    let company = ledger.company().cloned();
    // Large statements take seconds; the workers that answer other requests stay free.
    let matching = tokio::task::spawn_blocking(move || reconciliation::reconcile(&ledger));
    let content = matching.await.map_err(PipelineError::Interrupted)?;
    let elapsed = milliseconds(started.elapsed());
    let draft = Draft {
        operation: Operation::Reconcile,
        company: company.as_ref(),
        model: None,
        document: &request.0,
        timings: Timings {
            code: elapsed,
            model: 0.0,
            total: elapsed,
        },
        choices: Vec::new(),
        received,
    };
    draft.keep(app, Summary::default(), &[], &content).await
}
