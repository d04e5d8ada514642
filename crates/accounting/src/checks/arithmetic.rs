//! The document's own sums.

use super::{Check, Subject};
use crate::catalogue::Action;
use crate::facts::{DocumentKind, Equation, Fact};
use rust_decimal::Decimal;

pub(super) fn check(subject: &Subject<'_>) -> Vec<Check> {
    let facts = subject.facts;
    let mut findings: Vec<Check> = facts
        .equations
        .iter()
        .filter(|equation| !equation.holds())
        .map(failed)
        .collect();
    let totals = &facts.totals;
    let value = |fact: &Option<Fact<Decimal>>| fact.as_ref().map(|fact| fact.value);
    let withheld = facts.withheld();
    let net = value(&totals.net).or_else(|| value(&totals.gross));
    if let Some(net) = net.filter(|net| withheld > net.abs()) {
        let path = facts
            .withholdings
            .first()
            .map(|w| w.amount.source.path.clone())
            .unwrap_or_default();
        let message = "more is withheld than the net amount";
        findings.push(Check::error("withheld_above_net", path, message).with(net, withheld));
    }
    if let (Some(prepaid), Some(gross)) = (&totals.prepaid, value(&totals.gross))
        && prepaid.value.abs() > gross.abs()
    {
        let message = "more was prepaid than the total";
        findings.push(
            Check::error("prepaid_above_gross", prepaid.source.path.as_str(), message)
                .with(gross, prepaid.value),
        );
    }
    if let Some(gross) = totals
        .gross
        .as_ref()
        .filter(|gross| gross.value.is_sign_negative())
        && matches!(
            subject.decided.action,
            Action::CreateBill | Action::CreateInvoice
        )
    {
        let message = "the total of an invoice is negative: it may be a credit note";
        findings.push(Check::review(
            "negative_total",
            gross.source.path.as_str(),
            message,
        ));
    }
    let credit = matches!(
        subject.decided.action,
        Action::CreateVendorCredit | Action::CreateCreditNote
    );
    if credit && facts.refers_to.is_none() {
        let message = "the credit note does not name the invoice that it corrects";
        findings.push(Check::review("credit_without_original", "", message));
    }
    if let Some(found) = &facts.statement_checks {
        findings.extend(found.iter().cloned());
    } else if subject.decided.kind == Some(DocumentKind::BankStatement) {
        findings.extend(super::statement_closes(facts));
    }
    findings
}

/// A sum that does not hold. On e-invoices, whose equations carry the standard's rule names, it
/// blocks; on extracted text somebody should look at it.
fn failed(equation: &Equation) -> Check {
    let code = match equation.name.as_str() {
        "net + tax = gross" => "net_plus_tax_not_gross",
        name if name.starts_with("lines") => "lines_not_total",
        "tax lines = tax" => "tax_lines_not_tax",
        "printed total = derived total"
        | "printed net = derived net"
        | "printed tax = derived tax" => "printed_total_not_used",
        "base x rate = tax" => "tax_not_base_times_rate",
        "tax bases = net" => "tax_bases_not_net",
        "tax base = amounts of its category" => "tax_base_not_lines",
        "gross - prepaid - withheld = due" => "amount_due_not_the_rest",
        _ => "sum_does_not_hold",
    };
    let message = format!(
        "{} does not hold{}",
        equation.name,
        standard(&equation.name)
    );
    let finding = if equation.name.starts_with("BR-") {
        Check::error("en16931_sum", equation.path.as_str(), message)
    } else {
        Check::review(code, equation.path.as_str(), message)
    };
    finding.with(equation.expected, equation.actual)
}

/// The rule of EN 16931-1 that the equation is.
fn standard(name: &str) -> &'static str {
    match name {
        name if name.starts_with("lines") => " (EN 16931 BR-CO-10, BR-CO-13)",
        "tax lines = tax" => " (EN 16931 BR-CO-14)",
        "net + tax = gross" => " (EN 16931 BR-CO-15)",
        "base x rate = tax" => " (EN 16931 BR-CO-17)",
        "gross - prepaid - withheld = due" => " (EN 16931 BR-CO-16)",
        _ => "",
    }
}
