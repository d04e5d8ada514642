//! A bank statement file from its body to bank lines, kept in the log.

use std::time::Instant;

use ledgergate_accounting::statement;
use tracing::instrument;

use super::PipelineError;
use super::assess::Timings;
use super::keep::{Draft, Kept, Received, repeated};
use super::request::{StatementsRequest, refuse_nul};
use crate::app::App;
use crate::store::decisions::{Operation, Summary};

/// Reads a bank statement file, and keeps the answer.
///
/// # Errors
/// [`PipelineError`] naming the field that is wrong; also when the decision could not be kept.
#[instrument(skip_all)]
pub async fn read(
    app: &App,
    request: StatementsRequest,
    received: Received<'_>,
) -> Result<Kept, PipelineError> {
    if let Some(kept) = repeated(app, Operation::Statement, &received).await? {
        return Ok(kept);
    }
    let started = Instant::now();
    refuse_nul(&request.0, "")?;
    // Large files take a second; the workers that answer other requests stay free.
    let reading = tokio::task::spawn_blocking(move || {
        let read = statement::read_statements(&request.0);
        (request, read)
    });
    let (request, read) = reading.await.map_err(PipelineError::Interrupted)?;
    let content = read.map_err(PipelineError::Input)?;
    let company = statement::company_of(&request.0).map_err(PipelineError::Input)?;
    let draft = Draft {
        company: company.as_ref(),
        timings: Timings::of_code(started.elapsed()),
        ..Draft::without_model(app, Operation::Statement, &request.0, received)
    };
    let summary = Summary::of_checks(content.is_valid());
    draft.keep(app, summary, content.checks(), &content).await
}
