//! `POST /v1/accounting/statements`.

use serde_json::{Value, json};
use sqlx::Row;

use crate::harness::TestApp;

const MT940: &str = ":20:A\n:25:DE89370400440532013000\n:28C:3\n:60F:C250301EUR10,00\n\
    :61:2503020302C119,00NTRFNONREF\n\
    :86:166?00GUTSCHRIFT?20SVWZ+Rechnung RE-2025-0042?31DE02120300000000202051?32Nordlicht GmbH\n\
    :62F:C250302EUR129,00\n-\n";

/// A request with a file that is whole.
pub(crate) fn statement_file() -> Value {
    json!({"statement": {"mt940": MT940}})
}

async fn read(app: &TestApp, body: &Value) -> Value {
    app.post("/v1/accounting/statements", body).await.ok()
}

#[tokio::test]
async fn a_file_becomes_lines_that_are_reconciled_and_a_kept_result() {
    let app = TestApp::without_model().await;
    let request = statement_file();
    let reply = read(&app, &request).await;
    assert_eq!(reply["schema_version"], "1");
    assert_eq!(reply["valid"], true);
    let statement = &reply["statements"][0];
    assert_eq!(statement["account"], "DE89370400440532013000");
    assert_eq!(
        statement["opening"],
        json!({"date": "2025-03-01", "amount": "10.00"})
    );
    assert_eq!(
        statement["closing"],
        json!({"date": "2025-03-02", "amount": "129.00"})
    );

    let reconciled = app
        .post(
            "/v1/accounting/reconcile",
            &json!({
                "bank_lines": statement["lines"],
                "open_items": [{"id": "i1", "type": "invoice", "number": "RE-2025-0042",
                    "party": {"name": "Nordlicht GmbH"}, "issue_date": "2025-02-20",
                    "due_date": "2025-03-20", "currency": "EUR", "open_amount": "119.00"}],
                "policy": {"date_window_days": 30},
                "company": {"name": "Our Company", "country": "DE", "base_currency": "EUR",
                    "chart_of_accounts": "de_skr04_subset"},
            }),
        )
        .await
        .ok();
    assert_eq!(reconciled["matches"][0]["items"], json!(["i1"]));
    assert_eq!(
        reconciled["matches"][0]["lines"][0],
        statement["lines"][0]["id"]
    );

    let id = reply["id"].as_str().unwrap();
    let record = app.get(&format!("/v1/accounting/results/{id}")).await.ok();
    assert_eq!(record["operation"], "statement");
    assert_eq!(record["request"], request);
    assert_eq!(record["reply"], reply);
}

#[tokio::test]
async fn a_statement_that_does_not_close_is_answered_and_its_check_is_kept() {
    let app = TestApp::without_model().await;
    let wrong = MT940.replace("129,00", "129,01");
    let reply = read(
        &app,
        &json!({"statement": {"mt940": wrong}, "company": {"name": "Our Company",
        "country": "DE", "base_currency": "EUR", "chart_of_accounts": "de_skr04_subset",
        "iban": "DE02120300000000202051"}}),
    )
    .await;
    assert_eq!(reply["valid"], false);
    let codes: Vec<&Value> = reply["checks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|check| &check["code"])
        .collect();
    assert_eq!(
        codes,
        ["statement_does_not_close", "account_not_of_company"]
    );
    assert_eq!(reply["checks"][0]["path"], "/mt940#7");
    let rows = app.finish().await;
    let row = sqlx::query("SELECT operation, company_name, valid FROM decisions")
        .fetch_one(&rows)
        .await
        .unwrap();
    assert_eq!(row.get::<String, _>("operation"), "statement");
    assert_eq!(
        row.get::<Option<String>, _>("company_name").as_deref(),
        Some("Our Company")
    );
    assert!(!row.get::<bool, _>("valid"));
    let checks = sqlx::query("SELECT code FROM decision_checks ORDER BY position")
        .fetch_all(&rows)
        .await
        .unwrap();
    assert_eq!(checks.len(), 2);
}

#[tokio::test]
async fn a_repeated_key_gets_the_first_answer() {
    let app = TestApp::without_model().await;
    let send = async |text: &str| {
        let body = json!({"statement": {"mt940": text}});
        app.post_with_key("/v1/accounting/statements", "k-1", &body)
            .await
    };
    let first = send(MT940).await;
    assert_eq!(first.text, send(MT940).await.text);
    first.ok();
    send(&MT940.replace("Nordlicht", "Other")).await.error(409);
}

#[tokio::test]
async fn a_wrong_field_is_named_and_a_wrong_record_by_its_line() {
    let app = TestApp::without_model().await;
    let refused = async |body: Value| {
        app.post("/v1/accounting/statements", &body)
            .await
            .error(400)
    };
    let error =
        refused(json!({"statement": {"mt940": MT940.replace(":61:2503", ":61:25X3")}})).await;
    assert_eq!(error["param"], "/statement/mt940");
    assert!(
        error["message"].as_str().unwrap().starts_with("line 5: "),
        "{error}"
    );
    let error = refused(json!({"statement": {"csv": "d;a\n01.02.2025;1\n"},
        "mapping": {"columns": {"date": "d", "amount": "a"}}}))
    .await;
    assert_eq!(error["param"], "/mapping/currency");
    assert_eq!(
        refused(json!({"mapping": null})).await["param"],
        "/statement"
    );
    assert_eq!(
        refused(json!({"statement": {"pdf": "x"}})).await["param"],
        "/statement/pdf"
    );
    let error = refused(json!({"statement": {"csv": "d"}, "mapping": {"columns": {}}})).await;
    assert_eq!(error["param"], "/mapping/columns/date");
}

#[tokio::test]
async fn a_file_is_a_document_of_process() {
    let app = TestApp::without_model().await;
    let company = json!({"name": "Our Company", "country": "DE", "base_currency": "EUR",
        "chart_of_accounts": "de_skr04_subset"});
    let reply = app
        .post(
            "/v1/accounting/process",
            &json!({"document": {"mt940": MT940}, "company": company}),
        )
        .await
        .ok();
    assert_eq!(reply["action"], "import_bank_statement");
    assert_eq!(reply["statement"]["closing_balance"], "129.00");
    let error = app
        .post(
            "/v1/accounting/process",
            &json!({"document": {"mt940": ":20:A"}, "company": company}),
        )
        .await
        .error(400);
    assert_eq!(error["param"], "/document/mt940");
}
