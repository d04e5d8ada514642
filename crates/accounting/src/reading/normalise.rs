//! Labels as comparable words: `Total TTC`, `total_ttc` and `TotalTTC` are one label.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Words of a label or text: split at spaces, punctuation, case changes and digits, lower case,
/// without diacritics, Cyrillic in Latin letters. `%` stays a word; `#` becomes `no`.
pub(crate) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut previous = Shape::Other;
    let characters: Vec<char> = text.chars().collect();
    for (index, &character) in characters.iter().enumerate() {
        let shape = Shape::of(character);
        let next_is_lower = characters
            .get(index + 1)
            .is_some_and(|next| Shape::of(*next) == Shape::Lower);
        let boundary = match (previous, shape) {
            (Shape::Lower, Shape::Upper)
            | (Shape::Digit, Shape::Lower | Shape::Upper)
            | (Shape::Lower | Shape::Upper, Shape::Digit) => true,
            (Shape::Upper, Shape::Upper) => next_is_lower,
            _ => false,
        };
        if boundary {
            finish(&mut word, &mut words);
        }
        match character {
            '%' | '٪' => {
                finish(&mut word, &mut words);
                words.push("%".to_owned());
            }
            '#' => {
                finish(&mut word, &mut words);
                words.push("no".to_owned());
            }
            // `N°` is printed for `Nº`.
            '°' if word == "n" => word.push('o'),
            // A mark belongs to the letter before it; an apostrophe joins (`d'acconto`).
            _ if is_combining_mark(character) => continue,
            _ if shape == Shape::Other => finish(&mut word, &mut words),
            _ => fold_into(character, &mut word),
        }
        previous = shape;
    }
    finish(&mut word, &mut words);
    words
}

/// The words of a label joined without spaces: the form in which labels are compared whole.
pub(crate) fn compact(text: &str) -> String {
    words(text).concat()
}

/// A text in lower case without diacritics, for searching words in prose.
pub(crate) fn folded(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for character in text.chars() {
        if !is_combining_mark(character) {
            fold_into(character, &mut result);
        }
    }
    result
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Lower,
    Upper,
    Digit,
    Other,
}

impl Shape {
    fn of(character: char) -> Self {
        if character.is_numeric() && ascii_digit(character).is_some() {
            Self::Digit
        } else if character.is_uppercase() {
            Self::Upper
        } else if character.is_alphabetic() || character == 'º' || character == '№' {
            Self::Lower
        } else {
            Self::Other
        }
    }
}

fn finish(word: &mut String, words: &mut Vec<String>) {
    if !word.is_empty() {
        words.push(std::mem::take(word));
    }
}

/// The ASCII form of a decimal digit (Latin, Arabic-Indic, Persian, Devanagari, full width).
pub(crate) fn ascii_digit(character: char) -> Option<char> {
    let zero = match character {
        '0'..='9' => return Some(character),
        '\u{660}'..='\u{669}' => 0x660,
        '\u{6f0}'..='\u{6f9}' => 0x6f0,
        '\u{966}'..='\u{96f}' => 0x966,
        '\u{ff10}'..='\u{ff19}' => 0xff10,
        _ => return None,
    };
    char::from_digit(u32::from(character) - zero, 10)
}

/// Digits of other scripts as ASCII digits, everything else unchanged.
pub(crate) fn with_ascii_digits(text: &str) -> String {
    text.chars()
        .map(|character| ascii_digit(character).unwrap_or(character))
        .collect()
}

fn fold_into(character: char, word: &mut String) {
    if character.is_ascii() {
        word.push(character.to_ascii_lowercase());
        return;
    }
    if let Some(digit) = ascii_digit(character) {
        word.push(digit);
        return;
    }
    for lower in character.to_lowercase().nfkd() {
        if is_combining_mark(lower) {
            continue;
        }
        match letters(lower) {
            Some(replacement) => word.push_str(replacement),
            None => word.push(lower),
        }
    }
}

/// Letters that Unicode does not decompose, and Cyrillic in Latin letters, so that Serbian
/// needs one lexicon for both of its scripts.
fn letters(lower: char) -> Option<&'static str> {
    Some(match lower {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' | 'о' => "o",
        'ł' | 'л' => "l",
        'đ' | 'ð' | 'д' | 'ђ' => "d",
        'þ' => "th",
        'ı' | 'и' => "i",
        'ς' => "σ",
        'ى' => "ي",
        'ة' => "ه",
        'ـ' => "",
        'а' => "a",
        'б' => "b",
        'в' => "v",
        'г' => "g",
        'е' => "e",
        'ж' | 'з' => "z",
        'ј' | 'й' => "j",
        'к' => "k",
        'љ' => "lj",
        'м' => "m",
        'н' => "n",
        'њ' => "nj",
        'п' => "p",
        'р' => "r",
        'с' | 'ш' => "s",
        'т' => "t",
        'ћ' | 'ч' | 'ц' => "c",
        'у' => "u",
        'ф' => "f",
        'х' => "h",
        'џ' => "dz",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_label_in_every_style() {
        for label in [
            "Total incl. VAT",
            "total_incl_vat",
            "totalInclVAT",
            "TOTAL-INCL-VAT",
        ] {
            assert_eq!(words(label), ["total", "incl", "vat"], "{label}");
        }
        assert_eq!(compact("USt-IdNr."), compact("UST-ID-NR"));
        assert_eq!(words("Nº factura"), ["no", "factura"]);
        assert_eq!(words("N° facture"), ["no", "facture"]);
        assert_eq!(words("Invoice #"), ["invoice", "no"]);
        assert_eq!(words("% IVA"), ["%", "iva"]);
        assert_eq!(words("line1Amount"), ["line", "1", "amount"]);
    }

    #[test]
    fn diacritics_and_scripts_fold() {
        assert_eq!(compact("Währung"), "wahrung");
        assert_eq!(compact("Straße"), "strasse");
        assert_eq!(compact("Износ"), "iznos");
        assert_eq!(compact("ΑΞΊΑ"), compact("αξία"));
        assert_eq!(compact("KURUŞ"), "kurus");
        assert_eq!(with_ascii_digits("٣٤"), "34");
    }
}
