//! The checks of a file: balances, the sums that a bank states, pages that follow one another.

use rust_decimal::Decimal;

use super::format::StatementFormat;
use super::model::Statement;
use crate::checks::Check;

/// All findings on the statements of one file.
pub(super) fn check(statements: &[Statement], format: StatementFormat) -> Vec<Check> {
    let mut findings = Vec::new();
    for statement in statements {
        findings.extend(other_currency(statement, format));
        findings.extend(closes(statement, format));
        findings.extend(not_booked(statement, format));
    }
    for pair in statements.windows(2) {
        if let [before, after] = pair {
            findings.extend(follows(before, after, format));
        }
    }
    findings
}

/// Opening balance and lines give the closing balance.
fn closes(statement: &Statement, format: StatementFormat) -> Option<Check> {
    let path = || statement.place.path(format);
    let (Some(opening), Some(closing)) = (&statement.opening, &statement.closing) else {
        let missing = match (&statement.opening, &statement.closing) {
            (None, Some(_)) => "opening balance",
            (Some(_), None) => "closing balance",
            _ => "balance",
        };
        let message = format!("no {missing} is stated, so that the lines are checked against none");
        return Some(Check::warning("balance_not_stated", path(), message));
    };
    if has_other_currency(statement) {
        return None;
    }
    let moved: Decimal = statement.lines.iter().map(|line| line.amount).sum();
    let expected = opening.amount + moved;
    (expected != closing.amount).then(|| {
        let message = "opening balance and movements do not give the closing balance";
        Check::error(
            "statement_does_not_close",
            closing.place.path(format),
            message,
        )
        .with(expected, closing.amount)
    })
}

fn has_other_currency(statement: &Statement) -> bool {
    statement
        .lines
        .iter()
        .any(|line| line.currency != statement.currency)
}

fn other_currency(statement: &Statement, format: StatementFormat) -> Option<Check> {
    let line = statement
        .lines
        .iter()
        .find(|line| line.currency != statement.currency)?;
    let message = "a line is in another currency than the account, so that the balances \
                   cannot be checked";
    Some(
        Check::review("line_in_other_currency", line.place.path(format), message)
            .with(statement.currency, line.currency),
    )
}

fn not_booked(statement: &Statement, format: StatementFormat) -> Option<Check> {
    let first = statement.not_booked.first()?;
    let message = format!(
        "{} records change no balance: pending, for information, or of zero",
        statement.not_booked.len()
    );
    Some(Check::warning(
        "records_not_booked",
        first.place.path(format),
        message,
    ))
}

/// Statements of one account follow one another without a gap; the pages of one must.
fn follows(before: &Statement, after: &Statement, format: StatementFormat) -> Option<Check> {
    let is_same = before.account == after.account && before.currency == after.currency;
    let (closing, opening) = (before.closing.as_ref()?, after.opening.as_ref()?);
    let is_later = closing.date <= opening.date || closing.is_intermediate;
    if !is_same || before.account.is_none() || !is_later || closing.amount == opening.amount {
        return None;
    }
    let place = opening.place.path(format);
    let check = if closing.is_intermediate || opening.is_intermediate {
        let message = "the page does not begin with the balance that the page before it ends with";
        Check::error("page_does_not_follow", place, message)
    } else {
        let message = "the statement does not begin with the balance of the one before it: one \
                       may be missing between them";
        Check::review("statement_does_not_follow", place, message)
    };
    Some(check.with(closing.amount, opening.amount))
}
