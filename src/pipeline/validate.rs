//! A document, an entry or a statement from its body to checks, kept in the log.

use std::time::Instant;

use ledgergate_accounting::company::Company;
use ledgergate_accounting::document::Document;
use ledgergate_accounting::validate::{self, ValidationReply};
use serde_json::Value;
use tracing::instrument;

use super::PipelineError;
use super::assess::{Timings, in_company};
use super::keep::{Draft, Kept, Received, repeated};
use super::request::{ValidationRequest, refuse_nul};
use crate::app::App;
use crate::store::decisions::{Operation, Summary};

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
    let started = Instant::now();
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
    let subject = [&request.document, &request.entry, &request.statement]
        .into_iter()
        .find_map(Option::as_ref)
        .unwrap_or(&Value::Null);
    let draft = Draft {
        company: Some(&company),
        timings: Timings::of_code(started.elapsed()),
        ..Draft::without_model(app, Operation::Validate, subject, received)
    };
    let summary = Summary::of_checks(content.valid);
    draft.keep(app, summary, &content.checks, &content).await
}
