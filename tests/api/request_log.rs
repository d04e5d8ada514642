//! Every request under `/v1` leaves one row, with no prompt in it.

use std::time::Duration;

use serde_json::json;
use sqlx::Row;

use crate::harness::{TestApp, json_request};
use crate::scripted::{saying, saying_slowly};

#[tokio::test]
async fn whole_streamed_and_failed_requests_are_logged() {
    let app = TestApp::with_model(saying("Fine.")).await;
    let mut body = json!({
        "model": "scripted", "messages": [{"role": "user", "content": "a secret prompt"}]
    });
    app.post("/v1/chat/completions", &body).await.ok();
    body["stream"] = json!(true);
    assert_eq!(
        app.post("/v1/chat/completions", &body)
            .await
            .events()
            .last()
            .unwrap(),
        "[DONE]"
    );
    body["temperature"] = json!(9);
    app.post("/v1/chat/completions", &body).await.error(400);
    app.get("/livez").await;
    let rows = app.finish().await;
    let logged = sqlx::query(
        "SELECT route, status, streamed, finish_reason, prompt_tokens, completion_tokens, model,
             error_code, row_to_json(requests)::text AS whole
         FROM requests ORDER BY id",
    )
    .fetch_all(&rows)
    .await
    .unwrap();
    assert_eq!(logged.len(), 3);
    for row in &logged {
        assert_eq!(row.get::<String, _>("route"), "/v1/chat/completions");
        assert!(!row.get::<String, _>("whole").contains("secret"));
    }
    for (row, streamed) in logged.iter().zip([false, true]) {
        assert_eq!(row.get::<i16, _>("status"), 200);
        assert_eq!(row.get::<bool, _>("streamed"), streamed);
        assert_eq!(row.get::<String, _>("finish_reason"), "stop");
        assert_eq!(row.get::<String, _>("model"), "scripted");
        assert!(row.get::<i32, _>("prompt_tokens") > 10);
        assert_eq!(row.get::<i32, _>("completion_tokens"), 5);
    }
    assert_eq!(logged[2].get::<i16, _>("status"), 400);
    assert_eq!(
        logged[2].get::<String, _>("error_code"),
        "invalid_request_error"
    );
}

#[tokio::test]
async fn a_request_whose_client_has_gone_is_logged_as_499() {
    let app = TestApp::with_model(saying_slowly(&"x".repeat(1_000))).await;
    for stream in [true, false] {
        let body = json!({
            "model": "scripted", "messages": [{"role": "user", "content": "Hello"}],
            "max_tokens": 1_000, "stream": stream
        });
        let pending = app.send(json_request("/v1/chat/completions", &body.to_string()));
        // The response of a stream is dropped unread, the plain request while it waits.
        let _gone = tokio::time::timeout(Duration::from_millis(100), pending).await;
    }
    let rows = app.finish().await;
    let logged = sqlx::query("SELECT status, streamed, model FROM requests ORDER BY id")
        .fetch_all(&rows)
        .await
        .unwrap();
    assert_eq!(logged.len(), 2);
    for (row, streamed) in logged.iter().zip([true, false]) {
        assert_eq!(row.get::<i16, _>("status"), 499);
        assert_eq!(row.get::<bool, _>("streamed"), streamed);
        assert_eq!(row.get::<Option<String>, _>("model").is_some(), streamed);
    }
}

#[tokio::test]
async fn months_have_their_own_partitions() {
    let app = TestApp::without_model().await;
    app.get("/v1/models").await.ok();
    let rows = app.finish().await;
    let partition: String = sqlx::query_scalar("SELECT tableoid::regclass::text FROM requests")
        .fetch_one(&rows)
        .await
        .unwrap();
    assert_eq!(partition, "requests_2025_06");
}
