//! The answer as it is given out.

use jiff::civil::Date;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;

use crate::chart::AccountCode;
use crate::closed_enum::closed_enum;

closed_enum! {
    /// What kind of match it is: the first that holds, in this order.
    MatchKind {
        /// Line and items are of different currencies.
        Fx => "fx",
        /// Items of both directions.
        Netting => "netting",
        /// Less a discount for early payment.
        WithDiscount => "with_discount",
        /// Less a fee.
        WithFee => "with_fee",
        /// More cash than the items' total.
        Overpayment => "overpayment",
        /// Several lines.
        ManyToOne => "many_to_one",
        /// An item keeps a rest.
        Partial => "partial",
        /// Several items.
        OneToMany => "one_to_many",
        /// One line, one item.
        OneToOne => "one_to_one",
    }
}

closed_enum! {
    /// What the difference between cash and items is.
    DifferenceKind {
        /// There is none.
        None => "none",
        /// A few cents.
        Rounding => "rounding",
        /// Discount for early payment.
        Discount => "discount",
        /// A bank's or a processor's fee.
        Fee => "fee",
        /// The rate fell.
        FxLoss => "fx_loss",
        /// The rate rose.
        FxGain => "fx_gain",
        /// Cash beyond the items: a deposit.
        Overpayment => "overpayment",
    }
}

/// The answer: every line in one of matches, ambiguous and `unmatched_lines`; every item in one
/// match, in alternatives of ambiguous lines, or in `unmatched_items`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(title = "Reconciliation")]
pub struct Reconciliation {
    /// Lines with the items that they settle.
    pub matches: Vec<Match>,
    /// Lines that settle nothing here.
    pub unmatched_lines: Vec<UnmatchedLine>,
    /// Ids of items that stay open.
    pub unmatched_items: Vec<String>,
    /// Lines that fit several items equally well.
    pub ambiguous: Vec<Ambiguous>,
}

/// Lines and the items that they settle.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Match {
    /// Ids of the lines.
    pub lines: Vec<String>,
    /// Ids of the items.
    pub items: Vec<String>,
    /// What kind of match it is.
    pub kind: MatchKind,
    /// Which line settles which part of which item.
    pub allocations: Vec<Allocation>,
    /// Sum of the items' values less the sum of the lines.
    pub difference: Difference,
    /// The entry, null when no company is given.
    pub entry: Option<Entry>,
    /// How sure the match is, 0 to 1.
    pub confidence: f64,
    /// It may be posted with no person looking.
    pub auto: bool,
    /// Why.
    pub reasons: Vec<String>,
}

/// A part of an item that a line settles.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Allocation {
    /// Id of the line.
    pub line: String,
    /// Id of the item.
    pub item: String,
    /// Positive, in the item's currency.
    pub amount: Decimal,
}

/// Sum of the items' values less the sum of the lines, in the lines' currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Difference {
    /// What it is.
    pub kind: DifferenceKind,
    /// Positive is a debit to its account, negative a credit.
    pub amount: Decimal,
}

/// A balanced entry in the lines' currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Entry {
    /// Date of the last line.
    #[schemars(with = "String")]
    pub date: Date,
    /// Its lines.
    pub lines: Vec<EntryLine>,
}

/// A line of an entry; one side is zero.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EntryLine {
    /// Account code.
    pub account: AccountCode,
    /// Debit.
    pub debit: Decimal,
    /// Credit.
    pub credit: Decimal,
}

/// A line that settles nothing here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UnmatchedLine {
    /// Id of the line.
    pub line: String,
    /// Why.
    pub reasons: Vec<String>,
}

/// Lines for which several answers are equally good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Ambiguous {
    /// Ids of the lines: each of them fits every alternative.
    pub lines: Vec<String>,
    /// All equally good answers, two at least.
    pub alternatives: Vec<Alternative>,
    /// Why none is better.
    pub reasons: Vec<String>,
}

/// One of several equally good answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "ItemAlternative")]
pub struct Alternative {
    /// Ids of the items.
    pub items: Vec<String>,
}
