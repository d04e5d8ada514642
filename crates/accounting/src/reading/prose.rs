//! Figures inside sentences: amounts with their currency, exchange rates, numbers of
//! documents.

use rust_decimal::Decimal;

use super::lexicon::lexicon;
use super::normalise::{folded, with_ascii_digits, words};
use super::style::Reader;
use super::value::currency::{CurrencyMark, read_mark};
use super::value::number::numbers_in;
use crate::facts::DocumentKind;
use crate::money::Currency;

/// An amount of money inside a text.
#[derive(Debug, Clone)]
pub(crate) struct MoneyInText {
    /// The amount.
    pub(crate) amount: Decimal,
    /// Its currency as printed.
    pub(crate) mark: CurrencyMark,
    /// True when it stands in a rate (`0.0870 EUR per NOK`).
    pub(crate) is_rate: bool,
}

/// Words that make an amount a rate of another currency.
const PER: [&str; 8] = ["per", "je", "par", "por", "pro", "za", "/", "="];

/// Amounts that have a currency beside them.
pub(crate) fn money_in<'a>(
    text: &'a str,
    reader: &'a Reader,
) -> impl Iterator<Item = MoneyInText> + 'a {
    let ascii = with_ascii_digits(text);
    let found: Vec<MoneyInText> = numbers_in(&ascii)
        .iter()
        .filter_map(|number| {
            let after = next_word(&ascii[number.end..]);
            let before = last_word(&ascii[..number.start]);
            let mark = read_mark(after).or_else(|| read_mark(before))?;
            let rest = ascii[number.end..].trim_start();
            let following = next_word(rest.get(after.len()..).unwrap_or_default());
            let is_rate = PER.contains(&folded(following).as_str());
            Some(MoneyInText {
                amount: reader.resolve(&number.number),
                mark,
                is_rate,
            })
        })
        .collect();
    found.into_iter()
}

fn next_word(text: &str) -> &str {
    text.split_whitespace().next().unwrap_or_default()
}

fn last_word(text: &str) -> &str {
    text.split_whitespace().next_back().unwrap_or_default()
}

/// An exchange rate in words: 1 `from` = `rate` `to`.
#[derive(Debug, Clone)]
pub(crate) struct RateInText {
    /// The currency that one unit is of.
    pub(crate) from: Currency,
    /// The currency that the rate counts in.
    pub(crate) to: Currency,
    /// The rate.
    pub(crate) rate: Decimal,
    /// True when the words say that the item was booked at it.
    pub(crate) booked: bool,
}

/// Words that say that an item stands in the books at a rate.
const BOOKED: [&str; 14] = [
    "booked",
    "recorded",
    "carried",
    "original",
    "gebucht",
    "verbucht",
    "comptabilise",
    "comptabilisee",
    "contabilizado",
    "contabilizada",
    "registrato",
    "registrata",
    "geboekt",
    "zaksiegowano",
];

/// `0.0870 EUR per NOK`, `1 EUR = 11.40 NOK`, `EUR/NOK 11.40`.
pub(crate) fn rates_in(text: &str, reader: &Reader) -> Vec<RateInText> {
    let ascii = with_ascii_digits(text);
    let booked_before = |position: usize| {
        folded(&ascii[..position])
            .split(|character: char| !character.is_alphanumeric())
            .any(|word| BOOKED.contains(&word))
    };
    let code = |word: &str| {
        let word = word.trim_matches(|character: char| !character.is_alphanumeric());
        (word.len() == 3).then(|| Currency::from_code(word).ok())?
    };
    let mut rates = Vec::new();
    let numbers = numbers_in(&ascii);
    for (index, number) in numbers.iter().enumerate() {
        let value = reader.resolve(&number.number);
        let mut after = ascii[number.end..].split_whitespace();
        let (first, link, second) = (after.next(), after.next(), after.next());
        let booked = booked_before(number.start);
        if let (Some(first), Some(link), Some(second)) = (first, link, second)
            && let Some(unit) = code(first)
        {
            // `0.0870 EUR per NOK`
            if PER.contains(&folded(link).as_str())
                && link != "="
                && let Some(from) = code(second)
            {
                rates.push(RateInText {
                    from,
                    to: unit,
                    rate: value,
                    booked,
                });
            } else if link == "="
                && value == Decimal::ONE
                && let Some(next) = numbers.get(index + 1)
                && let Some(to) = code(next_word(&ascii[next.end..]))
            {
                let rate = reader.resolve(&next.number);
                rates.push(RateInText {
                    from: unit,
                    to,
                    rate,
                    booked,
                });
            }
        } else if let Some((to, from)) = first.and_then(|first| first.split_once('/'))
            && let (Some(to), Some(from)) = (code(to), code(from))
        {
            // `0.0870 EUR/NOK`: euros for a krone.
            rates.push(RateInText {
                from,
                to,
                rate: value,
                booked,
            });
        }
    }
    rates
}

/// The number of a document named in a text: the word with digits behind a document word
/// (`Invoice 771, …`), or the whole text when it is one word.
pub(crate) fn document_number_in(text: &str) -> Option<String> {
    let pieces: Vec<&str> = text.split_whitespace().collect();
    if let [only] = pieces.as_slice() {
        return Some((*only).to_owned());
    }
    let names_invoice = |piece: &str| {
        lexicon()
            .kinds_in(&words(piece))
            .iter()
            .flat_map(|hit| &hit.meanings)
            .any(|(kind, _)| {
                matches!(
                    kind,
                    DocumentKind::Invoice | DocumentKind::CreditNote | DocumentKind::Order
                )
            })
    };
    let start = pieces.iter().position(|piece| names_invoice(piece))?;
    pieces[start + 1..]
        .iter()
        .take(4)
        .map(|piece| piece.trim_matches(|character: char| ",;.:()".contains(character)))
        .find(|piece| piece.chars().any(|character| character.is_ascii_digit()))
        .map(str::to_owned)
}
