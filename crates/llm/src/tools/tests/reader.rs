//! However text is cut into tokens, the same is read.

use std::sync::Arc;

use super::*;
use crate::tokenizer::ModelTokenizer;
use crate::tools::{CallGrammarSource, CallIds, CallReader, CallSyntax, Read, ToolOffer};

fn reader(family: Family) -> CallReader {
    let tokenizer = ModelTokenizer::byte_level_with(family.control()).unwrap();
    let syntax = CallSyntax::new(family.template().tool_style(), &tokenizer);
    let mut request = request(ToolChoice::Auto);
    request.tools.push(tool("any", json!({})));
    let offer = ToolOffer::of(&request).unwrap().unwrap();
    let source = CallGrammarSource {
        syntax: syntax.clone(),
        offer: offer.clone(),
    };
    let checks = Arc::new(source.prepared().unwrap().checks);
    CallReader::new(syntax, &offer, checks, CallIds::new(0, &[]))
}

/// Text, then each call's name and arguments.
fn read(family: Family, pieces: &[String]) -> (String, Vec<(String, String)>, FinishReason) {
    let mut reader = reader(family);
    let (mut text, mut calls) = (String::new(), Vec::<(String, String)>::new());
    for piece in pieces {
        for read in reader.read(piece).unwrap() {
            match read {
                Read::Text(more) => {
                    assert!(calls.is_empty(), "text after a call");
                    text.push_str(&more);
                }
                Read::TextEnded => {}
                Read::Begun { index, name, .. } => {
                    assert_eq!(index as usize, calls.len());
                    calls.push((name, String::new()));
                }
                Read::Arguments { index, text } => calls[index as usize].1.push_str(&text),
            }
        }
    }
    text.push_str(&reader.rest());
    let reason = reader.end(&text).unwrap();
    (text, calls, reason)
}

/// What free text never holds, in one family or the other.
const MARKERS: [&str; 3] = ["<tool_call>", "[TOOL_CALLS]", "<|python_tag|>"];

fn cut(text: &str, lengths: &[usize]) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut lengths = lengths.iter().cycle();
    let mut left = *lengths.next().unwrap();
    for character in text.chars() {
        if left == 0 {
            pieces.push(String::new());
            left = *lengths.next().unwrap();
        }
        left -= 1;
        pieces.last_mut().unwrap().push(character);
    }
    pieces
}

proptest! {
    #[test]
    fn any_text_and_arguments_read_back(
        text in "([<>\\[\\]{}\"|/: a-zé\n]|<tool_call|tool_call>|\\[TOOL_CALLS|\\{\"name\":){0,12}",
        values in proptest::collection::vec(any::<String>(), 0..4),
        lengths in proptest::collection::vec(1_usize..9, 1..5),
    ) {
        for family in Family::ALL {
            let arguments: Vec<String> =
                values.iter().map(|value| json!({"a": [value, {value.as_str(): 1.5}], "b": {}}).to_string()).collect();
            let calls: Vec<(&str, &str)> = arguments.iter().map(|text| ("any", text.as_str())).collect();
            let text = if calls.is_empty() || family.calls_after_text() { text.as_str() } else { "" };
            let begins_call = text.starts_with("{\"name\": \"") && family.calls_bare();
            if begins_call || MARKERS.iter().any(|marker| text.contains(marker)) {
                continue;
            }
            let says = if calls.is_empty() { text.to_owned() } else { family.says(text, &calls) };
            let (read_text, read_calls, reason) = read(family, &cut(&says, &lengths));
            prop_assert_eq!(read_text, text, "{:?}", family);
            let read_calls: Vec<(&str, &str)> =
                read_calls.iter().map(|(name, arguments)| (name.as_str(), arguments.as_str())).collect();
            prop_assert_eq!(&read_calls, &calls);
            let expected = if calls.is_empty() { FinishReason::Stop } else { FinishReason::ToolCalls };
            prop_assert_eq!(reason, expected);
        }
    }
}

#[test]
fn another_form_than_the_grammars_is_an_error() {
    for family in Family::ALL {
        let whole = family.says("", &[PARIS]);
        for wrong in [
            whole.replace("\": {", "\":{"),
            whole.replace("Paris\"}}", "Paris\"}]"),
            format!("{whole}x"),
            whole.replace("get_weather", "other"),
        ] {
            let mut reader = reader(family);
            assert!(reader.read(&wrong).is_err(), "{family:?}: {wrong}");
        }
        let mut half = reader(family);
        half.read(&whole[..whole.len() - 1]).unwrap();
        if !matches!(family, Family::Qwen) {
            assert!(half.end("").is_err(), "{family:?}");
        }
    }
}

#[test]
fn arguments_are_checked_against_the_tools_schema() {
    for family in Family::ALL {
        let says = family.says("", &[("get_weather", "{\"city\":3}")]);
        let mut reader = reader(family);
        assert!(reader.read(&says).is_err(), "{family:?}");
    }
}
