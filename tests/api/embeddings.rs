//! `/v1/embeddings`: models that only chat refuse, others embed.

use serde_json::{Value, json};

use crate::harness::TestApp;
use crate::playing::embedding;
use crate::scripted::saying;

const PATH: &str = "/v1/embeddings";

#[tokio::test]
async fn a_model_that_only_chats_is_refused() {
    let app = TestApp::with_model(saying("x")).await;
    let body = json!({"model": "scripted", "input": "A text"});
    let error = app.post(PATH, &body).await.error(400);
    assert_eq!(error["code"], "unsupported_model");
    assert_eq!(error["param"], "model");
    assert!(error["message"].as_str().unwrap().contains("scripted"));
    let body = json!({"model": "none", "input": "A text"});
    let error = app.post(PATH, &body).await.error(404);
    assert_eq!(error["code"], "model_not_found");
}

#[tokio::test]
async fn vectors_come_in_the_order_of_the_inputs() {
    let app = TestApp::with_model(embedding()).await;
    for (input, expected) in [
        (json!("abc"), json!([[3.0, 0.5]])),
        (json!(["abc", "de"]), json!([[3.0, 0.5], [2.0, 0.5]])),
        (json!([1, 2]), json!([[2.0, 0.5]])),
        (json!([[1], [1, 2]]), json!([[1.0, 0.5], [2.0, 0.5]])),
    ] {
        let body = json!({"model": "scripted", "input": input, "user": "u"});
        let reply = app.post(PATH, &body).await.ok();
        assert_eq!(reply["object"], "list");
        let data = reply["data"].as_array().unwrap();
        let vectors: Vec<&Value> = data.iter().map(|item| &item["embedding"]).collect();
        assert_eq!(json!(vectors), expected);
        for (index, item) in data.iter().enumerate() {
            assert_eq!(
                (&item["object"], &item["index"]),
                (&json!("embedding"), &json!(index))
            );
        }
        assert_eq!(
            reply["usage"]["prompt_tokens"],
            reply["usage"]["total_tokens"]
        );
    }
}

#[tokio::test]
async fn base64_is_of_little_endian_floats() {
    let app = TestApp::with_model(embedding()).await;
    let body = json!({"model": "scripted", "input": "abc", "encoding_format": "base64"});
    let reply = app.post(PATH, &body).await.ok();
    // 3.0 is 00 00 40 40, 0.5 is 00 00 00 3f.
    assert_eq!(reply["data"][0]["embedding"], "AABAQAAAAD8=");
}

#[tokio::test]
async fn every_field_is_honoured_or_refused_by_name() {
    let app = TestApp::with_model(embedding()).await;
    for (changes, param) in [
        (json!({"input": ""}), "input"),
        (json!({"input": []}), "input"),
        (json!({"input": null}), "input"),
        (json!({"input": 3}), "input"),
        (json!({"input": ["a", ""]}), "input[1]"),
        (json!({"input": vec!["a"; 2049]}), "input"),
        (json!({"dimensions": 0}), "dimensions"),
        (json!({"dimensions": 3}), "dimensions"),
        (json!({"encoding_format": "int8"}), "encoding_format"),
        (json!({"unheard_of": 1}), "unheard_of"),
    ] {
        let mut body = json!({"model": "scripted", "input": "a"});
        for (key, value) in changes.as_object().unwrap() {
            body[key] = value.clone();
        }
        let error = app.post(PATH, &body).await.error(400);
        assert_eq!(error["param"], param, "{changes}: {error}");
    }
}
