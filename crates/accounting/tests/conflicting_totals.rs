//! A printed total that contradicts the other figures never disappears in silence.

use jiff::civil::date;
use ledgergate_accounting::assessment::{Assessment, LlmUse, Options};
use ledgergate_accounting::company::Company;
use ledgergate_accounting::document::Document;
use serde_json::json;

#[test]
fn a_total_that_does_not_add_up_goes_to_review() {
    let invoice = |total: &str| {
        let document = Document::from_json(&json!({
            "document_type": "Invoice", "invoice_number": "S-1", "date": "2025-03-03",
            "due_date": "2025-03-31", "currency": "GBP",
            "seller": {"name": "Office World Ltd", "country": "GB"},
            "buyer": {"name": "Our Company"},
            "lines": [{"description": "Copy paper", "amount": "100.00"}],
            "net": "100.00", "vat": "20.00", "total": total,
        }))
        .unwrap();
        let company = Company::from_json(&json!({
            "name": "Our Company", "country": "GB", "base_currency": "GBP",
            "chart_of_accounts": "intl_4digit",
        }))
        .unwrap();
        let options = Options {
            today: date(2025, 6, 1),
            llm: LlmUse::Never,
        };
        Assessment::new(&document, company, options).finish()
    };
    let right = invoice("120.00");
    assert!(right.auto, "{:?}", right.review_reasons);
    let wrong = invoice("130.00");
    assert!(!wrong.auto);
    assert!(
        wrong
            .checks
            .iter()
            .any(|check| check.actual.as_deref() == Some("130.00")),
        "{:?}",
        wrong.checks
    );
}

#[test]
fn a_second_tax_of_another_amount_goes_to_review() {
    let invoice = |taxes: serde_json::Value| {
        let mut document = json!({
            "document_type": "Invoice", "invoice_number": "S-1", "date": "2025-03-03",
            "due_date": "2025-03-31", "currency": "EUR",
            "seller": {"name": "Office World GmbH", "country": "DE"},
            "buyer": {"name": "Our Company"},
            "lines": [{"description": "Copy paper", "amount": "100.00", "tax_rate": "19%"}],
            "net": "100.00", "total": "119.00",
        });
        for (key, value) in taxes.as_object().unwrap() {
            document[key] = value.clone();
        }
        let company = Company::from_json(&json!({
            "name": "Our Company", "country": "DE", "base_currency": "EUR",
            "chart_of_accounts": "intl_4digit",
        }))
        .unwrap();
        let options = Options {
            today: date(2025, 6, 1),
            llm: LlmUse::Never,
        };
        Assessment::new(&Document::from_json(&document).unwrap(), company, options).finish()
    };
    let once = invoice(json!({"vat": "19.00"}));
    assert!(once.auto, "{:?}", once.review_reasons);
    let same = invoice(json!({"vat": "19.00", "tax_amount": "19.00"}));
    assert!(same.auto, "{:?}", same.review_reasons);
    for taxes in [
        json!({"vat": "19.00", "tax_amount": "25.00"}),
        json!({"total_tax": "19.00", "tax_amount": "25.00"}),
    ] {
        let doubtful = invoice(taxes);
        assert!(!doubtful.auto);
        assert!(doubtful.review_reasons[0].contains("conflicting_values"));
    }
}
