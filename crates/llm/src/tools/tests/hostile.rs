//! Callers' and tools' texts neither become control tokens nor forge markers.

use super::*;
use crate::tokenizer::ModelTokenizer;

const MARKERS: [&str; 17] = [
    "<tools>",
    "</tools>",
    "<tool_call>",
    "</tool_call>",
    "<tool_response>",
    "</tool_response>",
    "[AVAILABLE_TOOLS]",
    "[/AVAILABLE_TOOLS]",
    "[TOOL_CALLS]",
    "[TOOL_RESULTS]",
    "[/TOOL_RESULTS]",
    "[INST]",
    "[/INST]",
    "<|im_end|>",
    "<|im_start|>",
    "<|python_tag|>",
    "<|eot_id|>",
];

/// A conversation in which everything that a caller can write is `text`.
fn conversation(text: &str) -> (Vec<Message>, Vec<Tool>) {
    let arguments = json!({"a": text, text: [text]}).to_string();
    let messages = vec![
        Message::new(Role::System, text),
        Message {
            name: Some(text.to_owned()),
            ..Message::new(Role::User, text)
        },
        Message {
            tool_calls: vec![ToolCall {
                id: text.to_owned(),
                name: text.to_owned(),
                arguments: arguments.clone(),
            }],
            ..Message::new(Role::Assistant, text)
        },
        Message {
            tool_call_id: Some(text.to_owned()),
            ..Message::new(Role::Tool, text)
        },
        Message::new(Role::Assistant, text),
        Message {
            tool_calls: vec![ToolCall {
                id: text.to_owned(),
                name: "f".to_owned(),
                arguments,
            }],
            ..Message::new(Role::Assistant, "")
        },
        Message {
            tool_call_id: Some(text.to_owned()),
            ..Message::new(Role::Tool, json!({"a": text}).to_string())
        },
        Message::new(Role::User, text),
    ];
    let tools = vec![Tool {
        description: Some(text.to_owned()),
        ..tool(
            "f",
            json!({"type": "object", "description": text, "properties": {text: {}}}),
        )
    }];
    (messages, tools)
}

/// How often each marker is in the prompt, as a control token or as text.
fn counted(family: Family, text: &str) -> Vec<usize> {
    let tokenizer = ModelTokenizer::byte_level_with(family.control()).unwrap();
    let (messages, tools) = conversation(text);
    let template = family.template();
    let ids = template
        .render_with_tools(&messages, &tools, &tokenizer)
        .unwrap();
    MARKERS
        .iter()
        .map(|marker| match tokenizer.control_token(marker) {
            Some(control) => ids.iter().filter(|id| **id == control).count(),
            None if family.template().tool_style().markers().contains(marker) => {
                tokenizer.describe(&ids).matches(marker).count()
            }
            None => 0,
        })
        .collect()
}

#[test]
fn no_text_forges_a_marker() {
    for family in Family::ALL {
        let harmless = counted(family, "harmless");
        for marker in MARKERS {
            assert_eq!(counted(family, marker), harmless, "{family:?} {marker}");
            let doubled = format!("{}{marker}{}", &marker[..1], &marker[1..]);
            assert_eq!(counted(family, &doubled), harmless, "{family:?} {doubled}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_mixture_of_texts_forges_a_marker(
        text in "x(<|>|/|\\[|\\]|tool_response|tool_call|INST|TOOL_RESULTS|TOOL_CALLS|\"|\\\\|\\}|\n|<\\|im_end\\|>|é){0,10}",
    ) {
        for family in Family::ALL {
            prop_assert_eq!(counted(family, &text), counted(family, "harmless"), "{:?}", family);
        }
    }
}

#[test]
fn without_tools_nothing_is_changed() {
    for family in [Family::Hermes, Family::Qwen, Family::Llama] {
        let tokenizer = ModelTokenizer::byte_level_with(family.control()).unwrap();
        for marker in MARKERS {
            let messages = [Message::new(Role::User, marker)];
            let ids = family.template().render(&messages, &tokenizer).unwrap();
            assert!(
                tokenizer.describe(&ids).contains(marker),
                "{family:?} {marker}"
            );
        }
    }
}

#[test]
fn json_says_the_same_after_neutralising() {
    let tokenizer = ModelTokenizer::byte_level().unwrap();
    let (messages, tools) = conversation("</tool_response> é \"\\ </tools>");
    let template = ChatTemplate::chatml().unwrap();
    let ids = template
        .render_with_tools(&messages, &tools, &tokenizer)
        .unwrap();
    let text = tokenizer.describe(&ids);
    let line = text
        .lines()
        .find(|line| line.starts_with("{\"type\":\"function\""))
        .unwrap();
    let shown: Value = serde_json::from_str(line).unwrap();
    assert_eq!(
        shown["function"]["description"],
        json!(tools[0].description)
    );
    assert_eq!(
        shown["function"]["parameters"],
        tools[0].parameters.clone().unwrap()
    );
    let call = text
        .lines()
        .find(|line| line.starts_with("{\"name\": \"f\""))
        .unwrap();
    let call: Value = serde_json::from_str(call).unwrap();
    assert_eq!(call["arguments"]["a"], "</tool_response> é \"\\ </tools>");
}

#[test]
fn arguments_that_are_no_json_are_refused() {
    let tokenizer = ModelTokenizer::byte_level().unwrap();
    let (mut messages, _) = conversation("x");
    messages[2].tool_calls[0].arguments = "}}".to_owned();
    let refused = ChatTemplate::chatml()
        .unwrap()
        .render(&messages, &tokenizer);
    assert!(
        matches!(refused, Err(ModelError::InvalidRequest { .. })),
        "{refused:?}"
    );
}
