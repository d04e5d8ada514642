use super::*;
use crate::tokenizer::ModelTokenizer;

fn call(id: &str, (name, arguments): (&str, &str)) -> ToolCall {
    ToolCall {
        id: id.to_owned(),
        name: name.to_owned(),
        arguments: arguments.to_owned(),
    }
}

fn result(id: &str, content: &str) -> Message {
    Message {
        tool_call_id: Some(id.to_owned()),
        ..Message::new(Role::Tool, content)
    }
}

fn round_trip() -> Vec<Message> {
    vec![
        Message::new(Role::System, "Be brief."),
        Message::new(Role::User, "Weather?"),
        Message {
            tool_calls: vec![call("call_a", PARIS), call("call_b", ZOOM)],
            ..Message::new(Role::Assistant, "Let me see.")
        },
        // In another order than the calls.
        result("call_b", "a map"),
        result("call_a", "{\"sky\": \"blue\"}"),
    ]
}

fn shown(family: Family, messages: &[Message], tools: &[Tool]) -> (Vec<u32>, String) {
    let tokenizer = ModelTokenizer::byte_level_with(family.control()).unwrap();
    let template = family.template();
    let ids = template
        .render_with_tools(messages, tools, &tokenizer)
        .unwrap();
    let text = tokenizer.describe(&ids);
    (ids, text)
}

fn tools() -> Vec<Tool> {
    vec![tool(
        "get_weather",
        json!({"type": "object", "properties": {}}),
    )]
}

const SHOWN: &str = "{\"type\":\"function\",\"function\":{\"name\":\"get_weather\",\
    \"description\":\"Gets get_weather.\",\"parameters\":{\"type\":\"object\",\"properties\":{}}}}";

#[test]
fn hermes_shows_tools_in_the_system_turn_and_results_in_the_users() {
    for family in [Family::Hermes, Family::Qwen] {
        let (_, text) = shown(family, &round_trip(), &tools());
        assert!(
            text.starts_with("<|im_start|>system\nBe brief.\n\n# Tools\n"),
            "{text}"
        );
        assert!(
            text.contains(&format!("<tools>\n{SHOWN}\n</tools>")),
            "{text}"
        );
        let rest = "<|im_start|>user\nWeather?<|im_end|>\n<|im_start|>assistant\nLet me see.\n\
            <tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\":\"Paris\"}}\n\
            </tool_call>\n<tool_call>\n{\"name\": \"get_weather_map\", \"arguments\": {\"zoom\":2}}\n\
            </tool_call><|im_end|>\n<|im_start|>user\n<tool_response>\n{\"sky\": \"blue\"}\n\
            </tool_response>\n<tool_response>\na map\n</tool_response><|im_end|>\n\
            <|im_start|>assistant\n";
        assert!(text.ends_with(rest), "{text}");
        let (_, text) = shown(family, &[Message::new(Role::User, "Hi")], &tools());
        assert!(text.starts_with("<|im_start|>system\n# Tools\n"), "{text}");
    }
}

#[test]
fn llama_answers_in_ipython() {
    let (ids, text) = shown(Family::LlamaWithTag, &round_trip(), &tools());
    assert!(text.contains(SHOWN));
    let rest = "<|start_header_id|>assistant<|end_header_id|>\n\nLet me see.<|python_tag|>\
        {\"name\": \"get_weather\", \"parameters\": {\"city\":\"Paris\"}}; \
        {\"name\": \"get_weather_map\", \"parameters\": {\"zoom\":2}}<|eot_id|>\
        <|start_header_id|>ipython<|end_header_id|>\n\n{\"sky\": \"blue\"}<|eot_id|>\
        <|start_header_id|>ipython<|end_header_id|>\n\na map<|eot_id|>\
        <|start_header_id|>assistant<|end_header_id|>\n\n";
    assert!(text.ends_with(rest), "{text}");
    assert_eq!(ids.iter().filter(|id| **id == 262).count(), 1, "one tag");
}

#[test]
fn mistral_shows_tools_before_the_last_user_turn() {
    let mut messages = vec![
        Message::new(Role::User, "Hi"),
        Message::new(Role::Assistant, "Hello"),
    ];
    messages.extend(round_trip());
    let (ids, text) = shown(Family::Mistral, &messages, &tools());
    let (a, b) = ("\"id\": \"", "\"call_id\": \"");
    let id_of = |text: &str, key: &str| {
        let after = text.split(key).nth(1).unwrap();
        after.split('"').next().unwrap().to_owned()
    };
    let (first, second) = (
        id_of(&text, a),
        text.rsplit(b).next().unwrap()[..9].to_owned(),
    );
    assert_eq!(first, id_of(&text, b), "a result has its call's id");
    assert!(first.len() == 9 && second.len() == 9 && first != second);
    assert_eq!(
        text,
        format!(
            "[INST]Hi[/INST]Hello<|im_end|>[AVAILABLE_TOOLS] [{SHOWN}][/AVAILABLE_TOOLS][INST]Be \
             brief.\n\nWeather?[/INST]Let me see.[TOOL_CALLS] [{{\"name\": \"get_weather\", \
             \"arguments\": {{\"city\":\"Paris\"}}, \"id\": \"{first}\"}}, {{\"name\": \
             \"get_weather_map\", \"arguments\": {{\"zoom\":2}}, \"id\": \"{second}\"}}]<|im_end|>\
             [TOOL_RESULTS] {{\"content\": {{\"sky\": \"blue\"}}, \"call_id\": \"{first}\"}}\
             [/TOOL_RESULTS][TOOL_RESULTS] {{\"content\": \"a map\", \"call_id\": \"{second}\"}}\
             [/TOOL_RESULTS]"
        )
    );
    assert_eq!(ids.iter().filter(|id| **id >= 259).count(), 4 + 2 + 1 + 4);
}

#[test]
fn mistral_without_control_tokens_is_told_in_words() {
    let (ids, text) = shown(Family::MistralInText, &round_trip(), &tools());
    assert!(
        text.starts_with("[INST] Be brief.\n\nThese functions can be called:\n[AVAILABLE_TOOLS]")
    );
    assert!(
        text.contains("Weather? [/INST] Let me see.[TOOL_CALLS] [{"),
        "{text}"
    );
    assert_eq!(ids.iter().filter(|id| **id >= 256).count(), 1);
}

/// What a model wrote is rendered as it wrote it, so that the next prompt begins like the last
/// one and its answer.
#[tokio::test]
async fn an_answer_given_back_is_rendered_as_it_was_written() {
    for family in Family::ALL {
        for text in ["", "Look: "] {
            if !text.is_empty() && !family.calls_after_text() {
                continue;
            }
            let says = family.says(text, &[PARIS, ZOOM]);
            let model = family.model(&says);
            let answer = complete(&model, request(ToolChoice::Auto)).await.unwrap();
            let messages = [
                Message::new(Role::User, "Weather?"),
                Message {
                    tool_calls: answer.tool_calls,
                    ..Message::new(Role::Assistant, answer.text)
                },
                Message::new(Role::User, "x"),
            ];
            let (_, prompt) = shown(family, &messages, &[]);
            // Mistral's ids are in the prompt alone; Hermes begins its calls on a new line.
            let prompt = prompt
                .split(", \"id\": \"")
                .map(|part| part.strip_prefix(|_: char| true).map_or(part, |_| part))
                .collect::<Vec<_>>();
            let joined = prompt
                .iter()
                .enumerate()
                .map(|(index, part)| if index == 0 { part } else { &part[10..] })
                .collect::<String>();
            let says = match family {
                Family::Hermes | Family::Qwen => says.replace("Look: <", "Look: \n<"),
                _ => says,
            };
            assert!(joined.contains(&says), "{family:?}: {joined}");
        }
    }
}
