//! The document's figures in the company's currency.

use jiff::civil::Date;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;

use crate::closed_enum::closed_enum;
use crate::company::Company;
use crate::facts::DocumentFacts;
use crate::money::{Currency, is_exchange_rate, round_half_away};
use crate::posting::Figures;

closed_enum! {
    /// Where an exchange rate comes from, in the order in which they are tried.
    RateSource {
        /// The document states it.
        Document => "document",
        /// The document's total tax in the company's currency gives it (EN 16931 BT-111).
        DocumentTaxCurrency => "document_tax_currency",
        /// The company's table.
        Context => "context",
    }
}

/// The document's figures in the company's currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Functional {
    /// The company's currency.
    pub currency: Currency,
    /// Units of it for one unit of the document's currency, at most 6 decimals.
    pub rate: Decimal,
    /// Where the rate comes from.
    pub rate_source: RateSource,
    /// Total without tax.
    pub net: Option<Decimal>,
    /// Total tax.
    pub tax: Option<Decimal>,
    /// Total with tax.
    pub gross: Decimal,
}

/// How amounts of the document's currency become the company's.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Conversion {
    pub currency: Currency,
    /// Unrounded.
    pub rate: Decimal,
    pub source: RateSource,
    /// The total tax that the document states in the company's currency.
    pub stated_tax: Option<Decimal>,
    /// True when the table had no rate on or before the day.
    pub is_later: bool,
    /// True when the document does not say which way its rate goes.
    pub is_direction_assumed: bool,
}

impl Conversion {
    /// The figures in the company's currency. Tax is converted as a whole; the net takes the cent
    /// that rounding leaves over, so that both sides are equal.
    pub(crate) fn functional(&self, figures: &Figures) -> Option<Functional> {
        let convert = |amount: Decimal| self.currency.round(amount * self.rate);
        let document_gross = figures.gross?;
        let tax = figures
            .tax
            .map(|tax| self.stated_tax.unwrap_or_else(|| convert(tax)));
        let (net, gross) = match (self.stated_tax, figures.net, tax) {
            // A stated tax stands; the total follows it.
            (Some(_), Some(net), Some(tax)) => (Some(convert(net)), convert(net) + tax),
            (_, Some(_), Some(tax)) => {
                let gross = convert(document_gross);
                (Some(gross - tax), gross)
            }
            (_, net, _) => (net.map(convert), convert(document_gross)),
        };
        let places = |mut amount: Decimal| {
            amount.rescale(self.currency.exponent());
            amount
        };
        Some(Functional {
            currency: self.currency,
            rate: round_half_away(self.rate, 6).normalize(),
            rate_source: self.source,
            net: net.map(places),
            tax: tax.map(places),
            gross: places(gross),
        })
    }
}

/// The conversion from `from` to the company's currency on `day`: the document's rate, else its
/// total tax in the company's currency, else the company's table.
pub(crate) fn conversion(
    facts: &DocumentFacts,
    company: &Company,
    from: Currency,
    day: Date,
) -> Option<Conversion> {
    let to = company.base_currency();
    stated(facts, from, to)
        .or_else(|| by_tax(facts, to))
        .filter(|found| is_exchange_rate(found.rate))
        .or_else(|| {
            let found = company.exchange_rates().find(from, to, day)?;
            Some(Conversion {
                currency: to,
                rate: found.rate,
                source: RateSource::Context,
                stated_tax: None,
                is_later: found.is_later,
                is_direction_assumed: false,
            })
        })
}

fn stated(facts: &DocumentFacts, from: Currency, to: Currency) -> Option<Conversion> {
    let mut rates: Vec<_> = facts.rates.iter().collect();
    // The day's rate before the one an item was booked at.
    rates.sort_by_key(|rate| rate.booked);
    let (rate, is_direction_assumed) = rates.into_iter().find_map(|stated| {
        let value = stated.rate.value;
        let forward = stated.from.is_none_or(|c| c == from) && stated.to.is_none_or(|c| c == to);
        let backward = stated.from.is_none_or(|c| c == to) && stated.to.is_none_or(|c| c == from);
        if value <= Decimal::ZERO {
            None
        } else if forward {
            Some((value, stated.from.is_none() && stated.to.is_none()))
        } else if backward {
            Decimal::ONE.checked_div(value).map(|rate| (rate, false))
        } else {
            None
        }
    })?;
    let stated_tax = facts
        .tax_in_currency
        .iter()
        .find(|(currency, _)| *currency == to)
        .map(|(_, tax)| tax.value.abs());
    let source = RateSource::Document;
    Some(Conversion {
        currency: to,
        rate,
        source,
        stated_tax,
        is_later: false,
        is_direction_assumed,
    })
}

fn by_tax(facts: &DocumentFacts, to: Currency) -> Option<Conversion> {
    let (_, stated) = facts
        .tax_in_currency
        .iter()
        .find(|(currency, _)| *currency == to)?;
    let tax = facts.totals.tax.as_ref()?.value;
    let rate = stated
        .value
        .abs()
        .checked_div(tax.abs())
        .filter(|rate| *rate > Decimal::ZERO)?;
    Some(Conversion {
        currency: to,
        rate,
        source: RateSource::DocumentTaxCurrency,
        stated_tax: Some(stated.value.abs()),
        is_later: false,
        is_direction_assumed: false,
    })
}
