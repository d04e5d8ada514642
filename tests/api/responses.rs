//! `/v1/responses` over the real token layer with a scripted engine, and over given events.

mod calls;
mod fields;
mod input;
mod streams;
mod structured;

use serde_json::{Value, json};
use sqlx::Row;

use crate::harness::{Reply, TestApp};
use crate::scripted::saying;

const PATH: &str = "/v1/responses";

fn with(changes: &Value) -> Value {
    let mut body = json!({"model": "scripted", "input": "Hello"});
    for (key, value) in changes.as_object().unwrap() {
        body[key] = value.clone();
    }
    body
}

fn weather_tool() -> Value {
    json!({"type": "function", "name": "weather", "description": "Tells it.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}},
            "required": ["city"], "additionalProperties": false}, "strict": true})
}

/// The events of a stream, after a check of what they all have.
fn events(reply: &Reply) -> Vec<Value> {
    let events: Vec<Value> = reply
        .events()
        .iter()
        .map(|event| serde_json::from_str(event).unwrap())
        .collect();
    let names: Vec<&str> = reply
        .text
        .lines()
        .filter_map(|line| line.strip_prefix("event: "))
        .collect();
    assert_eq!(names.len(), events.len());
    for (number, (event, name)) in events.iter().zip(names).enumerate() {
        assert_eq!(event["type"], name);
        assert_eq!(event["sequence_number"], number);
    }
    events
}

fn types(events: &[Value]) -> Vec<&str> {
    let names = events.iter().map(|event| event["type"].as_str().unwrap());
    let names = names.map(|name| name.strip_prefix("response.").unwrap_or(name));
    names.collect()
}

async fn assert_refused(cases: impl IntoIterator<Item = (Value, &str)>) {
    let app = TestApp::with_model(saying("x")).await;
    for (changes, param) in cases {
        let error = app.post(PATH, &with(&changes)).await.error(400);
        assert_eq!(error["param"], param, "{changes}: {error}");
    }
}

#[tokio::test]
async fn a_response_has_openais_form() {
    let app = TestApp::with_model(saying("Good day 🙂")).await;
    let body = with(
        &json!({"instructions": "Be brief.", "temperature": 0.5, "top_p": 0.9,
        "max_output_tokens": 50, "metadata": {"a": "b"}, "user": "ann",
        "safety_identifier": "s", "prompt_cache_key": "p"}),
    );
    let mut response = app.post(PATH, &body).await.ok();
    let id = response["id"].take();
    assert!(id.as_str().unwrap().starts_with("resp_"));
    let item_id = response["output"][0]["id"].take();
    assert!(item_id.as_str().unwrap().starts_with("msg_"));
    let usage = response["usage"].take();
    assert_eq!(usage["output_tokens"], "Good day 🙂".len());
    assert_eq!(
        usage["total_tokens"],
        usage["input_tokens"].as_u64().unwrap() + usage["output_tokens"].as_u64().unwrap()
    );
    assert_eq!(
        usage["input_tokens_details"],
        json!({"cached_tokens": 0, "cache_write_tokens": 0})
    );
    assert_eq!(
        usage["output_tokens_details"],
        json!({"reasoning_tokens": 0})
    );
    let temperature = response["temperature"].take().as_f64().unwrap();
    let top_p = response["top_p"].take().as_f64().unwrap();
    assert!((temperature - 0.5).abs() < 1e-6 && (top_p - 0.9).abs() < 1e-6);
    assert_eq!(
        response,
        json!({"id": null, "object": "response", "created_at": 1_751_284_800,
            "status": "completed", "completed_at": 1_751_284_800, "error": null,
            "incomplete_details": null, "instructions": "Be brief.", "max_output_tokens": 50,
            "max_tool_calls": null, "metadata": {"a": "b"}, "model": "scripted",
            "output": [{"type": "message", "id": null, "status": "completed",
                "role": "assistant", "content": [{"type": "output_text", "annotations": [],
                    "logprobs": [], "text": "Good day 🙂"}]}],
            "parallel_tool_calls": true, "previous_response_id": null, "prompt_cache_key": "p",
            "reasoning": {"effort": null, "summary": null}, "safety_identifier": "s",
            "service_tier": "default", "store": false, "background": false, "temperature": null,
            "text": {"format": {"type": "text"}, "verbosity": "medium"}, "tool_choice": "auto",
            "tools": [], "top_logprobs": 0, "top_p": null, "truncation": "disabled",
            "usage": null, "user": "ann"})
    );
}

#[tokio::test]
async fn a_cut_off_response_is_incomplete() {
    let app = TestApp::with_model(saying("a long answer")).await;
    let body = with(&json!({"max_output_tokens": 6}));
    let response = app.post(PATH, &body).await.ok();
    assert_eq!(response["status"], "incomplete");
    assert_eq!(
        response["incomplete_details"],
        json!({"reason": "max_output_tokens"})
    );
    assert!(response["completed_at"].is_null());
    let item = &response["output"][0];
    assert_eq!(item["status"], "incomplete");
    assert_eq!(item["content"][0]["text"], "a long");
    let streamed = app
        .post(
            PATH,
            &with(&json!({"max_output_tokens": 6, "stream": true})),
        )
        .await;
    let events = events(&streamed);
    let last = events.last().unwrap();
    assert_eq!(last["type"], "response.incomplete");
    assert_eq!(last["response"]["output"][0]["status"], "incomplete");
}

#[tokio::test]
async fn an_answer_of_nothing_is_an_empty_message() {
    let app = TestApp::with_model(saying("")).await;
    let response = app.post(PATH, &with(&json!({}))).await.ok();
    assert_eq!(response["output"][0]["content"][0]["text"], "");
    let events = events(&app.post(PATH, &with(&json!({"stream": true}))).await);
    assert!(types(&events).contains(&"output_text.done"));
}

#[tokio::test]
async fn nothing_is_stored() {
    let app = TestApp::with_model(saying("x")).await;
    let response = app.post(PATH, &with(&json!({}))).await.ok();
    let path = format!("{PATH}/{}", response["id"].as_str().unwrap());
    let error = app.get(&path).await.error(404);
    assert_eq!(
        (&error["code"], &error["param"]),
        (&json!("not_found"), &json!("response_id"))
    );
    assert!(error["message"].as_str().unwrap().contains("not stored"));
    let request = axum::http::Request::delete(&path)
        .body(axum::body::Body::empty())
        .unwrap();
    assert_eq!(app.send(request).await.status(), 404);
}

#[tokio::test]
async fn whole_streamed_and_failed_responses_are_logged() {
    let app = TestApp::with_model(saying("Fine.")).await;
    for (changes, status) in [
        (json!({"input": "a secret"}), 200),
        (json!({"input": "a secret", "stream": true}), 200),
        (json!({"input": "a secret", "store": true}), 400),
    ] {
        assert_eq!(app.post(PATH, &with(&changes)).await.status, status);
    }
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
        assert_eq!(row.get::<String, _>("route"), PATH);
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
        "unsupported_parameter"
    );
}
