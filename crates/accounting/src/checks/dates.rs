//! Dates that do not fit one another or the day.

use jiff::{Span, ToSpan};

use super::{Check, Subject};
use crate::catalogue::Action;

/// An issue date further ahead than this is doubtful.
const DAYS_AHEAD: i64 = 7;
/// An older document is worth a remark.
const MONTHS_BACK: i64 = 18;

pub(super) fn check(subject: &Subject<'_>) -> Vec<Check> {
    let facts = subject.facts;
    let mut findings = Vec::new();
    let invoice = matches!(
        subject.decided.action,
        Action::CreateBill | Action::CreateInvoice
    );
    let Some(issue) = &facts.issue_date else {
        return findings;
    };
    let path = issue.source.path.as_str();
    if let Some(due) = &facts.due_date
        && due.value < issue.value
    {
        let message = "the document is due before it was issued";
        findings.push(
            Check::review("due_before_issue", due.source.path.as_str(), message)
                .with(format!("on or after {}", issue.value), due.value),
        );
    }
    let shifted = |span: Span| subject.today.saturating_add(span);
    let latest = shifted(DAYS_AHEAD.days());
    if issue.value > latest {
        let message = "the document is dated in the future";
        findings.push(
            Check::review("issued_in_future", path, message)
                .with(format!("on or before {latest}"), issue.value),
        );
    }
    let earliest = shifted(-MONTHS_BACK.months());
    if issue.value < earliest {
        let message = "the document is older than 18 months";
        findings.push(
            Check::warning("old_document", path, message)
                .with(format!("on or after {earliest}"), issue.value),
        );
    }
    if invoice && facts.due_date.is_none() && facts.paid.as_ref().is_none_or(|paid| !paid.value) {
        findings.push(Check::warning("no_due_date", "", "no due date is stated"));
    }
    findings
}
