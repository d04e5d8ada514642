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
