//! Decisions that come at one time, down to their rows: those that wait while one is written are
//! written together.

mod held_up;

use std::collections::BTreeSet;

use axum::http::HeaderValue;
use futures::future::join_all;
use ledgergate::store::StoreError;
use ledgergate::store::decisions::{CheckRow, ChoiceRow};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::accounting::invoice;
use crate::harness::{Reply, TestApp, json_request};
use held_up::{HeldUp, decision, keyed};

/// The ids in the order in which they were written, each with its transaction.
async fn rows(app: &TestApp) -> Vec<(Uuid, String)> {
    sqlx::query_as("SELECT id, xmin::text FROM decisions ORDER BY ctid")
        .fetch_all(&app.rows)
        .await
        .unwrap()
}

async fn count(app: &TestApp, table: &str) -> i64 {
    sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}")))
        .fetch_one(&app.rows)
        .await
        .unwrap()
}

#[tokio::test]
async fn what_waits_is_written_together_and_in_order() {
    let app = TestApp::without_model().await;
    let outcomes = HeldUp::start(&app, (1..=20).map(decision))
        .await
        .release()
        .await;
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(None))));
    let rows = rows(&app).await;
    let ids: Vec<u128> = rows.iter().map(|(id, _)| id.as_u128()).collect();
    assert_eq!(ids, (0..=20).collect::<Vec<_>>());
    let transactions: BTreeSet<&String> = rows.iter().map(|(_, xmin)| xmin).collect();
    assert_eq!(transactions.len(), 2, "{rows:?}");
}

#[tokio::test]
async fn checks_and_choices_stay_with_their_decision_and_in_order() {
    let app = TestApp::without_model().await;
    let with_parts = |id: u128| {
        let mut decision = decision(id);
        decision.checks = ["b", "a", "c"]
            .map(|code| CheckRow {
                code: format!("{code}{id}"),
                severity: "warning".to_owned(),
                path: String::new(),
                message: "seen".to_owned(),
            })
            .into();
        decision.choices = ["z", "y"]
            .map(|question| ChoiceRow {
                question: format!("{question}{id}"),
                chosen: "x".to_owned(),
                model: "m".to_owned(),
                options: json!(["x", id.to_string()]),
                probabilities: json!([0.75, 0.25]),
            })
            .into();
        decision
    };
    HeldUp::start(&app, [with_parts(1), decision(2), with_parts(3)])
        .await
        .release()
        .await;
    let read = async |part: &str, table: &str| -> Vec<String> {
        sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
            "SELECT {part} FROM {table} ORDER BY decision_id, position"
        )))
        .fetch_all(&app.rows)
        .await
        .unwrap()
    };
    assert_eq!(
        read("code", "decision_checks").await,
        ["b1", "a1", "c1", "b3", "a3", "c3"]
    );
    assert_eq!(
        read("question || (options ->> 1)", "decision_choices").await,
        ["z11", "y11", "z33", "y33"]
    );
}

#[tokio::test]
async fn a_decision_that_is_refused_does_no_harm_to_its_group() {
    let app = TestApp::without_model().await;
    let mut refused = decision(2);
    refused.summary.currency = Some("EURO".to_owned());
    let mut given = vec![decision(1), refused, decision(3)];
    given.push(keyed(4, "k", 1));
    let outcomes = HeldUp::start(&app, given).await.release().await;
    assert!(
        matches!(
            &outcomes[..],
            [Ok(None), Err(StoreError::Query(_)), Ok(None), Ok(None)]
        ),
        "{outcomes:?}"
    );
    let ids: Vec<u128> = rows(&app)
        .await
        .iter()
        .map(|(id, _)| id.as_u128())
        .collect();
    assert_eq!(ids, [0, 1, 3, 4]);
}

#[tokio::test]
async fn of_two_with_one_key_the_first_is_written_and_answers_the_other() {
    let app = TestApp::without_model().await;
    let mut operation = keyed(4, "k", 2);
    operation.operation = ledgergate::store::decisions::Operation::Validate;
    let given = [
        keyed(1, "k", 1),
        keyed(2, "k", 1),
        keyed(3, "k", 2),
        operation,
        keyed(5, "other", 1),
    ];
    let outcomes = HeldUp::start(&app, given).await.release().await;
    let [
        Ok(None),
        Ok(Some(first)),
        Err(StoreError::IdempotencyKeyReused),
        Ok(None),
        Ok(None),
    ] = &outcomes[..]
    else {
        panic!("{outcomes:?}");
    };
    assert_eq!(first.decision.as_u128(), 1);
    // To the letter.
    assert_eq!(first.reply, r#"{"n":  1}"#);
    let ids: Vec<u128> = rows(&app)
        .await
        .iter()
        .map(|(id, _)| id.as_u128())
        .collect();
    assert_eq!(ids, [0, 1, 4, 5]);
    assert_eq!(count(&app, "idempotency_keys").await, 3);
    // The same try again, whose outcome was not known: it is there, and nothing is written.
    let again = app.store().insert_decision(keyed(1, "k", 1)).await;
    assert!(matches!(again, Ok(None)), "{again:?}");
    assert_eq!(count(&app, "decisions").await, 4);
}

#[tokio::test]
async fn a_caller_that_goes_harms_nobody() {
    let app = TestApp::without_model().await;
    let mut held_up = HeldUp::start(&app, (1..=4).map(decision)).await;
    held_up.abandon(1);
    let outcomes = held_up.release().await;
    assert_eq!(outcomes.len(), 3);
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    // It was handed over, so it is kept.
    assert_eq!(count(&app, "decisions").await, 5);
}

async fn post_keyed(app: &TestApp, key: &str, body: &Value) -> Reply {
    let mut request = json_request("/v1/accounting/process", &body.to_string());
    request
        .headers_mut()
        .insert("idempotency-key", HeaderValue::from_str(key).unwrap());
    Reply::read(app.send(request).await).await
}

#[tokio::test]
async fn sixty_four_requests_with_one_key_make_one_decision() {
    let app = TestApp::without_model().await;
    let body = invoice("I-64");
    let replies = join_all((0..64).map(|_| post_keyed(&app, "k", &body))).await;
    let texts: BTreeSet<&str> = replies.iter().map(|reply| reply.text.as_str()).collect();
    assert_eq!(texts.len(), 1, "{texts:?}");
    assert!(
        replies[0].ok()["auto"].as_bool().unwrap(),
        "{}",
        replies[0].text
    );
    assert_eq!(count(&app, "decisions").await, 1);
    assert_eq!(count(&app, "idempotency_keys").await, 1);
    post_keyed(&app, "k", &invoice("I-65")).await.error(409);
}

#[tokio::test]
async fn a_large_body_is_refused_or_kept_and_harms_nobody() {
    let app = TestApp::with_settings(Vec::new(), |config| {
        config.server.max_body_bytes = 10 * 1024 * 1024;
        config.server.request_timeout_seconds = 300;
    })
    .await;
    let mut request = invoice("I-1");
    request["document"]["note"] = json!("x".repeat(10 * 1024 * 1024));
    let error = app
        .post("/v1/accounting/process", &request)
        .await
        .error(413);
    assert_eq!(error["code"], "request_too_large");

    request["document"] = json!({"raw_text": "Invoice 1 ".repeat(1_000_000)});
    let error = app
        .post("/v1/accounting/process", &request)
        .await
        .error(400);
    assert_eq!(error["param"], "/document/raw_text");
    assert_eq!(count(&app, "decisions").await, 0);

    let next = app.post("/v1/accounting/process", &invoice("I-2")).await;
    assert_eq!(next.ok()["auto"], true);
}

#[tokio::test]
async fn a_document_of_many_keys_is_refused_or_read_and_harms_nobody() {
    let app = TestApp::with_settings(Vec::new(), |config| {
        config.server.max_body_bytes = 10 * 1024 * 1024;
        config.server.request_timeout_seconds = 300;
    })
    .await;
    let with_more_keys = |count: usize| {
        let mut request = invoice("I-1");
        let document = request["document"].as_object_mut().unwrap();
        document.extend((0..count).map(|n| (format!("field_{n}"), json!(n.to_string()))));
        request
    };
    let error = app
        .post("/v1/accounting/process", &with_more_keys(100_000))
        .await
        .error(400);
    assert!(
        error["message"].as_str().unwrap().contains("keys"),
        "{error}"
    );
    assert_eq!(count(&app, "decisions").await, 0);

    // Beside a large one the others are answered.
    let (large, small) = (with_more_keys(99_000), invoice("I-2"));
    let (large, beside) = tokio::join!(
        app.post("/v1/accounting/process", &large),
        app.post("/v1/accounting/process", &small)
    );
    let large = large.ok();
    assert_eq!(large["gross"], "107.10");
    assert_eq!(beside.ok()["auto"], true);
    let path = format!("/v1/accounting/results/{}", large["id"].as_str().unwrap());
    let kept = app.get(&path).await.ok();
    assert_eq!(kept["reply"], large);
}
