//! Feedback: checked against its result, kept for good, and the newest is the label.

use ledgergate::http::contract::openapi_text;
use ledgergate::schemas;
use serde_json::{Value, json};
use sqlx::Row;

use crate::accounting::{entry, invoice};
use crate::harness::TestApp;

const FEEDBACK: &str = "/v1/accounting/feedback";

async fn processed(app: &TestApp, number: &str) -> Value {
    app.post("/v1/accounting/process", &invoice(number))
        .await
        .ok()
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "corrections are made for the call"
)]
fn about(result: &Value, verdict: &str, corrections: Value) -> Value {
    json!({
        "result_id": result["id"], "verdict": verdict, "corrections": corrections,
        "reason": "as it is", "reviewer": "a.meier"
    })
}

async fn label(app: &TestApp) -> (bool, String, Option<String>) {
    let row = sqlx::query("SELECT correct, verdict, expected_action FROM labels")
        .fetch_one(&app.rows)
        .await
        .unwrap();
    (row.get(0), row.get(1), row.get(2))
}

async fn kept(app: &TestApp) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM feedback")
        .fetch_one(&app.rows)
        .await
        .unwrap()
}

#[tokio::test]
async fn the_newest_feedback_is_the_label() {
    let app = TestApp::without_model().await;
    let result = processed(&app, "F-1").await;
    let first = app
        .post(FEEDBACK, &about(&result, "correct", json!([])))
        .await
        .ok();
    assert_eq!(first["label"]["action"], "create_bill");
    assert_eq!(first["replaces"], Value::Null);
    assert_eq!(
        label(&app).await,
        (true, "correct".to_owned(), Some("create_bill".to_owned()))
    );
    let corrections = json!([
        {"field": "/action", "expected": "record_expense"},
        {"field": "/journal/lines/2/account", "expected": "1800"}
    ]);
    let second = app
        .post(FEEDBACK, &about(&result, "corrected", corrections))
        .await
        .ok();
    assert_eq!(second["replaces"], first["id"]);
    assert_eq!(
        second["corrections"][1],
        json!({"field": "/journal/lines/2/account", "found": "3300", "expected": "1800"})
    );
    assert_eq!(
        second["label"],
        json!({"correct": false, "module": "EXPENSES", "action": "create_expense"})
    );
    app.post(FEEDBACK, &about(&result, "rejected", json!([])))
        .await
        .ok();
    assert_eq!(label(&app).await, (false, "rejected".to_owned(), None));
    assert_eq!(kept(&app).await, 3);
}

#[tokio::test]
async fn feedback_that_does_not_fit_is_refused_and_not_kept() {
    let app = TestApp::without_model().await;
    let result = processed(&app, "F-2").await;
    let corrected = |field: &str, expected: Value| {
        about(
            &result,
            "corrected",
            json!([{"field": field, "expected": expected}]),
        )
    };
    let mut nameless = about(&result, "correct", json!([]));
    nameless["reviewer"] = json!("  ");
    let mut wordless = about(&result, "rejected", json!([]));
    wordless["reason"] = Value::Null;
    let mut unknown_field = corrected("/action", json!("no_action"));
    unknown_field["corrections"][0]["surprise"] = json!(1);
    let nul = corrected("/counterparty", json!("a\u{0}b"));
    for (body, param) in [
        (
            corrected("/action", json!("fly")),
            "/corrections/0/expected",
        ),
        (
            corrected("/action", json!("create_bill")),
            "/corrections/0/expected",
        ),
        (corrected("/colour", json!("red")), "/corrections/0/field"),
        (
            corrected("/journal/lines/0/account", json!("1")),
            "/corrections/0/expected",
        ),
        (
            corrected("/journal/lines/0/debit", json!("80.00")),
            "/corrections",
        ),
        (about(&result, "corrected", json!([])), "/corrections"),
        (about(&result, "perhaps", json!([])), "/verdict"),
        (nameless, "/reviewer"),
        (wordless, "/reason"),
        (nul, "/corrections/0/expected"),
    ] {
        let error = app.post(FEEDBACK, &body).await.error(400);
        assert_eq!(error["param"], param, "{body}");
    }
    app.post(FEEDBACK, &unknown_field).await.error(400);
    for id in ["res_none", "res_01970000000070008000000000000fff", ""] {
        let mut body = about(&result, "correct", json!([]));
        body["result_id"] = json!(id);
        let error = app.post(FEEDBACK, &body).await.error(404);
        assert_eq!(error["code"], "not_found");
    }
    assert_eq!(kept(&app).await, 0);
}

#[tokio::test]
async fn a_result_of_checks_has_a_verdict_and_no_fields() {
    let app = TestApp::without_model().await;
    let result = app.post("/v1/accounting/validate", &entry()).await.ok();
    let given = app
        .post(FEEDBACK, &about(&result, "correct", json!([])))
        .await
        .ok();
    assert_eq!(
        given["label"],
        json!({"correct": true, "module": null, "action": null})
    );
    let corrections = json!([{"field": "/action", "expected": "create_bill"}]);
    let body = about(&result, "corrected", corrections);
    let error = app.post(FEEDBACK, &body).await.error(400);
    assert_eq!(error["param"], "/corrections/0/field");
}

#[tokio::test]
async fn a_repeated_key_keeps_one_feedback() {
    let app = TestApp::without_model().await;
    let result = processed(&app, "F-3").await;
    let body = about(&result, "correct", json!([]));
    let first = app.post_with_key(FEEDBACK, "k", &body).await.ok();
    app.post(FEEDBACK, &about(&result, "rejected", json!([])))
        .await
        .ok();
    assert_eq!(app.post_with_key(FEEDBACK, "k", &body).await.ok(), first);
    let other = about(&result, "rejected", json!([]));
    let error = app.post_with_key(FEEDBACK, "k", &other).await.error(409);
    assert_eq!(error["code"], "idempotency_key_reused");
    assert_eq!(kept(&app).await, 2);
    // The repeated words are old: they do not become the label again.
    assert_eq!(label(&app).await.1, "rejected");
}

#[tokio::test]
async fn the_examples_of_the_contract_are_taken() {
    let app = TestApp::without_model().await;
    let document: Value = serde_json::from_str(openapi_text()).unwrap();
    let examples = document
        .pointer(
            "/paths/~1v1~1accounting~1feedback/post/requestBody/content/application~1json/examples",
        )
        .and_then(Value::as_object)
        .unwrap();
    let schema = schemas::all()
        .iter()
        .find(|schema| schema.component == "FeedbackReply")
        .unwrap();
    let validator = jsonschema::validator_for(&schema.schema).unwrap();
    for (name, example) in examples {
        let result = processed(&app, name).await;
        let mut body = example["value"].clone();
        body["result_id"] = result["id"].clone();
        let reply = app.post(FEEDBACK, &body).await.ok();
        assert!(validator.is_valid(&reply), "{name}: {reply:#}");
    }
    assert_eq!(kept(&app).await, 3);
}
