//! `/v1/chat/completions` over the real token layer with a scripted engine.

use serde_json::{Value, json};

use crate::harness::{TestApp, json_request};
use crate::scripted::{saying, saying_slowly};

fn hello() -> Value {
    json!({"model": "scripted", "messages": [{"role": "user", "content": "Hello"}]})
}

fn with(changes: &Value) -> Value {
    let mut body = hello();
    for (key, value) in changes.as_object().unwrap() {
        body[key] = value.clone();
    }
    body
}

fn content(completion: &Value) -> &str {
    completion["choices"][0]["message"]["content"]
        .as_str()
        .unwrap()
}

#[tokio::test]
async fn an_answer_has_openais_form() {
    let app = TestApp::with_model(saying("Good day, Žofie 🙂")).await;
    let answer = app.post("/v1/chat/completions", &hello()).await.ok();
    assert_eq!(content(&answer), "Good day, Žofie 🙂");
    assert_eq!(answer["object"], "chat.completion");
    assert_eq!(answer["model"], "scripted");
    assert_eq!(answer["created"], 1_751_284_800);
    assert_eq!(answer["choices"][0]["finish_reason"], "stop");
    assert!(answer["choices"][0]["logprobs"].is_null());
    let usage = &answer["usage"];
    assert_eq!(usage["completion_tokens"], "Good day, Žofie 🙂".len());
    let sum =
        usage["prompt_tokens"].as_u64().unwrap() + usage["completion_tokens"].as_u64().unwrap();
    assert_eq!(usage["total_tokens"], sum);
}

#[tokio::test]
async fn a_stream_has_role_deltas_reason_usage_and_done() {
    let app = TestApp::with_model(saying("Žofie 🙂")).await;
    let body = with(&json!({"stream": true, "stream_options": {"include_usage": true}}));
    let events = app.post("/v1/chat/completions", &body).await.events();
    let (done, chunks) = events.split_last().unwrap();
    assert_eq!(done, "[DONE]");
    let chunks: Vec<Value> = chunks
        .iter()
        .map(|chunk| serde_json::from_str(chunk).unwrap())
        .collect();
    assert_eq!(
        chunks[0]["choices"][0]["delta"],
        json!({"role": "assistant", "content": ""})
    );
    let (usage, rest) = chunks.split_last().unwrap();
    assert_eq!(usage["choices"], json!([]));
    assert!(usage["usage"]["total_tokens"].as_u64().unwrap() > 0);
    let last = &rest[rest.len() - 1]["choices"][0];
    assert_eq!(
        (&last["finish_reason"], &last["delta"]),
        (&json!("stop"), &json!({}))
    );
    let text: String = rest
        .iter()
        .filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str())
        .collect();
    assert_eq!(text, "Žofie 🙂");
    assert!(
        rest.iter()
            .all(|chunk| chunk.get("usage").is_some_and(Value::is_null))
    );
    assert!(chunks.iter().all(|chunk| chunk["id"] == chunks[0]["id"]));
}

#[tokio::test]
async fn a_stream_without_usage_has_no_usage_field() {
    let app = TestApp::with_model(saying("Hi")).await;
    let events = app
        .post("/v1/chat/completions", &with(&json!({"stream": true})))
        .await
        .events();
    assert!(events.iter().all(|event| !event.contains("\"usage\"")));
}

#[tokio::test]
async fn a_schema_holds_whatever_the_model_wants_to_say() {
    let app = TestApp::with_model(saying("I would rather chat about the weather.")).await;
    let schema = json!({"type": "object", "additionalProperties": false, "required": ["n", "b"],
        "properties": {"n": {"type": "integer"}, "b": {"enum": ["x", "y"]}}});
    let format = json!({"type": "json_schema",
        "json_schema": {"name": "s", "schema": schema, "strict": true}});
    let body = with(&json!({"response_format": format}));
    let answer = app.post("/v1/chat/completions", &body).await.ok();
    assert_eq!(answer["choices"][0]["finish_reason"], "stop");
    let value: Value = serde_json::from_str(content(&answer)).unwrap();
    assert!(jsonschema::is_valid(&schema, &value), "{value}");
}

#[tokio::test]
async fn a_schema_that_cannot_be_enforced_is_refused_with_its_pointer() {
    let app = TestApp::with_model(saying("x")).await;
    let schema = json!({"type": "object", "properties": {"a": {"type": "array",
        "items": {"type": "string"}, "uniqueItems": true}}});
    let format = json!({"type": "json_schema", "json_schema": {"name": "s", "schema": schema}});
    let body = with(&json!({"response_format": format}));
    let error = app.post("/v1/chat/completions", &body).await.error(400);
    assert_eq!(error["code"], "unsupported_schema");
    let param = error["param"].as_str().unwrap();
    assert!(
        param.ends_with("schema/properties/a/uniqueItems"),
        "{param}"
    );
}

#[tokio::test]
async fn a_cut_off_answer_says_length() {
    let app = TestApp::with_model(saying("a long answer")).await;
    for field in ["max_tokens", "max_completion_tokens"] {
        let answer = app
            .post("/v1/chat/completions", &with(&json!({field: 6})))
            .await
            .ok();
        assert_eq!(content(&answer), "a long");
        assert_eq!(answer["choices"][0]["finish_reason"], "length");
    }
}

#[tokio::test]
async fn stop_texts_end_the_answer_and_never_leak() {
    let app = TestApp::with_model(saying("one STOP two")).await;
    for stop in [json!("STOP"), json!(["never", "STOP"])] {
        let body = with(&json!({"stop": stop, "stream": true}));
        let text = app.post("/v1/chat/completions", &body).await.text;
        assert!(!text.contains("\"content\":\"S"), "{text}");
        let answer = app
            .post("/v1/chat/completions", &with(&json!({"stop": stop})))
            .await
            .ok();
        assert_eq!(content(&answer), "one ");
        assert_eq!(answer["choices"][0]["finish_reason"], "stop");
    }
}

#[tokio::test]
async fn n_answers_are_independent() {
    let app = TestApp::with_model(saying("same")).await;
    let answer = app
        .post("/v1/chat/completions", &with(&json!({"n": 3})))
        .await
        .ok();
    let choices = answer["choices"].as_array().unwrap();
    assert_eq!(choices.len(), 3);
    for (index, choice) in choices.iter().enumerate() {
        assert_eq!(
            (&choice["index"], &choice["message"]["content"]),
            (&json!(index), &json!("same"))
        );
    }
    assert_eq!(answer["usage"]["completion_tokens"], 12);
}

#[tokio::test]
async fn logprobs_are_natural_logarithms() {
    let app = TestApp::with_model(saying("ab")).await;
    let body = with(&json!({"logprobs": true, "top_logprobs": 2, "temperature": 0}));
    let answer = app.post("/v1/chat/completions", &body).await.ok();
    let tokens = answer["choices"][0]["logprobs"]["content"]
        .as_array()
        .unwrap();
    assert_eq!(tokens.len(), 2);
    assert_eq!(tokens[0]["token"], "a");
    let top = tokens[0]["top_logprobs"].as_array().unwrap();
    assert_eq!(top.len(), 2);
    assert_eq!(top[0]["token"], "a");
    let sum: f64 = top
        .iter()
        .map(|entry| entry["logprob"].as_f64().unwrap().exp())
        .sum();
    assert!(sum <= 1.0 + 1e-6 && sum > 0.5, "{sum}");
}

#[tokio::test]
async fn every_field_is_honoured_or_refused_by_name() {
    let app = TestApp::with_model(saying("x")).await;
    let refused = [
        (json!({"temperature": 2.5}), "temperature"),
        (json!({"top_p": 0}), "top_p"),
        (json!({"n": 0}), "n"),
        (json!({"n": 1000}), "n"),
        (json!({"stop": ["a", "b", "c", "d", "e"]}), "stop"),
        (json!({"stop": ""}), "stop"),
        (json!({"presence_penalty": 3}), "presence_penalty"),
        (json!({"logit_bias": {"x": 1}}), "logit_bias"),
        (json!({"top_logprobs": 2}), "top_logprobs"),
        (
            json!({"logprobs": true, "top_logprobs": 21}),
            "top_logprobs",
        ),
        (json!({"max_tokens": 0}), "max_tokens"),
        (
            json!({"max_tokens": 1, "max_completion_tokens": 2}),
            "max_tokens",
        ),
        (
            json!({"stream_options": {"include_usage": true}}),
            "stream_options",
        ),
        (json!({"store": true}), "store"),
        (
            json!({"tools": [{"type": "function"}]}),
            "tools[0].function",
        ),
        (json!({"tools": [{"type": "custom"}]}), "tools[0].type"),
        (
            json!({"tools": [{"type": "function", "function": {"name": "a b"}}]}),
            "tools[0].function.name",
        ),
        (json!({"reasoning_effort": "low"}), "reasoning_effort"),
        (json!({"unheard_of": 1}), "unheard_of"),
        (
            json!({"response_format": {"type": "text", "x": 1}}),
            "response_format",
        ),
        (json!({"messages": []}), "messages"),
        (json!({"reasoning_effort": "high"}), "reasoning_effort"),
        (json!({"verbosity": "low"}), "verbosity"),
        (json!({"modalities": ["text", "audio"]}), "modalities"),
        (json!({"audio": {"voice": "a", "format": "wav"}}), "audio"),
        (json!({"web_search_options": {}}), "web_search_options"),
        (
            json!({"prediction": {"type": "content", "content": "x"}}),
            "prediction",
        ),
        (json!({"functions": []}), "functions"),
        (json!({"tool_choice": "required"}), "tool_choice"),
        (
            json!({"messages": [{"role": "user", "content": "x", "name": "a\nb"}]}),
            "messages[0].name",
        ),
        (
            json!({"messages": [{"role": "user", "content": null}]}),
            "messages[0].content",
        ),
        (
            json!({"messages": [{"role": "user", "content": "x", "weight": 1}]}),
            "messages[0].weight",
        ),
        (
            json!({"messages": [{"role": "tool", "content": "x"}]}),
            "messages[0].tool_call_id",
        ),
        (
            json!({"messages": [{"role": "tool", "content": "x", "tool_call_id": "call_1"}]}),
            "messages[0].tool_call_id",
        ),
        (
            json!({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}),
            "messages[0].content[0]",
        ),
    ];
    for (changes, param) in refused {
        let error = app
            .post("/v1/chat/completions", &with(&changes))
            .await
            .error(400);
        assert_eq!(error["param"], param, "{changes}");
    }
    let taken = json!({"user": "u", "metadata": {"a": "b"}, "store": false, "service_tier": "auto",
        "safety_identifier": "s", "prompt_cache_key": "p", "tools": null, "tool_choice": "none",
        "reasoning_effort": "none", "verbosity": "medium", "modalities": ["text"], "temperature": 0.5,
        "top_p": 0.9, "top_k": 5, "min_p": 0.01, "seed": -3, "repetition_penalty": 1.1,
        "presence_penalty": 0.1, "frequency_penalty": 0.1, "logit_bias": {"65": -1},
        "messages": [{"role": "developer", "content": "Be brief."},
            {"role": "assistant", "content": null, "refusal": "No.", "annotations": [], "audio": null},
            {"role": "user", "name": "ann", "content": [{"type": "text", "text": "Hello"}]}]});
    app.post("/v1/chat/completions", &with(&taken)).await.ok();
}

#[tokio::test]
async fn an_unknown_model_is_told_what_there_is() {
    let app = TestApp::with_model(saying("x")).await;
    let error = app
        .post("/v1/chat/completions", &with(&json!({"model": "gpt"})))
        .await
        .error(404);
    assert_eq!(
        (&error["code"], &error["param"]),
        (&json!("model_not_found"), &json!("model"))
    );
    assert!(error["message"].as_str().unwrap().contains("scripted"));
    app.post("/v1/chat/completions", &with(&json!({"model": "default"})))
        .await
        .ok();
}

#[tokio::test]
async fn an_over_long_prompt_is_refused() {
    let app = TestApp::with_model(saying("x")).await;
    let long = json!({"messages": [{"role": "user", "content": "x".repeat(9_000)}]});
    let error = app
        .post("/v1/chat/completions", &with(&long))
        .await
        .error(400);
    assert_eq!(error["code"], "context_length_exceeded");
}

#[tokio::test]
async fn a_client_that_has_gone_frees_its_place() {
    let app = TestApp::with_model(saying_slowly(&"x".repeat(1_000))).await;
    for stream in [true, false] {
        let body = with(&json!({"stream": stream, "max_tokens": 1_000})).to_string();
        let pending = app.send(json_request("/v1/chat/completions", &body));
        // A stream answers at once; a plain request is dropped while it waits.
        if let Ok(response) =
            tokio::time::timeout(std::time::Duration::from_millis(100), pending).await
        {
            assert!(stream);
            drop(response);
        }
        let next = with(&json!({"max_tokens": 2}));
        let answer = tokio::time::timeout(
            std::time::Duration::from_secs(5),
            app.post("/v1/chat/completions", &next),
        );
        assert_eq!(content(&answer.await.unwrap().ok()), "xx");
    }
}
