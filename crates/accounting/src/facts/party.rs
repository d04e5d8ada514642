//! Who is who, in the document's own words.

use serde::Serialize;

use super::Fact;

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
