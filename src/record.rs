//! What the request log keeps of a request beside its figures: hashes of its prompt and schema,
//! and its bodies as far as the policy says.

pub mod notes;
mod redaction;
mod streamed;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use notes::Notes;

/// What is kept of the bodies of requests and replies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BodyPolicy {
    /// As sent.
    Full,
    /// Without names, e-mail addresses, IBANs and tax ids.
    Redacted,
    /// Nothing.
    #[default]
    None,
}

/// The policy by caller.
#[derive(Debug, Clone, Copy, Default)]
pub struct BodyPolicies {
    /// For callers with none of their own, which is all of them as long as keys have none.
    pub default: BodyPolicy,
}

impl BodyPolicies {
    /// What is kept of the requests of this caller.
    pub fn of(self, _caller: Option<&str>) -> BodyPolicy {
        self.default
    }
}

/// A body of more bytes is not kept, on either side: PostgreSQL takes no text and no message of
/// 1 GiB, and the queue that bodies wait in is small.
const LARGEST_KEPT: usize = 64 * 1024 * 1024;

/// The bodies of a request as they are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptBodies {
    /// `full` or `redacted`.
    pub policy: BodyPolicy,
    /// What was sent; null where no body was read.
    pub request: Option<String>,
    /// What was answered; null where the client went before the end, or where it was too large.
    pub reply: Option<String>,
}

impl KeptBodies {
    /// Bytes of both.
    pub fn size(&self) -> usize {
        self.request.as_ref().map_or(0, String::len) + self.reply.as_ref().map_or(0, String::len)
    }

    fn full(request: &[u8], reply: Option<&[u8]>) -> Self {
        Self {
            policy: BodyPolicy::Full,
            request: Some(storable(text(request))),
            reply: reply.map(|reply| storable(text(reply))),
        }
    }

    fn redacted(mut request: Body, mut reply: Option<Body>) -> Self {
        let values = request.values().iter_mut();
        let mut values: Vec<&mut Value> = values
            .chain(reply.iter_mut().flat_map(Body::values))
            .collect();
        let outcome = redaction::redact(&mut values);
        let kept = |part: Body| storable(part.into_text());
        match outcome {
            Ok(()) => Self {
                policy: BodyPolicy::Redacted,
                request: Some(kept(request)),
                reply: reply.map(kept),
            },
            Err(cause) => {
                tracing::warn!(%cause, "bodies are not kept: they could not be redacted whole");
                Self {
                    policy: BodyPolicy::Redacted,
                    request: None,
                    reply: None,
                }
            }
        }
    }
}

/// What is kept of a request whose body is `request`: its hashes, and its bodies as the policy
/// says. The body is parsed once for both.
pub fn of_request(
    policy: BodyPolicy,
    request: &[u8],
    reply: Option<&[u8]>,
) -> (Notes, Option<KeptBodies>) {
    let parsed: Option<Value> = serde_json::from_slice(request).ok();
    let notes = Notes::of_parsed(parsed.as_ref());
    let reply = reply.filter(|reply| reply.len() <= LARGEST_KEPT);
    let bodies = match policy {
        BodyPolicy::None => None,
        BodyPolicy::Full | BodyPolicy::Redacted if request.len() > LARGEST_KEPT => {
            Some(KeptBodies {
                policy,
                request: None,
                reply: None,
            })
        }
        BodyPolicy::Full => Some(KeptBodies::full(request, reply)),
        BodyPolicy::Redacted => {
            let request = match parsed {
                Some(value) => Body::Json(value),
                None => Body::Texts(vec![text(request).into()]),
            };
            Some(KeptBodies::redacted(request, reply.map(Body::of_reply)))
        }
    };
    (notes, bodies)
}

/// A body, in what is redacted each by itself.
enum Body {
    Json(Value),
    /// Of a stream, or of what is no JSON.
    Texts(Vec<Value>),
}

impl Body {
    fn of_reply(reply: &[u8]) -> Self {
        if let Ok(value) = serde_json::from_slice(reply) {
            return Self::Json(value);
        }
        let text = text(reply);
        let texts = streamed::texts(&text).unwrap_or_else(|| vec![text]);
        Self::Texts(texts.into_iter().map(Value::String).collect())
    }

    fn values(&mut self) -> &mut [Value] {
        match self {
            Self::Json(value) => std::slice::from_mut(value),
            Self::Texts(texts) => texts,
        }
    }

    /// JSON without white space; texts one under another.
    fn into_text(self) -> String {
        match self {
            Self::Json(value) => value.to_string(),
            Self::Texts(texts) => {
                let texts: Vec<&str> = texts.iter().filter_map(Value::as_str).collect();
                texts.join("\n")
            }
        }
    }
}

/// A body as text. Bytes that are no UTF-8 are no JSON, so only a body that was refused has them.
fn text(body: &[u8]) -> String {
    String::from_utf8_lossy(body).into_owned()
}

/// PostgreSQL keeps no U+0000 in a text.
fn storable(text: String) -> String {
    if text.contains('\0') {
        text.replace('\0', "\u{FFFD}")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn under(policy: BodyPolicy, request: &[u8], reply: &[u8]) -> KeptBodies {
        of_request(policy, request, Some(reply)).1.unwrap()
    }

    fn redacted(request: &Value, reply: &str) -> (String, String) {
        let request = request.to_string();
        let kept = under(BodyPolicy::Redacted, request.as_bytes(), reply.as_bytes());
        (kept.request.unwrap(), kept.reply.unwrap())
    }

    /// A stream that says the pieces, each of an answer.
    fn stream(pieces: &[(u32, Value)]) -> String {
        let events: Vec<String> = pieces
            .iter()
            .map(|(index, delta)| {
                format!(
                    "data: {}\n\n",
                    json!({"choices": [{"index": index, "delta": delta}]})
                )
            })
            .collect();
        events.concat()
    }

    #[test]
    fn each_policy_keeps_what_it_says() {
        let request = br#"{"name": "Erika Muster", "total": "1.00"}"#;
        let reply = b"Dear Erika Muster";
        assert_eq!(of_request(BodyPolicy::None, request, Some(reply)).1, None);
        let full = under(BodyPolicy::Full, request, reply);
        assert_eq!(full.request.unwrap().as_bytes(), request);
        assert_eq!(full.reply.unwrap().as_bytes(), reply);
        let redacted = under(BodyPolicy::Redacted, request, reply);
        assert_eq!(
            redacted.request.as_deref(),
            Some(r#"{"name":"[name]","total":"1.00"}"#)
        );
        assert_eq!(redacted.reply.as_deref(), Some("Dear [name]"));
    }

    #[test]
    fn what_no_column_takes_is_marked() {
        let (_, kept) = of_request(BodyPolicy::Full, b"a\0b\xFF", None);
        assert_eq!(kept.unwrap().request.as_deref(), Some("a\u{FFFD}b\u{FFFD}"));
        let stream = br#"data: {"choices":[{"index":0,"delta":{"content":"a\u0000b"}}]}"#;
        for policy in [BodyPolicy::Full, BodyPolicy::Redacted] {
            let kept = under(policy, br#""\ud800""#, stream);
            assert!(!kept.reply.unwrap().contains('\0'), "{policy:?}");
        }
    }

    #[test]
    fn a_name_found_in_the_reply_is_no_longer_in_the_request() {
        let request = json!({"messages": [{"role": "user", "content":
            "Invoice from Erika Muster"}]});
        let answer = r#"{"supplier":"Erika Muster"}"#;
        let whole = json!({"choices": [{"message": {"content": answer}}]}).to_string();
        let streamed = stream(&[(0, json!({"content": answer}))]);
        for reply in [whole, streamed] {
            let (request, reply) = redacted(&request, &reply);
            assert!(request.contains("Invoice from [name]"), "{request}");
            assert!(!reply.contains("Erika"), "{reply}");
        }
    }

    #[test]
    fn streamed_calls_and_several_answers_are_redacted_each_alone() {
        let call = |function: Value| json!({"tool_calls": [{"index": 0, "function": function}]});
        let calls = stream(&[
            (
                0,
                call(json!({"name": "pay", "arguments": "{\"payee\": \"Er"})),
            ),
            (
                0,
                call(json!({"arguments": "ika Muster\", \"vat_id\": \"12/34\"}"})),
            ),
        ]);
        let (_, reply) = redacted(&json!({}), &calls);
        assert_eq!(reply, "pay\n{\"payee\":\"[name]\",\"vat_id\":\"[tax_id]\"}");
        let answers = stream(&[
            (0, json!({"content": "{\"payee\": \"Ann\"}"})),
            (1, json!({"content": "{\"payee\": \"Bob\", \"total\": \"1"})),
        ]);
        let (_, reply) = redacted(&json!({}), &answers);
        assert_eq!(
            reply,
            "{\"payee\":\"[name]\"}\n{\"payee\": \"[name]\", \"total\": \"1"
        );
    }

    #[test]
    fn more_names_than_are_looked_for_leave_no_bodies() {
        let names: Vec<String> = (0..100_000).map(|name| format!("Name {name}")).collect();
        let kept = under(
            BodyPolicy::Redacted,
            json!({"name": names}).to_string().as_bytes(),
            b"",
        );
        assert_eq!((kept.request, kept.reply), (None, None));
    }

    /// Quadratic work over so many would be seen by whoever waits for the tests.
    #[test]
    fn thousands_of_names_are_all_cut_out() {
        let lines: Vec<Value> = (0..8_000)
            .map(|name| json!({"name": format!("Customer {name}")}))
            .collect();
        let body = json!({"lines": lines}).to_string();
        let kept = under(BodyPolicy::Redacted, body.as_bytes(), body.as_bytes());
        for kept in [kept.request.unwrap(), kept.reply.unwrap()] {
            assert_eq!(kept.matches("[name]").count(), 8_000);
            assert!(!kept.contains("Customer"));
        }
    }
}
