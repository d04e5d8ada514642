//! What the readers of the formats give, and the one way from a file's text to its statements.

use super::checks;
use super::csv::CsvMapping;
use super::draft::{LineIds, StatementDraft};
use super::error::StatementError;
use super::format::StatementFormat;
use super::model::{Detail, StatementFile};
use super::{camt053, csv, mt940, ofx};
use crate::checks::Check;

/// Most bytes of a file.
pub const MAXIMUM_STATEMENT_BYTES: usize = 10 * 1024 * 1024;
/// Most lines of all statements of a file together.
pub const MAXIMUM_STATEMENT_LINES: usize = 50_000;

/// A file as its format's reader found it.
#[derive(Debug, Default)]
pub(super) struct ReadFile {
    pub(super) statements: Vec<StatementDraft>,
    /// What belongs to no statement.
    pub(super) details: Vec<(String, String)>,
    /// Findings that only the format's reader can make.
    pub(super) checks: Vec<Check>,
}

/// A file's text with what is known of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct StatementText<'a> {
    pub(super) format: StatementFormat,
    pub(super) text: &'a str,
    pub(super) charset: &'a str,
    pub(super) mapping: Option<&'a CsvMapping>,
}

/// Reads a file.
///
/// # Errors
/// [`StatementError`] for a file beyond the limits and for the first record that cannot be read.
pub(super) fn read(file: StatementText<'_>) -> Result<StatementFile, StatementError> {
    let StatementText { format, text, .. } = file;
    if text.len() > MAXIMUM_STATEMENT_BYTES {
        let message = format!(
            "the file has {} bytes, more than {MAXIMUM_STATEMENT_BYTES}",
            text.len()
        );
        return Err(StatementError::File(message));
    }
    if text.contains('\0') {
        let message = "the file has the character U+0000, which no statement has";
        return Err(StatementError::File(message.to_owned()));
    }
    let found = match format {
        StatementFormat::Mt940 => mt940::read(text)?,
        StatementFormat::Camt053 => camt053::read(text)?,
        StatementFormat::Ofx => ofx::read(text)?,
        StatementFormat::Csv => csv::read(text, file.mapping)?,
    };
    let lines: usize = found.statements.iter().map(|draft| draft.lines.len()).sum();
    if lines > MAXIMUM_STATEMENT_LINES {
        let message = format!("the file has {lines} lines, more than {MAXIMUM_STATEMENT_LINES}");
        return Err(StatementError::File(message));
    }
    let mut ids = LineIds::default();
    let mut statements = Vec::with_capacity(found.statements.len());
    for draft in found.statements {
        statements.push(draft.finish(&mut ids)?);
    }
    let findings = checks::check(&statements, format);
    let details = found.details.into_iter();
    let file = StatementFile {
        format,
        charset: file.charset.to_owned(),
        statements,
        details: details
            .map(|(name, value)| Detail::of_whole(name, value))
            .collect(),
        valid: true,
        checks: Vec::new(),
    };
    Ok(file.and_checks(found.checks.into_iter().chain(findings)))
}
