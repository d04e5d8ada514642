//! Fixed assets: acquisition, depreciation, disposal.

use rust_decimal::Decimal;

use super::draft::{Draft, Figures};
use super::invoice::{description, figures, scaled};
use super::payroll::stated;
use super::{Context, Posting, PostingError};
use crate::chart::Role;
use crate::checks::Check;
use crate::determination::bank::words;
use crate::facts::{AmountConcept, PaymentMeans};
use crate::lexicon::expense_roles;

fn asset_role(context: &Context<'_>) -> Role {
    let text = format!("{} {}", description(context), words(context.facts));
    let is_vehicle = expense_roles(&text)
        .iter()
        .any(|hit| hit.meaning == Role::FixedAssetVehicles);
    if is_vehicle {
        Role::FixedAssetVehicles
    } else {
        Role::FixedAssetEquipment
    }
}

/// Dr asset + tax / Cr payables, or bank where it is paid.
pub(super) fn acquire(context: &Context<'_>) -> Result<Posting, PostingError> {
    let figures = match (figures(context), stated(context, AmountConcept::AssetCost)) {
        (Ok(figures), _) => figures,
        (Err(_), Some(cost)) => Figures::gross(cost),
        (Err(error), None) => return Err(error),
    };
    let gross = figures.gross.ok_or(PostingError::NoAmount("cost"))?;
    let tax = figures.tax.unwrap_or(Decimal::ZERO);
    let paid = context.facts.paid.as_ref().is_some_and(|paid| paid.value);
    let from = match context
        .facts
        .payment_means
        .as_ref()
        .map(|means| means.value)
    {
        _ if !paid => Role::ApControl,
        Some(PaymentMeans::Card | PaymentMeans::Wallet) => Role::CreditCard,
        Some(PaymentMeans::Cash) => Role::Cash,
        _ => Role::Bank,
    };
    let recovers = context.company.policy().recovers_input_tax;
    let cost = if recovers { gross - tax } else { gross };
    let input = if recovers { tax } else { Decimal::ZERO };
    let text = description(context);
    let lines = vec![
        Draft::debit(asset_role(context), cost, text.clone()),
        Draft::debit(Role::InputTax, input, "Input tax").taxed(),
        Draft::credit(from, gross, text).of(context.decided.party_name()),
    ];
    context.posting(lines, figures)
}

/// Dr depreciation / Cr accumulated depreciation: the stated amount, else straight line
/// (IAS 16.62): (cost - residual value) / months of useful life.
pub(super) fn depreciate(context: &Context<'_>) -> Result<Posting, PostingError> {
    let amount = depreciation(context)?;
    let text = words(context.facts);
    let text: String = if text.is_empty() {
        "Depreciation".to_owned()
    } else {
        text
    };
    let text: String = text.chars().take(120).collect();
    let lines = vec![
        Draft::debit(Role::Depreciation, amount, text.clone()),
        Draft::credit(Role::AccumulatedDepreciation, amount, text),
    ];
    context.posting(lines, Figures::gross(amount))
}

fn depreciation(context: &Context<'_>) -> Result<Decimal, PostingError> {
    if let Some(amount) = stated(context, AmountConcept::Depreciation) {
        return Ok(amount);
    }
    let straight_line = || {
        let cost = stated(context, AmountConcept::AssetCost)?;
        let residual = stated(context, AmountConcept::ResidualValue).unwrap_or(Decimal::ZERO);
        let life = context.facts.useful_life_months.as_ref()?.value;
        let months = Decimal::from(months_of_period(context));
        ((cost - residual) * months)
            .checked_div(life)
            .map(|amount| scaled(amount, context.currency))
    };
    straight_line()
        .filter(|amount| *amount > Decimal::ZERO)
        .or_else(|| super::voucher::stated_amount(context).ok())
        .ok_or(PostingError::NoAmount(
            "depreciation, or cost and useful life",
        ))
}

/// Whole months of the period, one where the document names none.
fn months_of_period(context: &Context<'_>) -> i32 {
    let facts = context.facts;
    let (Some(start), Some(end)) = (&facts.period_start, &facts.period_end) else {
        return 1;
    };
    let (start, end) = (start.value, end.value);
    let months = (i32::from(end.year()) - i32::from(start.year())) * 12 + i32::from(end.month())
        - i32::from(start.month())
        + 1;
    months.max(1)
}

/// Dr proceeds + accumulated depreciation / Cr asset + output tax; the balance is the gain, or
/// the loss on the same account's other side (IAS 16.68).
pub(super) fn dispose(context: &Context<'_>) -> Result<Posting, PostingError> {
    let cost = stated(context, AmountConcept::AssetCost)
        .ok_or(PostingError::NoAmount("cost of the asset"))?;
    let book = stated(context, AmountConcept::BookValue);
    let accumulated = stated(context, AmountConcept::AccumulatedDepreciation)
        .or_else(|| book.map(|book| cost - book))
        .ok_or(PostingError::NoAmount(
            "accumulated depreciation or book value",
        ))?;
    let tax = context
        .facts
        .totals
        .tax
        .as_ref()
        .map_or(Decimal::ZERO, |tax| scaled(tax.value, context.currency));
    let net = stated(context, AmountConcept::Proceeds);
    let total = context.facts.totals.gross.as_ref().map(|gross| gross.value);
    let gross = total
        .or_else(|| net.map(|net| net + tax))
        .unwrap_or(Decimal::ZERO);
    let gross = scaled(gross, context.currency);
    let gain = gross - tax + accumulated - cost;
    // Sold to a named buyer without a word of payment, it is owed; otherwise the money is here.
    let owed = context.decided.counterparty.is_some()
        && context.facts.paid.is_none()
        && context.facts.payment_means.is_none()
        && context.facts.due_date.is_some();
    let received = if owed { Role::ArControl } else { Role::Bank };
    let text = description(context);
    let lines = vec![
        Draft::debit(received, gross, text.clone()),
        Draft::debit(Role::AccumulatedDepreciation, accumulated, text.clone()),
        Draft::credit(asset_role(context), cost, text.clone()),
        Draft::credit(Role::OutputTax, tax, "Output tax").taxed(),
        Draft::credit(Role::GainOnDisposal, gain, text),
    ];
    let figures = Figures {
        net: Some(gross - tax),
        tax: Some(tax),
        gross: Some(gross),
    };
    let mut posting = context.posting(lines, figures)?;
    if gross.is_zero() {
        let message = "no proceeds are stated: the asset is taken to be scrapped";
        posting
            .findings
            .push(Check::review("no_proceeds", "", message));
    }
    Ok(posting)
}
