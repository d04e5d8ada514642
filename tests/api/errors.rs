//! Bad input gets OpenAI's error body, naming the field, and never a 5xx.

use axum::body::Body;
use axum::http::Request;
use serde_json::json;

use crate::harness::TestApp;

#[tokio::test]
async fn a_malformed_body() {
    let app = TestApp::without_model().await;
    for path in [
        "/v1/chat/completions",
        "/v1/completions",
        "/v1/responses",
        "/v1/embeddings",
        "/v1/accounting/process",
        "/v1/accounting/validate",
    ] {
        for body in ["", "{", "[]", "null", "{\"model\": \"m\",}", "\u{feff}{}"] {
            let reply = app.post_text(path, body).await;
            assert_eq!(
                reply.error(400)["type"],
                "invalid_request_error",
                "{path} {body}"
            );
        }
    }
}

#[tokio::test]
async fn a_body_that_is_not_json() {
    let app = TestApp::without_model().await;
    let request = Request::post("/v1/chat/completions")
        .body(Body::from("{}"))
        .unwrap();
    let response = app.send(request).await;
    assert_eq!(response.status(), 415);
}

#[tokio::test]
async fn a_body_over_the_limit() {
    let app = TestApp::without_model().await;
    let body =
        json!({"model": "m", "messages": [{"role": "user", "content": "x".repeat(300_000)}]});
    let error = app.post("/v1/chat/completions", &body).await.error(413);
    assert_eq!(error["code"], "request_too_large");
}

#[tokio::test]
async fn an_unknown_route_and_a_wrong_method() {
    let app = TestApp::without_model().await;
    assert_eq!(
        app.get("/v1/nothing").await.error(404)["code"],
        "unknown_url"
    );
    let error = app.get("/v1/chat/completions").await.error(405);
    assert_eq!(error["code"], "method_not_supported");
}

#[tokio::test]
async fn every_reply_has_a_request_id() {
    let app = TestApp::without_model().await;
    let reply = app.get("/v1/models").await;
    assert_eq!(reply.headers["x-request-id"].len(), 36);
}

#[tokio::test]
async fn a_path_that_is_no_text() {
    let app = TestApp::without_model().await;
    for path in [
        "/v1/models/%ff",
        "/v1/accounting/results/%ff",
        "/v1/accounting/schemas/%ff",
    ] {
        assert_eq!(app.get(path).await.error(400)["param"], "path");
    }
}
