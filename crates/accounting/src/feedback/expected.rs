//! The value that a field should have had: checked, and written as a reply writes it.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::field::{Field, JournalLinePart, ReplyField, TaxLinePart};
use crate::catalogue::{Action, Direction, Module};
use crate::chart::Chart;
use crate::facts::{DocumentKind, TaxCategory};
use crate::input_error::InputError;
use crate::money::{Currency, Money};
use crate::tax::TaxTreatment;

/// The longest text of a correction, in characters.
const LONGEST_TEXT: usize = 500;
/// The most lines of a list that is given anew.
const MOST_LINES: usize = 1_000;

/// What values are checked against.
pub(super) struct Rules<'a> {
    /// The company's accounts, where the result has a company.
    pub chart: Option<&'a Chart>,
    /// The currency of the amounts, as corrected.
    pub currency: Option<Currency>,
}

/// What is wrong with a value: below it, and in words.
type Wrong = InputError;

fn wrong(message: impl Into<String>) -> Wrong {
    InputError::new("", message)
}

impl Rules<'_> {
    /// The value of a field in the form of replies.
    pub(super) fn value(&self, field: Field, value: &Value) -> Result<Value, Wrong> {
        match field {
            Field::Whole(field) => self.whole(field, value),
            Field::TaxLine(_, part) => self.tax_line_part(part, value),
            Field::JournalLine(_, part) => self.journal_line_part(part, value),
        }
    }

    fn whole(&self, field: ReplyField, value: &Value) -> Result<Value, Wrong> {
        match field {
            ReplyField::Module => code::<Module>(value, "a module of the catalogue"),
            ReplyField::Action => action(value),
            ReplyField::Direction => code::<Direction>(value, "a direction"),
            ReplyField::DocumentType => code::<DocumentKind>(value, "a document type"),
            ReplyField::TaxTreatment => or_null(value, |value| {
                code::<TaxTreatment>(value, "a tax treatment")
            }),
            ReplyField::Counterparty | ReplyField::DocumentNumber => or_null(value, text),
            ReplyField::IssueDate | ReplyField::DueDate => or_null(value, date),
            ReplyField::JournalDate => date(value),
            ReplyField::Currency => or_null(value, |value| Ok(currency(value)?.code().into())),
            ReplyField::Net
            | ReplyField::Tax
            | ReplyField::Gross
            | ReplyField::Prepaid
            | ReplyField::Rounding
            | ReplyField::Withheld
            | ReplyField::AmountDue => or_null(value, |value| self.amount(value)),
            ReplyField::TaxLines => list(value, |line| {
                object(line, TaxLinePart::ALL, TaxLinePart::code, |part, value| {
                    self.tax_line_part(part, value)
                })
            }),
            ReplyField::JournalLines => list(value, |line| {
                let parts = JournalLinePart::ALL;
                object(line, parts, JournalLinePart::code, |part, value| {
                    self.journal_line_part(part, value)
                })
            }),
        }
    }

    fn tax_line_part(&self, part: TaxLinePart, value: &Value) -> Result<Value, Wrong> {
        or_null(value, |value| match part {
            TaxLinePart::Category => code::<TaxCategory>(value, "a tax category of EN 16931"),
            TaxLinePart::Rate => {
                let rate = decimal(value)?;
                if rate < Decimal::ZERO || rate > Decimal::ONE_HUNDRED {
                    return Err(wrong("must be a percentage from 0 to 100"));
                }
                Ok(rate.normalize().to_string().into())
            }
            TaxLinePart::Base | TaxLinePart::Amount => self.amount(value),
        })
    }

    fn journal_line_part(&self, part: JournalLinePart, value: &Value) -> Result<Value, Wrong> {
        match part {
            JournalLinePart::Account => self.account(value),
            JournalLinePart::Party => or_null(value, text),
            JournalLinePart::Debit | JournalLinePart::Credit => {
                if decimal(value)?.is_sign_negative() {
                    return Err(wrong("must not be negative; use the other side"));
                }
                self.amount(value)
            }
        }
    }

    fn account(&self, value: &Value) -> Result<Value, Wrong> {
        let code = value
            .as_str()
            .ok_or_else(|| wrong("must be an account's code, a text"))?;
        let chart = self
            .chart
            .ok_or_else(|| wrong("cannot be checked: the result has no company"))?;
        match chart.account(code) {
            None => Err(wrong("is no account of the company's chart")),
            Some(account) if !account.is_postable() => Err(wrong(
                "is a heading of the company's chart; nothing is posted to it",
            )),
            Some(account) => Ok(account.code().as_str().into()),
        }
    }

    fn amount(&self, value: &Value) -> Result<Value, Wrong> {
        let amount = decimal(value)?;
        let currency = self
            .currency
            .ok_or_else(|| wrong("the result has no currency; correct '/currency' as well"))?;
        let money = Money::new(amount, currency).map_err(|error| wrong(error.to_string()))?;
        Ok(money.amount().to_string().into())
    }
}

/// A currency's code.
pub(super) fn currency(value: &Value) -> Result<Currency, InputError> {
    value
        .as_str()
        .and_then(|code| Currency::from_code(code).ok())
        .ok_or_else(|| wrong("must be an ISO 4217 code"))
}

/// A value of a closed set.
fn code<T: DeserializeOwned + Serialize>(value: &Value, what: &str) -> Result<Value, Wrong> {
    serde_json::from_value::<T>(value.clone())
        .and_then(serde_json::to_value)
        .map_err(|_| wrong(format!("must be {what}")))
}

fn action(value: &Value) -> Result<Value, Wrong> {
    value
        .as_str()
        .and_then(Action::from_code_or_alias)
        .map(|action| action.code().into())
        .ok_or_else(|| wrong("must be an action of the catalogue"))
}

fn text(value: &Value) -> Result<Value, Wrong> {
    value
        .as_str()
        .map(str::trim)
        .filter(|text| !text.is_empty() && text.chars().count() <= LONGEST_TEXT)
        .filter(|text| !text.contains('\0'))
        .map(Into::into)
        .ok_or_else(|| wrong(format!("must be a text of 1 to {LONGEST_TEXT} characters")))
}

fn date(value: &Value) -> Result<Value, Wrong> {
    value
        .as_str()
        .and_then(|text| text.parse::<Date>().ok())
        .map(|date| date.to_string().into())
        .ok_or_else(|| wrong("must be a date, as 2025-04-17"))
}

fn decimal(value: &Value) -> Result<Decimal, Wrong> {
    value
        .as_str()
        .and_then(|text| text.parse::<Decimal>().ok())
        .filter(|value| crate::money::is_in_range(*value))
        .ok_or_else(|| wrong("must be a decimal in a text, as \"107.10\""))
}

fn or_null(
    value: &Value,
    check: impl FnOnce(&Value) -> Result<Value, Wrong>,
) -> Result<Value, Wrong> {
    if value.is_null() {
        return Ok(Value::Null);
    }
    check(value)
}

fn list(value: &Value, check: impl Fn(&Value) -> Result<Value, Wrong>) -> Result<Value, Wrong> {
    let lines = value
        .as_array()
        .filter(|lines| lines.len() <= MOST_LINES)
        .ok_or_else(|| wrong(format!("must be a list of at most {MOST_LINES} lines")))?;
    let checked = lines
        .iter()
        .enumerate()
        .map(|(index, line)| check(line).map_err(|error| under(&format!("/{index}"), error)));
    checked.collect::<Result<Vec<_>, _>>().map(Value::Array)
}

/// A line with every part, those left out null, and nothing else.
fn object<P: Copy>(
    value: &Value,
    parts: &[P],
    name: impl Fn(P) -> &'static str,
    check: impl Fn(P, &Value) -> Result<Value, Wrong>,
) -> Result<Value, Wrong> {
    let fields = value
        .as_object()
        .ok_or_else(|| wrong("must be an object"))?;
    let known = |key: &str| parts.iter().any(|part| name(*part) == key);
    if let Some(key) = fields.keys().find(|key| !known(key)) {
        let names: Vec<_> = parts.iter().map(|part| name(*part)).collect();
        let message = format!("has '{key}'; it may have {}", names.join(", "));
        return Err(wrong(message));
    }
    let mut checked = Map::new();
    for part in parts {
        let key = name(*part);
        let value = fields.get(key).unwrap_or(&Value::Null);
        let value = check(*part, value).map_err(|error| under(&format!("/{key}"), error))?;
        checked.insert(key.to_owned(), value);
    }
    Ok(Value::Object(checked))
}

/// An error one step further from the root.
fn under(step: &str, error: InputError) -> InputError {
    InputError::new(format!("{step}{}", error.pointer), error.message)
}
