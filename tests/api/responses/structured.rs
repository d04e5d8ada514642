//! The form of an answer: `text.format`, the fields that clients of vLLM know, and repair.

use std::sync::Arc;

use ledgergate_llm::chat::{ChatModel, FinishReason, OutputFormat};
use serde_json::{Value, json};

use super::{PATH, assert_refused, events, weather_tool, with};
use crate::harness::TestApp;
use crate::playing::{ended, playing, said};
use crate::scripted::{model_of, saying};

#[tokio::test]
async fn a_schema_holds_whatever_the_model_wants_to_say() {
    let app = TestApp::with_model(saying("I would rather chat.")).await;
    let schema = json!({"type": "object", "additionalProperties": false, "required": ["n", "b"],
        "properties": {"n": {"type": "integer"}, "b": {"enum": ["x", "y"]}}});
    let format = json!({"type": "json_schema", "name": "s", "schema": schema, "strict": true});
    let body = with(&json!({"text": {"format": format}}));
    let response = app.post(PATH, &body).await.ok();
    assert_eq!(response["status"], "completed");
    assert_eq!(response["text"]["format"], format);
    let text = response["output"][0]["content"][0]["text"]
        .as_str()
        .unwrap();
    let value: Value = serde_json::from_str(text).unwrap();
    assert!(jsonschema::is_valid(&schema, &value), "{value}");
    let model = playing(vec![said("{}"), ended(FinishReason::Stop)]);
    let app = TestApp::with_model(model.clone()).await;
    let body = with(&json!({"text": {"format": {"type": "json_object"}}}));
    app.post(PATH, &body).await.ok();
    assert_eq!(model.asked().output, OutputFormat::JsonObject);
}

#[tokio::test]
async fn what_a_model_refuses_has_this_apis_names() {
    let app = TestApp::with_model(saying("x")).await;
    let schema = json!({"type": "object", "properties": {"a": {"type": "array",
        "items": {"type": "string"}, "uniqueItems": true}}});
    let format = json!({"type": "json_schema", "name": "s", "schema": schema});
    let body = with(&json!({"text": {"format": format}}));
    let error = app.post(PATH, &body).await.error(400);
    assert_eq!(error["code"], "unsupported_schema");
    assert_eq!(
        error["param"],
        "text/format/schema/properties/a/uniqueItems"
    );
    let body = with(&json!({"input": "x".repeat(9_000)}));
    let error = app.post(PATH, &body).await.error(400);
    assert_eq!(
        (&error["code"], &error["param"]),
        (&json!("context_length_exceeded"), &json!("input"))
    );
}

/// Whether a text is of a form.
type Holds<'a> = &'a dyn Fn(&str) -> bool;

#[tokio::test]
async fn the_forms_of_chats_hold_here_too_whole_and_streamed() {
    let schema = json!({"type": "object", "properties": {"n": {"type": "integer"}},
        "required": ["n"], "additionalProperties": false});
    let is_object =
        |text: &str| serde_json::from_str::<Value>(text).is_ok_and(|value| value.is_object());
    let is_code = |text: &str| text.len() == 4 && text.starts_with("AB");
    let is_side = |text: &str| text == "debit" || text == "credit";
    let (regex, grammar) = ("AB[0-9]{2}", "start: \"AB\" /[0-9]{2}/");
    let sides = json!(["debit", "credit"]);
    let forms: Vec<(Value, Holds<'_>)> = vec![
        (json!({"structured_outputs": {"json": schema}}), &is_object),
        (
            json!({"structured_outputs": {"json_object": true}}),
            &is_object,
        ),
        (json!({"guided_json": schema.to_string()}), &is_object),
        (json!({"structured_outputs": {"regex": regex}}), &is_code),
        (json!({"guided_regex": regex}), &is_code),
        (json!({"structured_outputs": {"choice": sides}}), &is_side),
        (json!({"guided_choice": sides}), &is_side),
        (
            json!({"structured_outputs": {"grammar": grammar}}),
            &is_code,
        ),
        (
            json!({"guided_grammar": grammar, "text": {"format": {"type": "text"}}}),
            &is_code,
        ),
    ];
    let app = TestApp::with_model(saying("I would rather chat.")).await;
    for (mut form, holds) in forms {
        form["temperature"] = json!(0);
        let response = app.post(PATH, &with(&form)).await.ok();
        assert_eq!(response["status"], "completed", "{form}");
        let text = &response["output"][0]["content"][0]["text"];
        assert!(holds(text.as_str().unwrap()), "{form}: {text}");
        form["stream"] = json!(true);
        let events = events(&app.post(PATH, &with(&form)).await);
        let last = &events.last().unwrap()["response"];
        assert_eq!(&last["output"][0]["content"][0]["text"], text, "{form}");
    }
}

#[tokio::test]
async fn a_form_is_said_once_and_errors_name_the_field_it_came_in_by() {
    let bad = json!({"properties": {"a": {"type": "array", "uniqueItems": true}}});
    let by_format = json!({"format": {"type": "json_object"}});
    assert_refused([
        (
            json!({"structured_outputs": {"json": bad}}),
            "structured_outputs/json/properties/a/uniqueItems",
        ),
        (
            json!({"guided_json": bad}),
            "guided_json/properties/a/uniqueItems",
        ),
        (json!({"guided_json": "{"}), "guided_json"),
        (json!({"guided_regex": "("}), "guided_regex"),
        (json!({"guided_choice": []}), "guided_choice"),
        (json!({"guided_choice": [1]}), "guided_choice[0]"),
        (
            json!({"guided_grammar": "start: nothing"}),
            "guided_grammar",
        ),
        (json!({"structured_outputs": {}}), "structured_outputs"),
        (
            json!({"structured_outputs": {"regex": "a", "choice": ["a"]}}),
            "structured_outputs",
        ),
        (
            json!({"guided_regex": "a", "guided_choice": ["a"]}),
            "guided_choice",
        ),
        (
            json!({"text": by_format, "guided_regex": "a"}),
            "guided_regex",
        ),
        (
            json!({"text": by_format, "structured_outputs": {"regex": "a"}}),
            "structured_outputs",
        ),
        (json!({"x_repair": true}), "x_repair"),
        (json!({"x_repair": "yes"}), "x_repair"),
        (
            json!({"guided_regex": "a", "tools": [weather_tool()]}),
            "guided_regex",
        ),
    ])
    .await;
}

fn unique() -> Value {
    let schema = json!({"type": "array", "items": {"type": "integer"}, "uniqueItems": true,
        "maxItems": 2});
    json!({"text": {"format": {"type": "json_schema", "name": "s", "schema": schema}}})
}

/// Repeats itself until it is told what is wrong.
fn learning() -> Arc<dyn ChatModel> {
    model_of(|prompt| {
        let corrected = prompt.contains("does not validate");
        if corrected { "[1,2]" } else { "[1,1]" }.to_owned()
    })
}

#[tokio::test]
async fn with_repair_a_wrong_answer_is_asked_for_again() {
    let app = TestApp::with_model(learning()).await;
    let mut asked = unique();
    let error = app.post(PATH, &with(&asked)).await.error(400);
    assert_eq!(error["param"], "text/format/schema/uniqueItems");
    asked["x_repair"] = json!(true);
    let response = app.post(PATH, &with(&asked)).await.ok();
    assert_eq!(response["output"][0]["content"][0]["text"], "[1,2]");
    assert_eq!(response["usage"]["output_tokens"], 10);
    let hello = app.post(PATH, &with(&json!({}))).await.ok();
    let read = |response: &Value| response["usage"]["input_tokens"].as_u64().unwrap();
    assert!(read(&response) > 2 * read(&hello));
    asked["stream"] = json!(true);
    let reply = app.post(PATH, &with(&asked)).await;
    assert!(!reply.text.contains("[1,1]"), "{}", reply.text);
    let events = events(&reply);
    let last = &events.last().unwrap()["response"];
    assert_eq!(last["output"][0]["content"][0]["text"], "[1,2]");
    assert_eq!(last["usage"], response["usage"]);
}

#[tokio::test]
async fn what_repair_does_not_mend_is_502_and_the_configuration_can_repair() {
    let app = TestApp::with_model(saying("[1,1]")).await;
    let mut asked = unique();
    asked["x_repair"] = json!(true);
    for stream in [false, true] {
        asked["stream"] = json!(stream);
        let error = app.post(PATH, &with(&asked)).await.error(502);
        assert_eq!(error["code"], "answer_invalid");
    }
    let app = TestApp::with_settings(vec![learning()], |config| {
        config.structured_output.repair = true;
    })
    .await;
    let mut asked = unique();
    let response = app.post(PATH, &with(&asked)).await.ok();
    assert_eq!(response["output"][0]["content"][0]["text"], "[1,2]");
    asked["x_repair"] = json!(false);
    app.post(PATH, &with(&asked)).await.error(400);
}
