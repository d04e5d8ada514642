//! Countries, tax ids and IBANs, compared in their electronic form.

use std::fmt;
use std::str::FromStr;

use iban::IbanLike;
use serde::Serialize;

/// An ISO 3166 alpha-2 country code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Country([u8; 2]);

impl Country {
    /// The country of a two-letter code, in either case. Greece's tax prefix `EL` and the
    /// informal `UK` are understood.
    pub fn parse(code: &str) -> Option<Self> {
        let upper = code.trim().to_ascii_uppercase();
        let iso = match upper.as_str() {
            "EL" => "GR",
            "UK" => "GB",
            other => other,
        };
        iso_currency::Country::from_str(iso).ok()?;
        let bytes = iso.as_bytes();
        Some(Self([*bytes.first()?, *bytes.get(1)?]))
    }

    /// The code, upper case.
    pub fn code(&self) -> &str {
        // Two ASCII letters by construction.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Member of the European Union's VAT area (Council Directive 2006/112/EC, article 5).
    pub fn is_in_eu(self) -> bool {
        const MEMBERS: [&str; 27] = [
            "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
            "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
        ];
        MEMBERS.contains(&self.code())
    }
}

impl fmt::Display for Country {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

/// A VAT or other tax id, letters and digits only, upper case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct TaxId(String);

impl TaxId {
    /// Reads an id as printed: blanks, dots and dashes do not count.
    pub fn parse(text: &str) -> Option<Self> {
        let id: String = text
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_uppercase();
        let digits = id.chars().filter(char::is_ascii_digit).count();
        (digits >= 4 && id.len() <= 30).then_some(Self(id))
    }

    /// The id in its electronic form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The country that the id's prefix names, where it has one.
    pub fn country(&self) -> Option<Country> {
        self.0
            .get(..2)
            .filter(|head| head.chars().all(|c| c.is_ascii_alphabetic()))
            .and_then(Country::parse)
    }

    /// Whether both name one taxpayer: alike, or alike but for a country prefix on one side.
    pub fn is_same(&self, other: &Self) -> bool {
        let own = self.without_prefix();
        self == other
            || (own.len() >= 6
                && own == other.without_prefix()
                && (self.country().is_none() || other.country().is_none()))
    }

    fn without_prefix(&self) -> &str {
        if self.country().is_some() {
            &self.0[2..]
        } else {
            &self.0
        }
    }
}

/// An IBAN with the right length and check digits (ISO 13616), in its electronic form.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Iban(String);

impl Iban {
    /// Reads an IBAN as printed. `None` when its form, length or check digits are wrong.
    pub fn parse(text: &str) -> Option<Self> {
        let compact: String = text
            .chars()
            .filter(|c| !c.is_whitespace())
            .collect::<String>()
            .to_uppercase();
        // The base form checks the mod 97 of ISO 7064; the country's own structure is left to
        // the bank, since the registry of structures changes.
        let base = compact.parse::<iban::BaseIban>().ok()?;
        Some(Self(base.electronic_str().to_owned()))
    }

    /// The IBAN without blanks.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tax_ids_are_compared_without_prefix_and_punctuation() {
        let printed = TaxId::parse("DE 214.365.879").unwrap();
        assert!(printed.is_same(&TaxId::parse("214365879").unwrap()));
        assert!(!printed.is_same(&TaxId::parse("AT214365879").unwrap()));
        assert_eq!(printed.country().unwrap().code(), "DE");
        assert!(TaxId::parse("none").is_none());
    }

    #[test]
    fn an_iban_with_a_wrong_digit_is_none() {
        assert!(Iban::parse("DE89 3704 0044 0532 0130 00").is_some());
        assert!(Iban::parse("DE89 3704 0044 0532 0130 01").is_none());
    }
}
