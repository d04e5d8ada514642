//! Remittance text as a sequence of letter and digit runs.
//!
//! Banks break lines inside numbers, drop separators and glue words to numbers; only the runs
//! survive that. A reference is looked for in [`Atoms::windows`]: neighbouring runs put together.

use jiff::civil::Date;

use crate::lexicon::fold;

/// Most runs that a reference is spread over (a QRR is printed in six groups).
const MOST_RUNS: usize = 9;
/// No reference is longer.
const LONGEST_REFERENCE: usize = 40;

/// A run of letters or of digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Atom {
    start: usize,
    end: usize,
    is_digits: bool,
    /// No separator stands before it.
    is_glued: bool,
}

/// A text, folded and cut into runs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Atoms {
    text: String,
    atoms: Vec<Atom>,
}

/// Neighbouring runs put together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Window {
    pub text: String,
    /// The same without the leading zeros of each run of digits.
    pub stripped: String,
    /// First run.
    pub from: usize,
    /// Behind the last run.
    pub to: usize,
    /// It ends where the text ends: perhaps cut off.
    pub is_last: bool,
}

impl Atoms {
    pub(crate) fn new(text: &str) -> Self {
        let folded = fold(text);
        let mut atoms: Vec<Atom> = Vec::new();
        let mut is_open = false;
        for (start, character) in folded.char_indices() {
            let end = start + character.len_utf8();
            if character == ' ' {
                is_open = false;
                continue;
            }
            let is_digits = character.is_ascii_digit();
            match atoms.last_mut() {
                Some(last) if is_open && last.is_digits == is_digits => last.end = end,
                _ => {
                    atoms.push(Atom {
                        start,
                        end,
                        is_digits,
                        is_glued: is_open,
                    });
                }
            }
            is_open = true;
        }
        Self {
            text: folded,
            atoms,
        }
    }

    /// How many runs there are.
    pub(crate) fn count(&self) -> usize {
        self.atoms.len()
    }

    /// Whether a run is digits that no letters are glued to.
    pub(crate) fn is_number(&self, index: usize) -> bool {
        let is_free = |atom: Option<&Atom>| atom.is_none_or(|atom| !atom.is_glued);
        self.atoms.get(index).is_some_and(|atom| atom.is_digits)
            && is_free(self.atoms.get(index))
            && is_free(self.atoms.get(index + 1))
    }

    /// Whether a run is a word such as `and` or `to`.
    pub(crate) fn is_short_word(&self, index: usize) -> bool {
        self.atoms
            .get(index)
            .is_some_and(|atom| !atom.is_digits && atom.end - atom.start <= 3)
    }

    /// Instalments that the text counts, such as `1/3` or `1 of 3`: which, of how many.
    pub(crate) fn instalments(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        let number = |index: usize| -> Option<u32> {
            let run = self.run(index);
            (self.is_number(index) && run.len() <= 2).then(|| run.parse().ok())?
        };
        (0..self.atoms.len()).filter_map(move |index| {
            let which = number(index)?;
            let of = number(index + 1).or_else(|| {
                self.is_short_word(index + 1)
                    .then(|| number(index + 2))
                    .flatten()
            })?;
            (1 <= which && which <= of && of >= 2).then_some((which, of))
        })
    }

    /// The text of a run.
    pub(crate) fn run(&self, index: usize) -> &str {
        self.atoms
            .get(index)
            .and_then(|atom| self.text.get(atom.start..atom.end))
            .unwrap_or_default()
    }

    /// Whether digits stand outside the places taken: three or more, and no year.
    pub(crate) fn has_loose_digits(&self, taken: &[(usize, usize)]) -> bool {
        let mut is_taken = vec![false; self.atoms.len()];
        for (from, to) in taken {
            is_taken[*from..*to].fill(true);
        }
        (0..self.atoms.len()).any(|index| {
            let run = self.run(index);
            self.atoms[index].is_digits
                && run.len() >= 3
                && !(run.len() == 4 && run.starts_with("20"))
                && !is_taken[index]
        })
    }

    /// The folded text.
    pub(crate) fn folded(&self) -> &str {
        &self.text
    }

    /// Every sequence of neighbouring runs that holds a digit and may be a reference.
    pub(crate) fn windows(&self) -> impl Iterator<Item = Window> + '_ {
        (0..self.atoms.len())
            .flat_map(move |from| {
                let last = (from + MOST_RUNS).min(self.atoms.len());
                let mut text = String::new();
                let mut stripped = String::new();
                let mut has_digits = false;
                (from..last).map_while(move |index| {
                    let run = self.run(index);
                    text.push_str(run);
                    stripped.push_str(run.trim_start_matches('0'));
                    has_digits |= self.atoms[index].is_digits;
                    if text.len() > LONGEST_REFERENCE {
                        return None;
                    }
                    let ends_in_word = self.atoms.get(index + 1).is_some_and(|next| {
                        next.is_glued && !next.is_digits && next.end - next.start < 3
                    });
                    Some((has_digits && !ends_in_word).then(|| Window {
                        text: text.clone(),
                        stripped: stripped.clone(),
                        from,
                        to: index + 1,
                        is_last: index + 1 == self.atoms.len(),
                    }))
                })
            })
            .flatten()
    }
}

/// A printed number without the leading zeros of each run of digits.
pub(crate) fn stripped_key(text: &str) -> String {
    let atoms = Atoms::new(text);
    (0..atoms.atoms.len())
        .map(|index| atoms.run(index).trim_start_matches('0'))
        .collect()
}

/// A number of a document as references are compared: folded, letters and digits only.
pub(crate) fn reference_key(text: &str) -> String {
    fold(text).replace(' ', "")
}

/// Words before the number of a document, folded, in the languages of invoices.
const DOCUMENT_WORDS: &[&str] = &[
    "inv",
    "invoice",
    "invoices",
    "bill",
    "re",
    "rg",
    "rnr",
    "rechnung",
    "rechnungsnr",
    "rech",
    "renr",
    "rgnr",
    "beleg",
    "fact",
    "facture",
    "factures",
    "fattura",
    "fatt",
    "ft",
    "fra",
    "factura",
    "fatura",
    "faktura",
    "fakt",
    "fak",
    "fv",
    "faktuur",
    "fct",
    "lasku",
    "laskunro",
    "regning",
    "nota",
    "notas",
    "kreditnota",
    "gutschrift",
    "avoir",
    "credit",
    "cn",
    "szamla",
    "racun",
    "fakturanr",
    "fakturanummer",
    "factuur",
    "doc",
    "document",
    "τιμολογιο",
    "счет",
];

/// The numbers in a text that look like a document's: not dates, not amounts, not accounts.
/// A number that follows a document's word counts from three digits on, any other from five.
pub(crate) fn document_numbers(text: &str, day: Date) -> Vec<String> {
    let mut found = Vec::new();
    let mut follows_word = false;
    for raw in text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|' | '?')) {
        let token = raw.trim_matches(|c: char| !c.is_alphanumeric());
        if token.is_empty() {
            continue;
        }
        let digits = token.chars().filter(char::is_ascii_digit).count();
        if digits == 0 {
            let word = fold(token);
            let last = word.rsplit(' ').next().unwrap_or_default();
            follows_word = DOCUMENT_WORDS.contains(&last)
                || (follows_word
                    && matches!(
                        last,
                        "no" | "nr" | "num" | "n" | "nummer" | "number" | "numero"
                    ));
            continue;
        }
        let key = reference_key(token);
        let letters = key.len() - digits.min(key.len());
        let starts_with_word = fold(token)
            .split(|c: char| !c.is_alphabetic())
            .next()
            .is_some_and(|word| DOCUMENT_WORDS.contains(&word));
        let fewest = if follows_word || starts_with_word {
            3
        } else {
            5
        };
        let is_document = digits >= fewest
            && letters <= digits + 6
            && !is_amount(token)
            && !is_date(token, day)
            && !is_account(&key);
        if is_document {
            found.push(key);
        }
        follows_word = follows_word && is_document;
    }
    found
}

/// Two decimals behind a comma or a point.
fn is_amount(token: &str) -> bool {
    let Some((whole, decimals)) = token.rsplit_once([',', '.']) else {
        return false;
    };
    decimals.len() == 2
        && decimals.chars().all(|c| c.is_ascii_digit())
        && !whole.is_empty()
        && whole
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '\'' | '-' | '+'))
        && whole.matches(['.', ',']).count() * 3 < whole.len().max(1)
}

/// A day or month within two years of the line's, in any order of its parts.
fn is_date(token: &str, day: Date) -> bool {
    let parts: Vec<&str> = token
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .collect();
    if !token
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '/' | ':'))
    {
        return false;
    }
    let number = |text: &str| text.parse::<i16>().unwrap_or(-1);
    let near = |year: i16| (year - day.year()).abs() <= 2;
    let full = |year: i16| {
        if (0..100).contains(&year) {
            year + 2000
        } else {
            year
        }
    };
    let is_day = |year: &str, month: &str, date: &str| {
        let (Ok(month), Ok(date)) = (month.parse::<i8>(), date.parse::<i8>()) else {
            return false;
        };
        near(full(number(year))) && Date::new(full(number(year)), month, date).is_ok()
    };
    match parts.as_slice() {
        [year] if year.len() == 4 => near(number(year)),
        [whole] if whole.len() == 8 => {
            is_day(&whole[..4], &whole[4..6], &whole[6..])
                || is_day(&whole[4..], &whole[2..4], &whole[..2])
        }
        [whole] if whole.len() == 6 => {
            is_day(&whole[..2], &whole[2..4], &whole[4..])
                || is_day(&whole[4..], &whole[2..4], &whole[..2])
        }
        [left, right] => {
            let is_month = |text: &str| (1..=12).contains(&number(text)) && text.len() <= 2;
            (left.len() == 4 && near(number(left)) && is_month(right))
                || (right.len() == 4 && near(number(right)) && is_month(left))
        }
        [first, second, third] => {
            is_day(first, second, third)
                || is_day(third, second, first)
                || is_day(third, first, second)
        }
        _ => false,
    }
}

/// An IBAN's form.
fn is_account(key: &str) -> bool {
    let bytes = key.as_bytes();
    key.len() >= 15
        && key.len() <= 34
        && bytes[..2].iter().all(u8::is_ascii_alphabetic)
        && bytes[2..4].iter().all(u8::is_ascii_digit)
        && !key.starts_with("rf")
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_number_is_found_over_line_breaks_and_glued_words() {
        let has = |text: &str, key: &str| Atoms::new(text).windows().any(|w| w.text == key);
        assert!(has("PAYMENT INV-2025-00 123 THANKS", "inv202500123"));
        assert!(has("RGNR202500123DANKE", "202500123"));
        assert!(has(
            "21 00000 00003 13947 14300 09017",
            "210000000003139471430009017"
        ));
        // Another document: its number goes on.
        assert!(!has("INV-00123B", "inv00123"));
    }

    #[test]
    fn instalments_are_counted() {
        let counted = |text: &str| Atoms::new(text).instalments().collect::<Vec<_>>();
        assert_eq!(counted("INV-2025-00123 Rate 1/3"), [(1, 3)]);
        assert_eq!(counted("instalment 2 of 12, INV-7"), [(2, 12)]);
        assert_eq!(counted("4/3 INV-2025-00123 thanks"), []);
    }

    #[test]
    fn dates_amounts_and_accounts_are_no_documents() {
        let day = date(2025, 3, 20);
        for text in [
            "15.03.2025 1.234,56 EUR",
            "20250315 DE89370400440532013000",
            "03/2025 salary 2025",
            "thanks 123",
        ] {
            assert_eq!(document_numbers(text, day), Vec::<String>::new(), "{text}");
        }
        assert_eq!(document_numbers("Rechnung 123", day), ["123"]);
        assert_eq!(
            document_numbers("pay INV-2024-0099, 45.00", day),
            ["inv20240099"]
        );
        assert_eq!(document_numbers("FACTURE n° F/8812/25", day), ["f881225"]);
    }
}
