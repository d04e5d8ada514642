//! The reply of processing a document. Amounts are decimals with the currency's number of
//! places, written as strings; what is unknown is null.

use jiff::civil::Date;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;

use super::question::ModelChoice;
use crate::checks::Check;
use crate::closed_enum::closed_enum;
use crate::determination::Determination;
use crate::facts::TaxCategory;
use crate::fx::Functional;
use crate::journal::JournalEntry;
use crate::tax::TaxTreatment;

/// A processed document.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Processed {
    /// What the document is to the company.
    #[serde(flatten)]
    pub determination: Determination,
    /// What sort of paper it is, `unknown` where its words do not say.
    pub document_type: String,
    /// Number as printed.
    pub document_number: Option<String>,
    /// Date of issue or booking.
    #[schemars(with = "Option<String>")]
    pub issue_date: Option<Date>,
    /// Due date.
    #[schemars(with = "Option<String>")]
    pub due_date: Option<Date>,
    /// ISO 4217 code of the amounts.
    pub currency: Option<crate::money::Currency>,
    /// Total without tax.
    pub net: Option<Decimal>,
    /// Total tax.
    pub tax: Option<Decimal>,
    /// Total with tax; of a bank line its absolute amount.
    pub gross: Option<Decimal>,
    /// Paid in advance.
    pub prepaid: Option<Decimal>,
    /// Rounding of the payable amount.
    pub rounding: Option<Decimal>,
    /// Withheld by the buyer.
    pub withheld: Option<Decimal>,
    /// Left to pay.
    pub amount_due: Option<Decimal>,
    /// How the whole document is taxed.
    pub tax_treatment: Option<TaxTreatment>,
    /// Tax by category and rate.
    pub tax_lines: Vec<TaxLine>,
    /// The figures in the company's currency, where the document's is another.
    pub functional: Option<Functional>,
    /// The balances and totals of a bank statement.
    pub statement: Option<Statement>,
    /// The entry; without lines where nothing is posted.
    pub journal: Journal,
    /// All findings.
    pub checks: Vec<Check>,
    /// No finding is an error.
    pub valid: bool,
    /// No finding is an error or a reason for review.
    pub auto: bool,
    /// Why a person should look at it.
    pub review_reasons: Vec<String>,
    /// What was done and why, in a few sentences.
    pub explanation: String,
    /// What a model chose, with its probabilities.
    pub model_choices: Vec<ModelChoice>,
}

/// Tax of one category and rate.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct TaxLine {
    /// EN 16931 category.
    pub category: Option<TaxCategory>,
    /// Percent.
    pub rate: Option<Decimal>,
    /// Taxable amount.
    pub base: Option<Decimal>,
    /// Tax.
    pub amount: Option<Decimal>,
}

/// Balances and totals of a bank statement.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Statement {
    /// Balance at the beginning.
    pub opening_balance: Option<Decimal>,
    /// Balance at the end.
    pub closing_balance: Option<Decimal>,
    /// Sum of what came in.
    pub total_in: Decimal,
    /// Sum of what went out, positive.
    pub total_out: Decimal,
    /// Number of movements.
    pub transaction_count: usize,
}

/// An entry, or its absence.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Journal {
    /// A balanced entry.
    Entry(JournalEntry),
    /// Nothing is posted.
    Nothing(NoEntry),
}

closed_enum! {
    /// Marks the absence of an entry in the schema.
    NoEntryReason {
        /// The action does not post.
        DoesNotPost => "does_not_post",
        /// It would post, but cannot; an error check says why.
        CannotPost => "cannot_post",
    }
}

/// No entry.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct NoEntry {
    /// Always null.
    pub date: Option<String>,
    /// Always empty.
    pub lines: [(); 0],
    /// Why there is none.
    pub reason: NoEntryReason,
}

impl NoEntry {
    /// No entry, for a reason.
    pub fn because(reason: NoEntryReason) -> Self {
        Self {
            date: None,
            lines: [],
            reason,
        }
    }
}
