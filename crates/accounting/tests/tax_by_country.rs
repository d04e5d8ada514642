//! What a country's tax regime changes about a document: the rates of the day, who owes the tax,
//! and what the buyer gets back.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

use jiff::civil::date;
use ledgergate_accounting::assessment::{Assessment, LlmUse, Options};
use ledgergate_accounting::company::Company;
use ledgergate_accounting::document::Document;
use serde_json::{Value, json};

/// The reply of a company in `country` to a bill of one line over 1000.00, changed by `with`.
fn bill(country: &str, currency: &str, day: &str, with: &Value) -> Value {
    let mut document = json!({
        "document_type": "Invoice", "invoice_number": "2025-17", "issue_date": day,
        "due_date": day, "currency": currency,
        "seller": {"name": "Kestrel Ltd", "country": country},
        "buyer": {"name": "Acme Ltd", "country": country},
        "lines": [{"description": "Copy paper", "amount": "1000.00"}],
        "net": "1000.00", "total": "1000.00",
    });
    for (key, value) in with.as_object().unwrap() {
        document[key] = value.clone();
    }
    let company = json!({
        "name": "Acme Ltd", "country": country, "base_currency": currency,
        "chart_of_accounts": "intl_4digit",
    });
    let options = Options {
        today: date(2025, 10, 1),
        llm: LlmUse::Never,
    };
    let document = Document::from_json(&document).unwrap();
    let company = Company::from_json(&company).unwrap();
    serde_json::to_value(Assessment::new(&document, company, options).finish()).unwrap()
}

/// A bill with one rate of tax: the rate, the tax and the total.
fn taxed(country: &str, currency: &str, day: &str, figures: [&str; 3]) -> Value {
    let [rate, tax, total] = figures;
    let with = json!({
        "lines": [{"description": "Copy paper", "amount": "1000.00", "tax_rate": rate}],
        "tax_lines": [{"rate": rate, "base": "1000.00", "amount": tax}],
        "tax": tax, "total": total,
    });
    bill(country, currency, day, &with)
}

fn has(reply: &Value, code: &str) -> bool {
    let checks = reply["checks"].as_array().unwrap();
    checks.iter().any(|check| check["code"] == code)
}

/// The entry as `role side amount`, sorted.
fn entry(reply: &Value) -> Vec<String> {
    let mut lines: Vec<String> = reply["journal"]["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| {
            let (debit, credit) = (&line["debit"], &line["credit"]);
            let role = line["role"].as_str().unwrap();
            if debit == "0.00" {
                format!("{role} Cr {}", credit.as_str().unwrap())
            } else {
                format!("{role} Dr {}", debit.as_str().unwrap())
            }
        })
        .collect();
    lines.sort();
    lines
}

#[test]
fn a_rate_must_be_in_force_on_the_day() {
    for (country, currency, day, figures, known) in [
        (
            "DE",
            "EUR",
            "2020-08-21",
            ["16%", "160.00", "1160.00"],
            true,
        ),
        (
            "DE",
            "EUR",
            "2020-08-21",
            ["19%", "190.00", "1190.00"],
            false,
        ),
        (
            "DE",
            "EUR",
            "2021-03-01",
            ["16%", "160.00", "1160.00"],
            false,
        ),
        (
            "RO",
            "RON",
            "2025-07-20",
            ["19%", "190.00", "1190.00"],
            true,
        ),
        (
            "RO",
            "RON",
            "2025-08-20",
            ["19%", "190.00", "1190.00"],
            false,
        ),
        (
            "RO",
            "RON",
            "2025-08-20",
            ["11%", "110.00", "1110.00"],
            true,
        ),
        (
            "EE",
            "EUR",
            "2025-06-30",
            ["22%", "220.00", "1220.00"],
            true,
        ),
        (
            "EE",
            "EUR",
            "2025-07-01",
            ["22%", "220.00", "1220.00"],
            false,
        ),
        (
            "SK",
            "EUR",
            "2025-02-01",
            ["20%", "200.00", "1200.00"],
            false,
        ),
        (
            "FI",
            "EUR",
            "2025-02-01",
            ["25.5%", "255.00", "1255.00"],
            true,
        ),
        (
            "CH",
            "CHF",
            "2024-02-01",
            ["7.7%", "77.00", "1077.00"],
            false,
        ),
        ("SG", "SGD", "2024-02-01", ["8%", "80.00", "1080.00"], false),
        (
            "TR",
            "TRY",
            "2023-08-01",
            ["18%", "180.00", "1180.00"],
            false,
        ),
        (
            "US",
            "USD",
            "2024-02-01",
            ["8.875%", "88.75", "1088.75"],
            true,
        ),
    ] {
        let reply = taxed(country, currency, day, figures);
        let case = format!("{country} {day} {figures:?}: {}", reply["review_reasons"]);
        assert_eq!(has(&reply, "unknown_tax_rate"), !known, "{case}");
    }
}

#[test]
fn an_invoice_after_the_change_may_be_for_a_supply_before_it() {
    let with = json!({
        "service_period_start": "2020-12-01", "service_period_end": "2020-12-31",
        "tax_lines": [{"rate": "16%", "base": "1000.00", "amount": "160.00"}],
        "tax": "160.00", "total": "1160.00",
    });
    let reply = bill("DE", "EUR", "2021-01-08", &with);
    assert!(
        !has(&reply, "unknown_tax_rate"),
        "{}",
        reply["review_reasons"]
    );
}

#[test]
fn a_sales_tax_stays_a_cost_and_no_tax_needs_no_reason() {
    let reply = taxed("US", "USD", "2025-09-01", ["8.25%", "82.50", "1082.50"]);
    assert_eq!(
        entry(&reply),
        [
            "ap_control Cr 1082.50",
            "non_recoverable_tax Dr 82.50",
            "office_supplies Dr 1000.00"
        ]
    );
    let untaxed = bill("US", "USD", "2025-09-01", &json!({}));
    assert_eq!(untaxed["auto"], true, "{}", untaxed["review_reasons"]);
    let domestic = bill("DE", "EUR", "2025-09-01", &json!({}));
    assert!(has(&domestic, "zero_tax_without_reason"));
}

#[test]
fn a_provinces_sales_tax_is_not_deducted_beside_the_federal_one() {
    let with = json!({
        "tax_lines": [
            {"name": "GST", "rate": "5%", "base": "1000.00", "amount": "50.00"},
            {"name": "PST", "rate": "7%", "base": "1000.00", "amount": "70.00"},
        ],
        "tax": "120.00", "total": "1120.00",
    });
    let reply = bill("CA", "CAD", "2025-09-01", &with);
    assert_eq!(
        entry(&reply),
        [
            "ap_control Cr 1120.00",
            "input_tax Dr 50.00",
            "non_recoverable_tax Dr 70.00",
            "office_supplies Dr 1000.00"
        ]
    );
}

#[test]
fn the_buyer_owes_the_tax_at_the_domestic_rate_of_the_day() {
    for (country, day, tax) in [
        ("DE", "2020-08-21", "160.00"),
        ("DE", "2021-08-21", "190.00"),
        ("RO", "2025-07-31", "190.00"),
        ("RO", "2025-08-01", "210.00"),
        ("EE", "2025-07-01", "240.00"),
        ("SK", "2025-07-01", "230.00"),
        ("FI", "2025-07-01", "255.00"),
        ("AT", "2025-07-01", "200.00"),
    ] {
        let with = json!({
            "seller": {"name": "Kestrel SARL", "country": "FR", "tax_id": "FR83404833048"},
            "notes": "Reverse charge: VAT to be accounted for by the recipient",
        });
        let reply = bill(country, "EUR", day, &with);
        let lines = entry(&reply);
        for side in [
            "reverse_charge_input_tax Dr",
            "reverse_charge_output_tax Cr",
        ] {
            let wanted = format!("{side} {tax}");
            assert!(lines.contains(&wanted), "{country} {day}: {lines:?}");
        }
    }
}
