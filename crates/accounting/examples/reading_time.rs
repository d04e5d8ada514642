//! How long documents take, small and huge: `cargo run --release --example reading_time`.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement tells its figures and stops at the first fault"
)]

use std::time::Instant;

use jiff::civil::date;
use ledgergate_accounting::assessment::{Assessment, LlmUse, Options};
use ledgergate_accounting::company::Company;
use ledgergate_accounting::document::Document;
use serde_json::{Map, Value, json};

/// An invoice over lines of 2 x 10.00 at 20 %.
fn invoice(lines: usize) -> Value {
    let rows: Vec<Value> = (1..=lines)
        .map(|index| {
            json!({
                "description": format!("Article {index}"), "quantity": "2", "unit_price": "10.00",
                "amount": "20.00", "tax_rate": "20%",
            })
        })
        .collect();
    json!({
        "document_type": "Invoice", "invoice_number": "1", "date": "2025-01-31",
        "due_date": "2025-02-28", "currency": "GBP",
        "seller": {"name": "A Ltd", "country": "GB"}, "buyer": {"name": "B Ltd"}, "lines": rows,
        "net": format!("{}.00", 20 * lines), "vat": format!("{}.00", 4 * lines),
        "total": format!("{}.00", 24 * lines),
    })
}

fn wide(keys: usize) -> Value {
    let fields: Map<String, Value> = (0..keys)
        .map(|index| (format!("amount {index}"), json!("12.00")))
        .collect();
    Value::Object(fields)
}

fn main() {
    let text = "Article 4711          2     10.00     20.00\nTotal: 20.00\nSome more words.\n";
    let of = |form: &str, bytes: usize| json!({form: text.repeat(bytes / text.len())});
    let one_line = json!({"raw_text": "word 12.00 ".repeat(180_000)});
    for (name, document, repetitions) in [
        ("20 lines", invoice(20), 200),
        ("1,000 lines", invoice(1_000), 10),
        ("16,000 lines", invoice(16_000), 1),
        ("99,000 keys", wide(99_000), 1),
        ("100,001 keys", wide(100_001), 1),
        ("2 MB of raw text", of("raw_text", 2_000_000), 1),
        ("2 MB of markdown", of("markdown", 2_000_000), 1),
        ("2 MB in one line", one_line, 1),
        ("10 MB of raw text", of("raw_text", 10_000_000), 1),
    ] {
        let mut times: Vec<f64> = (0..repetitions)
            .map(|_| {
                let started = Instant::now();
                let company = Company::from_json(&json!({
                    "name": "B Ltd", "country": "GB", "base_currency": "GBP",
                    "chart_of_accounts": "intl_4digit",
                }))
                .unwrap();
                let options = Options {
                    today: date(2025, 6, 1),
                    llm: LlmUse::Never,
                };
                if let Ok(document) = Document::from_json(&document) {
                    Assessment::new(&document, company, options).finish();
                }
                started.elapsed().as_secs_f64() * 1_000.0
            })
            .collect();
        times.sort_by(f64::total_cmp);
        println!(
            "{name:20} p50 {:.2} ms, largest {:.2} ms",
            times[times.len() / 2],
            times[times.len() - 1]
        );
    }
}
