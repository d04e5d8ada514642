//! What is told by its own form, wherever it stands: e-mail addresses, IBANs, VAT ids, and fields
//! of a document that stands in a text.

use std::borrow::Cow;
use std::sync::LazyLock;

use iban::Iban;
use regex::{Captures, Regex};

use super::fields::{UNKNOWN, folded};
use super::{EMAIL, IBAN, TAX_ID};

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
/// A key with its text, as JSON writes them; the last of a text that was cut off has no end.
static PAIRS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#""((?:[^"\\]|\\.)*)"(\s*:\s*")((?:[^"\\]|\\.)*)"#).ok());

/// The text without addresses, accounts and ids.
pub(super) fn without_forms(text: &str) -> String {
    let text = replaced(&EMAILS, text, |_| Some(EMAIL.to_owned()));
    let text = replaced(&IBAN_LIKE, &text, without_iban);
    replaced(&VAT_ID_LIKE, &text, |_| Some(TAX_ID.to_owned())).into_owned()
}

/// The text without what stands in fields that are known by their keys, where a document stands
/// in it among other words, or is cut off.
pub(super) fn without_fields(text: &str) -> Cow<'_, str> {
    let Some(pairs) = &*PAIRS else {
        return Cow::Borrowed(text);
    };
    pairs.replace_all(text, |pair: &Captures<'_>| {
        let (key, between, value) = (&pair[1], &pair[2], &pair[3]);
        match UNKNOWN.mark(&folded(key)) {
            Some(mark) if !value.is_empty() => format!("\"{key}\"{between}{mark}"),
            _ => pair[0].to_owned(),
        }
    })
}

/// The names in such fields.
pub(super) fn names_in_fields(text: &str) -> Vec<String> {
    let Some(pairs) = &*PAIRS else {
        return Vec::new();
    };
    pairs
        .captures_iter(text)
        .filter(|pair| UNKNOWN.is_name(&folded(&pair[1])))
        .map(|pair| {
            let written = &pair[3];
            serde_json::from_str(&format!("\"{written}\"")).unwrap_or_else(|_| written.to_owned())
        })
        .collect()
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

    #[test]
    fn the_patterns_compile() {
        for pattern in [&EMAILS, &IBAN_LIKE, &VAT_ID_LIKE, &PAIRS] {
            assert!(pattern.is_some());
        }
    }

    #[test]
    fn a_document_among_words_or_cut_off_has_fields() {
        for (text, wanted) in [
            (
                r#"Here: {"supplier" : "Erika \"M\" Muster", "total": "1"} as said"#,
                r#"Here: {"supplier" : "[name]", "total": "1"} as said"#,
            ),
            (
                r#"{"total": "1", "vat_id": "12/34"#,
                r#"{"total": "1", "vat_id": "[tax_id]"#,
            ),
            (r#"{"name": ""#, r#"{"name": ""#),
        ] {
            assert_eq!(without_fields(text), wanted);
        }
        assert_eq!(
            names_in_fields(
                r#"{"supplier" : "Erika \"M\" M\u00fcller", "total": "1", "payee":"Ad"#
            ),
            ["Erika \"M\" Müller", "Ad"]
        );
    }
}
