//! A bank statement file from its body to bank lines, kept in the log.

use std::time::Instant;

use ledgergate_accounting::statement;
use tracing::instrument;

use super::PipelineError;
use super::assess::{Timings, milliseconds};
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
    let elapsed = milliseconds(started.elapsed());
    let draft = Draft {
        operation: Operation::Statement,
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
    let summary = Summary {
        valid: Some(content.is_valid()),
        ..Summary::default()
    };
    draft.keep(app, summary, content.checks(), &content).await
}
