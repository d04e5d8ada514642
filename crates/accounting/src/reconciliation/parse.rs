//! From the request's JSON to [`Request`]: every error names its field.

use std::collections::{HashMap, HashSet};

use rust_decimal::Decimal;
use serde_json::Value;

use super::input::{
    BankLineInput, CollectedInput, InstructedInput, OpenItemInput, PolicyInput, ProcessorInput,
    RequestInput,
};
use super::model::{
    Collected, Item, Line, Minor, Policy, Processor, Rate, Request, Terms, convert, to_minor,
};
use crate::company::Company;
use crate::input_error::{InputError, from_value};
use crate::lexicon::fold;
use crate::money::{Currency, Money, is_exchange_rate};

impl Request {
    /// Reads a request.
    ///
    /// # Errors
    /// [`InputError`] with a JSON Pointer to the field: an unknown or missing field, an id given
    /// twice, a processor given twice, an amount with more decimals than its currency has, a zero line, an item that is
    /// not positive, a negative tolerance, an unknown currency, a company that cannot be used.
    pub fn from_json(value: &Value) -> Result<Self, InputError> {
        let input: RequestInput = from_value(value)?;
        let company = match value.get("company").filter(|company| !company.is_null()) {
            Some(company) => Some(Company::from_json(company).map_err(|error| {
                InputError::new(format!("/company{}", error.pointer), error.message)
            })?),
            None => None,
        };
        let base = company.as_ref().map(Company::base_currency);
        unique(input.bank_lines.iter().map(|line| &line.id), "/bank_lines")?;
        unique(input.open_items.iter().map(|item| &item.id), "/open_items")?;
        let mut lines = each(input.bank_lines, "/bank_lines", line)?;
        let mut items = each(input.open_items, "/open_items", |item, at| {
            open_item(item, base, at)
        })?;
        lines.sort_unstable_by(|left, right| left.id.cmp(&right.id));
        items.sort_unstable_by(|left, right| left.id.cmp(&right.id));
        Ok(Self {
            lines,
            items,
            policy: policy(input.policy)?,
            company,
        })
    }
}

fn each<I, O>(
    rows: Vec<I>,
    list: &str,
    read: impl Fn(I, &str) -> Result<O, InputError>,
) -> Result<Vec<O>, InputError> {
    rows.into_iter()
        .enumerate()
        .map(|(index, row)| read(row, &format!("{list}/{index}")))
        .collect()
}

fn unique<'a>(ids: impl Iterator<Item = &'a String>, list: &str) -> Result<(), InputError> {
    let mut seen = HashSet::new();
    for (index, id) in ids.enumerate() {
        let at = || format!("{list}/{index}/id");
        if id.is_empty() {
            return Err(InputError::new(at(), "an id is not empty"));
        }
        if !seen.insert(id) {
            return Err(InputError::new(at(), format!("'{id}' is given twice")));
        }
    }
    Ok(())
}

fn line(input: BankLineInput, at: &str) -> Result<Line, InputError> {
    let currency = currency(&input.currency, &format!("{at}/currency"))?;
    let amount = minor(input.amount, currency, &format!("{at}/amount"))?;
    if amount == 0 {
        return Err(InputError::new(
            format!("{at}/amount"),
            "a bank line moves an amount other than zero",
        ));
    }
    Ok(Line {
        id: input.id,
        date: input.date,
        amount,
        currency,
        description: input.description,
        structured_reference: filled(input.structured_reference),
        counterparty_name: filled(input.counterparty_name),
        counterparty_iban: input.counterparty_iban.as_deref().and_then(account_number),
        end_to_end_id: filled(input.end_to_end_id),
        instructed: input
            .instructed
            .map(|ordered| instructed(&ordered, at))
            .transpose()?,
    })
}

fn instructed(input: &InstructedInput, at: &str) -> Result<(Minor, Currency), InputError> {
    let currency = currency(&input.currency, &format!("{at}/instructed/currency"))?;
    let amount = minor(input.amount, currency, &format!("{at}/instructed/amount"))?;
    Ok((amount.abs(), currency))
}

/// The open amount in base currency at the rate it was booked at.
fn booked(
    open: Minor,
    currency: Currency,
    base: Currency,
    rate: Decimal,
    at: &str,
) -> Result<Minor, InputError> {
    if !is_exchange_rate(rate) {
        return Err(InputError {
            pointer: format!("{at}/booked_rate"),
            message: "is no exchange rate".to_owned(),
        });
    }
    Ok(convert(open, currency, base, rate))
}

fn open_item(input: OpenItemInput, base: Option<Currency>, at: &str) -> Result<Item, InputError> {
    let currency = currency(&input.currency, &format!("{at}/currency"))?;
    let open = positive(input.open_amount, currency, &format!("{at}/open_amount"))?;
    let functional = match (input.functional_amount, base) {
        (Some(amount), Some(base)) => {
            Some(positive(amount, base, &format!("{at}/functional_amount"))?)
        }
        (None, Some(base)) => input
            .booked_rate
            .map(|rate| booked(open, currency, base, rate, at))
            .transpose()?,
        _ => None,
    };
    let terms = match input.terms {
        Some(terms) => {
            let pointer = format!("{at}/terms/discount_percent");
            Some(Terms {
                percent: percent(terms.discount_percent, &pointer)?,
                days: terms.discount_days,
            })
        }
        None => None,
    };
    Ok(Item {
        id: input.id,
        kind: input.item_type,
        number: input.number,
        party_name: input.party.name,
        party_iban: input.party.iban.as_deref().and_then(account_number),
        party_tax_id: filled(input.party.tax_id),
        issue_date: input.issue_date,
        due_date: input.due_date.unwrap_or(input.issue_date),
        currency,
        open,
        functional,
        payment_reference: filled(input.payment_reference),
        terms: terms.filter(|terms| !terms.percent.is_zero()),
        collected_by: input
            .collected_by
            .map(|collected| processor_of(collected, at))
            .transpose()?,
        payment_run: filled(input.payment_run),
    })
}

fn processor_of(input: CollectedInput, at: &str) -> Result<Collected, InputError> {
    if input.processor.trim().is_empty() {
        return Err(InputError::new(
            format!("{at}/collected_by/processor"),
            "a processor needs a name",
        ));
    }
    Ok(Collected {
        processor: input.processor,
        date: input.date,
    })
}

fn policy(input: PolicyInput) -> Result<Policy, InputError> {
    let at = |field: &str| format!("/policy/{field}");
    let mut rates: HashMap<_, Vec<Rate>> = HashMap::new();
    for (index, row) in input.fx_rates.iter().enumerate() {
        let pointer = |field: &str| at(&format!("fx_rates/{index}/{field}"));
        if !is_exchange_rate(row.rate) {
            let message = "a rate is positive, at most 10^7 and at least 10^-7";
            return Err(InputError::new(pointer("rate"), message));
        }
        let from = currency(&row.from, &pointer("from"))?;
        let to = currency(&row.to, &pointer("to"))?;
        rates.entry((from, to)).or_default().push(Rate {
            units: row.rate,
            date: row.date,
        });
    }
    // The rate itself is part of the order, so that two rates of one day do not depend on the
    // order of the request.
    for rates in rates.values_mut() {
        rates.sort_by_key(|rate| (rate.date, rate.units));
    }
    Ok(Policy {
        fee_tolerance: not_negative(input.fee_tolerance, &at("fee_tolerance"))?,
        fee_tolerance_percent: percent(input.fee_tolerance_percent, &at("fee_tolerance_percent"))?,
        rounding_tolerance: not_negative(input.rounding_tolerance, &at("rounding_tolerance"))?,
        date_window_days: input.date_window_days,
        discount_grace_days: input.discount_grace_days,
        fx_tolerance_percent: percent(input.fx_tolerance_percent, &at("fx_tolerance_percent"))?,
        rates,
        processors: processors(input.processors)?,
    })
}

/// The schedules of fees, one a processor: of two for one name the order of the request would
/// decide.
fn processors(rows: Vec<ProcessorInput>) -> Result<Vec<Processor>, InputError> {
    let mut names = HashSet::with_capacity(rows.len());
    let read = |(index, row): (usize, ProcessorInput)| {
        let pointer = |field: &str| format!("/policy/processors/{index}/{field}");
        if !names.insert(fold(&row.name)) {
            let message = format!("the processor '{}' is given twice", row.name);
            return Err(InputError::new(pointer("name"), message));
        }
        Ok(Processor {
            fee_percent: percent(row.fee_percent, &pointer("fee_percent"))?,
            fee_fixed: not_negative(row.fee_fixed, &pointer("fee_fixed"))?,
            name: row.name,
        })
    };
    rows.into_iter().enumerate().map(read).collect()
}

fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

/// An account number as it is compared. Banks mask and misprint them, so that its check digits
/// decide nothing here.
fn account_number(text: &str) -> Option<String> {
    let compact: String = text
        .chars()
        .filter(|character| character.is_alphanumeric())
        .collect::<String>()
        .to_uppercase();
    (!compact.is_empty()).then_some(compact)
}

fn currency(code: &str, pointer: &str) -> Result<Currency, InputError> {
    Currency::from_code(code).map_err(|error| InputError::new(pointer, error.to_string()))
}

fn minor(amount: Decimal, currency: Currency, pointer: &str) -> Result<Minor, InputError> {
    Money::new(amount, currency)
        .map(|money| to_minor(money.amount(), currency))
        .map_err(|error| InputError::new(pointer, error.to_string()))
}

fn positive(amount: Decimal, currency: Currency, pointer: &str) -> Result<Minor, InputError> {
    let amount = minor(amount, currency, pointer)?;
    if amount > 0 {
        Ok(amount)
    } else {
        Err(InputError::new(
            pointer,
            "an open amount is positive; the type gives its direction",
        ))
    }
}

fn not_negative(figure: Decimal, pointer: &str) -> Result<Decimal, InputError> {
    if figure < Decimal::ZERO {
        Err(InputError::new(pointer, "a tolerance is not negative"))
    } else {
        Ok(figure)
    }
}

fn percent(figure: Decimal, pointer: &str) -> Result<Decimal, InputError> {
    if (Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(&figure) {
        Ok(figure)
    } else {
        Err(InputError::new(
            pointer,
            "a percentage is between 0 and 100",
        ))
    }
}
