//! The fields of a request, but for its input.

use serde_json::json;

use super::{PATH, assert_refused, weather_tool, with};
use crate::harness::TestApp;
use crate::scripted::saying;

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
