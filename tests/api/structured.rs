//! Structured output of `/v1/chat/completions`: the fields that say its form, repair, and schemas
//! that mean harm.

use serde_json::{Value, json};

use crate::harness::TestApp;
use crate::scripted::{model_of, saying};

fn asking(changes: &Value) -> Value {
    let mut body = json!({"model": "scripted", "messages": [{"role": "user", "content": "Hello"}]});
    for (key, value) in changes.as_object().unwrap() {
        body[key] = value.clone();
    }
    body
}

fn by_schema(schema: &Value) -> Value {
    json!({"response_format": {"type": "json_schema",
        "json_schema": {"name": "answer", "schema": schema, "strict": true}}})
}

fn content(completion: &Value) -> &str {
    completion["choices"][0]["message"]["content"]
        .as_str()
        .unwrap()
}

/// Whether a text is of a form.
type Holds<'a> = &'a dyn Fn(&str) -> bool;

/// The text of a stream and its finish reason.
fn streamed(events: &[String]) -> (String, Value) {
    assert_eq!(events.last().unwrap(), "[DONE]");
    let chunks: Vec<Value> = events[..events.len() - 1]
        .iter()
        .map(|event| serde_json::from_str(event).unwrap())
        .collect();
    let text = chunks
        .iter()
        .filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str())
        .collect();
    let last = &chunks[chunks.len() - 1]["choices"][0]["finish_reason"];
    (text, last.clone())
}

#[tokio::test]
async fn every_form_is_kept_whatever_the_model_wants_whole_and_streamed() {
    let schema = json!({"type": "object", "properties": {"n": {"type": "integer"}},
        "required": ["n"], "additionalProperties": false});
    let json_holds = |text: &str| {
        let value: Value = serde_json::from_str(text).unwrap();
        jsonschema::is_valid(
            &json!({"type": "object", "properties": {"n": {"type": "integer"}}}),
            &value,
        )
    };
    let regex_holds = |text: &str| text.len() == 4 && text.starts_with("AB");
    let choice_holds = |text: &str| text == "debit" || text == "credit";
    let regex = "AB[0-9]{2}";
    let choice = json!(["debit", "credit"]);
    let grammar = "start: \"AB\" /[0-9]{2}/";
    let forms: Vec<(Value, Holds<'_>)> = vec![
        (json!({"structured_outputs": {"json": schema}}), &json_holds),
        (
            json!({"structured_outputs": {"json": schema.to_string()}}),
            &json_holds,
        ),
        (
            json!({"structured_outputs": {"json_object": true}}),
            &json_holds,
        ),
        (json!({"guided_json": schema}), &json_holds),
        (
            json!({"structured_outputs": {"regex": regex}}),
            &regex_holds,
        ),
        (json!({"guided_regex": regex}), &regex_holds),
        (
            json!({"structured_outputs": {"choice": choice}}),
            &choice_holds,
        ),
        (json!({"guided_choice": choice}), &choice_holds),
        (
            json!({"structured_outputs": {"grammar": grammar}}),
            &regex_holds,
        ),
        (
            json!({"guided_grammar": grammar, "response_format": {"type": "text"}}),
            &regex_holds,
        ),
    ];
    let app = TestApp::with_model(saying("I would rather chat.")).await;
    for (mut form, holds) in forms {
        form["temperature"] = json!(0);
        let answer = app.post("/v1/chat/completions", &asking(&form)).await.ok();
        assert_eq!(answer["choices"][0]["finish_reason"], "stop", "{form}");
        assert!(holds(content(&answer)), "{form}: {answer}");
        let mut body = asking(&form);
        body["stream"] = json!(true);
        let events = app.post("/v1/chat/completions", &body).await.events();
        let (text, reason) = streamed(&events);
        assert_eq!(reason, "stop", "{form}");
        assert_eq!(text, content(&answer), "{form}");
    }
}

#[tokio::test]
async fn a_form_is_said_once_and_errors_name_the_field_it_came_in_by() {
    let app = TestApp::with_model(saying("x")).await;
    let bad = json!({"properties": {"a": {"type": "array", "uniqueItems": true}}});
    for (changes, param) in [
        (
            by_schema(&bad),
            "response_format/json_schema/schema/properties/a/uniqueItems",
        ),
        (
            json!({"structured_outputs": {"json": bad}}),
            "structured_outputs/json/properties/a/uniqueItems",
        ),
        (
            json!({"guided_json": bad}),
            "guided_json/properties/a/uniqueItems",
        ),
        (json!({"guided_json": "{"}), "guided_json"),
        (json!({"guided_json": 3}), "guided_json"),
        (json!({"guided_regex": "("}), "guided_regex"),
        (
            json!({"structured_outputs": {"regex": "a(?=b)"}}),
            "structured_outputs/regex",
        ),
        (json!({"guided_choice": []}), "guided_choice"),
        (
            json!({"structured_outputs": {"grammar": "start: nothing"}}),
            "structured_outputs/grammar",
        ),
        (json!({"structured_outputs": {}}), "structured_outputs"),
        (
            json!({"structured_outputs": {"json_object": false}}),
            "structured_outputs",
        ),
        (
            json!({"structured_outputs": {"regex": "a", "choice": ["a"]}}),
            "structured_outputs",
        ),
        (
            json!({"guided_regex": "a", "guided_choice": ["a"]}),
            "guided_choice",
        ),
        (
            json!({"response_format": {"type": "json_object"}, "guided_regex": "a"}),
            "guided_regex",
        ),
        (
            json!({"response_format": {"type": "json_object"}, "structured_outputs": {"regex": "a"}}),
            "structured_outputs",
        ),
        (json!({"x_repair": true}), "x_repair"),
        (json!({"guided_regex": "a", "stop": "a"}), "stop"),
    ] {
        let error = app
            .post("/v1/chat/completions", &asking(&changes))
            .await
            .error(400);
        assert_eq!(error["param"], param, "{changes}: {error}");
    }
    let unknown = json!({"structured_outputs": {"regex": "a", "whitespace_pattern": " "}});
    let error = app
        .post("/v1/chat/completions", &asking(&unknown))
        .await
        .error(400);
    assert!(
        error["param"]
            .as_str()
            .unwrap()
            .starts_with("structured_outputs"),
        "{error}"
    );
}

/// Says the first text until it is told what is wrong, then the second.
fn learning(
    wrong: &'static str,
    right: &'static str,
) -> std::sync::Arc<dyn ledgergate_llm::ChatModel> {
    model_of(move |prompt| {
        let corrected = prompt.contains("does not validate");
        if corrected { right } else { wrong }.to_owned()
    })
}

#[tokio::test]
async fn with_repair_a_wrong_answer_is_asked_for_again() {
    let schema = json!({"type": "array", "items": {"type": "integer"}, "uniqueItems": true,
        "maxItems": 2});
    let mut body = asking(&by_schema(&schema));
    let app = TestApp::with_model(learning("[1,1]", "[1,2]")).await;
    app.post("/v1/chat/completions", &body).await.error(400);
    body["x_repair"] = json!(true);
    let answer = app.post("/v1/chat/completions", &body).await.ok();
    assert_eq!(content(&answer), "[1,2]");
    assert_eq!(answer["usage"]["completion_tokens"], 10);
    body["stream"] = json!(true);
    body["stream_options"] = json!({"include_usage": true});
    let reply = app.post("/v1/chat/completions", &body).await;
    assert!(!reply.text.contains("does not validate"));
    let events = reply.events();
    let deltas: String = events[..events.len() - 1]
        .iter()
        .map(|event| serde_json::from_str::<Value>(event).unwrap())
        .filter_map(|chunk| {
            chunk["choices"][0]["delta"]["content"]
                .as_str()
                .map(str::to_owned)
        })
        .collect();
    assert_eq!(deltas, "[1,2]");
    assert!(
        events[events.len() - 2].contains("\"completion_tokens\":10"),
        "{events:?}"
    );
    let rows = app.finish().await;
    let kept: Vec<i32> =
        sqlx::query_scalar("SELECT completion_tokens FROM requests WHERE status = 200 ORDER BY id")
            .fetch_all(&rows)
            .await
            .unwrap();
    assert_eq!(kept, [10, 10]);
}

/// Three attempts' prompts differ: the first is the request's own and shared by its answers.
#[tokio::test]
async fn usage_counts_the_prompt_once_and_each_attempt_of_each_answer() {
    let schema = json!({"type": "array", "items": {"type": "integer"}, "uniqueItems": true,
        "maxItems": 2});
    let app = TestApp::with_model(learning("[1,1]", "[1,2]")).await;
    let usage = async |changes: &Value| {
        let mut body = asking(changes);
        let whole = app.post("/v1/chat/completions", &body).await.ok()["usage"].clone();
        body["stream"] = json!(true);
        body["stream_options"] = json!({"include_usage": true});
        let events = app.post("/v1/chat/completions", &body).await.events();
        let last: Value = serde_json::from_str(&events[events.len() - 2]).unwrap();
        assert_eq!(last["usage"], whole);
        let count = |name: &str| whole[name].as_u64().unwrap();
        assert_eq!(
            count("total_tokens"),
            count("prompt_tokens") + count("completion_tokens")
        );
        (count("prompt_tokens"), count("completion_tokens"))
    };
    let repaired = async |n: u32| {
        let mut changes = by_schema(&schema);
        changes["x_repair"] = json!(true);
        changes["n"] = json!(n);
        usage(&changes).await
    };
    // Without repair, the prompt is all that is read.
    let (prompt, _) = usage(&json!({})).await;
    assert_eq!(usage(&json!({"n": 3})).await.0, prompt);
    let (one, written) = repaired(1).await;
    assert_eq!(written, 10);
    let again = one - prompt;
    assert!(again > prompt, "{again} {prompt}");
    assert_eq!(repaired(2).await, (prompt + 2 * again, 20));
    assert_eq!(repaired(3).await, (prompt + 3 * again, 30));
}

#[tokio::test]
async fn what_repair_does_not_mend_is_502_without_the_text() {
    let schema = json!({"type": "array", "items": {"enum": ["secret"]}, "uniqueItems": true,
        "minItems": 2, "maxItems": 2});
    let app = TestApp::with_model(saying("[\"secret\",\"secret\"]")).await;
    let mut body = asking(&by_schema(&schema));
    body["x_repair"] = json!(true);
    let error = app.post("/v1/chat/completions", &body).await.error(502);
    assert_eq!(error["code"], "answer_invalid");
    let message = error["message"].as_str().unwrap();
    assert!(
        message.contains("unique") && !message.contains("secret"),
        "{message}"
    );
    body["stream"] = json!(true);
    // Nothing has been sent by then, so a stream has its status as well.
    let reply = app.post("/v1/chat/completions", &body).await;
    assert_eq!(reply.error(502)["code"], "answer_invalid");
    assert!(!reply.text.contains("secret"), "{}", reply.text);
    // A cut-off answer is no wrong one.
    body["max_tokens"] = json!(3);
    body["stream"] = json!(false);
    let answer = app.post("/v1/chat/completions", &body).await.ok();
    assert_eq!(answer["choices"][0]["finish_reason"], "length");
}

#[tokio::test]
async fn the_configuration_can_repair_unless_a_request_says_otherwise() {
    let schema = json!({"type": "array", "items": {"type": "integer"}, "uniqueItems": true,
        "maxItems": 2});
    let app = TestApp::with_settings(vec![learning("[1,1]", "[1,2]")], |config| {
        config.structured_output.repair = true;
    })
    .await;
    let mut body = asking(&by_schema(&schema));
    let answer = app.post("/v1/chat/completions", &body).await.ok();
    assert_eq!(content(&answer), "[1,2]");
    body["x_repair"] = json!(false);
    app.post("/v1/chat/completions", &body).await.error(400);
    app.post("/v1/chat/completions", &asking(&json!({})))
        .await
        .ok();
}

#[tokio::test]
async fn hostile_schemas_get_an_answer_or_a_400() {
    let app = TestApp::with_model(saying("x")).await;
    let nested = |levels: usize| {
        (0..levels).fold(
            json!({}),
            |inner, _| json!({"type": "array", "items": inner}),
        )
    };
    let many: Vec<String> = (0..9_000).map(|number| format!("value {number}")).collect();
    for schema in [
        json!({"type": "string", "pattern": "^(a+)+$"}),
        json!({"type": "string", "pattern": "^.*a.{400}b.{400}$"}),
        json!({"type": "string", "pattern": "^((a{1,200}){1,200}){1,200}$"}),
        nested(50),
        nested(70),
        json!({"enum": many}),
        json!({"type": "array", "minItems": 4_000_000_000_u64}),
        json!({"type": "string", "minLength": 4_000_000_000_u64}),
        json!({"$ref": "#"}),
        json!({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}}),
        json!({"$ref": "https://example.com/schema.json"}),
        json!({"const": "\u{1}"}),
        json!([]),
        json!(7),
        Value::Null,
    ] {
        for repair in [false, true] {
            let mut body = asking(&by_schema(&schema));
            body["x_repair"] = json!(repair);
            body["max_tokens"] = json!(20);
            let reply = app.post("/v1/chat/completions", &body).await;
            let status = reply.status.as_u16();
            let named: String = schema.to_string().chars().take(60).collect();
            assert!(
                [200, 400].contains(&status) || (repair && reply.text.contains("answer_invalid")),
                "{named}: {status} {}",
                reply.text
            );
        }
    }
    app.post("/v1/chat/completions", &asking(&json!({})))
        .await
        .ok();
}

#[tokio::test]
async fn a_schema_over_256_kib_is_refused_whatever_is_in_it() {
    let app = TestApp::with_settings(vec![saying("x")], |config| {
        config.server.max_body_bytes = 1024 * 1024;
    })
    .await;
    // Nothing but its length speaks against it.
    let described = |bytes: usize| json!({"type": "integer", "description": "x".repeat(bytes)});
    let fits = asking(&by_schema(&described(262_000)));
    app.post("/v1/chat/completions", &fits).await.ok();
    let schema = described(262_144);
    let function = json!({"type": "object", "properties": {"a": schema}});
    let tools = json!([{"type": "function", "function": {"name": "f", "parameters": function}}]);
    for (mut changes, param) in [
        (by_schema(&schema), "response_format/json_schema/schema"),
        (json!({"guided_json": schema}), "guided_json"),
        (json!({"tools": tools}), "tools[0].function.parameters"),
    ] {
        for repair in [false, true] {
            if param != "tools[0].function.parameters" {
                changes["x_repair"] = json!(repair);
            }
            let reply = app.post("/v1/chat/completions", &asking(&changes)).await;
            let error = reply.error(400);
            assert_eq!(
                (&error["code"], &error["param"]),
                (&json!("unsupported_schema"), &json!(param))
            );
            let message = error["message"].as_str().unwrap();
            assert!(message.contains("262144 bytes"), "{message}");
        }
    }
}
