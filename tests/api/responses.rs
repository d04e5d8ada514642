//! `/v1/responses` over the real token layer with a scripted engine, and over given events.

use ledgergate_llm::chat::{
    FinishReason, Message, OutputFormat, Prompt, Role, ToolCall, ToolChoice,
};
use serde_json::{Value, json};
use sqlx::Row;

use crate::harness::{Reply, TestApp};
use crate::playing::{called, ended, failing_after, playing, said};
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

#[tokio::test]
async fn an_answer_of_nothing_is_an_empty_message() {
    let app = TestApp::with_model(saying("")).await;
    let response = app.post(PATH, &with(&json!({}))).await.ok();
    assert_eq!(response["output"][0]["content"][0]["text"], "");
    let events = events(&app.post(PATH, &with(&json!({"stream": true}))).await);
    assert!(types(&events).contains(&"output_text.done"));
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

async fn assert_refused(cases: impl IntoIterator<Item = (Value, &str)>) {
    let app = TestApp::with_model(saying("x")).await;
    for (changes, param) in cases {
        let error = app.post(PATH, &with(&changes)).await.error(400);
        assert_eq!(error["param"], param, "{changes}: {error}");
    }
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

#[tokio::test]
async fn every_field_is_honoured_or_refused_by_name() {
    assert_refused([
        (
            json!({"previous_response_id": "resp_1"}),
            "previous_response_id",
        ),
        (json!({"conversation": "conv_1"}), "conversation"),
        (json!({"prompt": {"id": "pmpt_1"}}), "prompt"),
        (json!({"background": true}), "background"),
        (json!({"store": true}), "store"),
        (json!({"truncation": "auto"}), "truncation"),
        (json!({"reasoning": {"effort": "low"}}), "reasoning.effort"),
        (
            json!({"reasoning": {"summary": "auto"}}),
            "reasoning.summary",
        ),
        (json!({"text": {"verbosity": "low"}}), "text.verbosity"),
        (
            json!({"text": {"format": {"type": "grammar"}}}),
            "text.format.type",
        ),
        (
            json!({"text": {"format": {"type": "json_schema", "name": "s"}}}),
            "text.format",
        ),
        (
            json!({"include": ["reasoning.encrypted_content"]}),
            "include[0]",
        ),
        (json!({"top_logprobs": 2}), "top_logprobs"),
        (
            json!({"top_logprobs": 21, "include": ["message.output_text.logprobs"]}),
            "top_logprobs",
        ),
        (json!({"max_output_tokens": 0}), "max_output_tokens"),
        (json!({"max_tool_calls": 3}), "max_tool_calls"),
        (json!({"temperature": 2.5}), "temperature"),
        (json!({"top_p": 0}), "top_p"),
        (json!({"metadata": {"a": 1}}), "metadata.a"),
        (json!({"metadata": {"a": "x".repeat(513)}}), "metadata.a"),
        (json!({"metadata": "x"}), "metadata"),
        (json!({"tools": [{"type": "web_search"}]}), "tools[0].type"),
        (json!({"tools": [{"type": "function"}]}), "tools[0].name"),
        (
            json!({"tools": [{"type": "function", "name": "a b"}]}),
            "tools[0].name",
        ),
        (
            json!({"tools": [weather_tool(), weather_tool()]}),
            "tools[1].name",
        ),
        (
            json!({"tools": [{"type": "function", "name": "f", "parameters": []}]}),
            "tools[0].parameters",
        ),
        (
            json!({"tools": [{"type": "function", "name": "f", "defer_loading": true}]}),
            "tools[0].defer_loading",
        ),
        (json!({"tool_choice": "required"}), "tool_choice"),
        (
            json!({"tools": [weather_tool()], "tool_choice": "sometimes"}),
            "tool_choice",
        ),
        (
            json!({"tools": [weather_tool()], "tool_choice": {"type": "web_search"}}),
            "tool_choice",
        ),
        (
            json!({"tools": [weather_tool()],
                "tool_choice": {"type": "function", "name": "time"}}),
            "tool_choice",
        ),
        (json!({"stream_options": {}}), "stream_options"),
        (
            json!({"stream": true, "stream_options": {"include_obfuscation": true}}),
            "stream_options.include_obfuscation",
        ),
        (json!({"messages": []}), "messages"),
        (json!({"stop": "x"}), "stop"),
        (json!({"unheard_of": 1}), "unheard_of"),
    ])
    .await;
    let app = TestApp::with_model(saying("x")).await;
    let taken = json!({"instructions": null, "previous_response_id": null, "conversation": null,
        "prompt": null, "background": false, "store": false, "truncation": "disabled",
        "reasoning": {"effort": "none", "summary": null}, "text": {"format": {"type": "text"},
        "verbosity": "medium"}, "include": [], "top_logprobs": 0, "max_tool_calls": null,
        "metadata": {}, "tools": [], "tool_choice": "auto", "service_tier": "auto", "stream": false,
        "stream_options": null, "seed": 3, "top_k": 5, "min_p": 0.01, "repetition_penalty": 1.1});
    app.post(PATH, &with(&taken)).await.ok();
    let error = app
        .post(PATH, &with(&json!({"model": "gpt"})))
        .await
        .error(404);
    assert_eq!(error["param"], "model");
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
