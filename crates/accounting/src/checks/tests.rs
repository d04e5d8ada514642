//! Findings on hand-built documents.

use jiff::civil::date;
use rust_decimal_macros::dec;
use serde_json::json;

use crate::facts::{AmountConcept, DocumentFacts, DocumentKind, Equation, LabelledAmount};
use crate::facts::{MovementFact, TaxCategory, TaxLineFact};
use crate::posting::tests::{bill, company, document, fact, process};

fn codes(facts: DocumentFacts) -> Vec<String> {
    let known = json!({"known_parties": [
        {"name": "Kestrel", "kind": "supplier", "iban": "DE89370400440532013000"}]});
    process(facts, company(&known))
        .checks
        .into_iter()
        .map(|check| check.code)
        .collect()
}

fn found(facts: DocumentFacts, code: &str) -> bool {
    codes(facts).iter().any(|found| found == code)
}

fn with_due(mut facts: DocumentFacts) -> DocumentFacts {
    facts.due_date = Some(fact(date(2025, 4, 3)));
    facts
}

fn zero_line(category: Option<TaxCategory>, tax: rust_decimal::Decimal) -> TaxLineFact {
    TaxLineFact {
        category,
        rate: Some(fact(dec!(0))),
        base: Some(fact(dec!(1000))),
        amount: Some(fact(tax)),
        note: None,
    }
}

#[test]
fn a_clean_bill_has_no_findings() {
    assert!(codes(with_due(bill())).is_empty());
}

#[test]
fn sums_that_do_not_hold_are_for_review_and_block_e_invoices() {
    let failing = |name: &str| {
        let mut facts = bill();
        facts.equations = vec![Equation {
            name: name.to_owned(),
            path: "/total".to_owned(),
            expected: dec!(1190),
            actual: dec!(1200),
            tolerance: dec!(0.02),
        }];
        process(facts, company(&json!({})))
    };
    let extracted = failing("net + tax = gross");
    assert!(extracted.valid && !extracted.auto);
    assert!(!failing("BR-CO-15").valid);
}

#[test]
fn dates_are_set_against_each_other_and_the_day() {
    let mut facts = bill();
    facts.due_date = Some(fact(date(2025, 2, 1)));
    assert!(found(facts.clone(), "due_before_issue"));
    facts.issue_date = Some(fact(date(2025, 6, 9)));
    assert!(found(facts.clone(), "issued_in_future"));
    facts.issue_date = Some(fact(date(2025, 6, 8)));
    assert!(!found(facts.clone(), "issued_in_future"));
    facts.issue_date = Some(fact(date(2023, 11, 30)));
    assert!(found(facts, "old_document"));
}

#[test]
fn zero_tax_needs_a_reason() {
    let with_line = |category| {
        let mut facts = bill();
        facts.totals.tax = Some(fact(dec!(0)));
        facts.totals.gross = Some(fact(dec!(1000)));
        facts.tax_lines = vec![zero_line(category, dec!(0))];
        facts
    };
    assert!(found(with_line(None), "zero_tax_without_reason"));
    assert!(found(
        with_line(Some(TaxCategory::E)),
        "exemption_reason_missing"
    ));
    assert!(!found(
        with_line(Some(TaxCategory::E)),
        "zero_tax_without_reason"
    ));
    let mut abroad = with_line(None);
    abroad.parties[0].1.country = Some(fact("FR".to_owned()));
    assert!(found(abroad, "cross_border_without_reason"));
}

#[test]
fn rates_and_foreign_tax_are_checked_by_country() {
    let mut facts = bill();
    facts.tax_lines = vec![TaxLineFact {
        category: Some(TaxCategory::S),
        rate: Some(fact(dec!(17))),
        ..zero_line(None, dec!(170))
    }];
    assert!(found(facts.clone(), "unknown_tax_rate"));
    facts.parties[0].1.country = Some(fact("LU".to_owned()));
    assert!(!found(facts.clone(), "unknown_tax_rate"));
    assert!(found(facts, "foreign_tax"));
}

#[test]
fn tax_beside_reverse_charge_is_doubtful() {
    let mut facts = bill();
    facts.tax_lines = vec![zero_line(Some(TaxCategory::AE), dec!(190))];
    assert!(found(facts, "reverse_charge_with_tax"));
}

#[test]
fn bank_details_are_checked_and_compared() {
    let with_iban = |iban: &str| {
        let mut facts = bill();
        facts.parties[0].1.iban = Some(fact(iban.to_owned()));
        facts
    };
    assert!(found(with_iban("DE89370400440532013001"), "iban_invalid"));
    assert!(found(
        with_iban("GB82 WEST 1234 5698 7654 32"),
        "bank_details_changed"
    ));
    assert!(!found(
        with_iban("DE89 3704 0044 0532 0130 00"),
        "bank_details_changed"
    ));
}

#[test]
fn what_is_kept_back_cannot_exceed_the_whole() {
    let mut facts = bill();
    facts.totals.prepaid = Some(fact(dec!(2000)));
    assert!(found(facts, "prepaid_above_gross"));
}

#[test]
fn a_statement_must_close() {
    let balance = |concept, amount| LabelledAmount {
        concept,
        amount: fact(amount),
        currency: None,
        label: "x".to_owned(),
    };
    let statement = |closing| {
        let mut facts = document(DocumentKind::BankStatement);
        facts.amounts = vec![
            balance(AmountConcept::OpeningBalance, dec!(10)),
            balance(AmountConcept::ClosingBalance, closing),
        ];
        facts.movements = vec![MovementFact {
            date: None,
            amount: fact(dec!(-2.5)),
            description: None,
            counterparty: None,
        }];
        process(facts, company(&json!({})))
    };
    assert!(statement(dec!(7.5)).valid);
    assert!(!statement(dec!(7.51)).valid);
}
