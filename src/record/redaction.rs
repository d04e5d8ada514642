//! Takes what names a person or a company out of a request and its reply, by typed rules.
//!
//! By their own form ([`forms`]): e-mail addresses, IBANs with right check digits, and what has the
//! form of a VAT id of Europe (its check digits do not matter: a misread id names somebody all the
//! same). By the field they stand in ([`fields`]): names and tax ids. A name that was found in a
//! field is taken out everywhere else in the request and its reply ([`names`]). A name that stands
//! in free text alone is not found.

mod fields;
mod forms;
mod names;

use serde_json::{Map, Value};

use fields::{Kind, folded, without_encoded_text};
use names::{NameFinder, Names};

pub(super) use names::TooManyNames;

const NAME: &str = "[name]";
const EMAIL: &str = "[email]";
const IBAN: &str = "[iban]";
const TAX_ID: &str = "[tax_id]";

/// Redacts values, of all of which the names are taken out of each.
///
/// # Errors
/// [`TooManyNames`]; the values are as they were.
pub(super) fn redact(values: &mut [&mut Value]) -> Result<(), TooManyNames> {
    let mut names = Names::default();
    for value in &*values {
        names.collect(value, None)?;
    }
    let redactor = Redactor {
        names: names.finder()?,
    };
    for value in values {
        redactor.redact_value(value, None);
    }
    Ok(())
}

/// The JSON object or array that a text is.
fn parsed(text: &str) -> Option<Value> {
    let trimmed = text.trim_start();
    if !trimmed.starts_with(['{', '[']) {
        return None;
    }
    serde_json::from_str(text).ok()
}

/// Takes the names of one request out of its values.
#[derive(Debug)]
struct Redactor {
    names: NameFinder,
}

impl Redactor {
    fn redact_value(&self, value: &mut Value, parent: Option<&str>) {
        match value {
            Value::Object(fields) => self.redact_fields(fields, parent),
            Value::Array(items) => {
                for item in items {
                    self.redact_value(item, parent);
                }
            }
            Value::String(text) => {
                // A document inside a message is a document all the same.
                *text = match parsed(text) {
                    Some(mut inner) => {
                        self.redact_value(&mut inner, None);
                        inner.to_string()
                    }
                    None => self.redact_text(&forms::without_fields(text)),
                };
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn redact_fields(&self, fields: &mut Map<String, Value>, parent: Option<&str>) {
        let kind = Kind::of(fields, parent);
        for (key, value) in fields.iter_mut() {
            let key = folded(key);
            if let Some(mark) = kind.mark(&key) {
                replace_texts(value, mark);
            }
            without_encoded_text(&key, value);
            self.redact_value(value, Some(&key));
        }
        if fields.keys().any(|key| is_text(key)) {
            *fields =
                std::mem::take(fields)
                    .into_iter()
                    .fold(Map::new(), |mut fields, (key, value)| {
                        fields.insert(self.redacted_key(key, &fields), value);
                        fields
                    });
        }
    }

    /// Keys that become the same are numbered.
    fn redacted_key(&self, key: String, before: &Map<String, Value>) -> String {
        let redacted = if is_text(&key) {
            self.redact_text(&key)
        } else {
            key
        };
        if !before.contains_key(&redacted) {
            return redacted;
        }
        format!("{redacted} {}", before.len())
    }

    fn redact_text(&self, text: &str) -> String {
        forms::without_forms(&self.names.without_names(text))
    }
}

/// Whether a key is more than a word of its own.
fn is_text(key: &str) -> bool {
    !key.chars()
        .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

/// Every text of a value, or of the texts in it, becomes the mark; objects keep their fields,
/// which are looked at by themselves.
fn replace_texts(value: &mut Value, mark: &str) {
    match value {
        Value::String(text) if !text.is_empty() => mark.clone_into(text),
        Value::Number(_) => *value = Value::String(mark.to_owned()),
        Value::Array(items) => {
            for item in items {
                replace_texts(item, mark);
            }
        }
        Value::Null | Value::Bool(_) | Value::String(_) | Value::Object(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn redacted(body: &str) -> String {
        let is_json = parsed(body).is_some();
        let mut value = parsed(body).unwrap_or_else(|| body.into());
        redact(&mut [&mut value]).unwrap();
        if is_json {
            return value.to_string();
        }
        value.as_str().unwrap().to_owned()
    }

    #[test]
    fn what_is_certain_by_its_form_is_taken_out_of_free_text() {
        for (text, wanted) in [
            ("write to e.muster+x@mail.example.de.", "write to [email]."),
            ("an müller@büro.example", "an [email]"),
            (
                "to DE89 3704 0044 0532 0130 00 BIC COBADEFF",
                "to [iban] BIC COBADEFF",
            ),
            ("gb82WEST12345698765432, thanks", "[iban], thanks"),
            (
                "VAT DE136695976 and ATU13585627",
                "VAT [tax_id] and [tax_id]",
            ),
            ("UID CHE-107.787.577", "UID [tax_id]"),
            ("NL004495445B01", "[tax_id]"),
        ] {
            assert_eq!(redacted(text), wanted);
        }
    }

    #[test]
    fn what_only_looks_alike_stays() {
        for text in [
            "XY89 3704 0044 0532 0130 01 is of no country",
            "invoice 2025-0417 of 17.04.2025, total 107.10 EUR",
            "SE 30 days",
            "a@b",
        ] {
            assert_eq!(redacted(text), text);
        }
    }

    #[test]
    fn fields_that_hold_names_ids_and_accounts_are_marked() {
        let body = r#"{"supplier": {"Name": "Büro & Papier GmbH", "tax_id": "12/345/67890"},
            "customer_name": "Ada", "total": "1.00", "paid": true,
            "lines": [{"description": "Paper from Büro & Papier GmbH"}],
            "account_number": 123456, "reviewer": null}"#;
        let redacted: Value = serde_json::from_str(&redacted(body)).unwrap();
        let wanted = json!({
            "supplier": {"Name": NAME, "tax_id": TAX_ID}, "customer_name": NAME,
            "total": "1.00", "paid": true, "lines": [{"description": "Paper from [name]"}],
            "account_number": IBAN, "reviewer": null});
        assert_eq!(redacted, wanted);
    }

    #[test]
    fn a_document_inside_a_message_is_redacted_and_its_names_everywhere() {
        let mut request = json!({"messages": [{"role": "user",
            "content": r#"{"vendor": "Muster AG", "iban": "CH93"}"#}]});
        let mut reply = json!("Muster AG it is");
        redact(&mut [&mut request, &mut reply]).unwrap();
        let request = request.to_string();
        assert!(
            !request.contains("Muster") && !request.contains("CH93"),
            "{request}"
        );
        assert_eq!(reply, "[name] it is");
    }

    #[test]
    fn accounts_of_a_chart_are_no_names() {
        let body = r#"{"chart":{"accounts":[{"code":"4970","name":"Bankgebühren","type":"expense"}]},"text":"Bankgebühren"}"#;
        assert_eq!(redacted(body), body);
        let body = r#"{"accounts":[{"name":"Erika Muster"}]}"#;
        assert_eq!(redacted(body), r#"{"accounts":[{"name":"[name]"}]}"#);
    }

    #[test]
    fn what_has_the_text_in_another_form_is_left_out() {
        for (body, wanted) in [
            (
                r#"{"logprobs":true,"top_logprobs":2,"choices":[{"logprobs":{"content":[{"token":"Er"}]}}]}"#,
                r#"{"logprobs":true,"top_logprobs":2,"choices":[{"logprobs":null}]}"#,
            ),
            (
                r#"{"logprobs":3,"choices":[{"logprobs":{"tokens":["Er"],"top_logprobs":[{"Er":-1}]}}]}"#,
                r#"{"logprobs":3,"choices":[{"logprobs":null}]}"#,
            ),
            (
                r#"{"output":[{"content":[{"text":"x","logprobs":[{"token":"x"}]}]}]}"#,
                r#"{"output":[{"content":[{"text":"x","logprobs":null}]}]}"#,
            ),
            (r#"{"prompt":[1,2]}"#, r#"{"prompt":"[token_ids]"}"#),
            (
                r#"{"prompt":[[1,2],"x",[3]]}"#,
                r#"{"prompt":["[token_ids]","x","[token_ids]"]}"#,
            ),
            (r#"{"input":[[1,2]]}"#, r#"{"input":["[token_ids]"]}"#),
            (
                r#"{"data":[{"object":"embedding","embedding":[0.5]},{"embedding":"AAAA"}]}"#,
                r#"{"data":[{"object":"embedding","embedding":"[vector]"},{"embedding":"[vector]"}]}"#,
            ),
        ] {
            assert_eq!(redacted(body), wanted);
        }
    }

    #[test]
    fn keys_that_are_texts_are_redacted_and_none_is_lost() {
        let body = r#"{"supplier":"Erika Muster","due":{"Erika Muster":1,"e@muster.de":2,"a_b":3,"x@y.de":4}}"#;
        assert_eq!(
            redacted(body),
            r#"{"supplier":"[name]","due":{"[name]":1,"[email]":2,"a_b":3,"[email] 3":4}}"#
        );
    }

    #[test]
    fn the_names_of_functions_and_schemas_are_no_names() {
        let body = r#"{"tools":[{"type":"function","function":{"name":"get_rate"}}],"response_format":{"type":"json_schema","json_schema":{"name":"entry"}}}"#;
        assert_eq!(redacted(body), body);
    }
}
