//! Reading is fast enough to run on every request.

mod spent;

use std::time::Duration;

use ledgergate_accounting::document::Document;
use ledgergate_accounting::reading::{ReadingContext, read};
use serde_json::{Value, json};
use spent::Spent;

/// Far above the 3 ms of an unoptimised build (0.7 ms optimised), so that only a change of order fails.
const LONGEST_READING: Duration = Duration::from_millis(100);
const REPETITIONS: u32 = 50;

#[test]
fn a_document_of_twenty_lines_reads_in_time() {
    let lines: Vec<Value> = (1..=20)
        .map(|index| json!({"description": format!("Article {index}"), "quantity": "2", "unit_price": "10.00", "amount": "20.00", "tax_rate": "20%"}))
        .collect();
    let value = json!({"invoice_number": "1", "date": "2025-01-31", "seller": {"name": "A Ltd", "tax_id": "GB123456789"}, "buyer": {"name": "B Ltd"},
        "lines": lines, "net": "400.00", "vat": "80.00", "total": "480.00", "currency": "GBP"});
    let document = Document::from_json(&value).unwrap();
    let context = ReadingContext::default();
    assert_eq!(read(&document, &context).lines.len(), 20);
    let start = Spent::now();
    for _ in 0..REPETITIONS {
        read(&document, &context);
    }
    let each = start.elapsed() / REPETITIONS;
    assert!(each < LONGEST_READING, "{each:?} a document");
    assert!(
        std::env::var_os("SHOW_READING").is_none(),
        "{each:?} a document"
    );
}
