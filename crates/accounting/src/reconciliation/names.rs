//! How alike a bank's spelling of a name is to the books': truncated, reordered, without
//! diacritics, with a place behind it, with a letter wrong.

use crate::determination::names::core_name;
use crate::lexicon::fold;

/// Names are taken for one from here on.
pub(crate) const SIMILAR: f64 = 0.75;
/// Fewer letters than this tell nothing when only a part of a name is alike.
const FEWEST_LETTERS: usize = 5;

/// A name in the forms that are compared.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Name {
    /// Words without legal forms, one spelling for letters with diacritics.
    pub words: Vec<String>,
    /// The words put together.
    pub solid: String,
    /// The words as they are spelled: a slip of the pen may make or break an `ue`.
    plain: String,
    /// All words, legal forms among them, put together.
    pub whole: String,
    /// The same, word by word.
    whole_words: Vec<String>,
    solid_letters: Letters,
    plain_letters: Letters,
    word_letters: Vec<Letters>,
}

/// How often each letter stands in a word, to tell without comparing them that two words are
/// far apart. Letters share 32 places, so that it errs on the near side only.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Letters {
    count: usize,
    of: [u8; 32],
}

impl Letters {
    fn new(word: &str) -> Self {
        let mut letters = Self {
            count: 0,
            of: [0; 32],
        };
        for letter in word.chars() {
            letters.count += 1;
            let place = &mut letters.of[(u32::from(letter) % 32) as usize];
            *place = place.saturating_add(1);
        }
        letters
    }

    /// Whether so many slips of the pen cannot make one of the other: a slip changes two counts
    /// by one, and the length by one.
    fn is_farther_than(&self, other: &Self, slips: usize) -> bool {
        let differing = || -> usize {
            let pairs = self.of.iter().zip(&other.of);
            pairs
                .map(|(own, others)| usize::from(own.abs_diff(*others)))
                .sum()
        };
        self.count.abs_diff(other.count) > slips || differing() > 2 * slips
    }
}

impl Name {
    pub(crate) fn new(name: &str) -> Self {
        let core = core_name(name);
        let words: Vec<String> = core
            .split(' ')
            .filter(|word| !word.is_empty())
            .map(one_spelling)
            .collect();
        let (solid, plain) = (words.concat(), core.replace(' ', ""));
        Self {
            solid_letters: Letters::new(&solid),
            plain_letters: Letters::new(&plain),
            word_letters: words.iter().map(|word| Letters::new(word)).collect(),
            solid,
            plain,
            whole: one_spelling(&fold(name).replace(' ', "")),
            whole_words: fold(name).split_whitespace().map(one_spelling).collect(),
            words,
        }
    }

    /// Whether this name goes on behind all of another's: a place, a branch or an address stands
    /// there. One word begins too many names, unless its legal form stands behind it and so
    /// says that the name ends there.
    pub(crate) fn goes_on_after(&self, other: &Self) -> bool {
        let is_long = other.solid_letters.count >= FEWEST_LETTERS;
        is_long
            && (self.goes_on_after_form(other)
                || (other.words.len() > 1 && begins(&other.words, &self.words)))
    }

    /// The other name stands there whole, with its legal form, and something behind it.
    fn goes_on_after_form(&self, other: &Self) -> bool {
        other.whole_words.len() > other.words.len() && begins(&other.whole_words, &self.whole_words)
    }
}

/// Whether more words follow after all of `words`.
fn begins(words: &[String], longer: &[String]) -> bool {
    longer.len() > words.len() && longer.starts_with(words)
}

/// `ue` and `u` for `ü` and so on: banks write either.
pub(crate) fn one_spelling(word: &str) -> String {
    word.replace("ae", "a")
        .replace("oe", "o")
        .replace("ue", "u")
        .replace("aa", "a")
}

/// 0 to 1; from [`SIMILAR`] on both may be one party.
#[expect(clippy::cast_precision_loss, reason = "names are short")]
pub(crate) fn likeness(bank: &Name, book: &Name) -> f64 {
    if bank.solid.is_empty() || book.solid.is_empty() {
        return 0.0;
    }
    if bank.solid == book.solid {
        return 1.0;
    }
    if bank.solid_letters == book.solid_letters && sorted(bank) == sorted(book) {
        return 0.97;
    }
    let (bank_letters, book_letters) = (bank.solid_letters.count, book.solid_letters.count);
    let is_cut = book.whole.starts_with(&bank.whole) || book.solid.starts_with(&bank.solid);
    if is_cut && bank_letters >= FEWEST_LETTERS {
        let share = (bank_letters as f64 / book_letters as f64).min(1.0);
        let least: f64 = if bank_letters >= 10 { 0.9 } else { 0.8 };
        return least.max(0.7 + 0.25 * share);
    }
    let longer = bank_letters.max(book_letters);
    let slips = longer.max(8) / 8;
    let is_near = |left: (&str, &Letters), right: (&str, &Letters)| {
        !left.1.is_farther_than(right.1, slips)
            && strsim::damerau_levenshtein(left.0, right.0) <= slips
    };
    if longer >= 6
        && (is_near(
            (&bank.solid, &bank.solid_letters),
            (&book.solid, &book.solid_letters),
        ) || is_near(
            (&bank.plain, &bank.plain_letters),
            (&book.plain, &book.plain_letters),
        ))
    {
        return 0.9;
    }
    let (of_book, letters) = coverage(book, bank);
    let (of_bank, _) = coverage(bank, book);
    if letters < FEWEST_LETTERS as f64 {
        return 0.0;
    }
    let (most, least) = (of_book.max(of_bank), of_book.min(of_bank));
    let covered = if most < 0.85 || least < 0.4 {
        0.0
    } else {
        0.55 * most + 0.4 * least
    };
    // However much the bank prints behind the name.
    if bank.goes_on_after(book) {
        covered.max(if bank.goes_on_after_form(book) {
            0.9
        } else {
            SIMILAR
        })
    } else {
        covered
    }
}

fn sorted(name: &Name) -> Vec<&String> {
    let mut words: Vec<&String> = name.words.iter().collect();
    words.sort_unstable();
    words
}

/// The share of the letters of a name's words that another's have, and how many letters that is.
#[expect(clippy::cast_precision_loss, reason = "names are short")]
fn coverage(name: &Name, other: &Name) -> (f64, f64) {
    let (mut found, mut all) = (0.0, 0.0);
    for word in name.words.iter().zip(&name.word_letters) {
        let letters = word.1.count as f64;
        let best = other
            .words
            .iter()
            .zip(&other.word_letters)
            .map(|other| word_likeness(word, other))
            .fold(0.0, f64::max);
        found += best * letters;
        all += letters;
    }
    (if all > 0.0 { found / all } else { 0.0 }, found)
}

fn word_likeness(
    (left, left_letters): (&String, &Letters),
    (right, right_letters): (&String, &Letters),
) -> f64 {
    if left == right {
        return 1.0;
    }
    let (shorter, longer) = if left.len() <= right.len() {
        (left, right)
    } else {
        (right, left)
    };
    if longer.starts_with(shorter.as_str()) {
        let letters = left_letters.count.min(right_letters.count);
        return if letters >= 3 { 0.9 } else { 0.6 };
    }
    let allowed = match left_letters.count.max(right_letters.count) {
        0..=4 => 0,
        5..=8 => 1,
        _ => 2,
    };
    let is_near = allowed > 0
        && !left_letters.is_farther_than(right_letters, allowed)
        && strsim::damerau_levenshtein(left, right) <= allowed;
    if is_near { 0.9 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alike(bank: &str, book: &str) -> f64 {
        likeness(&Name::new(bank), &Name::new(book))
    }

    #[test]
    fn spellings_of_banks_are_one_party() {
        for (bank, book) in [
            ("MUELLER MASCHINENBAU", "Müller Maschinenbau GmbH"),
            ("MULLER MASCHINENB", "Müller Maschinenbau GmbH & Co. KG"),
            ("SMITH JOHN", "John Smith"),
            ("Nordlicht Werbnug", "Nordlicht Werbung AG"),
            ("NORDLICHT WERBUNG HAMBURG", "Nordlicht Werbung AG"),
            ("J Smithson", "John Smithson"),
            ("PRVOENCE JVOKZ SA", "Provence Jvokz SA"),
            ("NORDLICHT GMBH HAMBURG-ALTONA", "Nordlicht GmbH"),
            (
                "ALPHA BAU NIEDERLASSUNG FRANKFURT AM MAIN",
                "Alpha Bau GmbH",
            ),
            (
                "ALPHA BAU GMBH & CO. KG MUENCHEN",
                "Alpha Bau GmbH & Co. KG",
            ),
        ] {
            assert!(
                alike(bank, book) >= SIMILAR,
                "{bank}: {}",
                alike(bank, book)
            );
        }
    }

    #[test]
    fn other_companies_are_not() {
        for (bank, book) in [
            ("Nordlicht Bau", "Nordlicht Werbung AG"),
            ("Alpha Services", "Beta Services"),
            ("Test", "Best"),
            ("Global Trading", "Global Logistics"),
            ("NORDLICHT AGENTUR HAMBURG-ALTONA", "Nordlicht AG"),
            ("NORDLICHT GMBH HAMBURG-ALTONA", "Nordlicht AG"),
            ("HANSA HANDEL UND LOGISTIK BREMEN", "Hansa GmbH"),
        ] {
            assert!(alike(bank, book) < SIMILAR, "{bank}: {}", alike(bank, book));
        }
    }
}
