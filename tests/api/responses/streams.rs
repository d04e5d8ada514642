//! The events of a streamed response.

use serde_json::{Value, json};

use super::{PATH, events, types, with};
use crate::harness::TestApp;
use crate::playing::{failing_after, said};
use crate::scripted::saying;

#[tokio::test]
async fn a_stream_tells_a_message_as_it_comes() {
    let app = TestApp::with_model(saying("Hé!")).await;
    let reply = app.post(PATH, &with(&json!({"stream": true}))).await;
    assert!(!reply.text.contains("[DONE]"));
    let events = events(&reply);
    assert_eq!(
        types(&events),
        [
            "created",
            "in_progress",
            "output_item.added",
            "content_part.added",
            "output_text.delta",
            "output_text.delta",
            "output_text.delta",
            "output_text.done",
            "content_part.done",
            "output_item.done",
            "completed",
        ]
    );
    for event in &events[..2] {
        let response = &event["response"];
        assert_eq!(response["status"], "in_progress");
        assert_eq!(response["output"], json!([]));
        assert!(response["usage"].is_null());
    }
    let added = &events[2]["item"];
    assert_eq!(
        (&added["status"], &added["content"]),
        (&json!("in_progress"), &json!([]))
    );
    for event in &events[3..9] {
        assert_eq!(event["item_id"], added["id"]);
        assert_eq!(
            (&event["output_index"], &event["content_index"]),
            (&json!(0), &json!(0))
        );
    }
    assert_eq!(events[3]["part"]["text"], "");
    let deltas = events[4..7]
        .iter()
        .map(|event| event["delta"].as_str().unwrap());
    assert_eq!(deltas.collect::<Vec<_>>(), ["H", "é", "!"]);
    assert_eq!(events[7]["text"], "Hé!");
    assert_eq!(events[8]["part"]["text"], "Hé!");
    let response = &events[10]["response"];
    assert_eq!(events[9]["item"], response["output"][0]);
    assert_eq!(response["id"], events[0]["response"]["id"]);
    assert_eq!(response["status"], "completed");
    assert_eq!(response["usage"]["output_tokens"], 4);
    let whole = app.post(PATH, &with(&json!({}))).await.ok();
    assert_eq!(
        whole["output"][0]["content"],
        response["output"][0]["content"]
    );
}

#[tokio::test]
async fn a_stream_that_fails_says_so() {
    let app = TestApp::with_model(failing_after(vec![said("One")])).await;
    let reply = app.post(PATH, &with(&json!({"stream": true}))).await;
    assert!(!reply.text.contains("secret"));
    let events = events(&reply);
    assert_eq!(
        types(&events)[4..],
        ["output_text.delta", "error", "failed"]
    );
    assert_eq!(events[5]["code"], "model_failed");
    assert!(events[5]["param"].is_null());
    let response = &events[6]["response"];
    assert_eq!(response["status"], "failed");
    assert_eq!(response["error"]["code"], "server_error");
    assert_eq!(response["output"][0]["status"], "incomplete");
    let error = app.post(PATH, &with(&json!({}))).await.error(502);
    assert_eq!(error["code"], "model_failed");
}

#[tokio::test]
async fn a_stream_that_fails_before_it_begins_has_a_status() {
    let app = TestApp::with_model(failing_after(Vec::new())).await;
    let error = app
        .post(PATH, &with(&json!({"stream": true})))
        .await
        .error(502);
    assert_eq!(error["code"], "model_failed");
}

#[tokio::test]
async fn logprobs_come_where_they_are_included() {
    let app = TestApp::with_model(saying("ab")).await;
    let body = with(
        &json!({"include": ["message.output_text.logprobs"], "top_logprobs": 2,
        "stream": true}),
    );
    let events = events(&app.post(PATH, &body).await);
    let response = &events.last().unwrap()["response"];
    assert_eq!(response["top_logprobs"], 2);
    let logprobs = response["output"][0]["content"][0]["logprobs"]
        .as_array()
        .unwrap();
    assert_eq!(logprobs.len(), 2);
    assert_eq!(logprobs[0]["token"], "a");
    assert_eq!(logprobs[0]["bytes"], json!([97]));
    assert_eq!(logprobs[0]["top_logprobs"].as_array().unwrap().len(), 2);
    let told: Vec<Value> = events
        .iter()
        .filter(|event| event["type"] == "response.output_text.delta")
        .flat_map(|event| event["logprobs"].as_array().unwrap().clone())
        .collect();
    assert_eq!(&told, logprobs);
}
