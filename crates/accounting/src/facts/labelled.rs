//! Figures of the other papers: labelled amounts, rates, movements, stated entries.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Serialize;

use super::Fact;
use crate::money::Currency;

/// What a labelled amount of a special document means (payroll, depreciation, tax return, ...).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AmountConcept {
    /// Gross wages.
    GrossPay,
    /// Income tax kept from wages.
    PayrollTax,
    /// Employee's share of social security.
    EmployeeSocial,
    /// Employer's share of social security.
    EmployerSocial,
    /// Wages paid out.
    NetPay,
    /// Other deductions from wages (pension, union, advance).
    PayrollDeduction,
    /// Tax collected on sales.
    OutputTax,
    /// Deductible tax on purchases.
    InputTax,
    /// Tax to pay to the authority.
    TaxPayable,
    /// Tax the authority owes us.
    TaxCredit,
    /// Cost of a fixed asset.
    AssetCost,
    /// Residual value of a fixed asset.
    ResidualValue,
    /// Depreciation of the period.
    Depreciation,
    /// Depreciation so far.
    AccumulatedDepreciation,
    /// Book value.
    BookValue,
    /// Proceeds of a disposal.
    Proceeds,
    /// Principal of a loan.
    Principal,
    /// Interest.
    Interest,
    /// Balance at the beginning.
    OpeningBalance,
    /// Balance at the end.
    ClosingBalance,
    /// Amount that reached or left our account.
    AmountSettled,
    /// Amount of the settled invoice, in its currency.
    InvoiceAmount,
    /// A bank's or processor's fee.
    Fee,
    /// A cash discount taken.
    Discount,
    /// Cost of goods, where a delivery states it.
    CostOfGoods,
    /// Debit of a stated journal line.
    Debit,
    /// Credit of a stated journal line.
    Credit,
    /// An amount under a label that says only "amount".
    Amount,
}

/// A labelled amount.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LabelledAmount {
    /// What it is.
    pub concept: AmountConcept,
    /// The amount, signed as printed.
    pub amount: Fact<Decimal>,
    /// Its currency where printed beside it (or in its key).
    pub currency: Option<Currency>,
    /// The label as printed.
    pub label: String,
}

/// An exchange rate that the document states: 1 `from` = `rate` `to`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RateFact {
    /// The currency that one unit is of.
    pub from: Option<Currency>,
    /// The currency that the rate counts in.
    pub to: Option<Currency>,
    /// The rate.
    pub rate: Fact<Decimal>,
    /// True when it is the rate at which the item was booked; false for the day of the document.
    pub booked: bool,
}

/// One movement of an account.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MovementFact {
    /// Booking date.
    pub date: Option<Fact<Date>>,
    /// Signed amount, `+` into the account.
    pub amount: Fact<Decimal>,
    /// The bank's text.
    pub description: Option<Fact<String>>,
    /// Counterparty, where given apart from the text.
    pub counterparty: Option<Fact<String>>,
}

/// One line of a stated journal entry.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StatedJournalLine {
    /// Account code or name as printed.
    pub account: Fact<String>,
    /// Debit, zero if none.
    pub debit: Decimal,
    /// Credit, zero if none.
    pub credit: Decimal,
}
