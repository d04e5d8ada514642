//! Figures of any size never stop the program, and never pass for amounts.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

use jiff::civil::date;
use ledgergate_accounting::assessment::{Assessment, LlmUse, Options, Processed};
use ledgergate_accounting::company::Company;
use ledgergate_accounting::document::Document;
use ledgergate_accounting::validate::validate;
use proptest::prelude::*;
use serde_json::{Value, json};

fn company() -> Company {
    Company::from_json(&json!({
        "name": "Acme GmbH", "country": "DE", "base_currency": "EUR",
        "chart_of_accounts": "intl_4digit",
        "exchange_rates": [{"from": "USD", "to": "EUR", "rate": "0.9", "date": "2025-01-01"}],
    }))
    .unwrap()
}

fn process(document: &Value) -> Processed {
    let options = Options {
        today: date(2025, 6, 1),
        llm: LlmUse::Never,
    };
    Assessment::new(&Document::from_json(document).unwrap(), company(), options).finish()
}

fn invoice() -> Value {
    json!({
        "document_type": "Invoice", "invoice_number": "2025-17", "issue_date": "2025-03-03",
        "due_date": "2025-04-03", "currency": "USD", "exchange_rate": "0.9",
        "seller": {"name": "Kestrel GmbH", "country": "DE"}, "buyer": {"name": "Acme GmbH"},
        "lines": [
            {"description": "Copy paper", "quantity": "1", "unit_price": "50.00",
             "amount": "50.00", "tax_rate": "19%", "tax_amount": "9.50", "discount": "0"},
            {"description": "Audit fee", "quantity": "1", "unit_price": "50.00", "tax_rate": "19%"},
        ],
        "tax_breakdown": [{"rate": "19%", "base": "100.00", "amount": "19.00"}],
        "allowances": [{"reason": "Rebate", "amount": "0.00"}],
        "net": "100.00", "vat": "19.00", "vat_in_EUR": "17.10", "total": "119.00",
        "prepaid": "0", "withholding": "0", "rounding": "0", "amount_due": "119.00",
    })
}

const PLACES: [&str; 22] = [
    "/exchange_rate",
    "/lines/0/quantity",
    "/lines/0/unit_price",
    "/lines/0/amount",
    "/lines/0/tax_rate",
    "/lines/0/tax_amount",
    "/lines/0/discount",
    "/lines/1/quantity",
    "/lines/1/unit_price",
    "/lines/1/tax_rate",
    "/tax_breakdown/0/rate",
    "/tax_breakdown/0/base",
    "/tax_breakdown/0/amount",
    "/allowances/0/amount",
    "/net",
    "/vat",
    "/vat_in_EUR",
    "/total",
    "/prepaid",
    "/withholding",
    "/rounding",
    "/amount_due",
];

/// Numbers of any size, large and tiny, in several spellings, as texts and as JSON numbers.
fn figure() -> impl Strategy<Value = Value> {
    let digits = "-?[1-9][0-9]{0,32}(\\.[0-9]{1,28})?";
    let tiny = "-?0\\.0{0,27}[1-9]";
    prop_oneof![
        digits.prop_map(Value::String),
        tiny.prop_map(Value::String),
        "[1-9](\\.[0-9])?e[0-9]{1,2}".prop_map(Value::String),
        "[1-9][0-9]{0,20} ?%".prop_map(Value::String),
        "-100%".prop_map(Value::String),
        (1.0_f64..10.0, -30..40_i32).prop_map(|(digit, power)| json!(digit * 10_f64.powi(power))),
    ]
}

#[test]
fn the_found_ones_are_reviewed() {
    for changes in [
        json!({"/net": "7000000000000000000000000000", "/total": "8330000000000000000000000000"}),
        json!({"/net": 7e27, "/exchange_rate": "7000000"}),
        json!({"/lines/0/quantity": 1e28, "/lines/0/unit_price": 1e28}),
        json!({"/lines/0/tax_rate": "7900000000000000000000000000 %"}),
        json!({"/total": "79000000000000000000000000000"}),
    ] {
        let mut document = invoice();
        for (place, value) in changes.as_object().unwrap() {
            *document.pointer_mut(place).unwrap() = value.clone();
        }
        let reply = process(&document);
        let codes: Vec<&str> = reply
            .checks
            .iter()
            .map(|check| check.code.as_str())
            .collect();
        assert!(
            !reply.auto && codes.contains(&"amount_out_of_range"),
            "{changes}: {codes:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn an_invoice_of_any_figures_is_processed(
        figures in prop::collection::vec((prop::sample::select(&PLACES[..]), figure()), 1..22),
    ) {
        let mut document = invoice();
        for (place, figure) in figures {
            *document.pointer_mut(place).unwrap() = figure;
        }
        process(&document);
    }

    #[test]
    fn entries_and_statements_of_any_figures_are_checked(
        figures in prop::collection::vec(figure(), 8),
    ) {
        let entry = json!({"date": "2025-01-01", "lines": [
            {"account": "6000", "debit": figures[0]}, {"account": "6000", "debit": figures[1]},
            {"account": "6000", "debit": figures[2]}, {"account": "2000", "credit": figures[3]},
        ]});
        let statement = json!({"opening_balance": figures[4], "closing_balance": figures[5],
            "transactions": [{"amount": figures[6]}, {"amount": figures[7]}]});
        let today = date(2025, 6, 1);
        let _ = validate(None, Some(&entry), None, company(), today);
        let _ = validate(None, None, Some(&statement), company(), today);
        let document = json!({"document_type": "Bank statement", "currency": "EUR",
            "opening_balance": figures[4], "closing_balance": figures[5],
            "transactions": [{"date": "2025-01-01", "description": "x", "amount": figures[6]},
                {"date": "2025-01-02", "description": "y", "amount": figures[7]}]});
        process(&document);
        let voucher = json!({"document_type": "Journal voucher", "date": "2025-01-01",
            "description": "Accrued rent", "lines": [
                {"account": "6000", "debit": figures[0]}, {"account": "2000", "credit": figures[1]}]});
        process(&voucher);
        let payroll = json!({"document_type": "Payroll register", "date": "2025-01-31",
            "gross_pay": figures[0], "payroll_tax": figures[1], "employee_social": figures[2],
            "net_pay": figures[3]});
        process(&payroll);
        let asset = json!({"document_type": "Depreciation schedule", "date": "2025-01-31",
            "asset_cost": figures[0], "residual_value": figures[1], "useful_life_years": figures[2]});
        process(&asset);
    }
}
