//! The accounting endpoints, down to their rows.

use serde_json::{Value, json};
use sqlx::Row;

use crate::harness::TestApp;

fn company() -> Value {
    json!({
        "name": "Our Company", "country": "DE", "base_currency": "EUR",
        "chart_of_accounts": "de_skr04_subset"
    })
}

/// A supplier's invoice that needs no model.
pub(crate) fn invoice(number: &str) -> Value {
    json!({
        "document": {
            "document_type": "Invoice",
            "invoice_number": number,
            "issue_date": "2025-04-17",
            "due_date": "2025-05-17",
            "currency": "EUR",
            "seller": {"name": "Paper & Pens GmbH", "country": "DE", "tax_id": "DE136695976"},
            "buyer": {"name": "Our Company", "country": "DE"},
            "line_items": [{"description": "Printer paper A4", "quantity": "20",
                "unit_price": "4.50", "amount": "90.00", "tax_rate": "19%"}],
            "subtotal": "90.00",
            "taxes": [{"tax": "VAT", "rate": "19%", "base": "90.00", "amount": "17.10"}],
            "total_tax": "17.10",
            "total": "107.10"
        },
        "company": company(),
        "options": {"llm": "never"}
    })
}

/// A balanced entry to be checked.
pub(crate) fn entry() -> Value {
    json!({
        "entry": {"date": "2025-04-17", "currency": "EUR", "lines": [
            {"account": "6815", "debit": "90.00", "credit": "0.00"},
            {"account": "1400", "debit": "17.10", "credit": "0.00"},
            {"account": "3300", "debit": "0.00", "credit": "107.10"}
        ]},
        "company": company()
    })
}

#[tokio::test]
async fn a_decision_is_kept_whole() {
    let app = TestApp::without_model().await;
    let reply = app
        .post("/v1/accounting/process", &invoice("I-7"))
        .await
        .ok();
    assert_eq!(reply["action"], "create_bill");
    assert_eq!(reply["journal"]["lines"].as_array().unwrap().len(), 3);
    let id = reply["id"].as_str().unwrap();
    let record = app.get(&format!("/v1/accounting/results/{id}")).await.ok();
    assert_eq!(record["reply"], reply);
    assert_eq!(record["request"], invoice("I-7"));
    let row = sqlx::query(
        "SELECT module, action, gross::text, currency, issue_date::text, document_number, valid
         FROM decisions",
    )
    .fetch_one(&app.rows)
    .await
    .unwrap();
    assert_eq!(row.get::<String, _>("module"), "AP");
    assert_eq!(row.get::<String, _>("gross"), "107.10");
    assert_eq!(row.get::<String, _>("issue_date"), "2025-04-17");
    assert_eq!(row.get::<String, _>("document_number"), "I-7");
    assert!(row.get::<bool, _>("valid"));
    let checks: i64 = sqlx::query_scalar("SELECT count(*) FROM decision_checks")
        .fetch_one(&app.rows)
        .await
        .unwrap();
    assert_eq!(
        usize::try_from(checks).unwrap(),
        reply["checks"].as_array().unwrap().len()
    );
}

#[tokio::test]
async fn nothing_is_answered_that_was_not_kept() {
    let app = TestApp::without_model().await;
    sqlx::query("ALTER TABLE decisions ADD CONSTRAINT refuse_all CHECK (false) NOT VALID")
        .execute(&app.rows)
        .await
        .unwrap();
    let error = app
        .post("/v1/accounting/process", &invoice("I-8"))
        .await
        .error(500);
    // Somebody has to mend it first: trying again is of no use.
    assert_eq!(error["code"], "internal_error");
    assert!(!error["message"].as_str().unwrap().contains("refuse_all"));
}

#[tokio::test]
async fn an_idempotency_key_is_honoured() {
    let app = TestApp::without_model().await;
    let post = async |key: &str, number: &str| {
        let path = "/v1/accounting/process";
        app.post_with_key(path, key, &invoice(number)).await
    };
    let first = post("k", "I-1").await.ok();
    assert_eq!(post("k", "I-1").await.ok(), first);
    post("k", "I-2").await.error(409);
    post("", "I-2").await.error(400);
    assert_eq!(app.kept_decisions().await, 1);
}

#[tokio::test]
async fn the_field_at_fault_is_named() {
    let app = TestApp::without_model().await;
    let cases = [
        (
            "/company/base_currency",
            json!("EURO"),
            "/company/base_currency",
        ),
        (
            "/company/chart_of_accounts",
            json!("none"),
            "/company/chart_of_accounts",
        ),
        ("/document", json!({}), "/document"),
        (
            "/document/line_items/0/description",
            json!("a\u{0}b"),
            "/document/line_items/0/description",
        ),
        ("/options", json!({"llm": "perhaps"}), "/options/llm"),
    ];
    for (pointer, value, param) in cases {
        let mut body = invoice("I-9");
        *body.pointer_mut(pointer).unwrap() = value;
        let error = app.post("/v1/accounting/process", &body).await.error(400);
        assert_eq!(error["param"], param);
    }
    let mut body = invoice("I-9");
    body["surprise"] = json!(1);
    let error = app.post("/v1/accounting/process", &body).await.error(400);
    assert!(
        error["message"].as_str().unwrap().contains("surprise"),
        "{error}"
    );
    body = invoice("I-9");
    body["model"] = json!("none");
    let error = app.post("/v1/accounting/process", &body).await.error(404);
    assert_eq!(
        (&error["code"], &error["param"]),
        (&json!("model_not_found"), &json!("/model"))
    );
}

#[tokio::test]
async fn an_unknown_result_is_not_found() {
    let app = TestApp::without_model().await;
    for id in ["none", "res_", "res_01970000000070008000000000000fff"] {
        app.get(&format!("/v1/accounting/results/{id}"))
            .await
            .error(404);
    }
}

#[tokio::test]
async fn an_entry_is_checked() {
    let app = TestApp::without_model().await;
    let reply = app.post("/v1/accounting/validate", &entry()).await.ok();
    assert_eq!(reply["valid"], true, "{reply:#}");
    let mut body = entry();
    body["entry"]["lines"][0]["debit"] = json!("91.00");
    let reply = app.post("/v1/accounting/validate", &body).await.ok();
    assert_eq!(reply["valid"], false);
    let nothing = json!({"company": company()});
    app.post("/v1/accounting/validate", &nothing)
        .await
        .error(400);
}
