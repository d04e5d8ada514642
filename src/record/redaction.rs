//! Takes what names a person or a company out of a body, by typed rules.
//!
//! By their own form: e-mail addresses, IBANs with right check digits, and what has the form of a
//! VAT id of Europe (its check digits do not matter: a misread id names somebody all the same).
//! By the field they stand in: names and tax ids. A name that was found in a field is taken out
//! everywhere else in the same request and its reply. A name that stands in free text alone is
//! not found.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use iban::Iban;
use regex::{Captures, Regex};
use serde_json::{Map, Value};

const NAME: &str = "[name]";
const EMAIL: &str = "[email]";
const IBAN: &str = "[iban]";
const TAX_ID: &str = "[tax_id]";

/// Shorter names stand in other words too often to be taken out of free text.
const SHORTEST_NAME: usize = 4;

/// Fields whose text is a name, their keys in lower case without anything but letters.
const NAME_FIELDS: &[&str] = &[
    "absender",
    "accountholder",
    "accountname",
    "ansprechpartner",
    "auftraggeber",
    "beneficiary",
    "buyer",
    "buyername",
    "client",
    "clientname",
    "company",
    "companyname",
    "contact",
    "contactname",
    "contactperson",
    "counterparty",
    "counterpartyname",
    "creditor",
    "creditorname",
    "customer",
    "customername",
    "debtor",
    "debtorname",
    "empfänger",
    "firma",
    "firstname",
    "fullname",
    "holder",
    "issuer",
    "kontoinhaber",
    "kreditor",
    "kunde",
    "kundenname",
    "lastname",
    "legalname",
    "lieferant",
    "lieferantenname",
    "merchant",
    "merchantname",
    "nachname",
    "name",
    "party",
    "partyname",
    "payee",
    "payeename",
    "payer",
    "payername",
    "person",
    "rechnungsempfänger",
    "rechnungssteller",
    "recipient",
    "recipientname",
    "registrationname",
    "remitter",
    "reviewer",
    "seller",
    "sellername",
    "sender",
    "sendername",
    "supplier",
    "suppliername",
    "surname",
    "tradingname",
    "vendor",
    "vendorname",
    "vorname",
];

/// Objects whose `name` is one of the API's own: a function, a schema, a tool.
const NAMED_BY_THE_API: &[&str] = &["function", "jsonschema", "format", "tools", "toolchoice"];

/// Fields whose text is a tax id, whatever its form.
const TAX_ID_FIELDS: &[&str] = &[
    "abn",
    "companyid",
    "ein",
    "gstin",
    "steuernummer",
    "taxid",
    "taxids",
    "taxnumber",
    "taxregistrationnumber",
    "tin",
    "trn",
    "umsatzsteuerid",
    "ustid",
    "ustidnr",
    "vatid",
    "vatnumber",
    "vatregistrationnumber",
];

/// Fields whose text is an account, whatever its form.
const IBAN_FIELDS: &[&str] = &[
    "accountnumber",
    "bankaccount",
    "iban",
    "ibans",
    "kontonummer",
];

static EMAILS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"[\p{L}\p{N}._%+'\-]+@[\p{L}\p{N}\-]+(?:\.[\p{L}\p{N}\-]+)+").ok()
});
static IBAN_LIKE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)\b[A-Z]{2}[0-9]{2}(?:[ \u{A0}]?[0-9A-Z]){11,30}").ok());
static VAT_ID_LIKE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?x)\b(?:ATU|BE|BG|CHE|CY|CZ|DE|DK|EE|EL|ES|FI|FR|GB|HR|HU|IE|IT|LT|LU|LV|MT|NL|NO|PL|PT
        |RO|SE|SI|SK|XI)[\ .\-]?[0-9A-Z](?:[.\ \-]?[0-9]){5,11}(?:B[0-9]{2}|[A-Z]{1,2})?\b",
    )
    .ok()
});

/// Takes names out of the bodies of one request; remembers those of the first for the next.
#[derive(Debug, Default)]
pub struct Redactor {
    names: BTreeSet<String>,
}

impl Redactor {
    /// The body without what names somebody. JSON comes back as JSON without white space.
    pub fn redact(&mut self, body: &str) -> String {
        match parsed(body) {
            Some(mut value) => {
                self.collect_names(&value, None);
                self.redact_value(&mut value, None);
                value.to_string()
            }
            None => self.redact_text(body),
        }
    }

    fn collect_names(&mut self, value: &Value, parent: Option<&str>) {
        match value {
            Value::Object(fields) => {
                for (key, value) in fields {
                    let key = folded(key);
                    for name in names_in(fields, &key, value, parent) {
                        self.names.insert(name.to_owned());
                    }
                    self.collect_names(value, Some(&key));
                }
            }
            Value::Array(items) => {
                for item in items {
                    self.collect_names(item, parent);
                }
            }
            Value::String(text) => {
                if let Some(inner) = parsed(text) {
                    self.collect_names(&inner, None);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

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
                    None => self.redact_text(text),
                };
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn redact_fields(&self, fields: &mut Map<String, Value>, parent: Option<&str>) {
        let is_function = is_function(fields);
        for (key, value) in fields.iter_mut() {
            let key = folded(key);
            if is_name_field(&key, parent, is_function) {
                replace_texts(value, NAME);
            } else if TAX_ID_FIELDS.contains(&key.as_str()) {
                replace_texts(value, TAX_ID);
            } else if IBAN_FIELDS.contains(&key.as_str()) {
                replace_texts(value, IBAN);
            }
            self.redact_value(value, Some(&key));
        }
    }

    fn redact_text(&self, text: &str) -> String {
        let mut text = Cow::Borrowed(text);
        // Longer names first: one may be a part of another.
        let mut names: Vec<&String> = self.names.iter().collect();
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        for name in names {
            if text.contains(name.as_str()) {
                text = Cow::Owned(text.replace(name.as_str(), NAME));
            }
        }
        let text = replaced(&EMAILS, &text, |_| Some(EMAIL.to_owned()));
        let text = replaced(&IBAN_LIKE, &text, without_iban);
        replaced(&VAT_ID_LIKE, &text, |_| Some(TAX_ID.to_owned())).into_owned()
    }
}

/// The JSON object or array that a text is.
fn parsed(text: &str) -> Option<Value> {
    let trimmed = text.trim_start();
    if !trimmed.starts_with(['{', '[']) {
        return None;
    }
    serde_json::from_str(text).ok()
}

fn folded(key: &str) -> String {
    key.chars()
        .filter(|letter| letter.is_alphabetic())
        .flat_map(char::to_lowercase)
        .collect()
}

fn is_function(fields: &Map<String, Value>) -> bool {
    fields
        .get("type")
        .is_some_and(|kind| kind == "function" || kind == "function_call" || kind == "json_schema")
}

fn is_name_field(key: &str, parent: Option<&str>, is_function: bool) -> bool {
    let is_the_apis = key == "name"
        && (is_function || parent.is_some_and(|parent| NAMED_BY_THE_API.contains(&parent)));
    !is_the_apis && NAME_FIELDS.contains(&key)
}

/// The names of a field that are long enough to be looked for elsewhere.
fn names_in<'a>(
    fields: &Map<String, Value>,
    key: &str,
    value: &'a Value,
    parent: Option<&str>,
) -> Vec<&'a str> {
    if !is_name_field(key, parent, is_function(fields)) {
        return Vec::new();
    }
    let texts = match value {
        Value::String(text) => vec![text.as_str()],
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    texts
        .into_iter()
        .map(str::trim)
        .filter(|name| name.chars().count() >= SHORTEST_NAME && parsed(name).is_none())
        .collect()
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

/// Every match of a pattern with what `mark` makes of it; none leaves it as it is.
fn replaced<'a>(
    pattern: &LazyLock<Option<Regex>>,
    text: &'a str,
    mark: impl Fn(&str) -> Option<String>,
) -> Cow<'a, str> {
    match &**pattern {
        Some(pattern) => pattern.replace_all(text, |found: &Captures<'_>| {
            mark(&found[0]).unwrap_or_else(|| found[0].to_owned())
        }),
        None => Cow::Borrowed(text),
    }
}

/// The longest beginning that is an IBAN is taken out: words may follow it without a sign between.
fn without_iban(found: &str) -> Option<String> {
    let ends: Vec<usize> = found
        .char_indices()
        .filter(|(_, letter)| letter.is_ascii_alphanumeric())
        .map(|(start, letter)| start + letter.len_utf8())
        .collect();
    ends.into_iter().skip(14).rev().find_map(|end| {
        let (candidate, rest) = found.split_at_checked(end)?;
        let compact: String = candidate
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|letter| letter.to_ascii_uppercase())
            .collect();
        compact.parse::<Iban>().ok()?;
        Some(format!("{IBAN}{rest}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(body: &str) -> String {
        Redactor::default().redact(body)
    }

    #[test]
    fn the_patterns_compile() {
        for pattern in [&EMAILS, &IBAN_LIKE, &VAT_ID_LIKE] {
            assert!(pattern.is_some());
        }
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
        let wanted = serde_json::json!({
            "supplier": {"Name": NAME, "tax_id": TAX_ID}, "customer_name": NAME,
            "total": "1.00", "paid": true, "lines": [{"description": "Paper from [name]"}],
            "account_number": IBAN, "reviewer": null});
        assert_eq!(redacted, wanted);
    }

    #[test]
    fn a_document_inside_a_message_is_redacted_and_its_names_in_the_reply() {
        let mut redactor = Redactor::default();
        let request = serde_json::json!({"messages": [{"role": "user",
            "content": r#"{"vendor": "Muster AG", "iban": "CH93"}"#}]});
        let request = redactor.redact(&request.to_string());
        assert!(
            !request.contains("Muster") && !request.contains("CH93"),
            "{request}"
        );
        assert_eq!(redactor.redact("Muster AG it is"), "[name] it is");
    }

    #[test]
    fn the_names_of_functions_and_schemas_are_no_names() {
        let body = r#"{"tools":[{"type":"function","function":{"name":"get_rate"}}],"response_format":{"type":"json_schema","json_schema":{"name":"entry"}}}"#;
        assert_eq!(redacted(body), body);
    }
}
