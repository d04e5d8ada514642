//! Letters: who writes them and to whom, from where the names stand.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

use ledgergate_accounting::document::Document;
use ledgergate_accounting::facts::{DocumentFacts, PartyRole};
use ledgergate_accounting::reading::{ReadingContext, read};
use serde_json::json;

fn facts(text: &str) -> DocumentFacts {
    let document = Document::from_json(&json!({ "raw_text": text })).unwrap();
    read(&document, &ReadingContext::default())
}

fn name(facts: &DocumentFacts, role: PartyRole) -> Option<&str> {
    let name = facts.party(role)?.name.as_ref()?;
    Some(name.value.as_str())
}

#[test]
fn a_head_on_one_line_and_two_labels_on_one_line() {
    let facts = facts(
        "Muster Bau GmbH, Hauptstr. 1, 10115 Berlin\n\nAn: Our Company GmbH\n\nRechnung\n\
         Rechnungsnr.: 2025-17   Datum: 03.03.2025\n\nNetto 100,00\nMwSt 19% 19,00\nGesamt 119,00 EUR",
    );
    assert_eq!(name(&facts, PartyRole::Seller), Some("Muster Bau GmbH"));
    assert_eq!(name(&facts, PartyRole::Buyer), Some("Our Company GmbH"));
    assert_eq!(facts.issue_date.unwrap().value.to_string(), "2025-03-03");
    assert_eq!(facts.number.unwrap().value, "2025-17");
}

#[test]
fn the_head_of_an_order_is_the_buyers() {
    let facts = facts(
        "Kestrel Packaging Ltd\n4 Dock Road, Hull\nVAT No: GB123456789\n\nPURCHASE ORDER\n\n\
         Supplier: Delta Fasteners\nOrder No: PO-7\nDate: 2025-03-03\n\nTotal 410.00 GBP",
    );
    assert_eq!(
        name(&facts, PartyRole::Buyer),
        Some("Kestrel Packaging Ltd")
    );
    assert_eq!(name(&facts, PartyRole::Seller), Some("Delta Fasteners"));
    let seller = facts.party(PartyRole::Seller).unwrap();
    assert!(seller.tax_ids.is_empty(), "the id is on the buyer's paper");
}

#[test]
fn a_till_receipt_has_no_address_field() {
    let facts = facts(
        "GREENLEAF STATIONERS\n\nLeeds Central\n14 Market St\n\n12/02/2025 14:07\nPAPER      10.00\n\
         TOTAL GBP            10.00\nVISA ****4410       10.00",
    );
    assert_eq!(name(&facts, PartyRole::Buyer), None);
}
