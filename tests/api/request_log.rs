//! Every request under `/v1` leaves one row, with no prompt in it.

mod refused;

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::time::Duration;

use ledgergate::record::BodyPolicy;
use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::Row;
use uuid::Uuid;

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
        assert_eq!(row.get::<String, _>("model"), "scripted");
    }
}

#[tokio::test]
async fn a_path_without_a_route_leaves_a_row_without_the_path() {
    let app = TestApp::without_model().await;
    app.get("/v1/my-secret").await.error(404);
    app.get("/v1my-secret").await.error(404);
    app.get("/my-secret").await.error(404);
    let rows = app.finish().await;
    let logged =
        sqlx::query("SELECT route, status, row_to_json(requests)::text AS whole FROM requests")
            .fetch_all(&rows)
            .await
            .unwrap();
    assert_eq!(logged.len(), 1);
    assert_eq!(logged[0].get::<String, _>("route"), "unmatched");
    assert_eq!(logged[0].get::<i16, _>("status"), 404);
    assert!(!logged[0].get::<String, _>("whole").contains("secret"));
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

#[tokio::test]
async fn a_row_tells_caller_version_and_hashes() {
    let app = TestApp::with_model(saying("{}")).await;
    let body = json!({"model": "scripted", "messages": [{"role": "user", "content": "Hello"}],
        "response_format": {"type": "json_object"}});
    let mut request = json_request("/v1/chat/completions", &body.to_string());
    let token = "Bearer sk-1".parse().unwrap();
    request.headers_mut().insert("authorization", token);
    assert_eq!(app.send(request).await.status(), 200);
    let failed = json!({"model": "scripted", "messages": [], "temperature": 9});
    app.post("/v1/chat/completions", &failed).await.error(400);
    let rows = app.finish().await;
    let logged = sqlx::query(
        "SELECT caller, model, model_version, prompt_sha256, schema_sha256, grammar_ms
         FROM requests ORDER BY id",
    )
    .fetch_all(&rows)
    .await
    .unwrap();
    let sha256 = |text: &str| Sha256::digest(text).to_vec();
    let row = &logged[0];
    assert!(row.get::<String, _>("caller").starts_with("token_"));
    assert_eq!(row.get::<String, _>("model_version"), "scripted");
    assert_eq!(
        row.get::<Vec<u8>, _>("prompt_sha256"),
        sha256(r#"[{"role":"user","content":"Hello"}]"#)
    );
    assert_eq!(
        row.get::<Vec<u8>, _>("schema_sha256"),
        sha256(r#"{"type":"json_object"}"#)
    );
    assert!(row.get::<f64, _>("grammar_ms") >= 0.0);
    let row = &logged[1];
    assert_eq!(row.get::<Option<String>, _>("caller"), None);
    assert_eq!(row.get::<String, _>("model"), "scripted");
    assert_eq!(row.get::<Vec<u8>, _>("prompt_sha256"), sha256("[]"));
    assert_eq!(row.get::<Option<Vec<u8>>, _>("schema_sha256"), None);
}

async fn bodies_under(policy: BodyPolicy) -> Vec<(String, Option<String>)> {
    let app = TestApp::with_settings(vec![saying("Ask erika@muster.example.")], |config| {
        config.log.bodies = policy;
    })
    .await;
    let mut body = json!({"model": "scripted", "messages": [{"role": "user", "content":
        "{\"supplier\": \"Muster AG\", \"iban\": \"DE89370400440532013000\"}"}]});
    app.post("/v1/chat/completions", &body).await.ok();
    body["stream"] = json!(true);
    app.post("/v1/chat/completions", &body).await.events();
    app.get("/v1/models").await.ok();
    let rows = app.finish().await;
    sqlx::query(
        "SELECT bodies.request, bodies.reply FROM request_bodies AS bodies
         JOIN requests ON requests.id = bodies.request_id ORDER BY requests.id",
    )
    .fetch_all(&rows)
    .await
    .unwrap()
    .iter()
    .map(|row| (row.get("request"), row.get("reply")))
    .collect()
}

#[tokio::test]
async fn bodies_are_kept_as_the_policy_says() {
    assert!(bodies_under(BodyPolicy::None).await.is_empty());
    let full = bodies_under(BodyPolicy::Full).await;
    assert_eq!(full.len(), 2);
    for (request, reply) in &full {
        assert!(
            request.contains("Muster AG") && request.contains("DE8937"),
            "{request}"
        );
        assert!(reply.is_some());
    }
    assert!(full[0].1.as_ref().unwrap().contains("erika@muster.example"));
    assert!(full[1].1.as_ref().unwrap().ends_with("data: [DONE]\n\n"));
    let redacted = bodies_under(BodyPolicy::Redacted).await;
    for (request, reply) in &redacted {
        assert!(
            !request.contains("Muster") && !request.contains("DE8937"),
            "{request}"
        );
        let reply = reply.as_ref().unwrap();
        assert!(
            reply.contains("Ask [email]") && !reply.contains("erika"),
            "{reply}"
        );
    }
}

#[tokio::test]
async fn a_large_body_is_hashed_and_redacted_like_a_small_one() {
    let names: Vec<_> = (0..4_000)
        .map(|name| json!({"name": format!("Customer {name}")}))
        .collect();
    let content = json!({"customers": names}).to_string();
    let messages = json!([{"role": "user", "content": content}]);
    for policy in [BodyPolicy::None, BodyPolicy::Redacted] {
        let app = TestApp::with_settings(vec![saying("For Customer 17.")], |config| {
            config.log.bodies = policy;
        })
        .await;
        // Too long for the model, which the log does not mind.
        let body = json!({"model": "scripted", "messages": messages});
        app.post("/v1/chat/completions", &body).await;
        let rows = app.finish().await;
        let hash: Vec<u8> = sqlx::query_scalar("SELECT prompt_sha256 FROM requests")
            .fetch_one(&rows)
            .await
            .unwrap();
        assert_eq!(hash, Sha256::digest(messages.to_string()).to_vec());
        let kept: Vec<String> = sqlx::query_scalar("SELECT request FROM request_bodies")
            .fetch_all(&rows)
            .await
            .unwrap();
        assert_eq!(kept.len(), usize::from(policy == BodyPolicy::Redacted));
        assert!(
            kept.iter()
                .all(|body| body.contains("[name]") && !body.contains("Customer "))
        );
    }
}

#[tokio::test]
async fn many_at_once_are_all_there_when_they_are_answered() {
    let app = TestApp::without_model().await;
    let asked = (0..300).map(|_| app.get("/v1/models"));
    let ids: BTreeSet<Uuid> = futures::future::join_all(asked)
        .await
        .iter()
        .map(|reply| {
            reply.headers["x-request-id"]
                .to_str()
                .unwrap()
                .parse()
                .unwrap()
        })
        .collect();
    // Not after the log is flushed: an answer waits for its row.
    let there: Vec<Uuid> = sqlx::query_scalar("SELECT id FROM requests")
        .fetch_all(&app.rows)
        .await
        .unwrap();
    assert_eq!((there.len(), ids.len()), (300, 300));
    assert_eq!(there.into_iter().collect::<BTreeSet<_>>(), ids);
}

#[tokio::test]
async fn old_months_are_dropped_whole() {
    let app = TestApp::without_model().await;
    app.get("/v1/models").await.ok();
    let store = app.store();
    for moment in ["2025-01-31T23:59:59Z", "2025-04-01T00:00:00Z"] {
        store
            .make_partitions(moment.parse().unwrap())
            .await
            .unwrap();
    }
    sqlx::query(
        "INSERT INTO requests (id, received_at, method, route, status, duration_ms)
         SELECT gen_random_uuid(), moment::timestamptz, 'GET', '/v1/models', 200, 1
         FROM unnest($1::text[]) AS moment",
    )
    .bind(vec![
        "2024-12-01 00:00Z",
        "2025-01-31 23:59Z",
        "2025-04-30 23:59Z",
        "2025-05-01 00:00Z",
    ])
    .execute(&app.rows)
    .await
    .unwrap();
    let now = "2025-06-30T12:00:00Z".parse().unwrap();
    let dropped = store
        .drop_old_partitions(now, NonZeroU32::new(1).unwrap())
        .await
        .unwrap();
    let months = ["2025_01", "2025_02", "2025_03", "2025_04"];
    let wanted: Vec<String> = ["request_bodies", "requests"]
        .iter()
        .flat_map(|table| months.iter().map(move |month| format!("{table}_{month}")))
        .chain(["requests_default".to_owned()])
        .collect();
    assert_eq!(dropped, wanted);
    let left: Vec<String> =
        sqlx::query_scalar("SELECT tableoid::regclass::text FROM requests ORDER BY received_at")
            .fetch_all(&app.rows)
            .await
            .unwrap();
    assert_eq!(left, ["requests_2025_05", "requests_2025_06"]);
    assert_eq!(
        store
            .drop_old_partitions(now, NonZeroU32::MAX)
            .await
            .unwrap(),
        [""; 0]
    );
}
