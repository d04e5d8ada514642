//! The terms of documents by language, read from `data/lexicon/<language>.tsv`.
//!
//! A line of the data is `concept <TAB> term | term | …`. Concepts are the names of
//! [`Field`], and with a prefix `kind.` (document words), `reason.` (words about the tax),
//! `means.` (ways of payment), `month.` (1 to 12) and the plain `words` (common words that tell
//! the language). Terms are compared without case, diacritics, spaces and punctuation; a German
//! or Scandinavian umlaut also matches its two-letter spelling (`gueltig`).

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::LazyLock;

use super::field::Field;
use super::normalise::words;
use crate::facts::{DocumentKind, PaymentMeans, TaxCategory};

/// A set of languages, one bit each in the order of [`LANGUAGES`].
pub(crate) type Languages = u32;

/// The languages of the lexicon with their data; `shared` holds technical keys of extractors
/// and of e-invoice standards that belong to no language.
pub(crate) const LANGUAGES: [(&str, &str); 22] = [
    ("shared", include_str!("../../data/lexicon/shared.tsv")),
    ("en", include_str!("../../data/lexicon/en.tsv")),
    ("de", include_str!("../../data/lexicon/de.tsv")),
    ("fr", include_str!("../../data/lexicon/fr.tsv")),
    ("es", include_str!("../../data/lexicon/es.tsv")),
    ("it", include_str!("../../data/lexicon/it.tsv")),
    ("nl", include_str!("../../data/lexicon/nl.tsv")),
    ("pt", include_str!("../../data/lexicon/pt.tsv")),
    ("pl", include_str!("../../data/lexicon/pl.tsv")),
    ("ro", include_str!("../../data/lexicon/ro.tsv")),
    ("sv", include_str!("../../data/lexicon/sv.tsv")),
    ("da", include_str!("../../data/lexicon/da.tsv")),
    ("no", include_str!("../../data/lexicon/no.tsv")),
    ("fi", include_str!("../../data/lexicon/fi.tsv")),
    ("cs", include_str!("../../data/lexicon/cs.tsv")),
    ("el", include_str!("../../data/lexicon/el.tsv")),
    ("tr", include_str!("../../data/lexicon/tr.tsv")),
    ("sr", include_str!("../../data/lexicon/sr.tsv")),
    ("ar", include_str!("../../data/lexicon/ar.tsv")),
    ("ja", include_str!("../../data/lexicon/ja.tsv")),
    ("zh", include_str!("../../data/lexicon/zh.tsv")),
    ("ru", include_str!("../../data/lexicon/ru.tsv")),
];

/// The bit of `shared`, which is part of every language.
pub(crate) const SHARED: Languages = 1;

/// Terms of one namespace.
type Table<T> = HashMap<String, Vec<(T, Languages)>>;

/// All terms.
#[derive(Debug, Default)]
pub(crate) struct Lexicon {
    fields: Table<Field>,
    kinds: Table<DocumentKind>,
    reasons: Table<TaxCategory>,
    means: Table<PaymentMeans>,
    months: Table<i8>,
    common_words: HashMap<String, Languages>,
    /// Lines of the data that say nothing; a test keeps this empty.
    faults: Vec<String>,
}

/// The lexicon of the program.
pub(crate) fn lexicon() -> &'static Lexicon {
    static LEXICON: LazyLock<Lexicon> = LazyLock::new(Lexicon::from_data);
    &LEXICON
}

impl Lexicon {
    fn from_data() -> Self {
        let mut lexicon = Self::default();
        for (index, (language, data)) in LANGUAGES.iter().enumerate() {
            for line in data.lines().filter(|line| !line.trim().is_empty()) {
                if !line.starts_with('#') && !lexicon.add(line, 1 << index) {
                    lexicon.faults.push(format!("{language}: {line}"));
                }
            }
        }
        lexicon
    }

    /// Adds a line of the data; false when it says nothing.
    fn add(&mut self, line: &str, language: Languages) -> bool {
        let Some((concept, terms)) = line.split_once('\t') else {
            return false;
        };
        let terms: Vec<String> = terms.split('|').flat_map(spellings).collect();
        if terms.is_empty() || terms.iter().any(String::is_empty) {
            return false;
        }
        if concept == "words" {
            for term in terms {
                *self.common_words.entry(term).or_default() |= language;
            }
            return true;
        }
        match concept.split_once('.') {
            None => add_all(&mut self.fields, Field::from_name(concept), terms, language),
            Some(("kind", name)) => add_all(&mut self.kinds, kind_of(name), terms, language),
            Some(("reason", name)) => {
                add_all(&mut self.reasons, category_of(name), terms, language)
            }
            Some(("means", name)) => add_all(&mut self.means, means_of(name), terms, language),
            Some(("month", number)) => {
                let month = number.parse().ok().filter(|month| (1..=12).contains(month));
                add_all(&mut self.months, month, terms, language)
            }
            Some(_) => false,
        }
    }

    /// Meanings of a label in its compact form, with the languages that have it.
    pub(crate) fn fields(&self, compact: &str) -> &[(Field, Languages)] {
        self.fields.get(compact).map_or(&[], Vec::as_slice)
    }

    /// The month that a folded word names in any language.
    pub(crate) fn month(&self, word: &str) -> Option<i8> {
        self.months
            .get(word)
            .and_then(|found| found.first())
            .map(|(month, _)| *month)
    }

    /// Languages in which the word is common.
    pub(crate) fn languages_of_word(&self, word: &str) -> Languages {
        self.common_words.get(word).copied().unwrap_or(0)
    }

    /// Document words in a text, longest first at each place.
    pub(crate) fn kinds_in(&self, words: &[String]) -> Vec<Hit<DocumentKind>> {
        phrases(&self.kinds, words)
    }

    /// Words about the tax of a sale.
    pub(crate) fn reasons_in(&self, words: &[String]) -> Vec<Hit<TaxCategory>> {
        phrases(&self.reasons, words)
    }

    /// Ways of payment.
    pub(crate) fn means_in(&self, words: &[String]) -> Vec<Hit<PaymentMeans>> {
        phrases(&self.means, words)
    }

    /// Field words inside a longer label.
    pub(crate) fn fields_in(&self, words: &[String]) -> Vec<Hit<Field>> {
        phrases(&self.fields, words)
    }
}

/// A phrase found in a list of words.
#[derive(Debug, Clone)]
pub(crate) struct Hit<T> {
    /// What it means, by language.
    pub(crate) meanings: Vec<(T, Languages)>,
    /// Index of its first word.
    pub(crate) start: usize,
    /// How many words it spans.
    pub(crate) length: usize,
}

impl<T: Copy> Hit<T> {
    /// The meaning in the preferred languages, else the first.
    pub(crate) fn meaning(&self, preferred: Languages) -> Option<T> {
        preferred_meaning(&self.meanings, preferred)
    }
}

/// The meaning in the preferred languages, else in none of them the first given.
pub(crate) fn preferred_meaning<T: Copy>(
    meanings: &[(T, Languages)],
    preferred: Languages,
) -> Option<T> {
    meanings
        .iter()
        .find(|(_, languages)| languages & preferred != 0)
        .or_else(|| {
            meanings
                .iter()
                .find(|(_, languages)| languages & SHARED != 0)
        })
        .or_else(|| meanings.first())
        .map(|(meaning, _)| *meaning)
}

/// Words of the longest phrase in the data, split at case and digits.
const LONGEST_PHRASE: usize = 9;

fn phrases<T: Copy>(table: &Table<T>, words: &[String]) -> Vec<Hit<T>> {
    let mut hits = Vec::new();
    let mut start = 0;
    let mut joined = String::new();
    while start < words.len() {
        let longest = LONGEST_PHRASE.min(words.len() - start);
        let found = (1..=longest).rev().find_map(|length| {
            joined.clear();
            joined.extend(words[start..start + length].iter().map(String::as_str));
            table
                .get(&joined)
                .map(|meanings| (length, meanings.clone()))
        });
        match found {
            Some((length, meanings)) => {
                hits.push(Hit {
                    meanings,
                    start,
                    length,
                });
                start += length;
            }
            None => start += 1,
        }
    }
    hits
}

fn add_all<T: Copy + Eq + Hash>(
    table: &mut Table<T>,
    meaning: Option<T>,
    terms: Vec<String>,
    language: Languages,
) -> bool {
    let Some(meaning) = meaning else {
        return false;
    };
    for term in terms {
        let meanings = table.entry(term).or_default();
        match meanings.iter_mut().find(|(known, _)| *known == meaning) {
            Some((_, languages)) => *languages |= language,
            None => meanings.push((meaning, language)),
        }
    }
    true
}

/// The compact form of a term, and that with umlauts spelled in two letters.
fn spellings(term: &str) -> Vec<String> {
    let plain = words(term).concat();
    let mut expanded = String::with_capacity(term.len());
    for character in term.trim().to_lowercase().chars() {
        match character {
            'ä' => expanded.push_str("ae"),
            'ö' | 'ø' => expanded.push_str("oe"),
            'ü' => expanded.push_str("ue"),
            'å' => expanded.push_str("aa"),
            other => expanded.push(other),
        }
    }
    let expanded = words(&expanded).concat();
    if expanded == plain {
        vec![plain]
    } else {
        vec![plain, expanded]
    }
}

fn category_of(name: &str) -> Option<TaxCategory> {
    Some(match name {
        "zero_rated" => TaxCategory::Z,
        "exempt" => TaxCategory::E,
        "reverse_charge" => TaxCategory::AE,
        "intra_community" => TaxCategory::K,
        "export" => TaxCategory::G,
        "out_of_scope" => TaxCategory::O,
        "igic" => TaxCategory::L,
        "ipsi" => TaxCategory::M,
        _ => return None,
    })
}

fn means_of(name: &str) -> Option<PaymentMeans> {
    Some(match name {
        "card" => PaymentMeans::Card,
        "cash" => PaymentMeans::Cash,
        "bank" => PaymentMeans::Bank,
        "wallet" => PaymentMeans::Wallet,
        _ => return None,
    })
}

fn kind_of(name: &str) -> Option<DocumentKind> {
    use DocumentKind as K;
    Some(match name {
        "invoice" => K::Invoice,
        "credit_note" => K::CreditNote,
        "deposit_invoice" => K::DepositInvoice,
        "proforma" => K::Proforma,
        "receipt" => K::Receipt,
        "expense_claim" => K::ExpenseClaim,
        "quote" => K::Quote,
        "order" => K::Order,
        "goods_receipt" => K::GoodsReceipt,
        "delivery_note" => K::DeliveryNote,
        "inventory_adjustment" => K::InventoryAdjustment,
        "bank_transaction" => K::BankTransaction,
        "bank_statement" => K::BankStatement,
        "payment_advice" => K::PaymentAdvice,
        "payment_return" => K::PaymentReturn,
        "refund" => K::Refund,
        "deposit_payment" => K::DepositPayment,
        "write_off" => K::WriteOff,
        "own_transfer" => K::OwnTransfer,
        "payroll" => K::Payroll,
        "depreciation" => K::Depreciation,
        "asset_acquisition" => K::AssetAcquisition,
        "asset_disposal" => K::AssetDisposal,
        "journal_voucher" => K::JournalVoucher,
        "currency_revaluation" => K::CurrencyRevaluation,
        "tax_return" => K::TaxReturn,
        "tax_payment" => K::TaxPayment,
        "loan" => K::Loan,
        "dunning" => K::Dunning,
        "not_accounting" => K::NotAccounting,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_data_parses() {
        assert_eq!(lexicon().faults, Vec::<String>::new());
        for (index, (language, _)) in LANGUAGES.iter().enumerate().skip(1) {
            let bit = 1 << index;
            let terms = lexicon()
                .fields
                .values()
                .filter(|meanings| meanings.iter().any(|(_, languages)| languages & bit != 0))
                .count();
            assert!(terms > 150, "{language} has only {terms} terms");
        }
    }

    /// The one listed ambiguity: a word like `HT` is a total by itself and qualifies one
    /// beside another word. The data names the total first.
    fn is_modifier(field: Field) -> bool {
        matches!(
            field,
            Field::ExclusiveOfTax | Field::InclusiveOfTax | Field::Filler
        )
    }

    #[test]
    fn no_term_has_two_meanings_in_one_language() {
        let mut clashes = Vec::new();
        for (term, meanings) in &lexicon().fields {
            for (index, (field, languages)) in meanings.iter().enumerate() {
                for (other, others) in &meanings[index + 1..] {
                    if languages & others != 0 && !is_modifier(*other) && !is_modifier(*field) {
                        clashes.push(format!("{term}: {field:?} and {other:?}"));
                    }
                }
            }
        }
        for (term, meanings) in &lexicon().kinds {
            for (index, (kind, languages)) in meanings.iter().enumerate() {
                for (other, others) in &meanings[index + 1..] {
                    if languages & others != 0 {
                        clashes.push(format!("{term}: {kind:?} and {other:?}"));
                    }
                }
            }
        }
        for (term, meanings) in &lexicon().months {
            if meanings.len() > 1 {
                clashes.push(format!("{term}: months {meanings:?}"));
            }
        }
        clashes.sort();
        assert_eq!(clashes, Vec::<String>::new());
    }
}
