//! A document beside the earlier ones of its company: duplicates and unusual sums.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::accounting::invoice;
use crate::harness::TestApp;

async fn process(app: &TestApp, body: &Value) -> Value {
    app.post("/v1/accounting/process", body).await.ok()
}

/// Severities of the checks of one code.
fn severities(reply: &Value, code: &str) -> Vec<String> {
    let checks = reply["checks"].as_array().unwrap().iter();
    checks
        .filter(|check| check["code"] == code)
        .map(|check| check["severity"].as_str().unwrap().to_owned())
        .collect()
}

async fn say(app: &TestApp, reply: &Value, verdict: &str) {
    let body = json!({"result_id": reply["id"], "verdict": verdict, "reviewer": "Ada",
        "reason": "seen"});
    app.post("/v1/accounting/feedback", &body).await.ok();
}

#[tokio::test]
async fn the_same_document_is_not_automatic_twice() {
    let app = TestApp::without_model().await;
    let first = process(&app, &invoice("I-7")).await;
    assert_eq!(first["auto"], true, "{first}");
    let again = process(&app, &invoice("I-7")).await;
    assert_eq!(severities(&again, "duplicate_document"), ["review"]);
    assert_eq!(
        (&again["auto"], &again["valid"]),
        (&json!(false), &json!(true))
    );
    let reasons = again["review_reasons"].to_string();
    assert!(reasons.contains(first["id"].as_str().unwrap()), "{reasons}");

    let other = process(&app, &invoice("J-9")).await;
    assert_eq!(other["auto"], true, "{other}");
}

#[tokio::test]
async fn an_approved_document_again_is_an_error_and_a_rejected_one_is_none() {
    let app = TestApp::without_model().await;
    let first = process(&app, &invoice("I-7")).await;
    say(&app, &first, "correct").await;
    let again = process(&app, &invoice("I-7")).await;
    assert_eq!(severities(&again, "duplicate_document"), ["error"]);
    assert_eq!(again["valid"], false);

    let wrong = process(&app, &invoice("K-3")).await;
    say(&app, &wrong, "rejected").await;
    let again = process(&app, &invoice("K-3")).await;
    assert!(
        severities(&again, "duplicate_document").is_empty(),
        "{again}"
    );
}

#[tokio::test]
async fn another_company_and_a_request_that_asks_for_none_are_left_alone() {
    let app = TestApp::without_model().await;
    process(&app, &invoice("I-7")).await;
    let mut elsewhere = invoice("I-7");
    elsewhere["company"]["name"] = json!("Our Company Two");
    elsewhere["document"]["buyer"]["name"] = json!("Our Company Two");
    let reply = process(&app, &elsewhere).await;
    assert!(
        severities(&reply, "duplicate_document").is_empty(),
        "{reply}"
    );

    let mut alone = invoice("I-7");
    alone["options"]["history"] = json!(false);
    let reply = process(&app, &alone).await;
    assert!(
        severities(&reply, "duplicate_document").is_empty(),
        "{reply}"
    );
}

#[tokio::test]
async fn of_documents_that_come_at_one_time_one_is_automatic() {
    let app = TestApp::without_model().await;
    let body = invoice("I-7");
    let replies = join_all((0..16).map(|_| process(&app, &body))).await;
    let (automatic, reviewed): (Vec<&Value>, Vec<&Value>) =
        replies.iter().partition(|reply| reply["auto"] == true);
    assert_eq!(automatic.len(), 1, "{replies:?}");
    for reply in reviewed {
        assert_eq!(severities(reply, "duplicate_document"), ["review"]);
        let reasons = reply["review_reasons"].to_string();
        // The one in the books, not another that was left to a person.
        assert!(reasons.contains(automatic[0]["id"].as_str().unwrap()));
    }
}

#[tokio::test]
async fn the_same_document_is_found_however_it_is_printed() {
    let app = TestApp::without_model().await;
    let first = process(&app, &invoice("RE-2026/0042")).await;
    assert_eq!(first["auto"], true, "{first}");
    // Others of the party that came since: more than say what is usual.
    sqlx::query(
        "INSERT INTO decisions (id, created_at, operation, schema_version, gateway_version,
             company_name, company_country, document_sha256, request, reply, duration_ms,
             party_hash, document_number, currency, gross, auto)
         SELECT ('ffffffff-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, now(), 'process',
             '1', '0.1.0', company_name, company_country, document_sha256, '{}', '{}', 1, party_hash, 'N' || i, 'EUR', 90 + i, true
         FROM decisions, generate_series(1, 250) AS i",
    )
    .execute(&app.rows)
    .await
    .unwrap();
    let changes: [fn(&mut Value); 5] = [
        |body| body["document"]["seller"]["name"] = json!("PAPER & PENS GMBH"),
        |body| body["document"]["seller"]["name"] = json!("Paper & Pens G.m.b.H."),
        |body| body["document"]["invoice_number"] = json!("re 2026 42"),
        |body| body["company"]["name"] = json!("OUR COMPANY"),
        |body| body["document"]["document_type"] = json!("Receipt"),
    ];
    for change in changes {
        let mut body = invoice("RE-2026/0042");
        change(&mut body);
        let again = process(&app, &body).await;
        assert_eq!(
            severities(&again, "duplicate_document"),
            ["review"],
            "{again}"
        );
        assert_eq!(again["auto"], false);
    }
}

#[tokio::test]
async fn a_name_longer_than_an_index_takes_is_no_error() {
    let app = TestApp::without_model().await;
    let mut body = invoice("I-7");
    // Not to be made shorter by compression.
    let name: String = (0_u32..3_000)
        .map(|i| char::from_u32(0x4e00 + i * 7_919 % 20_000).unwrap())
        .collect();
    body["document"]["seller"]["name"] = json!(name);
    let first = process(&app, &body).await;
    say(&app, &first, "correct").await;
    let again = process(&app, &body).await;
    assert_eq!(severities(&again, "duplicate_document"), ["error"]);
}

#[tokio::test]
async fn papers_that_name_nobody_are_held_against_each_other() {
    let app = TestApp::without_model().await;
    let mut unnamed = invoice("T-17");
    unnamed["document"]["document_type"] = json!("Receipt");
    unnamed["document"]["seller"] = json!({"country": "DE"});
    let first = process(&app, &unnamed).await;
    assert_eq!(first["counterparty"], Value::Null, "{first}");
    say(&app, &first, "correct").await;
    let again = process(&app, &unnamed).await;
    assert_eq!(severities(&again, "duplicate_document"), ["error"]);
    unnamed["document"]["invoice_number"] = json!("T-18");
    let next = process(&app, &unnamed).await;
    assert!(severities(&next, "duplicate_document").is_empty(), "{next}");
}

#[tokio::test]
async fn an_earlier_document_in_no_known_currency_is_a_finding() {
    let app = TestApp::without_model().await;
    process(&app, &invoice("I-7")).await;
    sqlx::query("UPDATE decisions SET currency = 'QQQ'")
        .execute(&app.rows)
        .await
        .unwrap();
    let again = process(&app, &invoice("I-7")).await;
    assert_eq!(severities(&again, "history_unknown"), ["review"]);
    assert_eq!(again["auto"], false);
}
