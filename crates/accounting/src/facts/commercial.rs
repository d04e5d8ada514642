//! Lines, allowances, taxes and totals of invoices and their kin.

use rust_decimal::Decimal;
use serde::Serialize;

use super::Fact;

/// One line of goods or services.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct LineFact {
    /// What was sold.
    pub description: Option<Fact<String>>,
    /// Quantity.
    pub quantity: Option<Fact<Decimal>>,
    /// Price of one unit.
    pub unit_price: Option<Fact<Decimal>>,
    /// The line's amount; with or without tax as [`Totals::lines_include_tax`] says.
    pub amount: Option<Fact<Decimal>>,
    /// Tax rate in percent (`19` for 19 %).
    pub tax_rate: Option<Fact<Decimal>>,
    /// Tax amount of the line, where printed.
    pub tax_amount: Option<Fact<Decimal>>,
    /// Words about the line's tax (exempt, reverse charge, export).
    pub tax_note: Option<Fact<String>>,
    /// Category of the line's tax, where coded (EN 16931 BT-151).
    pub tax_category: Option<TaxCategory>,
    /// Allowances and charges that the line's amount already contains (EN 16931 BG-27, BG-28).
    pub allowances_charges: Vec<AllowanceCharge>,
}

/// An allowance (deducted) or a charge (added) of the whole document or of a line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AllowanceCharge {
    /// True for a charge, false for an allowance.
    pub is_charge: bool,
    /// Positive amount.
    pub amount: Fact<Decimal>,
    /// Why.
    pub reason: Option<String>,
    /// Tax rate in percent, where printed.
    pub tax_rate: Option<Fact<Decimal>>,
    /// Category of its tax, where coded (EN 16931 BT-95, BT-102).
    pub tax_category: Option<TaxCategory>,
}

/// EN 16931 tax category (UNTDID 5305 subset, BT-118).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, serde::Deserialize, schemars::JsonSchema,
)]
pub enum TaxCategory {
    /// Standard (or reduced) rate.
    S,
    /// Zero rated.
    Z,
    /// Exempt.
    E,
    /// Reverse charge.
    AE,
    /// Intra-community supply.
    K,
    /// Export.
    G,
    /// Outside the scope of tax.
    O,
    /// Canary Islands IGIC.
    L,
    /// Ceuta and Melilla IPSI.
    M,
}

/// One row of the tax breakdown.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TaxLineFact {
    /// Category, where printed or evident from the note.
    pub category: Option<TaxCategory>,
    /// Rate in percent.
    pub rate: Option<Fact<Decimal>>,
    /// Taxable amount.
    pub base: Option<Fact<Decimal>>,
    /// Tax amount.
    pub amount: Option<Fact<Decimal>>,
    /// The reason or the name of the tax.
    pub note: Option<Fact<String>>,
}

/// Withholding: kept back by the buyer and paid to the authority.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WithholdingFact {
    /// Rate in percent.
    pub rate: Option<Fact<Decimal>>,
    /// Base, where printed.
    pub base: Option<Fact<Decimal>>,
    /// Positive amount.
    pub amount: Fact<Decimal>,
    /// Name as printed.
    pub name: Option<String>,
}

/// The document's totals after arithmetic closure. Each is printed, or derived by the rule in
/// its source; `None` when the document neither prints nor determines it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Totals {
    /// Total without tax.
    pub net: Option<Fact<Decimal>>,
    /// Total tax.
    pub tax: Option<Fact<Decimal>>,
    /// Total with tax, before prepaid and withholding.
    pub gross: Option<Fact<Decimal>>,
    /// Paid in advance.
    pub prepaid: Option<Fact<Decimal>>,
    /// Rounding of the payable amount (EN 16931 BT-114), signed.
    pub rounding: Option<Fact<Decimal>>,
    /// What is left to pay.
    pub amount_due: Option<Fact<Decimal>>,
    /// Whether the lines' amounts contain tax; `None` when that does not matter or is unknown.
    pub lines_include_tax: Option<bool>,
}

/// An equation of the document's arithmetic and whether it holds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Equation {
    /// Stable code, e.g. `net + tax = gross`, `lines = net`, `tax lines = tax`, `base x rate = tax`;
    /// on XML invoices the rule of EN 16931 with its sum, e.g. `BR-CO-15: net + tax = gross`.
    pub name: String,
    /// Where the figure on the left stands.
    pub path: String,
    /// What the right side gives.
    pub expected: Decimal,
    /// What is printed.
    pub actual: Decimal,
    /// Allowed difference.
    pub tolerance: Decimal,
}

impl Equation {
    /// True when both sides agree within the tolerance.
    pub fn holds(&self) -> bool {
        (self.expected - self.actual).abs() <= self.tolerance
    }
}

/// How something was paid, where the document says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentMeans {
    /// Credit or debit card.
    Card,
    /// Cash.
    Cash,
    /// Bank transfer, direct debit, cheque.
    Bank,
    /// A wallet or payment processor.
    Wallet,
}
