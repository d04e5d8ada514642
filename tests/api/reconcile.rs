//! `POST /v1/accounting/reconcile`.

use serde_json::{Value, json};

use crate::harness::TestApp;

fn request() -> Value {
    json!({
        "bank_lines": [{"id": "l1", "date": "2025-03-01", "amount": "119.00", "currency": "EUR",
            "description": "Rechnung RE-2025-0042", "counterparty_name": "NORDLICHT"}],
        "open_items": [{"id": "i1", "type": "invoice", "number": "RE-2025-0042",
            "party": {"name": "Nordlicht GmbH"}, "issue_date": "2025-02-20",
            "due_date": "2025-03-20", "currency": "EUR", "open_amount": "119"}],
        "policy": {"date_window_days": 30},
        "company": {"name": "Our Company", "country": "DE", "base_currency": "EUR",
            "chart_of_accounts": "de_skr04_subset"},
    })
}

#[tokio::test]
async fn a_line_is_matched_with_its_entry() {
    let app = TestApp::without_model().await;
    let reply = app.post("/v1/accounting/reconcile", &request()).await.ok();
    assert_eq!(reply["matches"][0]["items"], json!(["i1"]));
    assert_eq!(reply["matches"][0]["kind"], "one_to_one");
    let lines = reply["matches"][0]["entry"]["lines"].as_array().unwrap();
    assert_eq!(lines[0]["debit"], "119.00");
    assert_eq!(lines[1]["credit"], "119.00");
    assert_eq!(reply["unmatched_items"], json!([]));
}

#[tokio::test]
async fn a_wrong_field_is_named() {
    let app = TestApp::without_model().await;
    let mut wrong = request();
    wrong["open_items"][0]["open_amount"] = json!("119.005");
    let error = app
        .post("/v1/accounting/reconcile", &wrong)
        .await
        .error(400);
    assert_eq!(error["param"], "/open_items/0/open_amount");
}
