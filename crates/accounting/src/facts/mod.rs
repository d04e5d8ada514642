//! What a document says: the facts that reading gives and that determination, posting and the
//! checks use. Every fact carries where it stands in the document and the rule that read it.
//!
//! Signs: a credit note's figures are positive here, whatever the document printed; the kind
//! says that the sides swap. A bank movement keeps its sign (`+` into the account).

mod commercial;
mod kind;
mod labelled;
mod party;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::checks::Check;
use crate::money::Currency;

pub use commercial::{
    AllowanceCharge, Equation, LineFact, PaymentMeans, TaxCategory, TaxLineFact, Totals,
    WithholdingFact,
};
pub use kind::DocumentKind;
pub use labelled::{AmountConcept, LabelledAmount, MovementFact, RateFact, StatedJournalLine};
pub use party::{PartyFact, PartyRole};

/// A value read from the document, with its source.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fact<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub source: Source,
}

impl<T> Fact<T> {
    /// A fact from its parts.
    pub fn new(value: T, source: Source) -> Self {
        Self { value, source }
    }

    /// The same source for a value computed from this one.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Fact<U> {
        Fact {
            value: change(self.value),
            source: self.source,
        }
    }
}

/// Where a fact stands in the document and how it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// JSON Pointer into the document (`/lines/0/amount`), `/markdown#12` for line 12 of a text,
    /// or the `XPath` of an XML invoice's element with the standard's usual prefixes
    /// (`/Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount`).
    pub path: String,
    /// The text as printed, at most 120 characters.
    pub text: String,
    /// The rule that read it, e.g. `key`, `label`, `table`, `xml`, `closure`,
    /// `derived: gross - net`.
    pub rule: String,
}

impl Source {
    /// A source from its parts; the text is shortened to 120 characters.
    pub fn new(path: impl Into<String>, text: impl AsRef<str>, rule: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            text: text.as_ref().chars().take(120).collect(),
            rule: rule.into(),
        }
    }

    /// True for a figure that is not printed but computed by a named rule.
    pub fn is_derived(&self) -> bool {
        self.rule.starts_with("derived")
    }
}

/// Something the reading is not sure of; becomes a check.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReadingDoubt {
    /// Stable code: `ambiguous_date`, `ambiguous_currency`, `unreadable_amount`,
    /// `conflicting_values`, `addresses_the_model`, ...
    pub code: String,
    /// Where.
    pub path: String,
    /// What a person should know.
    pub message: String,
}

/// All that was read from one document.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct DocumentFacts {
    /// ISO 639-1 language of the document's words, where evident.
    pub language: Option<String>,
    /// What sort of paper it is; `None` when its words do not say.
    pub kind: Option<Fact<DocumentKind>>,
    /// Document number.
    pub number: Option<Fact<String>>,
    /// Number of the document that this one corrects or settles.
    pub refers_to: Option<Fact<String>>,
    /// Purchase order number.
    pub order_number: Option<Fact<String>>,
    /// Date of issue (or of the movement).
    pub issue_date: Option<Fact<Date>>,
    /// Due date.
    pub due_date: Option<Fact<Date>>,
    /// First day of the period of service or accounting period.
    pub period_start: Option<Fact<Date>>,
    /// Last day of that period.
    pub period_end: Option<Fact<Date>>,
    /// Parties in the parts that the document gives them.
    pub parties: Vec<(PartyRole, PartyFact)>,
    /// Document currency.
    pub currency: Option<Fact<Currency>>,
    /// Lines.
    pub lines: Vec<LineFact>,
    /// Allowances and charges of the whole document.
    pub allowances_charges: Vec<AllowanceCharge>,
    /// Tax breakdown, as printed or (rule `derived`) computed from the lines.
    pub tax_lines: Vec<TaxLineFact>,
    /// Withholdings.
    pub withholdings: Vec<WithholdingFact>,
    /// Totals.
    pub totals: Totals,
    /// Total tax in another currency (EN 16931 BT-111).
    pub tax_in_currency: Vec<(Currency, Fact<Decimal>)>,
    /// Exchange rates stated in the document.
    pub rates: Vec<RateFact>,
    /// How it was or will be paid.
    pub payment_means: Option<Fact<PaymentMeans>>,
    /// True when the document says that it is paid already.
    pub paid: Option<Fact<bool>>,
    /// Movements of a bank document (one for a bank transaction).
    pub movements: Vec<MovementFact>,
    /// The findings of a bank statement file's own reader, which has checked its balances; `None`
    /// for every other document.
    pub statement_checks: Option<Vec<Check>>,
    /// Stated journal lines.
    pub journal_lines: Vec<StatedJournalLine>,
    /// Other labelled amounts.
    pub amounts: Vec<LabelledAmount>,
    /// Useful life of an asset in months.
    pub useful_life_months: Option<Fact<Decimal>>,
    /// Free text of the document: descriptions, memos, notes, bodies, in document order.
    pub texts: Vec<Fact<String>>,
    /// The arithmetic that was tried on the kept reading.
    pub equations: Vec<Equation>,
    /// What is doubtful.
    pub doubts: Vec<ReadingDoubt>,
}

impl DocumentFacts {
    /// The first party that the document puts in `role`.
    pub fn party(&self, role: PartyRole) -> Option<&PartyFact> {
        self.parties
            .iter()
            .find(|(given, _)| *given == role)
            .map(|(_, party)| party)
    }

    /// The first amount of `concept`.
    pub fn amount(&self, concept: AmountConcept) -> Option<&LabelledAmount> {
        self.amounts.iter().find(|amount| amount.concept == concept)
    }

    /// Sum of what is withheld.
    pub fn withheld(&self) -> Decimal {
        self.withholdings
            .iter()
            .map(|withholding| withholding.amount.value)
            .sum()
    }

    /// True when every equation that could be tried holds, and at least one could.
    pub fn closes(&self) -> bool {
        !self.equations.is_empty() && self.equations.iter().all(Equation::holds)
    }
}
