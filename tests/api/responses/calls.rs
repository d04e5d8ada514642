//! Calls of functions in a response's output.

use ledgergate_llm::chat::FinishReason;
use serde_json::json;

use super::{PATH, events, types, weather_tool, with};
use crate::harness::TestApp;
use crate::playing::{called, ended, playing, said};

#[tokio::test]
async fn calls_are_items_of_their_own() {
    let mut script = vec![said("Let me "), said("see.")];
    script.extend(called(0, "call_a", "weather", r#"{"city":"Oslo"}"#));
    script.extend(called(1, "call_b", "weather", r#"{"city":"Rome"}"#));
    script.push(ended(FinishReason::ToolCalls));
    let app = TestApp::with_model(playing(script)).await;
    let body = with(&json!({"tools": [weather_tool()]}));
    let response = app.post(PATH, &body).await.ok();
    assert_eq!(response["status"], "completed");
    assert_eq!(response["tools"], json!([weather_tool()]));
    let mut output = response["output"].clone();
    assert_eq!(output[0]["content"][0]["text"], "Let me see.");
    for (item, call_id, city) in [(1, "call_a", "Oslo"), (2, "call_b", "Rome")] {
        let id = output[item]["id"].take();
        assert!(id.as_str().unwrap().starts_with("fc_"));
        assert_eq!(
            output[item],
            json!({"type": "function_call", "id": null, "status": "completed",
                "arguments": format!("{{\"city\":\"{city}\"}}"), "call_id": call_id,
                "name": "weather"})
        );
    }
    let streamed = with(&json!({"tools": [weather_tool()], "stream": true}));
    let events = events(&app.post(PATH, &streamed).await);
    assert_eq!(
        types(&events)[8..],
        [
            "output_item.done",
            "output_item.added",
            "function_call_arguments.delta",
            "function_call_arguments.delta",
            "function_call_arguments.done",
            "output_item.done",
            "output_item.added",
            "function_call_arguments.delta",
            "function_call_arguments.delta",
            "function_call_arguments.done",
            "output_item.done",
            "completed",
        ][..]
    );
    let added = &events[9];
    assert_eq!(
        (&added["output_index"], &added["item"]["arguments"]),
        (&json!(1), &json!(""))
    );
    assert_eq!(added["item"]["call_id"], "call_a");
    let deltas = [10, 11].map(|index| events[index]["delta"].as_str().unwrap());
    assert_eq!(deltas.concat(), r#"{"city":"Oslo"}"#);
    assert_eq!(events[12]["arguments"], r#"{"city":"Oslo"}"#);
    assert_eq!(events[12]["item_id"], added["item"]["id"]);
    assert_eq!(events[19]["response"]["output"][2]["call_id"], "call_b");
}

#[tokio::test]
async fn a_call_that_was_cut_off_is_incomplete() {
    let mut script = called(0, "call_a", "weather", r#"{"city":"Os"#);
    script.push(ended(FinishReason::Length));
    let app = TestApp::with_model(playing(script)).await;
    let response = app
        .post(PATH, &with(&json!({"tools": [weather_tool()]})))
        .await
        .ok();
    assert_eq!(response["status"], "incomplete");
    assert_eq!(response["output"].as_array().unwrap().len(), 1);
    assert_eq!(response["output"][0]["status"], "incomplete");
}
