//! The text of a streamed reply, put together: a name that comes in two chunks is a name.

use std::collections::BTreeMap;

use serde_json::Value;

/// The texts of the answers in a stream of server-sent events, one after another, with the
/// arguments of calls; none if it is no such stream.
pub(super) fn joined(body: &str) -> Option<String> {
    let mut texts: BTreeMap<u64, String> = BTreeMap::new();
    let mut is_stream = false;
    for line in body.lines() {
        let Some(data) = line.strip_prefix("data: ") else {
            continue;
        };
        is_stream = true;
        let Ok(event) = serde_json::from_str::<Value>(data) else {
            continue;
        };
        // OpenAI's responses say their text as `delta` of the event itself.
        if let Some(delta) = event["delta"].as_str() {
            texts.entry(0).or_default().push_str(delta);
        }
        for choice in event["choices"].as_array().into_iter().flatten() {
            let text = texts
                .entry(choice["index"].as_u64().unwrap_or(0))
                .or_default();
            for part in [&choice["text"], &choice["delta"]["content"]] {
                text.push_str(part.as_str().unwrap_or_default());
            }
            for call in choice["delta"]["tool_calls"]
                .as_array()
                .into_iter()
                .flatten()
            {
                for part in ["name", "arguments"] {
                    text.push_str(call["function"][part].as_str().unwrap_or_default());
                }
            }
        }
    }
    is_stream.then(|| texts.into_values().collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_put_together_by_their_answer() {
        let body = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a@\"}}]}\n\n\
            data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"x\"}}]}\n\n\
            data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"b.de\"}}]}\n\n\
            data: [DONE]\n\n";
        assert_eq!(joined(body).as_deref(), Some("a@b.de\nx"));
        let body = "event: x\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"hi\"}\n\n";
        assert_eq!(joined(body).as_deref(), Some("hi"));
        assert_eq!(joined("{\"choices\":[]}"), None);
    }
}
