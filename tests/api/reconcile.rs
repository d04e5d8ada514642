//! `POST /v1/accounting/reconcile`.

use serde_json::{Value, json};
use sqlx::Row;

use crate::harness::TestApp;

const PATH: &str = "/v1/accounting/reconcile";

/// A line that names its invoice.
pub(crate) fn request() -> Value {
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
    let reply = app.post(PATH, &request()).await.ok();
    assert_eq!(reply["matches"][0]["items"], json!(["i1"]));
    assert_eq!(reply["matches"][0]["kind"], "one_to_one");
    let lines = reply["matches"][0]["entry"]["lines"].as_array().unwrap();
    assert_eq!(lines[0]["debit"], "119.00");
    assert_eq!(lines[1]["credit"], "119.00");
    assert_eq!(reply["unmatched_items"], json!([]));
}

#[tokio::test]
async fn a_reconciliation_is_kept_whole() {
    let app = TestApp::without_model().await;
    let reply = app.post(PATH, &request()).await.ok();
    assert_eq!(reply["schema_version"], "1");
    assert_eq!(reply["model"], Value::Null);
    assert!(reply["timings_ms"]["total"].is_number());
    let id = reply["id"].as_str().unwrap();
    let record = app.get(&format!("/v1/accounting/results/{id}")).await.ok();
    assert_eq!(record["operation"], "reconcile");
    assert_eq!(record["request"], request());
    assert_eq!(record["reply"], reply);
    let row = sqlx::query("SELECT operation, company_name, company_country FROM decisions")
        .fetch_one(&app.rows)
        .await
        .unwrap();
    assert_eq!(row.get::<String, _>("operation"), "reconcile");
    assert_eq!(row.get::<String, _>("company_name"), "Our Company");
    assert_eq!(row.get::<String, _>("company_country"), "DE");
}

#[tokio::test]
async fn a_company_may_be_left_out_and_no_entry_is_made() {
    let app = TestApp::without_model().await;
    let mut body = request();
    body.as_object_mut().unwrap().shift_remove("company");
    let reply = app.post(PATH, &body).await.ok();
    assert_eq!(reply["matches"][0]["entry"], Value::Null);
    let row = sqlx::query("SELECT company_name, company_country FROM decisions")
        .fetch_one(&app.rows)
        .await
        .unwrap();
    assert_eq!(row.get::<Option<String>, _>("company_name"), None);
    assert_eq!(row.get::<Option<String>, _>("company_country"), None);
}

#[tokio::test]
async fn only_a_reconciliation_or_a_statement_may_be_without_company() {
    let app = TestApp::without_model().await;
    app.post(PATH, &request()).await.ok();
    for (change, constraint) in [
        ("operation = 'guess'", "decisions_operation_known"),
        (
            "operation = 'process', company_name = NULL, company_country = NULL",
            "decisions_company_known",
        ),
        ("company_name = NULL", "decisions_company_whole"),
    ] {
        let change = format!("UPDATE decisions SET {change}");
        let error = sqlx::query(sqlx::AssertSqlSafe(change))
            .execute(&app.rows)
            .await
            .unwrap_err();
        let refused = error.as_database_error().unwrap().constraint();
        assert_eq!(refused, Some(constraint));
    }
}

#[tokio::test]
async fn nothing_is_matched_that_was_not_kept() {
    let app = TestApp::without_model().await;
    sqlx::query("ALTER TABLE decisions ADD CONSTRAINT refuse_all CHECK (false) NOT VALID")
        .execute(&app.rows)
        .await
        .unwrap();
    let error = app.post(PATH, &request()).await.error(500);
    assert_eq!(error["code"], "internal_error");
}

#[tokio::test]
async fn a_repeated_reconciliation_gets_the_first_answer() {
    let app = TestApp::without_model().await;
    let post = async |amount: &str| {
        let mut body = request();
        body["bank_lines"][0]["amount"] = json!(amount);
        app.post_with_key(PATH, "k", &body).await
    };
    let first = post("119.00").await.ok();
    assert_eq!(post("119.00").await.ok(), first);
    post("118.00").await.error(409);
    assert_eq!(app.kept_decisions().await, 1);
}

#[tokio::test]
async fn a_wrong_field_is_named() {
    let app = TestApp::without_model().await;
    for (pointer, value) in [
        ("/open_items/0/open_amount", json!("119.005")),
        // PostgreSQL keeps no such text.
        ("/bank_lines/0/description", json!("a\u{0}b")),
    ] {
        let mut wrong = request();
        *wrong.pointer_mut(pointer).unwrap() = value;
        let error = app.post(PATH, &wrong).await.error(400);
        assert_eq!(error["param"], pointer);
    }
}
