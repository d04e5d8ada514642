//! Rules of the contract, each on the smallest ledger that shows it.

use ledgergate_accounting::reconciliation::contract::violations;
use ledgergate_accounting::reconciliation::{Request, reconcile};
use serde_json::{Value, json};

pub(crate) fn item(id: &str, number: &str, party: &Value, currency: &str, amount: &str) -> Value {
    json!({"id": id, "type": "invoice", "number": number, "party": party,
        "issue_date": "2025-02-20", "due_date": "2025-03-20", "currency": currency,
        "open_amount": amount})
}

pub(crate) fn line(id: &str, date: &str, amount: &str, text: &str, payer: &str) -> Value {
    json!({"id": id, "date": date, "amount": amount, "currency": "EUR", "description": text,
        "counterparty_name": payer})
}

pub(crate) fn answer_to(lines: &[Value], items: &[Value], policy: &Value) -> Value {
    let mut request = json!({"bank_lines": lines, "open_items": items,
        "policy": {"date_window_days": 30, "fx_tolerance_percent": "1"},
        "company": {"name": "Our Company", "country": "DE", "base_currency": "EUR",
            "chart_of_accounts": "de_skr04_subset"}});
    for (key, value) in policy.as_object().unwrap() {
        request["policy"][key] = value.clone();
    }
    let request = Request::from_json(&request).unwrap();
    let answer = reconcile(&request);
    let broken = violations(&request, &answer);
    assert!(broken.is_empty(), "{broken:?}");
    serde_json::to_value(answer).unwrap()
}

fn dollars(rates: &Value) -> Value {
    json!({"fx_rates": rates})
}

#[test]
fn what_is_missing_beyond_the_rates_move_is_no_loss_of_rates() {
    let mut invoice = item(
        "i",
        "INV-20345",
        &json!({"name": "Acme Ltd"}),
        "USD",
        "100.00",
    );
    invoice["functional_amount"] = json!("95.00");
    let rates =
        dollars(&json!([{"from": "USD", "to": "EUR", "rate": "0.95", "date": "2025-01-01"}]));
    for instructed in ["100.00", "90.00"] {
        let mut paid = line("l", "2025-03-01", "50.00", "INV-20345", "Acme Ltd");
        paid["instructed"] = json!({"amount": instructed, "currency": "USD"});
        let answer = answer_to(&[paid], std::slice::from_ref(&invoice), &rates);
        assert_eq!(answer["matches"], json!([]), "{answer}");
    }
    let mut paid = line("l", "2025-03-01", "94.50", "INV-20345", "Acme Ltd");
    paid["instructed"] = json!({"amount": "100.00", "currency": "USD"});
    let answer = answer_to(&[paid], &[invoice], &rates);
    assert_eq!(answer["matches"][0]["difference"]["kind"], "fx_loss");
    assert_eq!(answer["matches"][0]["difference"]["amount"], "0.50");
}

#[test]
fn a_booked_rate_stands_for_the_booked_amount() {
    let mut invoice = item(
        "i",
        "INV-20345",
        &json!({"name": "Acme Ltd"}),
        "USD",
        "100.00",
    );
    invoice["booked_rate"] = json!("0.95");
    let rates =
        dollars(&json!([{"from": "USD", "to": "EUR", "rate": "0.95", "date": "2025-01-01"}]));
    let paid = line("l", "2025-03-01", "95.00", "INV-20345", "Acme Ltd");
    let answer = answer_to(&[paid], &[invoice], &rates);
    assert_eq!(answer["matches"][0]["kind"], "fx", "{answer}");
}

#[test]
fn the_newest_rate_counts_however_it_is_quoted() {
    let mut invoice = item(
        "i",
        "INV-20345",
        &json!({"name": "Acme Ltd"}),
        "USD",
        "100.00",
    );
    invoice["functional_amount"] = json!("95.00");
    let rates = dollars(&json!([
        {"from": "USD", "to": "EUR", "rate": "0.90", "date": "2024-01-01"},
        {"from": "EUR", "to": "USD", "rate": "1.00", "date": "2025-02-28"}]));
    let paid = line("l", "2025-03-02", "100.00", "INV-20345", "Acme Ltd");
    let answer = answer_to(&[paid], &[invoice], &rates);
    assert_eq!(
        answer["matches"][0]["difference"]["kind"], "fx_gain",
        "{answer}"
    );
}

#[test]
fn a_discount_that_rounds_to_nothing_makes_no_second_answer() {
    let party = json!({"name": "Acme Ltd"});
    let items = ["20.00", "30.00"].map(|amount| {
        let mut item = item(amount, &format!("INV-{amount}"), &party, "EUR", amount);
        item["terms"] = json!({"discount_percent": "0.01", "discount_days": 60});
        item
    });
    let paid = line("l", "2025-03-01", "50.00", "payment", "Acme Ltd");
    let answer = answer_to(&[paid], &items, &json!({}));
    assert_eq!(answer["matches"][0]["kind"], "one_to_many", "{answer}");
    assert_eq!(answer["ambiguous"], json!([]));
}

#[test]
fn name_and_account_of_different_parties_are_for_a_person() {
    let alpha = json!({"name": "Alpha GmbH", "iban": "DE89370400440532013000"});
    let beta = json!({"name": "Beta AG", "iban": "DE02120300000000202051"});
    let items = [
        item("a", "INV-1001", &alpha, "EUR", "100.00"),
        item("b", "INV-1002", &beta, "EUR", "777.00"),
    ];
    let mut paid = line("l", "2025-03-01", "100.00", "payment", "Alpha GmbH");
    paid["counterparty_iban"] = json!("DE02120300000000202051");
    let answer = answer_to(&[paid], &items, &json!({}));
    for found in answer["matches"].as_array().unwrap() {
        assert_eq!(found["auto"], false, "{answer}");
    }
}

#[test]
fn a_return_of_something_else_takes_no_payment_back() {
    let invoice = item(
        "i",
        "INV-20345",
        &json!({"name": "Acme Ltd"}),
        "EUR",
        "100.00",
    );
    let lines = [
        line("paid", "2025-03-01", "100.00", "INV-20345", "Acme Ltd"),
        line(
            "back",
            "2025-03-03",
            "-100.00",
            "Refund INV-77812",
            "Acme Ltd",
        ),
    ];
    let answer = answer_to(&lines, &[invoice], &json!({}));
    assert_eq!(answer["matches"][0]["lines"], json!(["paid"]), "{answer}");
}

#[test]
fn a_long_payment_run_with_one_held_back_is_found() {
    let mut total = 0;
    let bills: Vec<Value> = (0..24)
        .map(|number| {
            let amount = 10_007 + 1_013 * number * number;
            total += amount;
            let party = json!({"name": format!("Supplier {number}")});
            let id = format!("b{number}");
            let text = format!("{}.{:02}", amount / 100, amount % 100);
            let mut bill = item(&id, &format!("B-{}", 5_000 + number), &party, "EUR", &text);
            bill["type"] = json!("bill");
            bill["payment_run"] = json!("RUN-20250301");
            bill
        })
        .collect();
    let paid = total - (10_007 + 1_013 * 49);
    let text = format!("-{}.{:02}", paid / 100, paid % 100);
    let sent = line("l", "2025-03-01", &text, "SEPA RUN-20250301", "Sammler");
    let answer = answer_to(&[sent], &bills, &json!({}));
    assert_eq!(answer["unmatched_items"], json!(["b7"]), "{answer}");
}
