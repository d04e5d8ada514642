//! Payments that a paper tells of: advices, deposits, refunds, returns, tax payments.

use rust_decimal::Decimal;

use super::draft::{Draft, Figures};
use super::invoice::{description, scaled};
use super::{Context, Posting, PostingError};
use crate::catalogue::{Action, Direction};
use crate::chart::Role;
use crate::checks::Check;
use crate::determination::bank::signed_amount;
use crate::facts::{AmountConcept, RateFact};
use crate::money::Currency;

/// The amount that moved, in the currency of the lines.
fn settled(context: &Context<'_>) -> Result<Decimal, PostingError> {
    let facts = context.facts;
    let amount = facts
        .amount(AmountConcept::AmountSettled)
        .map(|amount| amount.amount.value)
        .or_else(|| facts.totals.gross.as_ref().map(|gross| gross.value))
        .or_else(|| facts.totals.amount_due.as_ref().map(|due| due.value))
        .or_else(|| signed_amount(facts).map(|amount| amount.value))
        .or_else(|| {
            facts
                .amount(AmountConcept::InvoiceAmount)
                .map(|amount| amount.amount.value)
        })
        .map(|amount| scaled(amount.abs(), context.currency))
        .filter(|amount| !amount.is_zero());
    amount.ok_or(PostingError::NoAmount("amount paid"))
}

/// The account that the payment settles.
pub(super) fn settled_role(action: Action, direction: Direction) -> Role {
    match action {
        Action::RecordPaymentMade => Role::ApControl,
        Action::RecordVendorDeposit => Role::VendorDeposits,
        Action::RecordCustomerDeposit => Role::CustomerDeposits,
        // A supplier's repayment or our returned payment comes in; a customer's goes out.
        Action::ReversePayment if direction == Direction::MoneyIn => Role::ApControl,
        _ => Role::ArControl,
    }
}

/// Dr / Cr bank against the account that is settled, with what the bank or processor kept, the
/// cash discount taken, and the exchange difference.
pub(super) fn payment(context: &Context<'_>) -> Result<Posting, PostingError> {
    if let Some(posting) = with_exchange_difference(context)? {
        return Ok(posting);
    }
    // What moved has its own currency where the document names one beside it.
    let moved_in = context
        .facts
        .amount(AmountConcept::AmountSettled)
        .and_then(|a| a.currency);
    let context = &Context {
        currency: moved_in.unwrap_or(context.currency),
        ..*context
    };
    let money = settled(context)?;
    let extra = |concept| {
        context
            .facts
            .amount(concept)
            .map_or(Decimal::ZERO, |amount| {
                scaled(amount.amount.value.abs(), context.currency)
            })
    };
    let (fee, discount) = (extra(AmountConcept::Fee), extra(AmountConcept::Discount));
    let incoming = context.decided.direction == Direction::MoneyIn;
    let role = settled_role(context.decided.action, context.decided.direction);
    let text = description(context);
    let party = context.decided.party_name();
    // Coming in: the item was worth what arrived, the fee and the discount that we granted.
    // Going out: the item was worth what left less the fee, and the discount that we took.
    let lines = if incoming {
        vec![
            Draft::debit(Role::Bank, money, text.clone()),
            Draft::debit(Role::BankCharges, fee, "Fee"),
            Draft::debit(Role::SalesReturns, discount, "Cash discount"),
            Draft::credit(role, money + fee + discount, text).of(party),
        ]
    } else {
        let item = money - fee + discount;
        vec![
            Draft::debit(role, item, text.clone()).of(party),
            Draft::debit(Role::BankCharges, fee, "Fee"),
            Draft::credit(Role::OtherIncome, discount, "Cash discount"),
            Draft::credit(Role::Bank, money, text),
        ]
    };
    let mut posting = context.posting(lines, Figures::gross(money))?;
    let other_item = context
        .facts
        .amount(AmountConcept::InvoiceAmount)
        .and_then(|item| item.currency)
        .is_some_and(|currency| currency != context.currency);
    if other_item {
        let message = "the settled item is in another currency, and its booked rate is not stated";
        posting
            .findings
            .push(Check::review("booked_rate_unknown", "", message));
    }
    Ok(posting)
}

/// A foreign item settled: its booked value leaves the control account, the money that moved
/// goes through the bank, and the difference is an exchange gain or loss (IAS 21.28). All lines
/// are in the company's currency, in which alone they balance.
fn with_exchange_difference(context: &Context<'_>) -> Result<Option<Posting>, PostingError> {
    let facts = context.facts;
    let base = context.company.base_currency();
    let invoice = facts.amounts.iter().find(|amount| {
        amount.concept == AmountConcept::InvoiceAmount && amount.currency != Some(base)
    });
    let Some(invoice) = invoice else {
        return Ok(None);
    };
    let item = invoice.amount.value.abs();
    let value_at = |rate: Decimal, from: Option<Currency>, to: Option<Currency>| {
        let inverted = from == Some(base) || (to.is_some() && to == invoice.currency);
        let value = if inverted {
            item.checked_div(rate)
        } else {
            item.checked_mul(rate)
        };
        value.map(|value| base.round(value))
    };
    let printed = facts
        .amounts
        .iter()
        .find(|amount| {
            amount.concept == AmountConcept::AmountSettled
                && amount.currency.is_none_or(|currency| currency == base)
        })
        .map(|amount| amount.amount.value.abs());
    // A single rate that does not give the money that moved is the one the item was booked at.
    let gives_the_money = |rate: &RateFact| {
        printed.is_some() && value_at(rate.rate.value, rate.from, rate.to) == printed
    };
    let booked = facts.rates.iter().find(|rate| rate.booked).or_else(|| {
        let only = facts
            .rates
            .first()
            .filter(|_| facts.rates.len() == 1 && printed.is_some())?;
        (!gives_the_money(only)).then_some(only)
    });
    let Some(booked) = booked else {
        return Ok(None);
    };
    let Some(carried) = value_at(booked.rate.value, booked.from, booked.to) else {
        return Ok(None);
    };
    let at_settlement = || {
        facts
            .rates
            .iter()
            .find(|rate| !rate.booked)
            .and_then(|rate| value_at(rate.rate.value, rate.from, rate.to))
    };
    let Some(money) = printed
        .or_else(at_settlement)
        .map(|money| base.round(money))
    else {
        return Ok(None);
    };
    let incoming = context.decided.direction == Direction::MoneyIn;
    let role = settled_role(context.decided.action, context.decided.direction);
    let text = description(context);
    let party = context.decided.party_name();
    let gain = if incoming {
        money - carried
    } else {
        carried - money
    };
    let difference = if gain.is_sign_negative() {
        Draft::debit(Role::FxLoss, -gain, "Exchange loss")
    } else {
        Draft::credit(Role::FxGain, gain, "Exchange gain")
    };
    let lines = if incoming {
        vec![
            Draft::debit(Role::Bank, money, text.clone()),
            difference,
            Draft::credit(role, carried, text).of(party),
        ]
    } else {
        vec![
            Draft::debit(role, carried, text.clone()).of(party),
            difference,
            Draft::credit(Role::Bank, money, text),
        ]
    };
    let mut posting = context.posting(lines, Figures::gross(money))?;
    posting.currency = base;
    Ok(Some(posting))
}

/// Dr tax payable / Cr bank; a refund the other way round.
pub(super) fn tax_payment(context: &Context<'_>) -> Result<Posting, PostingError> {
    let money = match settled(context) {
        Ok(money) => money,
        Err(error) => context
            .facts
            .amount(AmountConcept::TaxPayable)
            .or_else(|| context.facts.amount(AmountConcept::TaxCredit))
            .map(|amount| scaled(amount.amount.value.abs(), context.currency))
            .ok_or(error)?,
    };
    let text = description(context);
    let lines = if context.decided.direction == Direction::MoneyIn {
        vec![
            Draft::debit(Role::Bank, money, text.clone()),
            Draft::credit(Role::TaxPayable, money, text),
        ]
    } else {
        vec![
            Draft::debit(Role::TaxPayable, money, text.clone()),
            Draft::credit(Role::Bank, money, text),
        ]
    };
    context.posting(lines, Figures::gross(money))
}
