//! The request as the caller writes it.

use jiff::civil::Date;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Deserialize;

use super::model::ItemType;
use crate::company::{CompanyInput, decimal};

/// Bank lines and open items to be matched. The order of the lists means nothing.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Reconciliation request")]
pub struct RequestInput {
    /// Movements of bank accounts, of any account and currency.
    pub bank_lines: Vec<BankLineInput>,
    /// What is not yet paid.
    pub open_items: Vec<OpenItemInput>,
    /// The company's tolerances.
    pub policy: PolicyInput,
    /// The company, for base currency and chart. Without it no entry is given and nothing is
    /// matched across currencies.
    #[serde(default)]
    pub company: Option<CompanyInput>,
}

/// A movement of a bank account.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BankLineInput {
    /// Unique in the request.
    pub id: String,
    /// Booking day, ISO 8601.
    #[schemars(with = "String")]
    pub date: Date,
    /// Value day, ISO 8601. Decides nothing: the contract counts from the booking day.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub value_date: Option<Date>,
    /// Signed decimal string, `+` into the account.
    #[serde(deserialize_with = "decimal")]
    #[schemars(with = "String")]
    pub amount: Decimal,
    /// ISO 4217 code.
    pub currency: String,
    /// The bank's text, in any language.
    #[serde(default)]
    pub description: String,
    /// Creditor reference as transmitted (QRR, RF, KID, OCR, OGM, viite).
    #[serde(default)]
    pub structured_reference: Option<String>,
    /// Who paid or was paid.
    #[serde(default)]
    pub counterparty_name: Option<String>,
    /// Their account.
    #[serde(default)]
    pub counterparty_iban: Option<String>,
    /// The payer's id of the payment.
    #[serde(default)]
    pub end_to_end_id: Option<String>,
    /// What the payer ordered, where the bank says so.
    #[serde(default)]
    pub instructed: Option<InstructedInput>,
}

/// An amount that the payer ordered.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InstructedInput {
    /// Decimal string; its sign does not count.
    #[serde(deserialize_with = "decimal")]
    #[schemars(with = "String")]
    pub amount: Decimal,
    /// ISO 4217 code.
    pub currency: String,
}

/// A document that is not yet paid, or not in full.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenItemInput {
    /// Unique in the request.
    pub id: String,
    /// What it is.
    #[serde(rename = "type")]
    pub item_type: ItemType,
    /// The document's number.
    #[serde(default)]
    pub number: String,
    /// Customer or supplier.
    pub party: PartyInput,
    /// ISO 8601 day.
    #[schemars(with = "String")]
    pub issue_date: Date,
    /// ISO 8601 day; the issue date where absent.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub due_date: Option<Date>,
    /// ISO 4217 code.
    pub currency: String,
    /// Positive decimal string.
    #[serde(deserialize_with = "decimal")]
    #[schemars(with = "String")]
    pub open_amount: Decimal,
    /// The open amount in base currency as booked.
    #[serde(default, deserialize_with = "optional_decimal")]
    #[schemars(with = "Option<String>")]
    pub functional_amount: Option<Decimal>,
    /// The rate that it was booked at: gives `functional_amount` where that is missing.
    #[serde(default, deserialize_with = "optional_decimal")]
    #[schemars(with = "Option<String>")]
    pub booked_rate: Option<Decimal>,
    /// The structured reference printed on the document.
    #[serde(default)]
    pub payment_reference: Option<String>,
    /// Discount for early payment.
    #[serde(default)]
    pub terms: Option<TermsInput>,
    /// The card or wallet processor that took the money and owes us a payout.
    #[serde(default)]
    pub collected_by: Option<CollectedInput>,
    /// The payment file in which we sent it.
    #[serde(default)]
    pub payment_run: Option<String>,
}

/// A customer or supplier.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PartyInput {
    /// Name.
    pub name: String,
    /// Bank account.
    #[serde(default)]
    pub iban: Option<String>,
    /// VAT or other tax id.
    #[serde(default)]
    pub tax_id: Option<String>,
}

/// Discount for early payment, counted from the issue date.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TermsInput {
    /// Percent of the open amount.
    #[serde(deserialize_with = "decimal")]
    #[schemars(with = "String")]
    pub discount_percent: Decimal,
    /// Days from the issue date.
    pub discount_days: u16,
}

/// Money that a processor collected for us.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CollectedInput {
    /// The processor's name.
    pub processor: String,
    /// The day it took the money, ISO 8601.
    #[schemars(with = "String")]
    pub date: Date,
}

/// Tolerances, and what the company knows of rates and processors.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyInput {
    /// Largest bank fee, in base currency.
    #[serde(default, deserialize_with = "decimal")]
    #[schemars(with = "String")]
    pub fee_tolerance: Decimal,
    /// Largest bank fee in percent of the items' sum; both must hold.
    #[serde(default, deserialize_with = "decimal")]
    #[schemars(with = "String")]
    pub fee_tolerance_percent: Decimal,
    /// Largest rounding difference, in the line's currency.
    #[serde(default, deserialize_with = "decimal")]
    #[schemars(with = "String")]
    pub rounding_tolerance: Decimal,
    /// Days after the due date in which an item is still paid without a reference.
    pub date_window_days: u16,
    /// Days after the discount's last day in which it is still granted.
    #[serde(default)]
    pub discount_grace_days: u16,
    /// Percent by which a payment in another currency may be off the rate of the day.
    #[serde(default, deserialize_with = "decimal")]
    #[schemars(with = "String")]
    pub fx_tolerance_percent: Decimal,
    /// Exchange rates.
    #[serde(default)]
    pub fx_rates: Vec<FxRateInput>,
    /// Card and wallet processors with their fees.
    #[serde(default)]
    pub processors: Vec<ProcessorInput>,
}

/// One unit of `from` = `rate` units of `to`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FxRateInput {
    /// ISO 4217 code.
    pub from: String,
    /// ISO 4217 code.
    pub to: String,
    /// Positive decimal.
    #[serde(deserialize_with = "decimal")]
    #[schemars(with = "String")]
    pub rate: Decimal,
    /// ISO 8601 day.
    #[schemars(with = "String")]
    pub date: Date,
}

/// A processor's schedule: each collected invoice costs `fee_percent` of it and `fee_fixed`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProcessorInput {
    /// Name.
    pub name: String,
    /// Percent of the collected amount.
    #[serde(default, deserialize_with = "decimal")]
    #[schemars(with = "String")]
    pub fee_percent: Decimal,
    /// Fixed part, in the invoice's currency.
    #[serde(default, deserialize_with = "decimal")]
    #[schemars(with = "String")]
    pub fee_fixed: Decimal,
}

fn optional_decimal<'de, D: serde::Deserializer<'de>>(
    input: D,
) -> Result<Option<Decimal>, D::Error> {
    #[derive(Deserialize)]
    struct Figure(#[serde(deserialize_with = "decimal")] Decimal);
    Option::<Figure>::deserialize(input).map(|figure| figure.map(|Figure(value)| value))
}
