//! Tools over HTTP with a scripted engine: whole and streamed.

use std::sync::Arc;

use ledgergate_llm::chat::ChatModel;
use ledgergate_llm::scripted::ScriptedEngine;
use serde_json::{Value, json};

use crate::harness::TestApp;
use crate::scripted::saying;

const CALLS: &str = "<tool_call>\n{\"name\": \"get_rate\", \"arguments\": {\"currency\":\"CHF\"}}\n\
    </tool_call>\n<tool_call>\n{\"name\": \"get_rate\", \"arguments\": {\"currency\":\"USD\"}}\n\
    </tool_call>";

fn tools() -> Value {
    json!([
        {"type": "function", "function": {"name": "get_rate", "description": "Today's rate.",
            "strict": true, "parameters": {"type": "object", "additionalProperties": false,
            "properties": {"currency": {"enum": ["CHF", "USD"]}}, "required": ["currency"]}}},
        {"type": "function", "function": {"name": "list_accounts"}},
    ])
}

fn asking(changes: &Value) -> Value {
    let mut body = json!({"model": "scripted", "tools": tools(), "max_tokens": 500,
        "messages": [{"role": "user", "content": "What is a franc?"}]});
    for (key, value) in changes.as_object().unwrap() {
        body[key] = value.clone();
    }
    body
}

async fn answer(app: &TestApp, changes: &Value) -> Value {
    let reply = app
        .post("/v1/chat/completions", &asking(changes))
        .await
        .ok();
    reply["choices"][0].clone()
}

fn called(choice: &Value) -> Vec<(&str, &str)> {
    let calls = choice["message"]["tool_calls"].as_array().unwrap();
    calls
        .iter()
        .map(|call| {
            assert_eq!(call["type"], "function");
            assert!(call["id"].as_str().unwrap().starts_with("call_"));
            let function = &call["function"];
            (
                function["name"].as_str().unwrap(),
                function["arguments"].as_str().unwrap(),
            )
        })
        .collect()
}

#[tokio::test]
async fn calls_come_whole() {
    let app = TestApp::with_model(saying(CALLS)).await;
    let choice = answer(&app, &json!({})).await;
    assert_eq!(choice["finish_reason"], "tool_calls");
    assert!(choice["message"]["content"].is_null());
    assert_eq!(
        called(&choice),
        [
            ("get_rate", "{\"currency\":\"CHF\"}"),
            ("get_rate", "{\"currency\":\"USD\"}")
        ]
    );
    let choice = answer(&app, &json!({"parallel_tool_calls": false})).await;
    assert_eq!(called(&choice), [("get_rate", "{\"currency\":\"CHF\"}")]);
    assert_eq!(choice["finish_reason"], "tool_calls");
    let choice = answer(&app, &json!({"tool_choice": "none"})).await;
    assert_eq!(choice["finish_reason"], "stop");
    assert!(choice["message"].get("tool_calls").is_none());
}

#[tokio::test]
async fn text_stays_text_and_may_come_before_calls() {
    let app = TestApp::with_model(saying("A coin.")).await;
    let choice = answer(&app, &json!({})).await;
    assert_eq!(
        (&choice["message"]["content"], &choice["finish_reason"]),
        (&json!("A coin."), &json!("stop"))
    );
    let app = TestApp::with_model(saying(&format!("I look it up.\n{CALLS}"))).await;
    let choice = answer(&app, &json!({})).await;
    assert_eq!(choice["message"]["content"], "I look it up.\n");
    assert_eq!(called(&choice).len(), 2);
}

#[tokio::test]
async fn required_and_named_are_forced() {
    let app = TestApp::with_model(saying("A coin.")).await;
    let choice = answer(&app, &json!({"tool_choice": "required"})).await;
    assert_eq!(choice["finish_reason"], "tool_calls");
    assert!(!called(&choice).is_empty());
    let named = json!({"type": "function", "function": {"name": "list_accounts"}});
    let choice = answer(&app, &json!({"tool_choice": named})).await;
    assert_eq!(called(&choice), [("list_accounts", "{}")]);
    let allowed = json!({"type": "allowed_tools", "allowed_tools": {"mode": "required",
        "tools": [{"type": "function", "function": {"name": "list_accounts"}}]}});
    let choice = answer(
        &app,
        &json!({"tool_choice": allowed, "parallel_tool_calls": false}),
    )
    .await;
    assert_eq!(called(&choice), [("list_accounts", "{}")]);
}

#[tokio::test]
async fn a_model_that_would_call_for_ever_is_stopped_after_eight_calls() {
    let once = "<tool_call>\n{\"name\": \"list_accounts\", \"arguments\": {}}\n</tool_call>\n";
    let app = TestApp::with_model(saying(&once.repeat(40))).await;
    for choice in ["auto", "required"] {
        let asked = json!({"tool_choice": choice, "max_tokens": 3_000});
        let choice = answer(&app, &asked).await;
        assert_eq!(choice["finish_reason"], "tool_calls");
        assert_eq!(called(&choice).len(), 8);
        let mut asked = asked;
        asked["parallel_tool_calls"] = json!(false);
        assert_eq!(called(&answer(&app, &asked).await).len(), 1);
    }
}

#[tokio::test]
async fn numbers_in_arguments_are_numbers_of_any_reader() {
    let tool = json!({"type": "function", "function": {"name": "book", "parameters":
        {"type": "object", "properties": {"amount": {"type": "number"}},
        "required": ["amount"], "additionalProperties": false}}});
    let says = "A \"quote\n<tool_call>\n{\"name\": \"book\", \"arguments\": {\"amount\":1e999}}\n\
        </tool_call>";
    let app = TestApp::with_model(saying(says)).await;
    let choice = answer(&app, &json!({"tools": [tool]})).await;
    assert_eq!(called(&choice), [("book", "{\"amount\":1e99}")]);
}

#[tokio::test]
async fn calls_are_streamed_piece_by_piece() {
    let app = TestApp::with_model(saying(&format!("Wait.\n{CALLS}"))).await;
    let body = asking(&json!({"stream": true}));
    let events = app.post("/v1/chat/completions", &body).await.events();
    let (done, chunks) = events.split_last().unwrap();
    assert_eq!(done, "[DONE]");
    let chunks: Vec<Value> = chunks
        .iter()
        .map(|chunk| serde_json::from_str(chunk).unwrap())
        .collect();
    let reasons: Vec<&Value> = chunks
        .iter()
        .map(|chunk| &chunk["choices"][0]["finish_reason"])
        .filter(|reason| !reason.is_null())
        .collect();
    assert_eq!(reasons, [&json!("tool_calls")]);
    let deltas: Vec<&Value> = chunks
        .iter()
        .map(|chunk| &chunk["choices"][0]["delta"])
        .collect();
    let text: String = deltas
        .iter()
        .filter_map(|delta| delta["content"].as_str())
        .collect();
    assert_eq!(text, "Wait.\n");
    for (index, currency) in [(0, "CHF"), (1, "USD")] {
        let pieces: Vec<&Value> = deltas
            .iter()
            .filter_map(|delta| delta.get("tool_calls"))
            .map(|calls| &calls[0])
            .filter(|call| call["index"] == index)
            .collect();
        assert_eq!(pieces[0]["function"]["name"], "get_rate");
        assert_eq!(pieces[0]["function"]["arguments"], "");
        assert!(pieces[0]["id"].is_string() && pieces[0]["type"] == "function");
        assert!(pieces[1..].iter().all(|piece| piece.get("id").is_none()));
        let arguments: String = pieces
            .iter()
            .filter_map(|piece| piece["function"]["arguments"].as_str())
            .collect();
        assert_eq!(arguments, format!("{{\"currency\":\"{currency}\"}}"));
        assert!(pieces.len() > 3, "not in one piece");
    }
}

/// Calls a tool first, and then says what it was told.
fn calling_once() -> Arc<dyn ChatModel> {
    let engine = ScriptedEngine::new(|prompt| {
        let told = prompt.split("user\n<tool_response>\n").nth(1);
        match told.and_then(|told| told.split("\n</tool_response>").next()) {
            Some(told) => format!("It is {told}."),
            None => CALLS.split_once("\n<tool_call>").unwrap().0.to_owned(),
        }
    });
    Arc::new(engine.unwrap().into_model("scripted").unwrap())
}

#[tokio::test]
async fn a_call_goes_to_the_tool_and_back() {
    let app = TestApp::with_model(calling_once()).await;
    let first = answer(&app, &json!({})).await;
    let id = first["message"]["tool_calls"][0]["id"].clone();
    let messages = json!([{"role": "user", "content": "What is a franc?"}, first["message"],
        {"role": "tool", "tool_call_id": id, "content": "1.07 EUR"}]);
    let second = answer(&app, &json!({"messages": messages})).await;
    assert_eq!(second["message"]["content"], "It is 1.07 EUR.");
    assert_eq!(second["finish_reason"], "stop");
}

#[tokio::test]
async fn a_cut_off_call_says_length() {
    let app = TestApp::with_model(saying(CALLS)).await;
    let choice = answer(&app, &json!({"max_tokens": 60})).await;
    assert_eq!(choice["finish_reason"], "length");
    let cut = called(&choice);
    assert_eq!(cut.len(), 1);
    assert!("{\"currency\":\"CHF\"}".starts_with(cut[0].1) && cut[0].1.len() < 18);
}

#[tokio::test]
async fn what_cannot_be_enforced_is_refused_by_its_place() {
    let app = TestApp::with_model(saying("x")).await;
    let bad = json!({"type": "function", "function": {"name": "bad", "parameters":
        {"type": "object", "properties": {"a": {"type": "array", "uniqueItems": true}}}}});
    let mut list = tools();
    list.as_array_mut().unwrap().push(bad);
    let allowed = json!({"type": "allowed_tools", "allowed_tools": {"mode": "auto",
        "tools": [{"type": "function", "function": {"name": "bad"}}]}});
    for changes in [
        json!({"tools": list}),
        json!({"tools": list, "tool_choice": allowed}),
    ] {
        let body = asking(&changes);
        let error = app.post("/v1/chat/completions", &body).await.error(400);
        assert_eq!(error["code"], "unsupported_schema");
        assert_eq!(
            error["param"],
            "tools[2].function.parameters/properties/a/uniqueItems"
        );
    }
    let allowed = |mode: &str, tools: Value| json!({"type": "allowed_tools", "allowed_tools": {"mode": mode, "tools": tools}});
    let some = json!([{"type": "function", "function": {"name": "other"}}]);
    for choice in [
        json!({"type": "function", "function": {"name": "other"}}),
        allowed("required", json!([])),
        allowed("none", some),
    ] {
        let body = asking(&json!({"tool_choice": choice}));
        let error = app.post("/v1/chat/completions", &body).await.error(400);
        assert_eq!(error["param"], "tool_choice");
    }
}

#[tokio::test]
async fn each_call_is_answered_once_before_the_conversation_goes_on() {
    let app = TestApp::with_model(saying("x")).await;
    let call = |id: &str| {
        json!({"id": id, "type": "function",
            "function": {"name": "f", "arguments": "{}"}})
    };
    let answer = |id: &str| json!({"role": "tool", "tool_call_id": id, "content": "1"});
    let asked = |calls: Value| json!({"role": "assistant", "content": null, "tool_calls": calls});
    let user = json!({"role": "user", "content": "Hello"});
    let wrong = [
        (
            json!([user, asked(json!([call("a"), call("b")])), answer("a")]),
            "messages",
        ),
        (
            json!([user, asked(json!([call("a"), call("a")])), answer("a")]),
            "messages[1].tool_calls[1].id",
        ),
        (
            json!([user, asked(json!([call("a")])), answer("a"), answer("a")]),
            "messages[3].tool_call_id",
        ),
        (
            json!([user, asked(json!([call("a")])), user]),
            "messages[2].role",
        ),
    ];
    let named =
        |name: &str| json!({"role": "tool", "tool_call_id": "a", "name": name, "content": "1"});
    let wrong = wrong.into_iter().chain([(
        json!([user, asked(json!([call("a")])), named("g")]),
        "messages[2].name",
    )]);
    for (messages, param) in wrong {
        let body = json!({"model": "scripted", "messages": messages});
        let error = app.post("/v1/chat/completions", &body).await.error(400);
        assert_eq!(error["param"], param);
    }
    let right = json!([
        user,
        asked(json!([call("a"), call("b")])),
        answer("b"),
        named("f")
    ]);
    let body = json!({"model": "scripted", "messages": right});
    app.post("/v1/chat/completions", &body).await.ok();
}
