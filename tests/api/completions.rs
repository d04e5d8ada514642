//! `/v1/completions` over the real token layer with a scripted engine.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ledgergate_llm::chat::ChatModel;
use ledgergate_llm::scripted::ScriptedEngine;
use serde_json::{Value, json};
use sqlx::Row;

use crate::harness::TestApp;
use crate::playing::{failing_after, said};
use crate::scripted::saying;

const PATH: &str = "/v1/completions";

/// A model that answers a prompt with the prompt in brackets.
fn bracketing() -> Arc<dyn ChatModel> {
    let engine = ScriptedEngine::new(|prompt| format!("[{prompt}]")).unwrap();
    Arc::new(engine.into_model("scripted").unwrap())
}

/// A model that is so unsure that each seed gives another answer.
fn unsure() -> Arc<dyn ChatModel> {
    let engine = ScriptedEngine::new(|_| "x".repeat(8))
        .unwrap()
        .with_confidence(5.0);
    Arc::new(engine.into_model("scripted").unwrap())
}

fn with(changes: &Value) -> Value {
    let mut body = json!({"model": "scripted", "prompt": "Once"});
    for (key, value) in changes.as_object().unwrap() {
        body[key] = value.clone();
    }
    body
}

fn texts(completion: &Value) -> Vec<&str> {
    let choices = completion["choices"].as_array().unwrap();
    for (index, choice) in choices.iter().enumerate() {
        assert_eq!(choice["index"], index);
    }
    choices
        .iter()
        .map(|choice| choice["text"].as_str().unwrap())
        .collect()
}

/// The chunks before `[DONE]`.
fn chunks(events: &[String]) -> Vec<Value> {
    let (done, chunks) = events.split_last().unwrap();
    assert_eq!(done, "[DONE]");
    chunks
        .iter()
        .map(|chunk| serde_json::from_str(chunk).unwrap())
        .collect()
}

#[tokio::test]
async fn a_completion_has_openais_form() {
    let app = TestApp::with_model(bracketing()).await;
    let answer = app.post(PATH, &with(&json!({}))).await.ok();
    assert_eq!(answer["object"], "text_completion");
    assert!(answer["id"].as_str().unwrap().starts_with("cmpl-"));
    assert_eq!(answer["created"], 1_751_284_800);
    assert_eq!(answer["model"], "scripted");
    assert_eq!(answer["system_fingerprint"], "scripted");
    assert_eq!(
        answer["choices"],
        json!([{"text": "[Once]", "index": 0, "logprobs": null, "finish_reason": "stop"}])
    );
    assert_eq!(
        answer["usage"],
        json!({"prompt_tokens": 4, "completion_tokens": 6, "total_tokens": 10})
    );
}

#[tokio::test]
async fn prompts_come_as_texts_and_as_tokens() {
    let app = TestApp::with_model(bracketing()).await;
    for (prompt, expected, prompt_tokens) in [
        (json!("ab"), vec!["[ab]"], 2),
        (json!([97, 98]), vec!["[ab]"], 2),
        (json!(["ab", "c"]), vec!["[ab]", "[c]"], 3),
        (json!([[97], [98, 99]]), vec!["[a]", "[bc]"], 3),
    ] {
        let body = with(&json!({"prompt": prompt}));
        let answer = app.post(PATH, &body).await.ok();
        assert_eq!(texts(&answer), expected, "{prompt}");
        assert_eq!(answer["usage"]["prompt_tokens"], prompt_tokens);
        let written: usize = expected.iter().map(|text| text.len()).sum();
        assert_eq!(answer["usage"]["completion_tokens"], written);
    }
    let body = with(&json!({"prompt": ["ab", "c"], "n": 2}));
    let answer = app.post(PATH, &body).await.ok();
    assert_eq!(texts(&answer), ["[ab]", "[ab]", "[c]", "[c]"]);
    // Each prompt is read once, however many answers it gets.
    assert_eq!(answer["usage"]["prompt_tokens"], 3);
    assert_eq!(answer["usage"]["completion_tokens"], 14);
}

#[tokio::test]
async fn sixteen_tokens_are_the_default() {
    let app = TestApp::with_model(saying(&"y".repeat(40))).await;
    let answer = app.post(PATH, &with(&json!({}))).await.ok();
    assert_eq!(texts(&answer), ["y".repeat(16)]);
    assert_eq!(answer["choices"][0]["finish_reason"], "length");
    let answer = app.post(PATH, &with(&json!({"max_tokens": 20}))).await.ok();
    assert_eq!(texts(&answer), ["y".repeat(20)]);
}

#[tokio::test]
async fn stop_texts_end_the_answer_and_are_not_in_it() {
    let app = TestApp::with_model(saying("one STOP two")).await;
    let answer = app
        .post(PATH, &with(&json!({"stop": ["STOP"], "logprobs": 0})))
        .await
        .ok();
    assert_eq!(texts(&answer), ["one "]);
    assert_eq!(answer["choices"][0]["finish_reason"], "stop");
    let tokens = &answer["choices"][0]["logprobs"]["tokens"];
    assert_eq!(tokens.as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn logprobs_are_parallel_lists() {
    let app = TestApp::with_model(saying("aé")).await;
    let answer = app.post(PATH, &with(&json!({"logprobs": 2}))).await.ok();
    let logprobs = &answer["choices"][0]["logprobs"];
    assert_eq!(
        logprobs["tokens"],
        json!(["a", "bytes:\\xc3", "bytes:\\xa9"])
    );
    assert_eq!(logprobs["text_offset"], json!([0, 1, 1]));
    for (index, token) in logprobs["tokens"].as_array().unwrap().iter().enumerate() {
        let own = &logprobs["token_logprobs"][index];
        assert!(own.as_f64().unwrap() > -0.01, "{logprobs}");
        let top = logprobs["top_logprobs"][index].as_object().unwrap();
        assert_eq!(top.len(), 2);
        assert_eq!(&top[token.as_str().unwrap()], own);
    }
    let answer = app.post(PATH, &with(&json!({"logprobs": 0}))).await.ok();
    let top = &answer["choices"][0]["logprobs"]["top_logprobs"][0];
    assert_eq!(top.as_object().unwrap().keys().collect::<Vec<_>>(), ["a"]);
}

#[tokio::test]
async fn echo_begins_with_the_prompt() {
    let app = TestApp::with_model(bracketing()).await;
    for prompt in [json!("Hé"), json!([72, 195, 169])] {
        let body = with(&json!({"prompt": prompt, "echo": true}));
        let answer = app.post(PATH, &body).await.ok();
        assert_eq!(texts(&answer), ["Hé[Hé]"]);
        assert!(answer["choices"][0]["logprobs"].is_null());
        assert_eq!(answer["usage"]["prompt_tokens"], 3);
        assert_eq!(answer["usage"]["completion_tokens"], 5);
    }
    let body = with(&json!({"prompt": "ab", "echo": true, "logprobs": 1, "n": 2}));
    let answer = app.post(PATH, &body).await.ok();
    assert_eq!(texts(&answer), ["ab[ab]", "ab[ab]"]);
    for choice in answer["choices"].as_array().unwrap() {
        let logprobs = &choice["logprobs"];
        assert_eq!(logprobs["tokens"], json!(["a", "b", "[", "a", "b", "]"]));
        assert_eq!(logprobs["text_offset"], json!([0, 1, 2, 3, 4, 5]));
        // Nothing comes before the first token.
        assert!(logprobs["token_logprobs"][0].is_null());
        assert!(logprobs["top_logprobs"][0].is_null());
        assert_eq!(logprobs["token_logprobs"].as_array().unwrap().len(), 6);
        assert_eq!(logprobs["top_logprobs"].as_array().unwrap().len(), 6);
    }
}

#[tokio::test]
async fn a_text_is_scored_without_an_answer() {
    // After one byte the engine wants "[", so a prompt that goes on so is likely.
    let app = TestApp::with_model(bracketing()).await;
    let body = |prompt: &str| {
        with(&json!({"prompt": prompt, "echo": true, "logprobs": 1, "max_tokens": 0}))
    };
    let answer = app.post(PATH, &body("a[a]")).await.ok();
    assert_eq!(texts(&answer), ["a[a]"]);
    assert_eq!(answer["choices"][0]["finish_reason"], "length");
    assert_eq!(
        answer["usage"],
        json!({"prompt_tokens": 4, "completion_tokens": 0, "total_tokens": 4})
    );
    let logprob = |answer: &Value, index: usize| {
        answer["choices"][0]["logprobs"]["token_logprobs"][index]
            .as_f64()
            .unwrap()
    };
    assert!(
        (1..4).all(|index| logprob(&answer, index) > -0.01),
        "{answer}"
    );
    let answer = app.post(PATH, &body("az")).await.ok();
    assert!(logprob(&answer, 1) < -10.0, "{answer}");
    // Without log probabilities nothing is run at all.
    let body = with(&json!({"prompt": "abc", "echo": true, "max_tokens": 0, "n": 2}));
    let answer = app.post(PATH, &body).await.ok();
    assert_eq!(texts(&answer), ["abc", "abc"]);
    assert_eq!(answer["usage"]["prompt_tokens"], 3);
}

#[tokio::test]
async fn best_of_gives_the_likeliest_answers_first() {
    let app = TestApp::with_model(unsure()).await;
    let seeded = json!({"seed": 3, "temperature": 1.8, "logprobs": 0, "max_tokens": 8});
    let mut body = with(&seeded);
    body["n"] = json!(8);
    let all = app.post(PATH, &body).await.ok();
    let mean = |choice: &Value| {
        let logprobs = choice["logprobs"]["token_logprobs"].as_array().unwrap();
        let sum: f64 = logprobs
            .iter()
            .map(|logprob| logprob.as_f64().unwrap())
            .sum();
        sum / f64::from(u32::try_from(logprobs.len()).unwrap())
    };
    let mut means: Vec<f64> = all["choices"]
        .as_array()
        .unwrap()
        .iter()
        .map(mean)
        .collect();
    let first_two = (means[0], means[1]);
    means.sort_by(|a, b| b.total_cmp(a));
    assert_ne!(first_two, (means[0], means[1]), "the seed proves nothing");

    body["n"] = json!(2);
    body["best_of"] = json!(8);
    let best = app.post(PATH, &body).await.ok();
    let choices = best["choices"].as_array().unwrap();
    assert_eq!(choices.iter().map(mean).collect::<Vec<_>>(), means[..2]);
    assert_eq!(choices[0]["index"], 0);
    assert_eq!(best["usage"], all["usage"]);
    body["logprobs"] = Value::Null;
    let unlabelled = app.post(PATH, &body).await.ok();
    assert_eq!(texts(&unlabelled), texts(&best));
    assert!(unlabelled["choices"][0]["logprobs"].is_null());
}

#[tokio::test]
async fn a_stream_says_the_same_in_pieces() {
    let app = TestApp::with_model(bracketing()).await;
    let mut body = with(&json!({"prompt": ["ab", "é"], "n": 2, "echo": true, "logprobs": 1}));
    let whole = app.post(PATH, &body).await.ok();
    body["stream"] = json!(true);
    body["stream_options"] = json!({"include_usage": true});
    let chunks = chunks(&app.post(PATH, &body).await.events());
    let (usage, chunks) = chunks.split_last().unwrap();
    assert_eq!(
        (&usage["choices"], &usage["usage"]),
        (&json!([]), &whole["usage"])
    );
    for (index, expected) in whole["choices"].as_array().unwrap().iter().enumerate() {
        let mut text = String::new();
        let mut lists: [Vec<Value>; 4] = Default::default();
        let mut reasons = Vec::new();
        for chunk in chunks {
            assert_eq!(chunk["object"], "text_completion");
            assert_eq!(chunk["id"], usage["id"]);
            assert!(chunk.get("usage").is_some_and(Value::is_null));
            let choice = &chunk["choices"][0];
            if choice["index"] != index {
                continue;
            }
            text += choice["text"].as_str().unwrap();
            reasons.extend(choice["finish_reason"].as_str());
            let names = ["tokens", "token_logprobs", "top_logprobs", "text_offset"];
            for (name, list) in names.iter().zip(&mut lists) {
                if let Some(more) = choice["logprobs"][name].as_array() {
                    list.extend(more.iter().cloned());
                }
            }
        }
        assert_eq!(text, expected["text"].as_str().unwrap());
        assert_eq!(reasons, ["stop"]);
        let logprobs = &expected["logprobs"];
        assert_eq!(json!(lists[0]), logprobs["tokens"]);
        assert_eq!(json!(lists[1]), logprobs["token_logprobs"]);
        assert_eq!(json!(lists[2]), logprobs["top_logprobs"]);
        assert_eq!(json!(lists[3]), logprobs["text_offset"]);
    }
}

#[tokio::test]
async fn a_stream_that_only_scores() {
    let app = TestApp::with_model(bracketing()).await;
    let body = with(&json!({"echo": true, "max_tokens": 0, "stream": true}));
    let events = app.post(PATH, &body).await.events();
    assert!(events.iter().all(|event| !event.contains("usage")));
    let chunks = chunks(&events);
    assert_eq!(chunks.len(), 1);
    assert_eq!(
        chunks[0]["choices"],
        json!([{"text": "Once", "index": 0, "logprobs": null, "finish_reason": "length"}])
    );
}

#[tokio::test]
async fn a_stream_that_fails_ends_in_an_error() {
    let app = TestApp::with_model(failing_after(vec![said("One")])).await;
    let reply = app.post(PATH, &with(&json!({"stream": true}))).await;
    let events = reply.events();
    assert!(events[0].contains("\"text\":\"One\""), "{events:?}");
    assert!(reply.text.contains("event: error\n"));
    let error: Value = serde_json::from_str(&events[1]).unwrap();
    assert_eq!(error["error"]["code"], "model_failed");
    assert!(!reply.text.contains("secret"));
    assert_eq!(events.len(), 2);
}

#[tokio::test]
async fn every_field_is_honoured_or_refused_by_name() {
    let app = TestApp::with_model(saying("x")).await;
    for (changes, param) in [
        (json!({"prompt": null}), "prompt"),
        (json!({"prompt": []}), "prompt"),
        (json!({"prompt": {}}), "prompt"),
        (json!({"prompt": [1, "a"]}), "prompt"),
        (json!({"prompt": [-1]}), "prompt"),
        (json!({"prompt": [99_999]}), "prompt"),
        (json!({"prompt": [[65], [99_999]]}), "prompt[1]"),
        (json!({"prompt": [[65], []]}), "prompt[1]"),
        (json!({"prompt": ["a", ""]}), "prompt[1]"),
        (json!({"prompt": vec!["a"; 129]}), "prompt"),
        (json!({"prompt": ["a", "x".repeat(5_000)]}), "prompt[1]"),
        (json!({"suffix": "end"}), "suffix"),
        (json!({"max_tokens": 0}), "max_tokens"),
        (json!({"max_tokens": -1}), "max_tokens"),
        (json!({"n": 0}), "n"),
        (json!({"n": 17}), "n"),
        (json!({"n": 3, "best_of": 2}), "best_of"),
        (json!({"best_of": 17}), "best_of"),
        (json!({"best_of": 2, "stream": true}), "best_of"),
        (json!({"logprobs": 6}), "logprobs"),
        (json!({"logprobs": true}), "logprobs"),
        (json!({"temperature": 2.5}), "temperature"),
        (json!({"top_p": 0}), "top_p"),
        (json!({"presence_penalty": 3}), "presence_penalty"),
        (json!({"frequency_penalty": -3}), "frequency_penalty"),
        (json!({"logit_bias": {"x": 1}}), "logit_bias"),
        (json!({"logit_bias": {"99999": 1}}), "logit_bias"),
        (json!({"stop": ["a", "b", "c", "d", "e"]}), "stop"),
        (json!({"stream_options": {}}), "stream_options"),
        (json!({"messages": []}), "messages"),
        (json!({"unheard_of": 1}), "unheard_of"),
    ] {
        let error = app.post(PATH, &with(&changes)).await.error(400);
        assert_eq!(error["param"], param, "{changes}: {error}");
    }
    let taken = json!({"suffix": null, "user": "u", "temperature": 0.5, "top_p": 0.9, "seed": -3,
        "presence_penalty": 0.1, "frequency_penalty": 0.1, "logit_bias": {"65": -1}, "stop": "q",
        "top_k": 5, "min_p": 0.01, "repetition_penalty": 1.1, "n": 2, "best_of": 2, "echo": false,
        "logprobs": null, "stream": false, "stream_options": null});
    app.post(PATH, &with(&taken)).await.ok();
    let error = app
        .post(PATH, &with(&json!({"model": "gpt"})))
        .await
        .error(404);
    assert_eq!(error["param"], "model");
    let long = with(&json!({"prompt": "x".repeat(5_000)}));
    let error = app.post(PATH, &long).await.error(400);
    assert_eq!(error["code"], "context_length_exceeded");
    assert_eq!(error["param"], "prompt");
}

#[tokio::test]
async fn a_prompt_over_the_models_limit_is_refused_before_anything_begins() {
    let answered = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&answered);
    let engine = ScriptedEngine::new(move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
        "x".to_owned()
    });
    let engine = engine.unwrap().with_max_prompt_tokens(20);
    let app = TestApp::with_model(Arc::new(engine.into_model("scripted").unwrap())).await;
    let model = app.get("/v1/models/scripted").await.ok();
    assert_eq!(model["max_prompt_tokens"], 20);
    for changes in [
        json!({"prompt": ["a", "x".repeat(21)]}),
        json!({"prompt": ["a", "x".repeat(21)], "stream": true}),
        json!({"prompt": ["a", "x".repeat(21)], "echo": true, "logprobs": 0, "stream": true}),
    ] {
        let error = app.post(PATH, &with(&changes)).await.error(400);
        assert_eq!(error["code"], "context_length_exceeded", "{changes}");
        assert_eq!(error["param"], "prompt[1]", "{changes}");
        assert!(error["message"].as_str().unwrap().contains("up to 20"));
    }
    assert_eq!(answered.load(Ordering::SeqCst), 0);
    app.post(PATH, &with(&json!({"prompt": "x".repeat(20)})))
        .await
        .ok();
    assert_eq!(answered.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn biases_and_seeds_are_honoured() {
    let app = TestApp::with_model(saying("A")).await;
    let body = with(&json!({"logit_bias": {"65": -100, "66": 100}, "max_tokens": 1}));
    assert_eq!(texts(&app.post(PATH, &body).await.ok()), ["B"]);
    let app = TestApp::with_model(unsure()).await;
    let answer = async |seed: i64| {
        let body = with(&json!({"seed": seed, "temperature": 1.8}));
        let answer = app.post(PATH, &body).await.ok();
        answer["choices"][0]["text"].as_str().unwrap().to_owned()
    };
    assert_eq!(answer(7).await, answer(7).await);
    assert_ne!(answer(7).await, answer(8).await);
}

#[tokio::test]
async fn requests_are_logged_with_the_sums_of_their_prompts() {
    let app = TestApp::with_model(bracketing()).await;
    for stream in [false, true] {
        let body = with(&json!({"prompt": ["secret", "s"], "stream": stream}));
        app.post(PATH, &body).await;
    }
    let rows = app.finish().await;
    let logged = sqlx::query(
        "SELECT route, status, streamed, finish_reason, prompt_tokens, completion_tokens, model,
             row_to_json(requests)::text AS whole
         FROM requests ORDER BY id",
    )
    .fetch_all(&rows)
    .await
    .unwrap();
    assert_eq!(logged.len(), 2);
    for (row, streamed) in logged.iter().zip([false, true]) {
        assert_eq!(row.get::<String, _>("route"), PATH);
        assert_eq!(row.get::<i16, _>("status"), 200);
        assert_eq!(row.get::<bool, _>("streamed"), streamed);
        assert_eq!(row.get::<String, _>("finish_reason"), "stop");
        assert_eq!(row.get::<String, _>("model"), "scripted");
        assert_eq!(row.get::<i32, _>("prompt_tokens"), 7);
        assert_eq!(row.get::<i32, _>("completion_tokens"), 11);
        assert!(!row.get::<String, _>("whole").contains("secret"));
    }
}
