//! What the request log keeps of a request beside its figures: hashes of its prompt and schema,
//! and its bodies as far as the policy says.

pub mod notes;
mod redaction;
mod streamed;

use serde::{Deserialize, Serialize};

pub use redaction::Redactor;

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
    /// As the policy says; none if nothing is kept.
    pub fn under(policy: BodyPolicy, request: Option<&[u8]>, reply: Option<&[u8]>) -> Option<Self> {
        let small_enough = |body: &&[u8]| body.len() <= LARGEST_KEPT;
        let (request, reply) = (request.filter(small_enough), reply.filter(small_enough));
        let (request, reply) = match policy {
            BodyPolicy::None => return None,
            BodyPolicy::Full => (request.map(text), reply.map(text)),
            BodyPolicy::Redacted => {
                let mut redactor = Redactor::default();
                let request = request.map(text).map(|text| redactor.redact(&text));
                let reply = reply.map(text).map(|text| match streamed::joined(&text) {
                    Some(joined) => redactor.redact(&joined),
                    None => redactor.redact(&text),
                });
                (request, reply)
            }
        };
        // At the very end: a body that is taken apart may have them as `\u0000` within.
        Some(Self {
            policy,
            request: request.map(storable),
            reply: reply.map(storable),
        })
    }

    /// Bytes of both.
    pub fn size(&self) -> usize {
        self.request.as_ref().map_or(0, String::len) + self.reply.as_ref().map_or(0, String::len)
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
    use super::*;

    #[test]
    fn each_policy_keeps_what_it_says() {
        let request = br#"{"name": "Erika Muster", "total": "1.00"}"#;
        let reply = b"Dear Erika Muster";
        let under = |policy| KeptBodies::under(policy, Some(request), Some(reply));
        assert_eq!(under(BodyPolicy::None), None);
        let full = under(BodyPolicy::Full).unwrap();
        assert_eq!(full.request.unwrap().as_bytes(), request);
        assert_eq!(full.reply.unwrap().as_bytes(), reply);
        let redacted = under(BodyPolicy::Redacted).unwrap();
        assert_eq!(
            redacted.request.as_deref(),
            Some(r#"{"name":"[name]","total":"1.00"}"#)
        );
        assert_eq!(redacted.reply.as_deref(), Some("Dear [name]"));
    }

    #[test]
    fn what_no_column_takes_is_marked() {
        let kept = KeptBodies::under(BodyPolicy::Full, Some(b"a\0b\xFF"), None).unwrap();
        assert_eq!(kept.request.as_deref(), Some("a\u{FFFD}b\u{FFFD}"));
    }

    #[test]
    fn what_only_the_parts_of_a_body_have_is_marked_too() {
        let stream = br#"data: {"choices":[{"index":0,"delta":{"content":"a\u0000b"}}]}"#;
        for policy in [BodyPolicy::Full, BodyPolicy::Redacted] {
            let kept = KeptBodies::under(policy, Some(b"{}"), Some(stream)).unwrap();
            assert!(!kept.reply.unwrap().contains('\0'), "{policy:?}");
        }
    }
}
