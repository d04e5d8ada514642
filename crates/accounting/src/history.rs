//! Documents of the same company that came before: what a new one is held against.

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::money::Currency;

/// A document of the same company and with the same action that was processed earlier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierDocument {
    /// The result it was answered with, e.g. `res_0198…`: told to the person who looks.
    pub result_id: String,
    /// The other party's name as it was read then.
    pub counterparty: Option<String>,
    /// Its number.
    pub document_number: Option<String>,
    /// Date of issue.
    pub issue_date: Option<Date>,
    /// The document's currency.
    pub currency: Option<Currency>,
    /// Total with tax, in that currency.
    pub gross: Option<Decimal>,
    /// Whether it is in the books for all that is known here.
    pub standing: Standing,
}

/// How far an earlier document got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// A person confirmed its entry.
    Approved,
    /// It was fit to be posted with no person looking.
    Automatic,
    /// It was left to a person, who has not said anything yet.
    Open,
}
