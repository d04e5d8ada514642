//! What the database does not take stops neither the other rows nor the answers.

use std::time::{Duration, Instant};

use ledgergate::record::BodyPolicy;
use serde_json::{Value, json};
use sqlx::{PgPool, Row};

use crate::harness::TestApp;
use crate::scripted::{model_of, saying};

const PATH: &str = "/v1/chat/completions";

fn chat(content: &str) -> Value {
    json!({"model": "scripted", "messages": [{"role": "user", "content": content}]})
}

async fn execute(rows: &PgPool, sql: &'static str) {
    sqlx::query(sql).execute(rows).await.unwrap();
}

async fn count(rows: &PgPool, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(rows).await.unwrap()
}

/// What `/readyz` says of the log.
async fn reason(app: &TestApp) -> String {
    let ready = app.get("/readyz").await.json();
    let reason = &ready["parts"][0]["reason"];
    reason.as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_streamed_nul_is_a_character_like_others() {
    for policy in [BodyPolicy::Full, BodyPolicy::Redacted] {
        let app = TestApp::with_settings(vec![saying("a\0b")], |config| {
            config.log.bodies = policy;
        })
        .await;
        let mut body = chat("a\0b");
        let begun = Instant::now();
        for stream in [true, false] {
            body["stream"] = json!(stream);
            let reply = app.post(PATH, &body).await;
            assert_eq!(reply.status, 200, "{}", reply.text);
        }
        assert!(begun.elapsed() < Duration::from_secs(9));
        assert_eq!(reason(&app).await, "");
        let rows = app.finish().await;
        let kept = "SELECT count(*) FROM request_bodies WHERE reply IS NOT NULL";
        assert_eq!(count(&rows, kept).await, 2);
    }
}

#[tokio::test]
async fn bodies_that_are_refused_take_no_row_with_them() {
    let app = TestApp::with_settings(vec![model_of(|_| "ok".to_owned())], |config| {
        config.log.bodies = BodyPolicy::Full;
    })
    .await;
    execute(
        &app.rows,
        "ALTER TABLE request_bodies ADD CHECK (request NOT LIKE '%poison%')",
    )
    .await;
    let bodies: Vec<Value> = (0..20)
        .map(|number| chat(if number == 7 { "poison" } else { "fine" }))
        .collect();
    let asked = bodies.iter().map(|body| app.post(PATH, body));
    for reply in futures::future::join_all(asked).await {
        reply.ok();
    }
    let told = reason(&app).await;
    assert!(
        told.contains("1 requests are in the log without their bodies"),
        "{told}"
    );
    assert!(!told.contains("could not be written"), "{told}");
    let rows = app.finish().await;
    assert_eq!(count(&rows, "SELECT count(*) FROM requests").await, 20);
    let without: Vec<Option<String>> =
        sqlx::query_scalar("SELECT request FROM request_bodies ORDER BY request NULLS FIRST")
            .fetch_all(&rows)
            .await
            .unwrap();
    assert_eq!(without.len(), 20);
    assert!(without[0].is_none() && without[1].is_some());
}

#[tokio::test]
async fn a_row_that_is_refused_is_set_aside_and_told() {
    let app = TestApp::with_settings(vec![saying("ok")], |config| {
        config.log.bodies = BodyPolicy::Full;
    })
    .await;
    execute(
        &app.rows,
        "ALTER TABLE requests ADD CHECK (route <> '/v1/models/{id}')",
    )
    .await;
    let one = async {
        for _ in 0..5 {
            app.get("/v1/models/scripted").await.ok();
        }
    };
    let other = async {
        for _ in 0..5 {
            app.post(PATH, &chat("fine")).await.ok();
        }
    };
    tokio::join!(one, other);
    let told = reason(&app).await;
    assert!(
        told.contains("5 rows that the database refused are in the gateway's own log"),
        "{told}"
    );
    let rows = app.finish().await;
    assert_eq!(count(&rows, "SELECT count(*) FROM requests").await, 5);
}

#[tokio::test]
async fn a_stuck_writer_is_told_and_holds_no_answer_for_ever() {
    let app = TestApp::with_settings(vec![saying("ok")], |config| {
        config.log.bodies = BodyPolicy::Full;
    })
    .await;
    let mut lock = app.rows.begin().await.unwrap();
    sqlx::query("LOCK TABLE requests IN ACCESS EXCLUSIVE MODE")
        .execute(&mut *lock)
        .await
        .unwrap();
    // More bodies than the queue takes.
    let body = json!({"model": "none", "messages": [], "user": "x".repeat(240 * 1024)});
    let asked = futures::future::join_all((0..50).map(|_| app.post(PATH, &body)));
    let answers = tokio::time::timeout(Duration::from_secs(25), asked).await;
    let answers = answers.expect("answers are held for ever");
    assert!(
        answers
            .iter()
            .all(|reply| reply.status == 404 || reply.status == 400)
    );
    let ready = app.get("/readyz").await;
    assert_eq!(ready.status, 503);
    let told = ready.json()["parts"][0]["reason"].to_string();
    assert!(
        told.contains("could not be written for 1") && told.contains("50 rows wait"),
        "{told}"
    );
    // Nothing more is taken that no row could be kept of.
    let refused = app.get("/v1/models").await;
    assert_eq!(refused.error(503)["code"], "log_unavailable");
    lock.rollback().await.unwrap();
    for _ in 0..200 {
        if reason(&app).await.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(reason(&app).await, "");
    app.get("/v1/models").await.ok();
    let rows = app.finish().await;
    assert_eq!(count(&rows, "SELECT count(*) FROM requests").await, 51);
    let kept = sqlx::query("SELECT count(*) AS rows FROM request_bodies WHERE request IS NOT NULL")
        .fetch_one(&rows)
        .await
        .unwrap();
    assert_eq!(kept.get::<i64, _>("rows"), 50);
}
