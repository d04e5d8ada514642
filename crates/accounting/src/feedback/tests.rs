use serde_json::{Value, json};

use super::{CorrectionInput, Feedback, Verdict};
use crate::catalogue::Action;
use crate::company::Company;
use crate::input_error::InputError;

fn reply() -> Value {
    json!({
        "module": "AP", "action": "create_bill", "direction": "purchase",
        "counterparty": "Paper & Pens GmbH", "document_type": "invoice",
        "document_number": "7.0", "due_date": null, "currency": "EUR",
        "net": "90.00", "tax": "17.10", "gross": "107.10", "tax_treatment": "standard",
        "tax_lines": [{"category": "S", "rate": "19", "base": "90.00", "amount": "17.10"}],
        "journal": {"date": "2025-04-17", "lines": [
            {"account": "6815", "debit": "90.00", "credit": "0.00", "party": null},
            {"account": "1400", "debit": "17.10", "credit": "0.00", "party": null},
            {"account": "3300", "debit": "0.00", "credit": "107.10", "party": "Paper & Pens GmbH"}
        ]}
    })
}

fn check(verdict: Verdict, corrections: &[(&str, Value)]) -> Result<Feedback, InputError> {
    let company = Company::from_json(&json!({
        "name": "Our Company", "country": "DE", "base_currency": "EUR",
        "chart_of_accounts": "de_skr04_subset"
    }))
    .unwrap();
    let corrections: Vec<_> = corrections
        .iter()
        .map(|(field, expected)| CorrectionInput {
            field: (*field).to_owned(),
            expected: expected.clone(),
        })
        .collect();
    Feedback::check(verdict, &corrections, &reply(), Some(&company))
}

fn refused_at(corrections: &[(&str, Value)]) -> String {
    check(Verdict::Corrected, corrections).unwrap_err().pointer
}

#[test]
fn a_verdict_and_its_corrections_agree() {
    assert!(check(Verdict::Correct, &[]).unwrap().label().correct);
    let rejected = check(Verdict::Rejected, &[]).unwrap().label();
    assert_eq!((rejected.correct, rejected.action), (false, None));
    let one = [("/action", json!("create_expense"))];
    for (verdict, corrections) in [
        (Verdict::Correct, &one[..]),
        (Verdict::Rejected, &one[..]),
        (Verdict::Corrected, &[]),
    ] {
        let error = check(verdict, corrections).unwrap_err();
        assert_eq!(error.pointer, "/corrections", "{verdict}");
    }
}

#[test]
fn the_label_is_the_result_with_its_corrections() {
    let feedback = check(Verdict::Corrected, &[("/action", json!("record_expense"))]).unwrap();
    let label = feedback.label();
    assert_eq!(label.action, Some(Action::CreateExpense));
    assert_eq!(label.module.unwrap().code(), "EXPENSES");
    assert!(!label.correct);
    // An alias is understood and kept by its own name.
    let kept = serde_json::to_value(&feedback.corrections()[0]).unwrap();
    assert_eq!(
        kept,
        json!({"field": "/action", "found": "create_bill", "expected": "create_expense"})
    );
    let label = check(Verdict::Corrected, &[("/due_date", json!("2025-05-17"))])
        .unwrap()
        .label();
    assert_eq!(label.action, Some(Action::CreateBill));
}

#[test]
fn a_value_outside_the_catalogue_or_the_chart_is_refused() {
    let expected = "/corrections/0/expected";
    for (field, value) in [
        ("/action", json!("pay_everything")),
        ("/module", json!("accounts payable")),
        ("/direction", json!("sideways")),
        ("/document_type", json!("novel")),
        ("/currency", json!("EURO")),
        ("/gross", json!("107.105")),
        ("/gross", json!(107.1)),
        ("/due_date", json!("17.05.2025")),
        ("/due_date", json!("2025-02-30")),
        ("/tax_treatment", json!("free")),
        ("/tax_lines/0/category", json!("X")),
        ("/tax_lines/0/rate", json!("190")),
        ("/journal/lines/0/account", json!("999999")),
        ("/journal/lines/0/debit", json!("-1.00")),
        ("/counterparty", json!("")),
        ("/action", Value::Null),
    ] {
        assert_eq!(
            refused_at(&[(field, value.clone())]),
            expected,
            "{field} {value}"
        );
    }
    let lines = json!([
        {"account": "6310", "debit": "107.10", "credit": "0.00"},
        {"account": "999999", "debit": "0.00", "credit": "107.10"}
    ]);
    assert_eq!(
        refused_at(&[("/journal/lines", lines)]),
        "/corrections/0/expected/1/account"
    );
}

#[test]
fn a_field_must_be_one_of_the_result() {
    for field in [
        "action",
        "/confidence",
        "/journal/lines/3/account",
        "/journal/lines/01/account",
        "/journal/lines/0/description",
        "/tax_lines/-/rate",
        "/amount_due",
    ] {
        assert_eq!(
            refused_at(&[(field, json!("1.00"))]),
            "/corrections/0/field",
            "{field}"
        );
    }
}

#[test]
fn a_correction_that_changes_nothing_is_none() {
    for (field, value) in [
        ("/action", json!("create_bill")),
        ("/gross", json!("107.1")),
        ("/due_date", Value::Null),
        ("/tax_lines/0/rate", json!("19.00")),
        (
            "/tax_lines",
            json!([{"category": "S", "rate": "19", "base": "90.00", "amount": "17.10"}]),
        ),
    ] {
        assert_eq!(
            refused_at(&[(field, value)]),
            "/corrections/0/expected",
            "{field}"
        );
    }
    // A number as printed is a text: 7.0 and 7.00 differ.
    assert!(check(Verdict::Corrected, &[("/document_number", json!("7.00"))]).is_ok());
}

#[test]
fn corrections_do_not_contradict_each_other() {
    let twice = [
        ("/action", json!("create_expense")),
        ("/action", json!("no_action")),
    ];
    assert_eq!(refused_at(&twice), "/corrections/1/field");
    let both = [("/tax_lines/0/rate", json!("7")), ("/tax_lines", json!([]))];
    assert_eq!(refused_at(&both), "/corrections/1/field");
    let apart = [
        ("/action", json!("create_expense")),
        ("/module", json!("AR")),
    ];
    assert_eq!(refused_at(&apart), "/corrections/1/expected");
    assert_eq!(
        refused_at(&[("/module", json!("AR"))]),
        "/corrections/0/expected"
    );
    let agreed = [
        ("/module", json!("EXPENSES")),
        ("/action", json!("create_expense")),
    ];
    assert!(check(Verdict::Corrected, &agreed).is_ok());
}

#[test]
fn a_corrected_entry_balances() {
    let account = [("/journal/lines/0/account", json!("6310"))];
    assert!(check(Verdict::Corrected, &account).is_ok());
    assert_eq!(
        refused_at(&[("/journal/lines/0/debit", json!("91.00"))]),
        "/corrections"
    );
    let both = [
        ("/journal/lines/0/debit", json!("91.00")),
        ("/journal/lines/1/debit", json!("16.10")),
    ];
    assert!(check(Verdict::Corrected, &both).is_ok());
    let two_sided = [("/journal/lines/0/credit", json!("1.00"))];
    assert_eq!(refused_at(&two_sided), "/corrections");
    assert!(check(Verdict::Corrected, &[("/journal/lines", json!([]))]).is_ok());
}

#[test]
fn amounts_are_of_the_corrected_currency() {
    let yen = [("/currency", json!("JPY")), ("/gross", json!("107.20"))];
    assert_eq!(refused_at(&yen), "/corrections/1/expected");
    let yen = [("/gross", json!("10720")), ("/currency", json!("JPY"))];
    assert!(check(Verdict::Corrected, &yen).is_ok());
}
