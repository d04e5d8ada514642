//! From a label to its meaning.

use super::field::Field;
use super::lexicon::{Hit, Languages, lexicon, preferred_meaning};
use super::normalise::words;
use super::value::currency;
use crate::money::Currency;

/// How much of a label the lexicon explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exactness {
    /// Some words are unknown.
    Partial,
    /// Every word is known.
    Covered,
    /// The label is a term of the lexicon.
    Exact,
}

/// What a label means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Meaning {
    /// The field.
    pub(crate) field: Field,
    /// The party that the label names beside the field (`supplier_name`).
    pub(crate) role: Option<Field>,
    /// The label speaks of a line (`line_total`).
    pub(crate) in_line: bool,
    /// A number in the label (`line_1_amount`).
    pub(crate) index: Option<u32>,
    /// A currency in the label (`amount_eur`).
    pub(crate) currency: Option<Currency>,
    /// A rate in the label (`VAT 20%`).
    pub(crate) rate_in_label: bool,
    /// How sure this is.
    pub(crate) exactness: Exactness,
}

impl Meaning {
    fn exact(field: Field) -> Self {
        Self {
            field,
            role: None,
            in_line: false,
            index: None,
            currency: None,
            rate_in_label: false,
            exactness: Exactness::Exact,
        }
    }
}

/// The meaning of a label, words of the preferred languages first.
pub(crate) fn classify(label: &str, preferred: Languages) -> Option<Meaning> {
    let mut label_words = words(label);
    if let Some(field) = exact(&label_words, preferred) {
        return Some(Meaning::exact(field));
    }
    let currency = take_currency(label, &mut label_words);
    let (index, rate_in_label) = take_number(&mut label_words);
    if label_words.is_empty() {
        return None;
    }
    let modified = |meaning: Meaning| Meaning {
        index,
        currency,
        rate_in_label,
        ..meaning
    };
    if let Some(field) = exact(&label_words, preferred) {
        // `incl. VAT 20%` with a figure behind it says how much tax is in the total.
        let field = match field {
            Field::InclusiveOfTax if rate_in_label => Field::Tax,
            field => field,
        };
        return Some(modified(Meaning::exact(field)));
    }
    combine(&label_words, preferred).map(modified)
}

fn exact(label_words: &[String], preferred: Languages) -> Option<Field> {
    preferred_meaning(lexicon().fields(&label_words.concat()), preferred)
}

/// Takes an ISO code out of a label of more words (`total tax in RON`, `Betrag (EUR)`).
fn take_currency(label: &str, label_words: &mut Vec<String>) -> Option<Currency> {
    if label_words.len() < 2 {
        return None;
    }
    let position = label_words.iter().position(|word| {
        word.len() == 3
            && currency::is_frequent_code(word)
            && (lexicon().fields(word).is_empty() || label.contains(&word.to_ascii_uppercase()))
    })?;
    let code = label_words.remove(position);
    Currency::from_code(&code).ok()
}

/// Takes numbers out of a label: a line's index, or a rate when a `%` follows.
fn take_number(label_words: &mut Vec<String>) -> (Option<u32>, bool) {
    let is_number = |word: &String| word.bytes().all(|byte| byte.is_ascii_digit());
    if label_words.iter().all(is_number) {
        return (None, false);
    }
    let mut index = None;
    let mut rate = false;
    if let Some(percent) = label_words.iter().position(|word| word == "%")
        && percent > 0
        && is_number(&label_words[percent - 1])
    {
        rate = true;
        label_words.remove(percent);
    }
    label_words.retain(|word| {
        let number = is_number(word);
        if number && index.is_none() {
            index = word.parse().ok();
        }
        !number
    });
    (if rate { None } else { index }, rate)
}

/// The field of a label of several known phrases.
fn combine(label_words: &[String], preferred: Languages) -> Option<Meaning> {
    let mut hits = lexicon().fields_in(label_words);
    let covered: usize = hits.iter().map(|hit| hit.length).sum();
    if hits.is_empty() {
        hits = compound_hits(label_words);
    }
    let mut fields: Vec<(Field, usize)> = hits
        .iter()
        .filter_map(|hit| hit.meaning(preferred).map(|field| (field, hit.length)))
        .filter(|(field, _)| *field != Field::Filler)
        .collect();
    let exactness = if covered == label_words.len() {
        Exactness::Covered
    } else {
        Exactness::Partial
    };
    let has = |fields: &[(Field, usize)], field| fields.iter().any(|(found, _)| *found == field);
    let inclusive = has(&fields, Field::InclusiveOfTax);
    let exclusive = has(&fields, Field::ExclusiveOfTax);
    fields.retain(|(field, _)| !matches!(field, Field::InclusiveOfTax | Field::ExclusiveOfTax));
    let in_line = fields.len() > 1 && has(&fields, Field::Lines);
    if in_line {
        fields.retain(|(field, _)| *field != Field::Lines);
    }
    let role = fields
        .iter()
        .map(|(field, _)| *field)
        .find(|field| field.is_role());
    if role.is_some() && fields.len() > 1 {
        return with_role(role, &fields, exactness);
    }
    let field = strongest(&fields);
    let field = match (field, inclusive, exclusive) {
        (
            Some(Field::Total | Field::Amount | Field::Gross | Field::Net | Field::Subtotal) | None,
            true,
            false,
        ) => Field::Gross,
        (Some(Field::Total | Field::Amount | Field::Net | Field::Subtotal) | None, false, true) => {
            Field::Net
        }
        (Some(field), _, _) => field,
        (None, _, _) => return None,
    };
    let telling = exactness > Exactness::Partial || !field.is_generic();
    telling.then_some(Meaning {
        in_line,
        exactness,
        ..Meaning::exact(field)
    })
}

/// `supplier_name` is the supplier's name; `customer number` identifies nothing that is read.
fn with_role(
    role: Option<Field>,
    fields: &[(Field, usize)],
    exactness: Exactness,
) -> Option<Meaning> {
    let rest: Vec<(Field, usize)> = fields
        .iter()
        .copied()
        .filter(|(field, _)| !field.is_role())
        .collect();
    let Some(field) = strongest(&rest) else {
        return role.map(|field| Meaning {
            exactness,
            ..Meaning::exact(field)
        });
    };
    if field.is_party_attribute() {
        let field = if field == Field::Tax {
            Field::TaxId
        } else {
            field
        };
        return Some(Meaning {
            role,
            exactness,
            ..Meaning::exact(field)
        });
    }
    let field = match field {
        Field::Number | Field::Account | Field::RefersTo => Field::OtherNumber,
        Field::IssueDate => Field::OtherDate,
        other => other,
    };
    Some(Meaning {
        exactness,
        ..Meaning::exact(field)
    })
}

/// The field that tells most: specific before generic, longer before shorter, with the pairs
/// that make one field together.
fn strongest(fields: &[(Field, usize)]) -> Option<Field> {
    let has = |field| fields.iter().any(|(found, _)| *found == field);
    if has(Field::Tax) || has(Field::TaxAmount) {
        if has(Field::TaxRate) {
            return Some(Field::TaxRate);
        }
        if has(Field::Total) || has(Field::Amount) {
            return Some(Field::TaxAmount);
        }
        if has(Field::Number) {
            return Some(Field::TaxId);
        }
    }
    fields
        .iter()
        .enumerate()
        .max_by_key(|(position, (field, length))| (!field.is_generic(), *length, *position))
        .map(|(_, (field, _))| *field)
}

/// Shortest last part of a compound that is looked up.
const SHORTEST_PART: usize = 5;

/// German, Dutch and Nordic compounds by their last part: `gesamtnettobetrag` is a
/// `nettobetrag`.
fn compound_hits(label_words: &[String]) -> Vec<Hit<Field>> {
    let Some(last) = label_words
        .iter()
        .rev()
        .find(|word| word.len() > SHORTEST_PART + 2)
    else {
        return Vec::new();
    };
    last.char_indices()
        .map(|(start, _)| &last[start..])
        .skip(2)
        .take_while(|part| part.len() >= SHORTEST_PART)
        .map(|part| lexicon().fields(part))
        .find(|meanings| !meanings.is_empty())
        .map(|meanings| {
            vec![Hit {
                meanings: meanings.to_vec(),
                start: 0,
                length: 1,
            }]
        })
        .unwrap_or_default()
}
