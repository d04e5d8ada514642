//! What every format is read into. A line has exactly the fields of a bank line of
//! reconciliation, so that a reply's lines are a request's.

use jiff::civil::Date;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;

use super::error::FilePlace;
use super::format::StatementFormat;
use crate::checks::{Check, Severity};
use crate::money::Currency;

/// All statements of one file.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(title = "Statements")]
pub struct StatementFile {
    /// The format that it was read as.
    pub(super) format: StatementFormat,
    /// The character set that it was read in, by its name in the Encoding Standard.
    pub(super) charset: String,
    /// The statements in the order of the file.
    pub(super) statements: Vec<Statement>,
    /// What the file says beside its statements.
    pub(super) details: Vec<Detail>,
    /// No finding is an error.
    pub(super) valid: bool,
    /// Findings on balances, sums and completeness.
    pub(super) checks: Vec<Check>,
}

impl StatementFile {
    /// The format that it was read as.
    pub fn format(&self) -> StatementFormat {
        self.format
    }

    /// The statements in the order of the file.
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// What the file says beside its statements.
    pub fn details(&self) -> &[Detail] {
        &self.details
    }

    /// Findings on balances, sums and completeness.
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// No finding is an error.
    pub fn is_valid(&self) -> bool {
        self.valid
    }

    /// With more findings.
    #[must_use]
    pub(super) fn and_checks(mut self, more: impl IntoIterator<Item = Check>) -> Self {
        self.checks.extend(more);
        self.checks.sort_by_key(|check| check.severity);
        self.valid = !self
            .checks
            .iter()
            .any(|check| check.severity == Severity::Error);
        self
    }
}

/// One statement: an account's movements between two balances.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "AccountStatement")]
pub struct Statement {
    /// The account as the file names it: an IBAN without blanks, else the bank's number.
    pub(super) account: Option<String>,
    /// The account's currency.
    pub(super) currency: Currency,
    /// The statement's number or id.
    pub(super) number: Option<String>,
    /// The balance before the first line; null where the file states none.
    pub(super) opening: Option<Balance>,
    /// The balance after the last line; null where the file states none.
    pub(super) closing: Option<Balance>,
    /// What was booked, in the order of the file.
    pub(super) lines: Vec<BankLine>,
    /// Records that change no balance: pending, for information, or of zero.
    pub(super) not_booked: Vec<BankLine>,
    /// All else that the statement says.
    pub(super) details: Vec<Detail>,
    #[serde(skip)]
    pub(super) place: FilePlace,
}

impl Statement {
    /// The account as the file names it.
    pub fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// The account's currency.
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// The statement's number or id.
    pub fn number(&self) -> Option<&str> {
        self.number.as_deref()
    }

    /// The balance before the first line.
    pub fn opening(&self) -> Option<&Balance> {
        self.opening.as_ref()
    }

    /// The balance after the last line.
    pub fn closing(&self) -> Option<&Balance> {
        self.closing.as_ref()
    }

    /// What was booked.
    pub fn lines(&self) -> &[BankLine] {
        &self.lines
    }

    /// Records that change no balance.
    pub fn not_booked(&self) -> &[BankLine] {
        &self.not_booked
    }

    /// All else that the statement says.
    pub fn details(&self) -> &[Detail] {
        &self.details
    }
}

/// A balance.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Balance {
    /// The day at whose end (a closing balance) or beginning (an opening one) it held.
    #[schemars(with = "Option<String>")]
    pub(super) date: Option<Date>,
    /// Signed decimal string, `+` is the holder's money.
    #[schemars(with = "String")]
    pub(super) amount: Decimal,
    /// The statement goes on: the balance of a page, not of the statement.
    #[serde(skip)]
    pub(super) is_intermediate: bool,
    #[serde(skip)]
    pub(super) place: FilePlace,
}

impl Balance {
    /// The day.
    pub fn date(&self) -> Option<Date> {
        self.date
    }

    /// The signed amount.
    pub fn amount(&self) -> Decimal {
        self.amount
    }
}

/// A movement, as reconciliation takes it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct BankLine {
    /// Made of what the line says: the same line has the same id in every file.
    pub(super) id: String,
    /// Booking day, ISO 8601.
    #[schemars(with = "String")]
    pub(super) date: Date,
    /// Value day, ISO 8601.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub(super) value_date: Option<Date>,
    /// Signed decimal string, `+` into the account.
    #[schemars(with = "String")]
    pub(super) amount: Decimal,
    /// ISO 4217 code.
    pub(super) currency: Currency,
    /// The bank's text: first what the payer wrote, then, each on a line, what the bank adds.
    pub(super) description: String,
    /// Creditor reference as transmitted (QRR, RF, KID, OCR, OGM, viite).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) structured_reference: Option<String>,
    /// Who paid or was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) counterparty_name: Option<String>,
    /// Their account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) counterparty_iban: Option<String>,
    /// The payer's id of the payment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) end_to_end_id: Option<String>,
    /// What the payer ordered, where the bank says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) instructed: Option<Instructed>,
    #[serde(skip)]
    pub(super) place: FilePlace,
}

impl BankLine {
    /// The id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Booking day.
    pub fn date(&self) -> Date {
        self.date
    }

    /// Signed amount, `+` into the account.
    pub fn amount(&self) -> Decimal {
        self.amount
    }

    /// Its currency.
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// The bank's text.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Who paid or was paid.
    pub fn counterparty_name(&self) -> Option<&str> {
        self.counterparty_name.as_deref()
    }
}

/// What the payer ordered.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "InstructedAmount")]
pub struct Instructed {
    /// Positive decimal string.
    #[schemars(with = "String")]
    pub(super) amount: Decimal,
    /// ISO 4217 code.
    pub(super) currency: Currency,
}

/// Something that the file says and that has no field of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "StatementDetail")]
pub struct Detail {
    /// The line that it belongs to; null where it belongs to the whole.
    pub(super) line: Option<String>,
    /// As the file names it: a tag, a subfield, an element, a column.
    pub(super) name: String,
    /// As the file has it.
    pub(super) value: String,
}

impl Detail {
    pub(super) fn of_whole(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            line: None,
            name: name.into(),
            value: value.into(),
        }
    }

    /// The line that it belongs to.
    pub fn line(&self) -> Option<&str> {
        self.line.as_deref()
    }

    /// As the file names it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// As the file has it.
    pub fn value(&self) -> &str {
        &self.value
    }
}
