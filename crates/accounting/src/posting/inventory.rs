//! Goods received, shipped and counted.

use rust_decimal::Decimal;

use super::draft::{Draft, Figures};
use super::invoice::{description, scaled};
use super::payroll::stated;
use super::{Context, Posting, PostingError};
use crate::chart::Role;
use crate::facts::AmountConcept;

/// The value of the lines, each its amount or quantity times cost; `None` when one has neither.
fn value_of_lines(context: &Context<'_>) -> Option<Decimal> {
    if context.facts.lines.is_empty() {
        return None;
    }
    let mut sum = Decimal::ZERO;
    for line in &context.facts.lines {
        let derived = || {
            let quantity = line.quantity.as_ref()?.value;
            quantity.checked_mul(line.unit_price.as_ref()?.value)
        };
        sum += line
            .amount
            .as_ref()
            .map(|amount| amount.value)
            .or_else(derived)?;
    }
    Some(scaled(sum, context.currency))
}

fn value(context: &Context<'_>) -> Option<Decimal> {
    let totals = &context.facts.totals;
    let total = || {
        totals
            .net
            .as_ref()
            .or(totals.gross.as_ref())
            .map(|total| total.value)
    };
    stated(context, AmountConcept::CostOfGoods)
        .or_else(|| total().map(|total| scaled(total, context.currency)))
        .or_else(|| value_of_lines(context))
        .or_else(|| stated(context, AmountConcept::Amount))
        .filter(|value| !value.is_zero())
}

/// Dr inventory / Cr goods received not invoiced.
pub(super) fn receive(context: &Context<'_>) -> Result<Posting, PostingError> {
    let value = value(context).ok_or(PostingError::NoAmount("value of the goods"))?;
    let text = description(context);
    let lines = vec![
        Draft::debit(Role::Inventory, value, text.clone()),
        Draft::credit(Role::Grni, value, text).of(context.decided.party_name()),
    ];
    context.posting(lines, Figures::gross(value))
}

/// Dr cost of goods sold / Cr inventory, where the cost is stated: a sales price is no cost.
pub(super) fn ship(context: &Context<'_>) -> Result<Posting, PostingError> {
    let cost = stated(context, AmountConcept::CostOfGoods).ok_or(PostingError::CostUnknown)?;
    let text = description(context);
    let lines = vec![
        Draft::debit(Role::Cogs, cost, text.clone()),
        Draft::credit(Role::Inventory, cost, text),
    ];
    context.posting(lines, Figures::gross(cost))
}

/// A shortage is cost of goods; a surplus reduces it.
pub(super) fn adjust(context: &Context<'_>) -> Result<Posting, PostingError> {
    let totals = &context.facts.totals;
    let signed = totals
        .net
        .as_ref()
        .or(totals.gross.as_ref())
        .map(|total| total.value)
        .or_else(|| value_of_lines(context))
        .or_else(|| {
            context
                .facts
                .amount(AmountConcept::Amount)
                .map(|amount| amount.amount.value)
        })
        .or_else(|| {
            context
                .facts
                .amount(AmountConcept::CostOfGoods)
                .map(|amount| amount.amount.value)
        })
        .map(|value| scaled(value, context.currency))
        .filter(|value| !value.is_zero())
        .ok_or(PostingError::NoAmount("value of the adjustment"))?;
    let words = crate::lexicon::fold(&crate::determination::bank::words(context.facts));
    let surplus_words = [
        "surplus",
        "overage",
        "gain",
        "found",
        "mehrbestand",
        "excedent",
        "eccedenza",
    ];
    let is_surplus = words.split(' ').any(|word| surplus_words.contains(&word));
    // A count is printed as a loss (negative) or as a plain amount with a word of loss.
    let loss = if is_surplus && signed.is_sign_positive() {
        -signed
    } else {
        signed.abs()
    };
    let text = description(context);
    let lines = vec![
        Draft::debit(Role::Cogs, loss, text.clone()),
        Draft::credit(Role::Inventory, loss, text),
    ];
    context.posting(lines, Figures::gross(signed))
}
