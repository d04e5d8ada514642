//! Bills and invoices, credit notes, receipts and write-offs.

use rust_decimal::Decimal;

use super::draft::{Draft, Figures, swapped};
use super::{Context, Posting, PostingError, posting_date};
use crate::chart::{Role, Side};
use crate::checks::Check;
use crate::determination::perspective::OurSide;
use crate::facts::{DocumentKind, PaymentMeans, TaxCategory, TaxLineFact};
use crate::money::Currency;
use crate::tax::{self, standard_rate};

/// The document's totals, with what follows from two of them.
pub(super) fn figures(context: &Context<'_>) -> Result<Figures, PostingError> {
    let totals = &context.facts.totals;
    let value = |fact: &Option<crate::facts::Fact<Decimal>>| fact.as_ref().map(|fact| fact.value);
    let (net, tax) = (value(&totals.net), value(&totals.tax));
    let sum = net.zip(tax).map(|(net, tax)| net + tax);
    let gross = value(&totals.gross)
        .or(sum)
        .or_else(|| value(&totals.amount_due))
        .ok_or(PostingError::NoAmount("total"))?;
    let tax = tax.or_else(|| net.map(|net| gross - net));
    let net = net.or_else(|| tax.map(|tax| gross - tax));
    let places = |amount: Decimal| scaled(amount, context.currency);
    Ok(Figures {
        net: net.map(places),
        tax: tax.map(places),
        gross: Some(places(gross)),
    })
}

/// An amount in whole minor units. A printed amount with more decimals (a unit-price sum) is
/// rounded for posting; the printed figure stays in the facts.
pub(super) fn scaled(amount: Decimal, currency: Currency) -> Decimal {
    currency.round(amount)
}

fn gross_of(figures: &Figures) -> Result<Decimal, PostingError> {
    figures
        .gross
        .filter(|gross| !gross.is_zero())
        .ok_or(PostingError::NoAmount("total"))
}

/// Dr expense + tax / Cr payables, or Dr receivables / Cr sales + tax.
pub(super) fn invoice(context: &Context<'_>) -> Result<Posting, PostingError> {
    let figures = figures(context)?;
    let gross = gross_of(&figures)?;
    let buying = context.decided.side != Some(OurSide::Seller);
    let mut posting = context.posting(Vec::new(), figures)?;
    let outer = if buying { Side::Credit } else { Side::Debit };
    posting.lines = counter_lines(context, &figures, outer.swapped());
    posting.lines.extend(tax_lines(context, &figures, buying));
    posting.lines.extend(control_lines(context, gross, outer));
    if buying {
        self_assess(context, &mut posting);
    }
    Ok(posting)
}

/// A credit note is the invoice with its sides swapped; our own goes to sales returns.
pub(super) fn credit(context: &Context<'_>) -> Result<Posting, PostingError> {
    let mut posting = invoice(context)?;
    posting.lines = swapped(posting.lines);
    Ok(posting)
}

/// The part of the document that is neither tax nor control account.
fn counter_lines(context: &Context<'_>, figures: &Figures, side: Side) -> Vec<Draft> {
    let Some(gross) = figures.gross else {
        return Vec::new();
    };
    let net = figures.net.unwrap_or(gross);
    let text = description(context);
    let selling = context.decided.side == Some(OurSide::Seller);
    let advance = context.decided.kind == Some(DocumentKind::DepositInvoice);
    let fixed = match (advance, selling) {
        (true, true) => Some(Role::DeferredRevenue),
        (true, false) => Some(Role::VendorDeposits),
        _ if context.decided.kind == Some(DocumentKind::CreditNote) && selling => {
            Some(Role::SalesReturns)
        }
        _ => None,
    };
    if let Some(role) = fixed {
        return vec![Draft::new(role, side, net, text)];
    }
    split(context, net, side, &text)
}

/// Splits the net over the planned accounts in proportion to their lines; the cent left over
/// goes to the largest.
fn split(context: &Context<'_>, net: Decimal, side: Side, text: &str) -> Vec<Draft> {
    let shares = &context.accounts.shares;
    let default = Role::ServicesExpense;
    let Some(main) = context.accounts.main() else {
        return vec![Draft::new(default, side, net, text)];
    };
    let total: Decimal = shares.iter().map(|share| share.amount).sum();
    if shares.len() == 1 || total.is_zero() {
        return vec![Draft::new(main.target.clone(), side, net, text)];
    }
    // Parts of opposite signs can add up to next to nothing: then nothing can be split.
    let part = |amount: Decimal| {
        let part = net.checked_mul(amount)?.checked_div(total)?;
        (part.abs() <= net.abs()).then(|| context.currency.round(part))
    };
    let mut lines = Vec::new();
    let mut rest = net;
    for share in shares
        .iter()
        .filter(|share| share.target != main.target || share.source != main.source)
    {
        let Some(amount) = part(share.amount) else {
            return vec![Draft::new(main.target.clone(), side, net, text)];
        };
        rest -= amount;
        lines.push(Draft::new(share.target.clone(), side, amount, text));
    }
    lines.insert(0, Draft::new(main.target.clone(), side, rest, text));
    lines
}

fn tax_lines(context: &Context<'_>, figures: &Figures, buying: bool) -> Vec<Draft> {
    let Some(tax) = figures
        .tax
        .filter(|tax| !tax.is_zero() && figures.net.is_some())
    else {
        return Vec::new();
    };
    if !buying {
        return vec![Draft::credit(Role::OutputTax, tax, "Output tax").taxed()];
    }
    let cost = tax_that_is_cost(context, tax);
    let chart = context.company.chart();
    // A chart without an account for it has the tax in the cost of what was bought.
    let target = match context.accounts.main() {
        Some(main) if chart.account_for(Role::NonRecoverableTax).is_err() => main.target.clone(),
        _ => Role::NonRecoverableTax.into(),
    };
    vec![
        Draft::debit(Role::InputTax, tax - cost, "Input tax").taxed(),
        Draft::debit(target, cost, "Tax that is not recoverable").taxed(),
    ]
}

/// The part of a bill's tax that the buyer does not get back: all of it without the right to
/// deduct, else the taxes that nobody deducts (a province's sales tax beside the federal one).
fn tax_that_is_cost(context: &Context<'_>, tax: Decimal) -> Decimal {
    if !context.company.policy().recovers_input_tax {
        return tax;
    }
    let regime = tax::regime(context.company.country()).filter(|regime| regime.is_deductible());
    let (Some(regime), Some(day)) = (regime, posting_date(context.facts)) else {
        return Decimal::ZERO;
    };
    let stays = |line: &&TaxLineFact| {
        line.rate
            .as_ref()
            .is_some_and(|rate| regime.stays_a_cost(rate.value, day))
    };
    let lines = context.facts.tax_lines.iter().filter(stays);
    let cost: Decimal = lines
        .filter_map(|line| line.amount.as_ref())
        .map(|amount| scaled(amount.value, context.currency))
        .sum();
    // Never more than the printed total.
    if cost.abs() > tax.abs() { tax } else { cost }
}

/// The control account less what is withheld and what was prepaid, each on its own account, and
/// the rounding of the payable amount.
fn control_lines(context: &Context<'_>, gross: Decimal, side: Side) -> Vec<Draft> {
    let currency = context.currency;
    let totals = &context.facts.totals;
    let amount = |fact: &Option<crate::facts::Fact<Decimal>>| {
        fact.as_ref()
            .map_or(Decimal::ZERO, |fact| scaled(fact.value, currency))
    };
    let (prepaid, rounding) = (amount(&totals.prepaid), amount(&totals.rounding));
    let withheld = scaled(context.facts.withheld(), currency);
    let buying = side == Side::Credit;
    let (control, deposits, withholding) = if buying {
        (
            Role::ApControl,
            Role::VendorDeposits,
            Role::WithholdingTaxPayable,
        )
    } else {
        (
            Role::ArControl,
            Role::CustomerDeposits,
            Role::WithholdingTaxReceivable,
        )
    };
    let text = description(context);
    let rest = gross - prepaid - withheld + rounding;
    let mut lines = vec![
        Draft::new(control, side, rest, text).of(context.decided.party_name()),
        Draft::new(deposits, side, prepaid, "Prepaid"),
        Draft::new(withholding, side, withheld, "Withholding tax"),
    ];
    if !rounding.is_zero() {
        lines.push(Draft::new(
            Role::RoundingDifference,
            side.swapped(),
            rounding,
            "Rounding",
        ));
    }
    lines
}

/// The amount on which we owe tax as the buyer (reverse charge, intra-community acquisition).
fn self_assessed_base(context: &Context<'_>) -> Option<Decimal> {
    let facts = context.facts;
    if facts
        .totals
        .tax
        .as_ref()
        .is_some_and(|tax| !tax.value.is_zero())
        && !facts
            .tax_lines
            .iter()
            .any(|line| line.amount.as_ref().is_some_and(|a| a.value.is_zero()))
    {
        return None;
    }
    let is_ours = |category| matches!(category, Some(TaxCategory::AE | TaxCategory::K));
    let lines: Vec<_> = facts
        .tax_lines
        .iter()
        .filter(|line| is_ours(line.category))
        .collect();
    if lines.is_empty() {
        return None;
    }
    let base: Decimal = lines
        .iter()
        .filter_map(|line| line.base.as_ref())
        .map(|b| b.value)
        .sum();
    if base.is_zero() {
        facts.totals.net.as_ref().map(|net| net.value)
    } else {
        Some(base)
    }
}

/// Dr reverse-charge input tax / Cr reverse-charge output tax at the buyer's domestic standard
/// rate (Council Directive 2006/112/EC, articles 194 to 200).
fn self_assess(context: &Context<'_>, posting: &mut Posting) {
    let Some(base) = self_assessed_base(context) else {
        return;
    };
    let country = context.company.country();
    let Some(rate) = standard_rate(country, posting.date) else {
        let message = format!("the buyer owes the tax, but no standard rate of {country} is known");
        posting
            .findings
            .push(Check::review("no_domestic_rate", "", message));
        return;
    };
    let tax = context.currency.round(base * rate / Decimal::ONE_HUNDRED);
    let text = format!("Self-assessed at {rate} %");
    let input = if context.company.policy().recovers_input_tax {
        Role::ReverseChargeInputTax
    } else {
        Role::NonRecoverableTax
    };
    posting.lines.push(Draft::debit(input, tax, text.clone()));
    posting
        .lines
        .push(Draft::credit(Role::ReverseChargeOutputTax, tax, text));
}

/// Dr expense + tax / Cr what paid it; an employee's claim is owed to the employee.
pub(super) fn expense(context: &Context<'_>) -> Result<Posting, PostingError> {
    let figures = figures(context)?;
    let gross = gross_of(&figures)?;
    let mut posting = context.posting(Vec::new(), figures)?;
    posting.lines = counter_lines(context, &figures, Side::Debit);
    posting.lines.extend(tax_lines(context, &figures, true));
    let means = context
        .facts
        .payment_means
        .as_ref()
        .map(|means| means.value);
    let paid_by = match (context.decided.kind, means) {
        (Some(DocumentKind::ExpenseClaim), _) => Role::ApControl,
        (_, Some(PaymentMeans::Card | PaymentMeans::Wallet)) => Role::CreditCard,
        (_, Some(PaymentMeans::Cash)) => Role::Cash,
        (_, Some(PaymentMeans::Bank)) => Role::Bank,
        (_, None) => {
            let message = "the receipt does not say how it was paid; cash is assumed";
            posting
                .findings
                .push(Check::review("payment_means_unknown", "", message));
            Role::Cash
        }
    };
    let party = context.decided.party_name();
    posting
        .lines
        .push(Draft::credit(paid_by, gross, description(context)).of(party));
    Ok(posting)
}

/// Dr what was received / Cr sales + tax.
pub(super) fn sales_receipt(context: &Context<'_>) -> Result<Posting, PostingError> {
    let figures = figures(context)?;
    let gross = gross_of(&figures)?;
    let mut posting = context.posting(Vec::new(), figures)?;
    let means = context
        .facts
        .payment_means
        .as_ref()
        .map(|means| means.value);
    let received = match means {
        Some(PaymentMeans::Bank) => Role::Bank,
        Some(PaymentMeans::Card | PaymentMeans::Wallet) => Role::UndepositedFunds,
        Some(PaymentMeans::Cash) | None => Role::Cash,
    };
    posting
        .lines
        .push(Draft::debit(received, gross, description(context)));
    posting
        .lines
        .extend(counter_lines(context, &figures, Side::Credit));
    posting.lines.extend(tax_lines(context, &figures, false));
    Ok(posting)
}

/// Dr bad debt + output tax where relief is stated / Cr receivables.
pub(super) fn write_off(context: &Context<'_>) -> Result<Posting, PostingError> {
    let figures = match figures(context) {
        Ok(figures) => figures,
        Err(_) => Figures::gross(super::voucher::stated_amount(context)?),
    };
    let gross = gross_of(&figures)?;
    let tax = figures.tax.unwrap_or(Decimal::ZERO);
    let party = context.decided.party_name();
    let lines = vec![
        Draft::debit(Role::BadDebt, gross - tax, "Bad debt"),
        Draft::debit(Role::OutputTax, tax, "Tax relief").taxed(),
        Draft::credit(Role::ArControl, gross, description(context)).of(party),
    ];
    context.posting(lines, figures)
}

/// What the lines say: the document's number and its first line.
pub(super) fn description(context: &Context<'_>) -> String {
    let number = context
        .facts
        .number
        .as_ref()
        .map(|number| number.value.as_str());
    let line = context
        .facts
        .lines
        .iter()
        .find_map(|line| line.description.as_ref())
        .map(|text| text.value.as_str());
    let words: Vec<&str> = number.into_iter().chain(line).collect();
    words.join(" ").chars().take(120).collect()
}
