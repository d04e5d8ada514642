//! Rates, categories and reasons of tax.

use super::{Check, Subject};
use crate::company::Country;
use crate::determination::perspective::OurSide;
use crate::facts::{DocumentKind, PartyFact, PartyRole, TaxCategory, TaxLineFact};
use crate::posting::{is_invoice, posting_date};
use crate::tax::{TaxSystem, is_known_rate, regime, standard_rate, was_known_rate};

pub(super) fn check(subject: &Subject<'_>) -> Vec<Check> {
    if subject.decided.side.is_none() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for line in &subject.facts.tax_lines {
        findings.extend(rate(subject, line));
        findings.extend(zero_without_reason(subject, line));
        findings.extend(category(line));
    }
    findings.extend(reverse_charge_ids(subject));
    findings.extend(no_tax_at_all(subject));
    findings.extend(tax_without_rate(subject));
    findings.extend(foreign_tax(subject));
    findings
}

/// Tax that another country's seller charged is no input tax of ours; it is refunded, if at
/// all, by that country (Council Directive 2008/9/EC within the Union).
fn foreign_tax(subject: &Subject<'_>) -> Option<Check> {
    let tax = subject
        .facts
        .totals
        .tax
        .as_ref()
        .filter(|tax| !tax.value.is_zero())?;
    let buying = subject.decided.side == Some(OurSide::Buyer);
    let seller = country_of(subject.decided.counterparty.as_ref())?;
    let ours = subject.company.country();
    (buying && is_invoice(subject.decided.action) && seller != ours).then(|| {
        let message = format!("tax of {seller} is posted as input tax of {ours}");
        Check::review("foreign_tax", tax.source.path.as_str(), message)
    })
}

/// The lines name rates, and the printed tax follows from none of them.
fn tax_without_rate(subject: &Subject<'_>) -> Option<Check> {
    let facts = subject.facts;
    let tax = facts
        .totals
        .tax
        .as_ref()
        .filter(|tax| !tax.value.is_zero())?;
    let rated = facts.lines.iter().any(|line| line.tax_rate.is_some());
    (is_invoice(subject.decided.action) && facts.tax_lines.is_empty() && rated).then(|| {
        let message = "the printed tax does not follow from the rates of the lines";
        Check::review("tax_without_rate", tax.source.path.as_str(), message)
    })
}

/// A bill or invoice without any tax line and without tax, where the company's country has a
/// tax on what is sold: domestic supplies need a reason, and on one from abroad the buyer may
/// owe the tax.
fn no_tax_at_all(subject: &Subject<'_>) -> Option<Check> {
    let facts = subject.facts;
    let has_lines = facts
        .tax_lines
        .iter()
        .any(|line| line.base.is_some() || line.amount.is_some());
    let taxed = facts
        .totals
        .tax
        .as_ref()
        .is_some_and(|tax| !tax.value.is_zero());
    let day = posting_date(facts)?;
    let known = standard_rate(subject.company.country(), day).is_some()
        && !sells_untaxed(subject.company.country());
    let concerned = is_invoice(subject.decided.action)
        && subject.decided.kind != Some(DocumentKind::ExpenseClaim);
    if !concerned || has_lines || taxed || !known {
        return None;
    }
    let path = facts
        .totals
        .tax
        .as_ref()
        .map(|tax| tax.source.path.clone())
        .unwrap_or_default();
    Some(if is_domestic(subject) {
        Check::review(
            "zero_tax_without_reason",
            path,
            "no tax is stated, and no reason is given",
        )
    } else {
        let message = "a supply from or to another country without tax and without a reason";
        Check::review("cross_border_without_reason", path, message)
    })
}

fn country_of(party: Option<&PartyFact>) -> Option<Country> {
    let party = party?;
    let named = party
        .country
        .as_ref()
        .and_then(|fact| Country::parse(&fact.value));
    named.or_else(|| {
        party
            .tax_ids
            .iter()
            .find_map(|id| crate::company::TaxId::parse(&id.value)?.country())
    })
}

/// The seller's country: whose rates apply to a taxed supply between residents.
fn seller_country(subject: &Subject<'_>) -> Option<Country> {
    match subject.decided.side {
        Some(OurSide::Seller) => Some(subject.company.country()),
        _ => country_of(subject.decided.counterparty.as_ref())
            .or_else(|| Some(subject.company.country())),
    }
}

fn is_domestic(subject: &Subject<'_>) -> bool {
    country_of(subject.decided.counterparty.as_ref())
        .is_none_or(|country| country == subject.company.country())
}

/// The rate is one of the seller's country on the day of the document or of the supply. A
/// correction follows the day of what it corrects, which is not always stated.
fn rate(subject: &Subject<'_>, line: &TaxLineFact) -> Option<Check> {
    let facts = subject.facts;
    let printed = line.rate.as_ref()?;
    let day = posting_date(facts)?;
    let country = seller_country(subject)?;
    let supplied = [&facts.period_start, &facts.period_end];
    let mut days = supplied
        .into_iter()
        .flatten()
        .map(|date| date.value)
        .chain([day]);
    let known = if subject.decided.kind == Some(DocumentKind::CreditNote) {
        was_known_rate(country, printed.value, day)?
    } else {
        is_known_rate(country, printed.value, day)?
            || days.any(|day| is_known_rate(country, printed.value, day) == Some(true))
    };
    (!known).then(|| {
        let rate = printed.value.normalize();
        let message = format!("{rate} % is no rate of {country} on {day}");
        let rates: Vec<String> = regime(country)
            .map(|regime| regime.national_rates(day))
            .unwrap_or_default()
            .iter()
            .map(ToString::to_string)
            .collect();
        Check::review("unknown_tax_rate", printed.source.path.as_str(), message)
            .with(rates.join(", "), rate)
    })
}

/// Where tax falls on consumers alone, a supply between businesses without any is usual.
fn sells_untaxed(country: Country) -> bool {
    regime(country).is_some_and(|regime| regime.tax != TaxSystem::ValueAdded)
}

fn zero_without_reason(subject: &Subject<'_>, line: &TaxLineFact) -> Option<Check> {
    let rate = line.rate.as_ref()?;
    let bare = rate.value.is_zero()
        && line.note.is_none()
        && line
            .category
            .is_none_or(|category| category == TaxCategory::S);
    let has_base = line.base.as_ref().is_some_and(|base| !base.value.is_zero());
    let usual = is_domestic(subject) && sells_untaxed(subject.company.country());
    if !(bare && has_base) || usual {
        return None;
    }
    let path = rate.source.path.as_str();
    Some(if is_domestic(subject) {
        let message = "no tax on a domestic supply, and no reason is given";
        Check::review("zero_tax_without_reason", path, message)
    } else {
        let message = "no tax on a supply from or to another country, and no reason is given";
        Check::review("cross_border_without_reason", path, message)
    })
}

fn category(line: &TaxLineFact) -> Option<Check> {
    let category = line.category?;
    let amount = line
        .amount
        .as_ref()
        .map(|amount| amount.value)
        .unwrap_or_default();
    let path = line
        .base
        .as_ref()
        .or(line.amount.as_ref())
        .map(|f| f.source.path.clone());
    let path = path.unwrap_or_default();
    if matches!(category, TaxCategory::AE | TaxCategory::K) && !amount.is_zero() {
        let message = "the buyer is said to owe the tax, and yet tax is charged";
        return Some(Check::review("reverse_charge_with_tax", path, message).with("0", amount));
    }
    // EN 16931 BR-E-10: an exempt breakdown states why.
    (category == TaxCategory::E && line.note.is_none()).then(|| {
        Check::warning(
            "exemption_reason_missing",
            path,
            "exempt, and no reason is given",
        )
    })
}

/// EN 16931 BR-AE-2: a reverse-charge invoice carries the tax ids of the seller or of its tax
/// representative and of the buyer, for whom the id in a register of companies is enough.
fn reverse_charge_ids(subject: &Subject<'_>) -> Option<Check> {
    let facts = subject.facts;
    let owed = facts
        .tax_lines
        .iter()
        .any(|line| matches!(line.category, Some(TaxCategory::AE | TaxCategory::K)));
    let has_id = |role| {
        facts
            .party(role)
            .is_some_and(|party| !party.tax_ids.is_empty())
    };
    let seller = has_id(PartyRole::Seller) || has_id(PartyRole::TaxRepresentative);
    let registered = facts
        .party(PartyRole::Buyer)
        .is_some_and(|party| !party.legal_ids.is_empty());
    let missing = !(seller && (has_id(PartyRole::Buyer) || registered));
    (owed && missing).then(|| {
        let message = "the buyer owes the tax, but not both tax ids are stated";
        Check::review("reverse_charge_without_ids", "", message)
    })
}
