//! What a document says: the facts that reading gives and that determination, posting and the
//! checks use. Every fact carries where it stands in the document and the rule that read it.
//!
//! Signs: a credit note's figures are positive here, whatever the document printed; the kind
//! says that the sides swap. A bank movement keeps its sign (`+` into the account).

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::money::Currency;

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

/// What sort of paper this is, as its own words say. Whose side we are on is decided later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// Invoice, bill.
    Invoice,
    /// A credit note, corrective invoice in the payer's favour.
    CreditNote,
    /// Invoice for an advance or deposit.
    DepositInvoice,
    /// Proforma invoice: does not post.
    Proforma,
    /// Till receipt, paid on the spot.
    Receipt,
    /// An employee's expense claim.
    ExpenseClaim,
    /// Quote, estimate, offer.
    Quote,
    /// Purchase order or sales order; which one depends on the side.
    Order,
    /// Goods received.
    GoodsReceipt,
    /// Delivery note, shipment.
    DeliveryNote,
    /// Stock count or adjustment.
    InventoryAdjustment,
    /// One movement of a bank or card account.
    BankTransaction,
    /// A bank statement with movements and balances.
    BankStatement,
    /// Remittance or payment advice: a payment, made or received.
    PaymentAdvice,
    /// A payment that came back (return, chargeback).
    PaymentReturn,
    /// A customer is paid back.
    Refund,
    /// An advance payment, made or received, without an invoice.
    DepositPayment,
    /// Written-off receivable.
    WriteOff,
    /// Transfer between own accounts, cash withdrawal, card settlement.
    OwnTransfer,
    /// Payroll register, payslip summary.
    Payroll,
    /// Depreciation run or schedule.
    Depreciation,
    /// Purchase of a fixed asset (asset card, capitalisation request).
    AssetAcquisition,
    /// Sale or scrapping of a fixed asset.
    AssetDisposal,
    /// Journal voucher: accrual, prepayment, release, loan, capital and the like.
    JournalVoucher,
    /// Revaluation of balances in foreign currency.
    CurrencyRevaluation,
    /// VAT or sales-tax return.
    TaxReturn,
    /// Payment of a tax to the authority, or its refund.
    TaxPayment,
    /// Loan agreement drawn, instalment.
    Loan,
    /// Dunning letter, account statement of a customer or supplier.
    Dunning,
    /// Contract, minutes, advertising, letters: nothing to book.
    NotAccounting,
}

/// A party as the document names it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PartyFact {
    /// Name as printed.
    pub name: Option<Fact<String>>,
    /// VAT or other tax ids as printed.
    pub tax_ids: Vec<Fact<String>>,
    /// Ids in a register of companies (EN 16931 BT-30, BT-47), as printed.
    pub legal_ids: Vec<Fact<String>>,
    /// ISO 3166 alpha-2 country.
    pub country: Option<Fact<String>>,
    /// IBAN, as printed.
    pub iban: Option<Fact<String>>,
    /// Address in one line.
    pub address: Option<Fact<String>>,
}

impl PartyFact {
    /// True when nothing identifies the party.
    pub fn is_empty(&self) -> bool {
        self.name.is_none() && self.tax_ids.is_empty() && self.iban.is_none()
    }
}

/// The part that a party plays in the document's own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PartyRole {
    /// Seller, issuer of an invoice, payee.
    Seller,
    /// Buyer, payer.
    Buyer,
    /// Named, but the document does not say as what (bank counterparty, raw text).
    Unclear,
    /// Who is paid, where it is not the seller (EN 16931 BG-10).
    Payee,
    /// The seller's tax representative (EN 16931 BG-11).
    TaxRepresentative,
}

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, schemars::JsonSchema)]
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
