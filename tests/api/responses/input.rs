//! The items of an input.

use ledgergate_llm::chat::{FinishReason, Message, Prompt, Role, ToolCall, ToolChoice};
use serde_json::json;

use super::{PATH, assert_refused, weather_tool, with};
use crate::harness::TestApp;
use crate::playing::{ended, playing, said};

#[tokio::test]
async fn an_input_becomes_a_conversation() {
    let model = playing(vec![said("Fine."), ended(FinishReason::Stop)]);
    let app = TestApp::with_model(model.clone()).await;
    let body = with(
        &json!({"instructions": "Be brief.", "tools": [weather_tool()],
        "tool_choice": {"type": "function", "name": "weather"}, "parallel_tool_calls": false,
        "input": [
            {"role": "developer", "content": "Be kind."},
            {"type": "message", "role": "user",
                "content": [{"type": "input_text", "text": "Oslo "},
                    {"type": "input_text", "text": "and Rome?"}]},
            {"type": "message", "id": "msg_1", "status": "completed", "role": "assistant",
                "phase": null, "content": [{"type": "output_text", "text": "I ask.",
                    "annotations": [], "logprobs": []}]},
            {"type": "function_call", "id": "fc_1", "status": "completed", "call_id": "call_a",
                "name": "weather", "arguments": "{\"city\":\"Oslo\"}", "caller": null},
            {"type": "function_call", "call_id": "call_b", "name": "weather",
                "arguments": "{\"city\":\"Rome\"}"},
            {"type": "function_call_output", "call_id": "call_b", "output": "sun"},
            {"type": "function_call_output", "call_id": "call_a",
                "output": [{"type": "input_text", "text": "snow"}]},
            {"role": "assistant", "content": [{"type": "refusal", "refusal": "No more."}]},
            {"type": "function_call", "call_id": "call_a", "name": "weather", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "call_a", "output": ""},
            {"role": "user", "content": "And now?"}
        ]}),
    );
    app.post(PATH, &body).await.ok();
    let call = |id: &str, arguments: &str| ToolCall {
        id: id.to_owned(),
        name: "weather".to_owned(),
        arguments: arguments.to_owned(),
    };
    let asking = |content: &str, tool_calls| Message {
        tool_calls,
        ..Message::new(Role::Assistant, content)
    };
    let gave = |id: &str, content: &str| Message {
        tool_call_id: Some(id.to_owned()),
        ..Message::new(Role::Tool, content)
    };
    let asked = model.asked();
    assert_eq!(
        asked.prompt,
        Prompt::Conversation(vec![
            Message::new(Role::System, "Be brief."),
            Message::new(Role::Developer, "Be kind."),
            Message::new(Role::User, "Oslo and Rome?"),
            asking(
                "I ask.",
                vec![
                    call("call_a", r#"{"city":"Oslo"}"#),
                    call("call_b", r#"{"city":"Rome"}"#)
                ]
            ),
            gave("call_b", "sun"),
            gave("call_a", "snow"),
            asking("No more.", vec![call("call_a", "{}")]),
            gave("call_a", ""),
            Message::new(Role::User, "And now?"),
        ])
    );
    assert_eq!(asked.tools.len(), 1);
    assert_eq!(asked.tools[0].name, "weather");
    assert_eq!(asked.tool_choice, ToolChoice::Named("weather".to_owned()));
    assert!(!asked.parallel_tool_calls);
    assert!(asked.deadline.is_some());
}

#[tokio::test]
async fn a_conversation_may_begin_with_calls_and_allow_some_tools() {
    let model = playing(vec![said("Fine."), ended(FinishReason::Stop)]);
    let app = TestApp::with_model(model.clone()).await;
    let mut other = weather_tool();
    other["name"] = json!("time");
    let choice = json!({"type": "allowed_tools", "mode": "required",
        "tools": [{"type": "function", "name": "time"}]});
    let body = with(
        &json!({"tools": [weather_tool(), other], "tool_choice": choice,
        "input": [{"type": "function_call", "call_id": "c", "name": "time", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c", "output": "noon"}]}),
    );
    let response = app.post(PATH, &body).await.ok();
    assert_eq!(response["tool_choice"], choice);
    assert_eq!(response["tools"].as_array().unwrap().len(), 2);
    let asked = model.asked();
    assert_eq!(asked.tool_choice, ToolChoice::Required);
    assert_eq!(
        asked
            .tools
            .iter()
            .map(|tool| &tool.name)
            .collect::<Vec<_>>(),
        ["time"]
    );
}

#[tokio::test]
async fn every_item_is_taken_or_refused_by_its_place() {
    let call = json!({"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"});
    let output = json!({"type": "function_call_output", "call_id": "c", "output": "x"});
    let user = json!({"role": "user", "content": "x"});
    assert_refused([
        (json!({"input": null}), "input"),
        (json!({"input": []}), "input"),
        (json!({"input": 1}), "input"),
        (json!({"input": [1]}), "input"),
        (json!({"input": [{}]}), "input[0].role"),
        (json!({"input": [{"role": "user"}]}), "input[0].content"),
        (
            json!({"input": [{"role": "tool", "content": "x"}]}),
            "input[0].role",
        ),
        (
            json!({"input": [user, {"role": "user", "content": 1}]}),
            "input[1].content",
        ),
        (
            json!({"input": [{"role": "user", "content": "x", "name": "a"}]}),
            "input[0].name",
        ),
        (
            json!({"input": [{"role": "user", "content": [{"type": "input_image"}]}]}),
            "input[0].content[0]",
        ),
        (
            json!({"input": [{"role": "user", "content": [{"type": "input_text"}]}]}),
            "input[0].content[0]",
        ),
        (
            json!({"input": [{"role": "assistant",
                "content": [{"type": "input_text", "text": "x"}]}]}),
            "input[0].content[0]",
        ),
        (json!({"input": [{"type": 3}]}), "input[0].type"),
        (
            json!({"input": [{"type": "reasoning", "summary": []}]}),
            "input[0].type",
        ),
        (
            json!({"input": [{"type": "item_reference", "id": "msg_1"}]}),
            "input[0]",
        ),
        (json!({"input": [output]}), "input[0].call_id"),
        (json!({"input": [call]}), "input"),
        (json!({"input": [call, user]}), "input[1]"),
        (json!({"input": [call, call]}), "input[1].call_id"),
        (json!({"input": [call, output, output]}), "input[2].call_id"),
        (
            json!({"input": [{"type": "function_call", "call_id": "c", "name": "f"}]}),
            "input[0].arguments",
        ),
        (
            json!({"input": [{"type": "function_call", "call_id": "c", "name": "f",
                "arguments": "[]"}]}),
            "input[0].arguments",
        ),
        (
            json!({"input": [call, {"type": "function_call_output", "call_id": "c",
                "output": [{"type": "input_image", "image_url": "x"}]}]}),
            "input[1].output[0]",
        ),
    ])
    .await;
}
