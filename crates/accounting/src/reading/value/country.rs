//! Countries by code and name, with their currencies and habits of printing.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::date::DateOrder;
use super::number::DecimalMark;
use crate::reading::normalise::compact;

/// ISO 3166 codes by name in its compact form.
fn names() -> &'static HashMap<String, &'static str> {
    static NAMES: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
        let mut names = HashMap::new();
        for line in include_str!("../../../data/lexicon/countries.tsv").lines() {
            let mut columns = line.split('\t');
            if let (Some(code), Some(_), Some(list)) =
                (columns.next(), columns.next(), columns.next())
                && !code.starts_with('#')
            {
                names.insert(code.to_ascii_lowercase(), code);
                names.extend(list.split('|').map(|name| (compact(name), code)));
            }
        }
        names
    });
    &NAMES
}

/// The ISO 3166 alpha-2 code of a printed country: a code in either case or a name.
pub(crate) fn read_country(text: &str) -> Option<String> {
    let trimmed = text.trim();
    if let Some(code) = names().get(&compact(trimmed)) {
        return Some((*code).to_owned());
    }
    let is_code = trimmed.len() == 2 && trimmed.bytes().all(|byte| byte.is_ascii_uppercase());
    is_code.then(|| trimmed.to_owned())
}

/// The country whose prefix a VAT id carries (`EL` is Greece, `XI` Northern Ireland).
pub(crate) fn of_tax_id(tax_id: &str) -> Option<String> {
    let letters: String = tax_id
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(2)
        .collect();
    if !letters.bytes().all(|byte| byte.is_ascii_alphabetic()) || tax_id.len() < 8 {
        return None;
    }
    match letters.to_ascii_uppercase().as_str() {
        "XI" => Some("GB".to_owned()),
        code => read_country(code),
    }
}

/// Order of day and month that a country prints; `None` where both are usual.
pub(crate) fn date_order(country: &str) -> Option<DateOrder> {
    match country {
        "US" | "PH" => Some(DateOrder::MonthFirst),
        "CA" => None,
        _ => Some(DateOrder::DayFirst),
    }
}

/// Decimal mark that a country prints; `None` where both are usual.
pub(crate) fn decimal_mark(country: &str) -> Option<DecimalMark> {
    match country {
        "US" | "GB" | "IE" | "AU" | "NZ" | "IN" | "PK" | "CN" | "JP" | "KR" | "HK" | "SG"
        | "MY" | "TH" | "PH" | "IL" | "NG" | "KE" | "GH" | "MX" | "CH" | "LI" | "AE" | "SA"
        | "EG" | "MT" => Some(DecimalMark::Point),
        "CA" | "ZA" | "LU" => None,
        _ => Some(DecimalMark::Comma),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_by_code_and_name() {
        for (text, code) in [
            ("DE", "DE"),
            ("nl", "NL"),
            ("Österreich", "AT"),
            ("U.S.A.", "US"),
            ("Србија", "RS"),
            ("VE", "VE"),
        ] {
            assert_eq!(read_country(text).as_deref(), Some(code), "{text}");
        }
        assert_eq!(read_country("Test"), None);
        assert_eq!(of_tax_id("EL123456789").as_deref(), Some("GR"));
        assert_eq!(of_tax_id("123456789"), None);
    }
}
