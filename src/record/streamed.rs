//! The texts of a streamed reply, each put together: a name that comes in two chunks is a name, and
//! two answers, or an answer and the arguments of a call, are two texts.

use std::collections::BTreeMap;

use serde_json::Value;

/// Which text of a reply: the answer or the item of the output, and what of it.
type Place = (u64, Part);

/// A part of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    /// What it says; in responses, its part of this number.
    Content(u64),
    /// The name of its call of this number.
    CallName(u64),
    /// The arguments of the call.
    CallArguments(u64),
}

/// Texts that come in pieces.
#[derive(Default)]
struct Texts(BTreeMap<Place, String>);

impl Texts {
    fn add(&mut self, answer: &Value, part: Part, piece: &Value) {
        if let Some(piece) = piece.as_str() {
            let place = (number(answer), part);
            self.0.entry(place).or_default().push_str(piece);
        }
    }

    /// A chunk of a completion's.
    fn add_choice(&mut self, choice: &Value) {
        let (answer, delta) = (&choice["index"], &choice["delta"]);
        for piece in [&choice["text"], &delta["content"]] {
            self.add(answer, Part::Content(0), piece);
        }
        for call in delta["tool_calls"].as_array().into_iter().flatten() {
            let (call, function) = (number(&call["index"]), &call["function"]);
            self.add(answer, Part::CallName(call), &function["name"]);
            self.add(answer, Part::CallArguments(call), &function["arguments"]);
        }
    }

    /// An event of a response's.
    fn add_event(&mut self, event: &Value) {
        let answer = &event["output_index"];
        match event["type"].as_str() {
            Some("response.output_text.delta") => {
                let part = Part::Content(number(&event["content_index"]));
                self.add(answer, part, &event["delta"]);
            }
            Some("response.output_item.added") => {
                self.add(answer, Part::CallName(0), &event["item"]["name"]);
            }
            Some("response.function_call_arguments.delta") => {
                self.add(answer, Part::CallArguments(0), &event["delta"]);
            }
            _ => {}
        }
    }
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or(0)
}

/// The texts of the answers in a stream of server-sent events, in the order of the answers, with
/// names and arguments of calls; none if it is no such stream.
pub(super) fn texts(body: &str) -> Option<Vec<String>> {
    let mut texts = Texts::default();
    let mut is_stream = false;
    for line in body.lines() {
        let Some(data) = line.strip_prefix("data: ") else {
            continue;
        };
        is_stream = true;
        let Ok(event) = serde_json::from_str::<Value>(data) else {
            continue;
        };
        texts.add_event(&event);
        for choice in event["choices"].as_array().into_iter().flatten() {
            texts.add_choice(choice);
        }
    }
    is_stream.then(|| {
        texts
            .0
            .into_values()
            .filter(|text| !text.is_empty())
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn stream(events: &[Value]) -> String {
        events
            .iter()
            .map(|event| format!("event: x\ndata: {event}\n\n"))
            .chain(["data: [DONE]\n\n".to_owned()])
            .collect()
    }

    #[test]
    fn chunks_are_put_together_by_their_answer() {
        let said = |index: u32, text: &str| json!({"choices": [{"index": index, "delta": {"content": text}}]});
        let body = stream(&[said(0, ""), said(1, "x"), said(0, "a@"), said(0, "b.de")]);
        assert_eq!(texts(&body).unwrap(), ["a@b.de", "x"]);
        let body = stream(&[json!({"choices": [{"index": 0, "text": "hi"}]})]);
        assert_eq!(texts(&body).unwrap(), ["hi"]);
        assert_eq!(texts("{\"choices\":[]}"), None);
    }

    #[test]
    fn names_and_arguments_of_calls_are_texts_of_their_own() {
        let called = |call: u32, function: Value| {
            json!({"choices": [{"index": 0, "delta":
                {"tool_calls": [{"index": call, "function": function}]}}]})
        };
        let body = stream(&[
            json!({"choices": [{"index": 0, "delta": {"content": "Well"}}]}),
            called(0, json!({"name": "pay", "arguments": ""})),
            called(0, json!({"arguments": "{\"payee\":"})),
            called(1, json!({"name": "tell", "arguments": "{}"})),
            called(0, json!({"arguments": "\"Ann\"}"})),
        ]);
        assert_eq!(
            texts(&body).unwrap(),
            ["Well", "pay", "tell", "{\"payee\":\"Ann\"}", "{}"]
        );
    }

    #[test]
    fn a_responses_items_are_texts_of_their_own() {
        let body = stream(&[
            json!({"type": "response.output_text.delta", "output_index": 0, "content_index": 0,
                "delta": "hi"}),
            json!({"type": "response.output_item.added", "output_index": 1,
                "item": {"type": "function_call", "name": "pay", "arguments": ""}}),
            json!({"type": "response.function_call_arguments.delta", "output_index": 1,
                "delta": "{}"}),
            json!({"type": "response.output_text.done", "output_index": 0, "text": "hi"}),
        ]);
        assert_eq!(texts(&body).unwrap(), ["hi", "pay", "{}"]);
    }
}
