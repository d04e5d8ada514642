//! The cells as a table.

use std::collections::BTreeSet;

use csv::{Terminator, WriterBuilder};
use serde_json::Value;

use super::AccuracyReport;
use super::figures::Figures;

const FIGURES: [&str; 19] = [
    "decisions",
    "n",
    "correct",
    "status",
    "p",
    "lo",
    "hi",
    "unlabelled_share",
    "stp_n",
    "stp",
    "stp_lo",
    "stp_hi",
    "override_n",
    "override_rate",
    "override_lo",
    "override_hi",
    "auto_error_n",
    "auto_error",
    "auto_error_upper",
];

pub(super) fn cells(report: &AccuracyReport) -> Result<String, std::io::Error> {
    let currencies: BTreeSet<&str> = report
        .whole
        .amount_error
        .iter()
        .map(|amount| amount.currency.as_str())
        .collect();
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer(Vec::new());
    let mut heading: Vec<String> = report
        .by
        .iter()
        .map(|dimension| dimension.code().to_owned())
        .collect();
    heading.extend(FIGURES.map(str::to_owned));
    for currency in &currencies {
        heading.push(format!("labelled_{currency}"));
        heading.push(format!("wrong_{currency}"));
    }
    writer.write_record(&heading)?;
    for cell in &report.cells {
        let mut row: Vec<String> = cell.keys.values().map(key).collect();
        row.extend(figures(&cell.figures));
        for currency in &currencies {
            let amounts = &cell.figures.amount_error;
            let found = amounts.iter().find(|amount| amount.currency == *currency);
            row.push(found.map_or_else(String::new, |amount| amount.labelled.to_string()));
            row.push(found.map_or_else(String::new, |amount| amount.wrong.to_string()));
        }
        writer.write_record(&row)?;
    }
    let bytes = writer
        .into_inner()
        .map_err(csv::IntoInnerError::into_error)?;
    String::from_utf8(bytes).map_err(std::io::Error::other)
}

/// A key's text. A spreadsheet takes one that begins like a formula for one, and runs it; an
/// apostrophe before it makes it a text.
fn key(value: &Value) -> String {
    let text = value.as_str().unwrap_or_default();
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

fn figures(figures: &Figures) -> [String; 19] {
    let or_empty =
        |figure: Option<f64>| figure.map_or_else(String::new, |figure| figure.to_string());
    let (stp, changed, auto) = (&figures.stp, &figures.override_rate, &figures.auto_error);
    [
        figures.decisions.to_string(),
        figures.n.to_string(),
        figures.correct.to_string(),
        figures.status.to_string(),
        or_empty(figures.p),
        or_empty(figures.lo),
        or_empty(figures.hi),
        or_empty(figures.unlabelled_share),
        stp.n.to_string(),
        or_empty(stp.p),
        or_empty(stp.lo),
        or_empty(stp.hi),
        changed.n.to_string(),
        or_empty(changed.p),
        or_empty(changed.lo),
        or_empty(changed.hi),
        auto.n.to_string(),
        or_empty(auto.p),
        or_empty(auto.upper),
    ]
}
