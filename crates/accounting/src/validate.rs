//! Checks of a document, an entry or a statement as given, without a model.

use jiff::civil::Date;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::assessment::{Assessment, LlmUse, Options, read_for};
use crate::catalogue::Module;
use crate::chart::Side;
use crate::checks::{Check, Severity, locked_period};
use crate::company::{Company, decimal};
use crate::document::Document;
use crate::facts::DocumentFacts;
use crate::input_error::{InputError, from_value};
use crate::journal::{EntryCurrencies, JournalEntry, LineDraft};
use crate::money::Currency;
use crate::posting::journal_code;
use crate::statement::{is_statement, read_document};

/// The findings on what was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ValidationReply {
    /// No finding is an error.
    pub valid: bool,
    /// All findings.
    pub checks: Vec<Check>,
}

/// An entry as the caller writes it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EntryInput {
    /// Posting date, ISO 8601.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub date: Option<Date>,
    /// Currency of the lines; the company's where absent.
    #[serde(default)]
    pub currency: Option<String>,
    /// The lines.
    pub lines: Vec<EntryLineInput>,
}

/// A line as the caller writes it. Fields of a processed entry that do not matter here are
/// taken as well.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EntryLineInput {
    /// Account code.
    pub account: String,
    /// Debit.
    #[serde(default, deserialize_with = "optional_decimal")]
    #[schemars(with = "Option<String>")]
    pub debit: Decimal,
    /// Credit.
    #[serde(default, deserialize_with = "optional_decimal")]
    #[schemars(with = "Option<String>")]
    pub credit: Decimal,
    /// Debit in the company's currency.
    #[serde(default, deserialize_with = "some_decimal")]
    #[schemars(with = "Option<String>")]
    pub base_debit: Option<Decimal>,
    /// Credit in the company's currency.
    #[serde(default, deserialize_with = "some_decimal")]
    #[schemars(with = "Option<String>")]
    pub base_credit: Option<Decimal>,
    /// Role, as a processed entry carries it; the chart decides.
    #[serde(default)]
    pub role: Option<String>,
    /// Description.
    #[serde(default)]
    pub description: Option<String>,
    /// Customer or supplier.
    #[serde(default)]
    pub party: Option<String>,
}

/// A statement as the caller writes it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct StatementInput {
    /// Balance at the beginning.
    #[serde(deserialize_with = "decimal")]
    #[schemars(with = "String")]
    pub opening_balance: Decimal,
    /// Balance at the end.
    #[serde(deserialize_with = "decimal")]
    #[schemars(with = "String")]
    pub closing_balance: Decimal,
    /// The movements.
    pub transactions: Vec<MovementInput>,
}

/// A movement as the caller writes it; other fields of it do not matter here.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct MovementInput {
    /// Booking date.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub date: Option<Date>,
    /// Signed amount, `+` into the account.
    #[serde(deserialize_with = "decimal")]
    #[schemars(with = "String")]
    pub amount: Decimal,
}

fn optional_decimal<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Decimal, D::Error> {
    some_decimal(input).map(Option::unwrap_or_default)
}

fn some_decimal<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Option<Decimal>, D::Error> {
    let value = Value::deserialize(input)?;
    if value.is_null() {
        return Ok(None);
    }
    crate::company::decimal_of(&value)
        .map(Some)
        .ok_or_else(|| serde::de::Error::custom(format!("{value} is not a decimal number")))
}

/// What is to be validated; at least one of them.
#[derive(Debug, Clone, Copy, Default)]
struct Subjects<'a> {
    facts: Option<&'a DocumentFacts>,
    entry: Option<&'a Value>,
    statement: Option<&'a Value>,
}

/// Checks a document, an entry (`{date?, currency?, lines[{account, debit, credit}]}`) and a
/// statement (`{opening_balance, closing_balance, transactions[{date, amount}]}`, or a statement
/// file as in [`crate::statement`]), whichever are given; no model is asked.
///
/// # Errors
/// [`InputError`] when nothing is given, or entry or statement have not that form.
pub fn validate(
    document: Option<&Document>,
    entry: Option<&Value>,
    statement: Option<&Value>,
    company: Company,
    today: Date,
) -> Result<ValidationReply, InputError> {
    let facts = document.map(|document| read_for(document, &company));
    let subjects = Subjects {
        facts: facts.as_ref(),
        entry,
        statement,
    };
    validate_subjects(subjects, company, today)
}

fn validate_subjects(
    subjects: Subjects<'_>,
    company: Company,
    today: Date,
) -> Result<ValidationReply, InputError> {
    if subjects.facts.is_none() && subjects.entry.is_none() && subjects.statement.is_none() {
        return Err(InputError::new(
            "",
            "give a document, an entry or a statement",
        ));
    }
    let mut checks = Vec::new();
    if let Some(value) = subjects.entry {
        checks.extend(entry(&at("/entry", from_value(value))?, &company)?);
    }
    if let Some(value) = subjects.statement {
        checks.extend(statement_checks(value)?);
    }
    if let Some(facts) = subjects.facts {
        let options = Options {
            today,
            llm: LlmUse::Never,
        };
        checks.extend(
            Assessment::from_facts(facts.clone(), company, options)
                .finish()
                .checks,
        );
    }
    checks.sort_by_key(|check| check.severity);
    let valid = !checks.iter().any(|check| check.severity == Severity::Error);
    Ok(ValidationReply { valid, checks })
}

fn at<T>(prefix: &str, result: Result<T, InputError>) -> Result<T, InputError> {
    result.map_err(|error| InputError::new(format!("{prefix}{}", error.pointer), error.message))
}

fn entry(input: &EntryInput, company: &Company) -> Result<Vec<Check>, InputError> {
    let base = company.base_currency();
    let document = match &input.currency {
        Some(code) => Currency::from_code(code)
            .map_err(|error| InputError::new("/entry/currency", error.to_string()))?,
        None => base,
    };
    let mut checks = Vec::new();
    let mut drafts = Vec::new();
    let mut lacks_base = false;
    for (index, line) in input.lines.iter().enumerate() {
        let path = format!("/entry/lines/{index}");
        let (side, amount, base_amount) = match (line.debit.is_zero(), line.credit.is_zero()) {
            (false, false) => {
                let message = "a line has either a debit or a credit";
                let (debit, credit) = (line.debit, line.credit);
                checks.push(
                    Check::error("line_two_sided", path, message)
                        .with("one side", format!("{debit} / {credit}")),
                );
                continue;
            }
            (true, _) => (Side::Credit, line.credit, line.base_credit),
            (false, true) => (Side::Debit, line.debit, line.base_debit),
        };
        if document == base && base_amount.is_some_and(|stated| stated != amount) {
            let message = "the line is in the company's currency, and its two amounts differ";
            let stated = base_amount.unwrap_or_default();
            checks
                .push(Check::error("base_not_document_amount", path, message).with(amount, stated));
            continue;
        }
        lacks_base |= document != base && base_amount.is_none();
        drafts.push(LineDraft {
            account: line.account.clone(),
            side,
            amount,
            // Without figures in the company's currency only the document's are compared.
            base_amount: base_amount.unwrap_or(if document == base {
                amount
            } else {
                Decimal::ZERO
            }),
            description: line.description.clone().unwrap_or_default(),
            party: line.party.clone(),
        });
    }
    if !checks.is_empty() {
        return Ok(checks);
    }
    if lacks_base {
        let message = format!("the lines are in {document} and lack their amounts in {base}");
        checks.push(Check::review(
            "base_amounts_missing",
            "/entry/lines",
            message,
        ));
    }
    let currencies = EntryCurrencies { document, base };
    let date = input.date.unwrap_or(Date::MIN);
    if let Err(error) = JournalEntry::new(date, currencies, drafts, company.chart()) {
        checks.push(Check::error(
            journal_code(&error),
            "/entry",
            error.to_string(),
        ));
    }
    if let Some(date) = input.date {
        checks.extend(locked_period(company, Module::GeneralLedger, date));
    } else {
        checks.push(Check::warning(
            "no_date",
            "/entry/date",
            "the entry has no date",
        ));
    }
    Ok(checks)
}

/// The checks of a statement's figures, or of a statement file.
fn statement_checks(value: &Value) -> Result<Vec<Check>, InputError> {
    if let Value::Object(object) = value
        && is_statement(object)
    {
        let file = at("/statement", read_document(object))?;
        return Ok(file.checks().to_vec());
    }
    let input = at("/statement", from_value(value))?;
    Ok(statement(&input).into_iter().collect())
}

fn statement(input: &StatementInput) -> Option<Check> {
    let moved: Decimal = input
        .transactions
        .iter()
        .map(|movement| movement.amount)
        .sum();
    let expected = input.opening_balance + moved;
    (expected != input.closing_balance).then(|| {
        let message = "opening balance and movements do not give the closing balance";
        Check::error(
            "statement_does_not_close",
            "/statement/closing_balance",
            message,
        )
        .with(expected, input.closing_balance)
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use serde_json::json;

    use super::*;

    fn company() -> Company {
        Company::from_json(&json!({
            "name": "Acme", "country": "DE", "base_currency": "EUR",
            "chart_of_accounts": "intl_4digit", "lock_dates": [{"until": "2024-12-31"}],
        }))
        .unwrap()
    }

    fn codes(subjects: Subjects<'_>) -> Vec<String> {
        let reply = validate_subjects(subjects, company(), date(2025, 6, 1)).unwrap();
        assert_eq!(
            reply.valid,
            !reply.checks.iter().any(|c| c.severity == Severity::Error)
        );
        reply.checks.into_iter().map(|check| check.code).collect()
    }

    fn codes_of_entry(entry: &Value) -> Vec<String> {
        codes(Subjects {
            entry: Some(entry),
            ..Subjects::default()
        })
    }

    #[test]
    fn an_entry_is_checked_by_the_rules_of_the_journal() {
        let lines = |second: &str| {
            json!({"date": "2025-01-01", "lines": [
                {"account": "6000", "debit": "10.00"}, {"account": second, "credit": 10}
            ]})
        };
        assert!(codes_of_entry(&lines("2000")).is_empty());
        assert_eq!(codes_of_entry(&lines("9999")), ["unknown_account"]);
        assert_eq!(codes_of_entry(&lines("ASSETS")), ["account_not_postable"]);
        let mut unbalanced = lines("2000");
        unbalanced["lines"][1]["credit"] = json!("9.99");
        assert_eq!(codes_of_entry(&unbalanced), ["debits_not_credits"]);
        let mut two_amounts = lines("2000");
        two_amounts["lines"][0]["base_debit"] = json!("9");
        assert_eq!(codes_of_entry(&two_amounts), ["base_not_document_amount"]);
        let mut foreign = lines("2000");
        foreign["currency"] = json!("USD");
        assert_eq!(codes_of_entry(&foreign), ["base_amounts_missing"]);
        let mut both = lines("2000");
        both["lines"][0]["credit"] = json!("1");
        assert_eq!(codes_of_entry(&both), ["line_two_sided"]);
        let mut locked = lines("2000");
        locked["date"] = json!("2024-12-31");
        assert_eq!(codes_of_entry(&locked), ["locked_period"]);
    }

    #[test]
    fn a_statement_that_does_not_close_is_an_error() {
        let statement = json!({"opening_balance": "10", "closing_balance": "11.01",
            "transactions": [{"amount": "1.00", "description": "x"}]});
        let subjects = Subjects {
            statement: Some(&statement),
            ..Subjects::default()
        };
        assert_eq!(codes(subjects), ["statement_does_not_close"]);
    }

    #[test]
    fn a_wrong_form_names_the_field() {
        let entry = json!({"lines": [{"account": "1000", "debit": "ten"}]});
        let subjects = Subjects {
            entry: Some(&entry),
            ..Subjects::default()
        };
        let error = validate_subjects(subjects, company(), date(2025, 6, 1)).unwrap_err();
        assert_eq!(error.pointer, "/entry/lines/0/debit");
    }
}
