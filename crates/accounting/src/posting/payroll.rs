//! Payroll runs and tax returns.

use rust_decimal::Decimal;

use super::draft::{Draft, Figures};
use super::invoice::scaled;
use super::{Context, Posting, PostingError};
use crate::chart::Role;
use crate::checks::Check;
use crate::facts::AmountConcept;

/// The sum of what the document labels as `concept`, `None` where it does not.
pub(super) fn stated(context: &Context<'_>, concept: AmountConcept) -> Option<Decimal> {
    let mut amounts = context
        .facts
        .amounts
        .iter()
        .filter(|amount| amount.concept == concept)
        .peekable();
    amounts.peek()?;
    let sum: Decimal = amounts.map(|amount| amount.amount.value.abs()).sum();
    Some(scaled(sum, context.currency))
}

/// Dr wages + employer's contributions / Cr net pay, wage tax, social security (both shares) and
/// other deductions.
pub(super) fn payroll(context: &Context<'_>) -> Result<Posting, PostingError> {
    let of = |concept| stated(context, concept);
    let part = |concept| of(concept).unwrap_or(Decimal::ZERO);
    let tax = part(AmountConcept::PayrollTax);
    let employee = part(AmountConcept::EmployeeSocial);
    let own_share = part(AmountConcept::EmployerSocial);
    let deductions = part(AmountConcept::PayrollDeduction);
    let kept = tax + employee + deductions;
    let total = || context.facts.totals.gross.as_ref().map(|gross| gross.value);
    // Either of gross and net follows from the other and what is kept back.
    let gross = of(AmountConcept::GrossPay)
        .or_else(|| of(AmountConcept::NetPay).map(|net| net + kept))
        .or_else(|| total().map(|gross| scaled(gross, context.currency)))
        .ok_or(PostingError::NoAmount("gross pay"))?;
    let net = of(AmountConcept::NetPay).unwrap_or(gross - kept);
    let text = "Payroll";
    let lines = vec![
        Draft::debit(Role::Wages, gross, text),
        Draft::debit(
            Role::EmployerContributions,
            own_share,
            "Employer's contributions",
        ),
        Draft::credit(Role::PayrollPayable, net, "Net pay"),
        Draft::credit(Role::PayrollTaxPayable, tax, "Wage tax"),
        Draft::credit(
            Role::SocialSecurityPayable,
            employee + own_share,
            "Social security",
        ),
        Draft::credit(Role::AccruedExpenses, deductions, "Other deductions"),
    ];
    let mut posting = context.posting(lines, Figures::gross(gross))?;
    if of(AmountConcept::NetPay).is_none() || of(AmountConcept::GrossPay).is_none() {
        // Only both together prove that no deduction was overlooked.
        let message = "gross and net pay are not both stated: one is derived from the other";
        posting
            .findings
            .push(Check::review("pay_not_proved", "", message));
    }
    Ok(posting)
}

/// Dr output tax / Cr input tax, the difference to tax payable.
pub(super) fn tax_return(context: &Context<'_>) -> Result<Posting, PostingError> {
    let output = stated(context, AmountConcept::OutputTax);
    let input = stated(context, AmountConcept::InputTax);
    let payable = stated(context, AmountConcept::TaxPayable);
    let credit = stated(context, AmountConcept::TaxCredit);
    let difference = payable.or_else(|| credit.map(|credit| -credit));
    // Two of the three figures give the third.
    let (output, input) = match (output, input, difference) {
        (Some(output), Some(input), _) => (output, input),
        (Some(output), None, Some(difference)) => (output, output - difference),
        (None, Some(input), Some(difference)) => (input + difference, input),
        (Some(output), None, None) => (output, Decimal::ZERO),
        (None, Some(input), None) => (Decimal::ZERO, input),
        (None, None, _) => return Err(PostingError::NoAmount("output or input tax")),
    };
    let owed = output - input;
    let text = "Tax return";
    let lines = vec![
        Draft::debit(Role::OutputTax, output, text),
        Draft::credit(Role::InputTax, input, text),
        Draft::credit(Role::TaxPayable, owed, text),
    ];
    let mut posting = context.posting(lines, Figures::gross(owed))?;
    if let Some(printed) = difference.filter(|printed| printed.abs() != owed.abs()) {
        let message = "output tax less input tax is not the printed difference";
        posting.findings.push(
            Check::review("tax_return_difference", "", message).with(owed.abs(), printed.abs()),
        );
    }
    Ok(posting)
}
