//! Calibration from labels to replies.

use jiff::Timestamp;
use ledgergate::pipeline::calibration::{FitError, fit};
use ledgergate_accounting::accuracy::calibration::RiskLimit;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::accounting::invoice;
use crate::harness::TestApp;

/// `n` labelled decisions of one stratum and score, each `wrong_every`-th of them wrong.
async fn label(rows: &PgPool, stratum: &str, score: f64, n: i32, wrong_every: i32) {
    sqlx::query(
        "WITH made AS (
             INSERT INTO decisions (id, created_at, operation, schema_version, gateway_version,
                 company_name, company_country, document_sha256, module, action, confidence,
                 auto, request, reply, duration_ms, score, stratum, let_through)
             SELECT gen_random_uuid(), '2025-06-01', 'process', '1', '0.1.0', 'A', 'DE',
                 decode(repeat('00', 32), 'hex'), 'AP', 'create_bill', $2, true, '{}',
                 json_build_object('i', i), 1, $2, $1, true
             FROM generate_series(1, $3) AS i
             RETURNING id, (reply ->> 'i')::integer AS i
         )
         INSERT INTO feedback (id, created_at, decision_id, verdict, corrections, reviewer,
             request_sha256)
         SELECT gen_random_uuid(), '2025-06-02', id,
             CASE WHEN i % $4 = 0 THEN 'rejected' ELSE 'correct' END, '[]', 'a',
             decode(repeat('00', 32), 'hex')
         FROM made",
    )
    .bind(stratum)
    .bind(score)
    .bind(n)
    .bind(wrong_every)
    .execute(rows)
    .await
    .unwrap();
}

async fn calibrate(app: &TestApp) {
    let fitted = fit(&app.app().store, RiskLimit::default()).await.unwrap();
    let now: Timestamp = "2025-06-30T12:00:00Z".parse().unwrap();
    let store = &app.app().store;
    store
        .insert_calibration(fitted.calibration, now)
        .await
        .unwrap();
    app.app().calibration.refresh(store).await.unwrap();
}

async fn process(app: &TestApp, number: &str) -> Value {
    app.post("/v1/accounting/process", &invoice(number))
        .await
        .ok()
}

#[tokio::test]
async fn labels_give_confidence_its_meaning_and_open_the_gate() {
    let app = TestApp::without_model().await;
    let before = process(&app, "K-1").await;
    assert_eq!(
        (&before["calibrated"], &before["auto"]),
        (&json!(false), &json!(true))
    );
    let score = before["confidence"].as_f64().unwrap();
    let stratum: String = sqlx::query_scalar("SELECT stratum FROM decisions")
        .fetch_one(&app.rows)
        .await
        .unwrap();
    assert_eq!(stratum, "process/create_bill/rules");
    label(&app.rows, &stratum, score, 3_000, 2_999).await;
    calibrate(&app).await;
    let after = process(&app, "K-2").await;
    assert_eq!(
        (&after["calibrated"], &after["auto"]),
        (&json!(true), &json!(true))
    );
    assert!(after["confidence"].as_f64().unwrap() > 0.99, "{after:#}");
    let kept: (f64, Option<i32>) =
        sqlx::query_as("SELECT score, calibration FROM decisions WHERE document_number = 'K-2'")
            .fetch_one(&app.rows)
            .await
            .unwrap();
    assert!((kept.0 - score).abs() < 1e-12);
    assert_eq!(kept.1, Some(1));
}

#[tokio::test]
async fn a_risk_that_is_not_bounded_leaves_it_to_a_person() {
    let app = TestApp::without_model().await;
    let score = process(&app, "K-3").await["confidence"].as_f64().unwrap();
    label(&app.rows, "process/create_bill/rules", score, 3_000, 50).await;
    calibrate(&app).await;
    let after = process(&app, "K-4").await;
    assert_eq!(
        (&after["valid"], &after["auto"]),
        (&json!(true), &json!(false))
    );
    assert!((after["confidence"].as_f64().unwrap() - 0.98).abs() < 0.005);
    let reasons = after["review_reasons"].to_string();
    assert!(reasons.contains("risk_not_bounded"), "{reasons}");
    let codes = after["checks"].to_string();
    assert!(codes.contains("risk_not_bounded"), "{codes}");
}

#[tokio::test]
async fn what_rules_leave_to_a_person_stays_there_however_good_labels_are() {
    let app = TestApp::without_model().await;
    let mut body = invoice("K-5");
    body["document"]["taxes"][0]["rate"] = json!("17%");
    let before = app.post("/v1/accounting/process", &body).await.ok();
    assert_eq!(before["auto"], false, "{before:#}");
    let score = before["confidence"].as_f64().unwrap();
    label(&app.rows, "process/create_bill/rules", score, 3_000, 4_000).await;
    calibrate(&app).await;
    let after = app.post("/v1/accounting/process", &body).await.ok();
    assert_eq!(
        (&after["calibrated"], &after["auto"]),
        (&json!(true), &json!(false))
    );
    assert!(
        !after["review_reasons"]
            .to_string()
            .contains("risk_not_bounded")
    );
}

#[tokio::test]
async fn too_few_labels_change_nothing() {
    let app = TestApp::without_model().await;
    label(&app.rows, "process/create_bill/rules", 0.9, 199, 1_000).await;
    let refused = fit(&app.app().store, RiskLimit::default()).await;
    assert!(matches!(refused, Err(FitError::TooFew(few)) if few.labels == 199));
    app.app()
        .calibration
        .refresh(&app.app().store)
        .await
        .unwrap();
    let reply = process(&app, "K-6").await;
    assert_eq!(
        (&reply["calibrated"], &reply["auto"]),
        (&json!(false), &json!(true))
    );
}

#[tokio::test]
async fn a_calibration_that_cannot_be_read_lets_nothing_through() {
    let app = TestApp::without_model().await;
    sqlx::query(
        "INSERT INTO calibrations (created_at, gateway_version, labels, risk_limit,
             risk_confidence, threshold, fitted)
         VALUES (now(), '9.0.0', 500, 0.005, 0.95, 0.9, '{\"form\": \"of a later version\"}')",
    )
    .execute(&app.rows)
    .await
    .unwrap();
    app.app()
        .calibration
        .refresh(&app.app().store)
        .await
        .unwrap_err();
    let reply = process(&app, "K-7").await;
    assert_eq!(
        (&reply["calibrated"], &reply["auto"]),
        (&json!(false), &json!(false))
    );
    let reasons = reply["review_reasons"].to_string();
    assert!(reasons.contains("calibration_unknown"), "{reasons}");
    let ready = app.get("/readyz").await.ok();
    assert_eq!(ready["parts"][1]["name"], "calibration", "{ready}");
    // One that can be read follows it.
    label(&app.rows, "process/create_bill/rules", 0.9, 3_000, 4_000).await;
    calibrate(&app).await;
    assert_eq!(process(&app, "K-8").await["calibrated"], json!(true));
}
