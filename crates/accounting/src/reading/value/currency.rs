//! Currency marks: ISO codes, and symbols that several countries share.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::money::Currency;
use crate::reading::normalise::folded;

/// A mark of a currency as printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CurrencyMark {
    /// An ISO code or a symbol of one currency.
    One(Currency),
    /// A symbol of several currencies, each with its countries.
    Several(&'static [(Currency, Vec<String>)]),
}

impl CurrencyMark {
    /// The currency of the mark in a country.
    pub(crate) fn in_country(&self, country: &str) -> Option<Currency> {
        match self {
            Self::One(currency) => Some(*currency),
            Self::Several(choices) => choices
                .iter()
                .find(|(_, countries)| countries.iter().any(|known| known == country))
                .map(|(currency, _)| *currency),
        }
    }

    /// True when the mark can mean this currency.
    pub(crate) fn allows(&self, currency: Currency) -> bool {
        match self {
            Self::One(one) => *one == currency,
            Self::Several(choices) => choices.iter().any(|(choice, _)| *choice == currency),
        }
    }

    /// The only currency of the mark, or its usual one.
    pub(crate) fn usual(&self) -> Option<Currency> {
        match self {
            Self::One(currency) => Some(*currency),
            Self::Several(choices) => choices.first().map(|(currency, _)| *currency),
        }
    }
}

/// Codes that are taken from labels in lower case too: frequent, and no words of a language.
const FREQUENT: [&str; 44] = [
    "eur", "usd", "gbp", "chf", "sek", "nok", "dkk", "isk", "pln", "czk", "huf", "ron", "bgn",
    "hrk", "rsd", "jpy", "cny", "inr", "cad", "aud", "nzd", "sgd", "hkd", "mxn", "brl", "ars",
    "clp", "zar", "aed", "sar", "egp", "ils", "krw", "thb", "idr", "myr", "php", "vnd", "rub",
    "uah", "kzt", "qar", "kwd", "ngn",
];

/// True for a frequent ISO code in lower case.
pub(crate) fn is_frequent_code(word: &str) -> bool {
    FREQUENT.contains(&word)
}

type Symbols = HashMap<String, Vec<(Currency, Vec<String>)>>;

fn symbols() -> &'static Symbols {
    static SYMBOLS: LazyLock<Symbols> =
        LazyLock::new(|| read_table(include_str!("../../../data/lexicon/currencies.tsv")));
    &SYMBOLS
}

fn read_table(data: &str) -> Symbols {
    let mut symbols = Symbols::new();
    for line in data.lines().filter(|line| !line.starts_with("# ")) {
        let Some((mark, choices)) = line.split_once('\t') else {
            continue;
        };
        let choices = choices
            .split('|')
            .filter_map(|choice| {
                let (code, countries) = choice.split_once(':').unwrap_or((choice, ""));
                let countries = countries.split(',').map(str::to_owned).collect();
                Currency::from_code(code)
                    .ok()
                    .map(|currency| (currency, countries))
            })
            .collect();
        symbols.insert(folded(mark), choices);
    }
    symbols
}

/// The currency that a text says by itself: a field's value or the words beside a number.
pub(crate) fn read_mark(text: &str) -> Option<CurrencyMark> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    if let Some(mark) = symbol(text) {
        return Some(mark);
    }
    let mut lower_code = None;
    for piece in text.split(|character: char| !character.is_alphabetic()) {
        if piece.len() == 3 && piece.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            let known = Currency::from_code(piece).ok();
            let upper = piece.bytes().all(|byte| byte.is_ascii_uppercase());
            if upper && known.is_some() && piece != "ALL" && piece != "TOP" {
                return known.map(CurrencyMark::One);
            }
            if lower_code.is_none() && is_frequent_code(&piece.to_ascii_lowercase()) {
                lower_code = known;
            }
        }
    }
    if let Some(currency) = lower_code {
        return Some(CurrencyMark::One(currency));
    }
    text.split_whitespace()
        .chain(text.split(|character: char| character.is_alphanumeric()))
        .chain(text.split(|character: char| !character.is_alphanumeric()))
        .filter(|piece| !piece.is_empty())
        .find_map(symbol)
}

fn symbol(text: &str) -> Option<CurrencyMark> {
    let key = folded(text);
    let key = key.trim_matches(|character: char| ".:;,()-* ".contains(character));
    match symbols().get(key)?.as_slice() {
        [(currency, _)] => Some(CurrencyMark::One(*currency)),
        [] => None,
        several => Some(CurrencyMark::Several(several)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Option<&'static str> {
        match read_mark(text)? {
            CurrencyMark::One(currency) => Some(currency.code()),
            CurrencyMark::Several(_) => Some("several"),
        }
    }

    #[test]
    fn marks() {
        for (text, expected) in [
            ("EUR", "EUR"),
            ("€", "EUR"),
            ("zł", "PLN"),
            ("Kč", "CZK"),
            ("US$", "USD"),
            ("$", "several"),
            ("kr", "several"),
            ("kr.", "several"),
            ("CHF", "CHF"),
            ("eur", "EUR"),
            ("лв.", "BGN"),
            ("EUR brutto", "EUR"),
            ("R$", "BRL"),
            ("lei", "several"),
            ("Rs.", "several"),
        ] {
            assert_eq!(code(text), Some(expected), "{text}");
        }
        assert_eq!(code("Stk"), None);
        assert_eq!(code("pcs"), None);
    }

    #[test]
    fn a_shared_symbol_takes_the_countrys_currency() {
        let mark = read_mark("kr").unwrap();
        assert_eq!(mark.in_country("NO").map(Currency::code), Some("NOK"));
        assert_eq!(mark.in_country("FR"), None);
    }

    #[test]
    fn all_data_parses() {
        assert!(symbols().values().all(|choices| !choices.is_empty()));
    }
}
