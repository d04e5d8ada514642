//! XML e-invoices of EN 16931, from their text to facts and entries.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

mod attacks;
mod broken;
mod cii;
mod entries;
mod printing;
mod same_facts;
#[path = "../spent/mod.rs"]
mod spent;
mod ubl;

use jiff::civil::date;
use ledgergate_accounting::assessment::{Assessment, LlmUse, Options, Processed};
use ledgergate_accounting::company::Company;
use ledgergate_accounting::document::Document;
use ledgergate_accounting::facts::DocumentFacts;
use ledgergate_accounting::reading::{ReadingContext, read};
use rust_decimal::Decimal;
use serde_json::{Value, json};

fn document(xml: &str) -> Document {
    Document::from_json(&json!({ "xml": xml })).unwrap()
}

fn facts(xml: &str) -> DocumentFacts {
    read(&document(xml), &ReadingContext::default())
}

/// What the rules make of a document, as the books of `company`.
fn process(xml: &str, company: &Value) -> Processed {
    let options = Options {
        today: date(2025, 4, 1),
        llm: LlmUse::Never,
    };
    let company = Company::from_json(company).unwrap();
    Assessment::new(&document(xml), company, options).finish()
}

fn buyer() -> Value {
    json!({
        "name": "Birkenhof Verlag GmbH", "country": "DE", "base_currency": "EUR",
        "tax_id": "DE136695976", "chart_of_accounts": "intl_4digit",
    })
}

fn seller() -> Value {
    json!({
        "name": "Seeberg Papier AG", "country": "DE", "base_currency": "EUR",
        "tax_id": "DE811569869", "chart_of_accounts": "intl_4digit",
    })
}

fn codes(reply: &Processed) -> Vec<&str> {
    let checks = reply.checks.iter();
    checks.map(|check| check.code.as_str()).collect()
}

/// The entry as (side and account role-free text, amount) pairs and its two sums.
fn entry(reply: &Processed) -> (Vec<(String, Decimal, Decimal)>, Decimal, Decimal) {
    let value = serde_json::to_value(reply).unwrap();
    let amount = |line: &Value, key: &str| line[key].as_str().unwrap().parse::<Decimal>().unwrap();
    let lines: Vec<_> = value["journal"]["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| {
            let account = line["account"].as_str().unwrap().to_owned();
            (account, amount(line, "debit"), amount(line, "credit"))
        })
        .collect();
    let debit = lines.iter().map(|line| line.1).sum();
    let credit = lines.iter().map(|line| line.2).sum();
    (lines, debit, credit)
}
