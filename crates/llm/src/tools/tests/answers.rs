use futures::StreamExt;

use super::*;
use crate::chat::GenerationEvent;

#[tokio::test]
async fn auto_is_text_or_calls_or_both() {
    for family in Family::ALL {
        let cases = [
            ("The weather is fine.", vec![]),
            ("", vec![PARIS]),
            ("", vec![PARIS, ZOOM, PARIS]),
            ("Let me see: { [ < …\n", vec![ZOOM, PARIS]),
        ];
        for (text, calls) in cases {
            if !text.is_empty() && !calls.is_empty() && !family.calls_after_text() {
                continue;
            }
            let says = if calls.is_empty() {
                text.to_owned()
            } else {
                family.says(text, &calls)
            };
            let answer = complete(&family.model(&says), request(ToolChoice::Auto)).await;
            let answer = answer.unwrap_or_else(|error| panic!("{family:?} {says}: {error}"));
            assert_eq!(answer.text, text, "{family:?}");
            assert_eq!(calls_of(&answer), calls, "{family:?}");
            let expected = if calls.is_empty() {
                FinishReason::Stop
            } else {
                FinishReason::ToolCalls
            };
            assert_eq!(answer.reason, expected, "{family:?} {says}");
        }
    }
}

#[tokio::test]
async fn text_may_look_nearly_like_a_call() {
    let nearly = [
        "<tool_call",
        "<tool_call\n>",
        "[TOOL_CALLS",
        "{\"name\":\"get_weather\"}",
        "{\"name\": x",
        "<|python_tag",
        "a { \"name\": \"b\" }",
        "<tool_cal<tool_cal",
        "[[TOOL_CALL",
    ];
    for family in Family::ALL {
        for text in nearly {
            let answer = complete(&family.model(text), request(ToolChoice::Auto))
                .await
                .unwrap();
            assert_eq!(
                (answer.text.as_str(), answer.reason),
                (text, FinishReason::Stop),
                "{family:?}"
            );
            assert!(answer.tool_calls.is_empty());
        }
    }
}

#[tokio::test]
async fn required_and_named_are_forced_whatever_the_model_wants() {
    for family in Family::ALL {
        for says in [
            "I would rather talk.",
            "",
            "}}}\"",
            "{\"zoom\": 7}",
            "</tool_call>",
        ] {
            let model = family.model(says);
            let answer = complete(&model, request(ToolChoice::Required)).await;
            let answer = answer.unwrap_or_else(|error| panic!("{family:?} {says}: {error}"));
            assert_eq!(answer.reason, FinishReason::ToolCalls, "{family:?} {says}");
            assert_eq!(answer.text, "");
            assert!(!answer.tool_calls.is_empty() && answer.tool_calls.len() <= 8);
            let named = ToolChoice::Named("get_weather_map".to_owned());
            let answer = complete(&model, request(named)).await.unwrap();
            assert_eq!(answer.reason, FinishReason::ToolCalls, "{family:?} {says}");
            assert_eq!(answer.tool_calls.len(), 1);
            let call = &answer.tool_calls[0];
            assert_eq!(call.name, "get_weather_map");
            assert!(["{\"zoom\":1}", "{\"zoom\":2}"].contains(&call.arguments.as_str()));
        }
    }
}

#[tokio::test]
async fn one_call_where_there_may_not_be_several_and_8_at_most() {
    for family in Family::ALL {
        let says = family.says("", &[PARIS; 40]);
        for (parallel_tool_calls, count) in [(false, 1), (true, 8)] {
            for tool_choice in [ToolChoice::Auto, ToolChoice::Required] {
                let request = ChatRequest {
                    parallel_tool_calls,
                    max_tokens: Some(5_000),
                    ..request(tool_choice)
                };
                let answer = complete(&family.model(&says), request).await.unwrap();
                assert_eq!(answer.tool_calls.len(), count, "{family:?}");
                assert_eq!(answer.reason, FinishReason::ToolCalls);
            }
        }
    }
}

#[tokio::test]
async fn none_neither_shows_tools_nor_calls_them() {
    for family in Family::ALL {
        let says = family.says("", &[PARIS]);
        let model = family.scripted(move |prompt| {
            assert!(!prompt.contains("get_weather"), "{prompt}");
            says.clone()
        });
        let answer = complete(&model, request(ToolChoice::None)).await.unwrap();
        assert_eq!(answer.reason, FinishReason::Stop, "{family:?}");
        assert!(answer.tool_calls.is_empty());
    }
}

#[tokio::test]
async fn calls_are_streamed_as_they_are_written() {
    for family in Family::ALL {
        let says = family.says("", &[PARIS, ZOOM]);
        let model = family.model(&says);
        let mut generation = model.generate(request(ToolChoice::Auto)).await.unwrap();
        let mut events = Vec::new();
        while let Some(event) = generation.next().await {
            events.push(event.unwrap());
        }
        let begun: Vec<_> = events
            .iter()
            .filter_map(|event| match event {
                GenerationEvent::ToolCallBegun { index, id, name } => {
                    Some((*index, id, name.as_str()))
                }
                _ => None,
            })
            .collect();
        assert_eq!((begun[0].0, begun[0].2), (0, PARIS.0), "{family:?}");
        assert_eq!((begun[1].0, begun[1].2), (1, ZOOM.0));
        assert_ne!(begun[0].1, begun[1].1);
        assert!(matches!(
            events[0],
            GenerationEvent::ToolCallBegun { index: 0, .. }
        ));
        for (wanted, call) in [(0, PARIS), (1, ZOOM)] {
            let pieces: Vec<&str> = events
                .iter()
                .filter_map(|event| match event {
                    GenerationEvent::ToolCallArguments { index, text } if *index == wanted => {
                        Some(text.as_str())
                    }
                    _ => None,
                })
                .collect();
            assert_eq!(pieces.concat(), call.1);
            assert_eq!(pieces.len(), call.1.len(), "a byte a token");
        }
    }
}

#[tokio::test]
async fn the_same_request_gives_the_same_ids_and_another_prompt_others() {
    let family = Family::Hermes;
    let model = family.model(&family.says("", &[PARIS]));
    let with = |content: &str, seed| {
        let mut request = request(ToolChoice::Auto);
        request.prompt = vec![Message::new(Role::User, content)].into();
        request.sampling.seed = Some(seed);
        request
    };
    let mut ids = Vec::new();
    for (content, seed) in [("a", 1), ("a", 1), ("b", 1), ("a", 2)] {
        let answer = complete(&model, with(content, seed)).await.unwrap();
        ids.push(answer.tool_calls[0].id.clone());
    }
    assert_eq!(ids[0], ids[1]);
    assert!(ids[0] != ids[2] && ids[0] != ids[3], "{ids:?}");
}

#[tokio::test]
async fn a_cut_off_answer_is_length_and_not_repaired() {
    for family in Family::ALL {
        let says = family.says("", &[PARIS]);
        let tokens = {
            let mut tokens = says.clone();
            for control in family.control() {
                tokens = tokens.replace(control, "x");
            }
            tokens.len()
        };
        for left_out in 1..tokens {
            let max_tokens = u32::try_from(tokens - left_out).unwrap();
            for tool_choice in [ToolChoice::Auto, ToolChoice::Required] {
                let request = ChatRequest {
                    max_tokens: Some(max_tokens),
                    ..request(tool_choice.clone())
                };
                let answer = complete(&family.model(&says), request).await.unwrap();
                // Mistral's list is closed by its bracket; the others may be over after a call.
                assert_eq!(
                    answer.reason,
                    FinishReason::Length,
                    "{family:?} {max_tokens}"
                );
                if let Some(call) = answer.tool_calls.first() {
                    assert!(PARIS.1.starts_with(&call.arguments), "{}", call.arguments);
                }
                if tool_choice == ToolChoice::Required {
                    assert_eq!(answer.text, "");
                }
            }
        }
    }
}

#[tokio::test]
async fn stop_strings_end_text_and_not_arguments() {
    for family in Family::ALL {
        let stopped = |says: String| {
            let request = ChatRequest {
                stop: vec!["Paris".to_owned(), "}".to_owned()],
                ..request(ToolChoice::Auto)
            };
            async move { complete(&family.model(&says), request).await.unwrap() }
        };
        let answer = stopped(family.says("", &[PARIS])).await;
        assert_eq!(calls_of(&answer), [PARIS], "{family:?}");
        let answer = stopped("In Paris it rains.".to_owned()).await;
        assert_eq!(
            (answer.text.as_str(), answer.reason),
            ("In ", FinishReason::Stop)
        );
        if family.calls_after_text() {
            let answer = stopped(family.says("In Par", &[PARIS])).await;
            assert_eq!(
                (answer.text.as_str(), calls_of(&answer)),
                ("In Par", vec![PARIS])
            );
            let answer = stopped(family.says("In Paris", &[PARIS])).await;
            assert_eq!(
                (answer.text.as_str(), answer.reason),
                ("In ", FinishReason::Stop)
            );
            assert!(answer.tool_calls.is_empty());
        }
    }
}

#[tokio::test]
async fn logprobs_are_of_the_text_alone() {
    for family in Family::ALL
        .into_iter()
        .filter(|family| family.calls_after_text())
    {
        let request = ChatRequest {
            top_logprobs: Some(1),
            ..request(ToolChoice::Auto)
        };
        let says = family.says("Look: <", &[PARIS]);
        let answer = complete(&family.model(&says), request).await.unwrap();
        let text: String = answer
            .logprobs
            .iter()
            .map(|token| token.token.as_str())
            .collect();
        assert_eq!(
            (text.as_str(), answer.text.as_str()),
            ("Look: <", "Look: <"),
            "{family:?}"
        );
    }
}

#[tokio::test]
async fn an_answer_in_json_goes_with_calls() {
    let output = OutputFormat::JsonSchema(
        json!({"type": "object", "properties": {"name": {"type": "string", "maxLength": 40}},
            "required": ["name"], "additionalProperties": false}),
    );
    for family in Family::ALL {
        let request = || ChatRequest {
            output: output.clone(),
            ..request(ToolChoice::Auto)
        };
        for text in [
            "{\"name\":\"<tool_call>[TOOL_CALLS]\"}",
            "{\"name\":\"get_weather\"}",
        ] {
            // What the script spells of control tokens it would say as such.
            if family
                .control()
                .iter()
                .any(|control| text.contains(control))
            {
                continue;
            }
            let answer = complete(&family.model(text), request()).await;
            let answer = answer.unwrap_or_else(|error| panic!("{family:?} {text}: {error}"));
            assert_eq!(
                (answer.text.as_str(), answer.reason),
                (text, FinishReason::Stop),
                "{family:?}"
            );
        }
        let answer = complete(&family.model("free text"), request())
            .await
            .unwrap();
        if answer.tool_calls.is_empty() {
            let value: Value = serde_json::from_str(&answer.text).unwrap();
            assert!(value["name"].is_string(), "{family:?}");
        }
        let says = family.says("", &[PARIS, ZOOM]);
        let answer = complete(&family.model(&says), request()).await;
        let answer = answer.unwrap_or_else(|error| panic!("{family:?} {says}: {error}"));
        assert_eq!(
            (calls_of(&answer), answer.text.as_str()),
            (vec![PARIS, ZOOM], ""),
            "{family:?}"
        );
    }
}

/// A model under a grammar can still write `1e999`, which is JSON and no number that a double
/// holds. All JSON of an answer is kept from it, whether a call is required or not, and whatever
/// quotes stand in the text before.
#[tokio::test]
async fn numbers_stay_where_doubles_hold_them_in_all_json_of_an_answer() {
    let schema = json!({"type": "object", "properties": {"a": {"type": "number"},
        "b": {"type": "string", "maxLength": 9}}, "additionalProperties": false});
    let cases = [
        ("{\"a\":1e999}", "{\"a\":1e99}"),
        ("{\"b\":\"1e999\"}", "{\"b\":\"1e999\"}"),
    ];
    for family in Family::ALL {
        for (wanted, kept) in cases {
            for (tool_choice, text) in [
                (ToolChoice::Auto, ""),
                (ToolChoice::Auto, "It costs 5\" or 1e999: "),
                (ToolChoice::Required, ""),
            ] {
                if !text.is_empty() && !family.calls_after_text() {
                    continue;
                }
                let says = family.says(text, &[("book", wanted)]);
                let request = ChatRequest {
                    tools: vec![tool("book", schema.clone())],
                    ..request(tool_choice)
                };
                let answer = complete(&family.model(&says), request).await;
                let answer = answer.unwrap_or_else(|error| panic!("{family:?} {says}: {error}"));
                assert_eq!(answer.text, text, "{family:?}");
                assert_eq!(calls_of(&answer), [("book", kept)], "{family:?} {says}");
            }
            let request = ChatRequest {
                output: OutputFormat::JsonSchema(schema.clone()),
                ..request(ToolChoice::Auto)
            };
            let answer = complete(&family.model(wanted), request).await;
            let answer = answer.unwrap_or_else(|error| panic!("{family:?} {wanted}: {error}"));
            assert_eq!(
                (answer.text.as_str(), answer.reason),
                (kept, FinishReason::Stop),
                "{family:?}"
            );
        }
    }
}

#[tokio::test]
async fn arguments_hold_to_the_schema_and_none_are_an_empty_object() {
    for family in Family::ALL {
        let mut without = request(ToolChoice::Required);
        without.tools = vec![Tool {
            parameters: None,
            ..weather()
        }];
        without.parallel_tool_calls = false;
        let answer = complete(&family.model(""), without).await.unwrap();
        assert_eq!(calls_of(&answer), [("get_weather", "{}")], "{family:?}");
        // An open schema still means an object.
        let mut open = request(ToolChoice::Required);
        open.tools = vec![tool("f", json!({}))];
        open.parallel_tool_calls = false;
        let answer = complete(&family.model("[3"), open).await.unwrap();
        let arguments: Value = serde_json::from_str(&answer.tool_calls[0].arguments).unwrap();
        assert!(arguments.is_object(), "{family:?}");
        let says = family.says("", &[("get_weather", "{\"city\":\"Paris\",\"days\":77}")]);
        let answer = complete(&family.model(&says), request(ToolChoice::Auto))
            .await
            .unwrap();
        let arguments: Value = serde_json::from_str(&answer.tool_calls[0].arguments).unwrap();
        assert_eq!(arguments["days"], 7, "{family:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_enforced_names_its_tool() {
    let model = Family::Hermes.model("x");
    for (bad, field, at) in [
        (
            json!({"type": "object", "properties": {"a": {"not": {}}}}),
            None,
            "/properties/a/not",
        ),
        (json!({"type": "array"}), None, "/type"),
        (json!(true), None, ""),
        (
            json!({"type": "object", "properties": {"a": {"type": "string", "pattern": "(?=a)b"}}}),
            Some("tools[4].parameters"),
            "/properties/a",
        ),
    ] {
        let mut request = request(ToolChoice::Auto);
        request.tools[1] = tool("bad", bad);
        request.tools[1].parameters_field = field.map(str::to_owned);
        match complete(&model, request).await {
            Err(ModelError::UnsupportedSchema {
                field: told,
                pointer,
                ..
            }) => {
                let wanted = field.unwrap_or("tools[1].function.parameters");
                assert_eq!((told.as_deref(), pointer.as_str()), (Some(wanted), at));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn what_does_not_go_together_is_refused_by_name() {
    let model = Family::Hermes.model("x");
    let mut misnamed = request(ToolChoice::Auto);
    misnamed.tools[0].name = "get\"weather".to_owned();
    let mut continued = request(ToolChoice::Auto);
    continued.prompt = crate::chat::Prompt::Text("x".to_owned());
    let mut regex = request(ToolChoice::Auto);
    regex.output = OutputFormat::Regex("a".to_owned());
    for (request, name) in [
        (misnamed, "tools[0].function.name"),
        (continued, "tools"),
        (regex, "response_format"),
        (
            request(ToolChoice::Named("other".to_owned())),
            "tool_choice",
        ),
    ] {
        match complete(&model, request).await {
            Err(ModelError::InvalidRequest { param, .. }) => {
                assert_eq!(param.as_deref(), Some(name));
            }
            other => panic!("{name}: {other:?}"),
        }
    }
}
