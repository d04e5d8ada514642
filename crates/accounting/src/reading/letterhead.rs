//! The head of a letter: who writes it, and to whom where no label says so.

use super::blocks::{Block, Line, is_party_label, meaning_of, split_figure, split_label};
use super::field::Field;
use super::lexicon::lexicon;
use super::normalise::words;
use super::value::date::dates_in;

/// Letters of a legal form's last part, without its point.
const LONGEST_ABBREVIATION: usize = 4;
/// Lines at the top in which a recipient is looked for.
const TOP_LINES: usize = 12;
/// Lines of an address field.
const ADDRESS_LINES: std::ops::RangeInclusive<usize> = 2..=5;

/// The issuer stands first: the first line that is neither title, label nor figure.
pub(crate) fn issuer<'a>(lines: &[Line<'a>]) -> Option<Line<'a>> {
    let first = lines.iter().take(3).find(|line| {
        let line_words = words(line.text);
        let names_paper = lexicon()
            .kinds_in(&line_words)
            .iter()
            .any(|hit| hit.length * 2 >= line_words.len());
        !names_paper
            && line_words
                .iter()
                .any(|word| word.chars().any(char::is_alphabetic))
    })?;
    let name = name_of_head(first.text);
    let loose = split_label(first.text).is_none()
        && split_figure(first.text).is_none()
        && !is_party_label(first.text.trim_end_matches([':', '：']))
        && dates_in(first.text).is_empty()
        && words(name).len() <= 8
        && (!name.ends_with(['.', ',', '!', '?']) || ends_in_abbreviation(name));
    loose.then_some(*first)
}

/// The name in a head that prints the address on the same line: up to the first comma, where
/// what follows has the numbers of a street or a postal code (`Acme, Inc.` has none).
pub(crate) fn name_of_head(text: &str) -> &str {
    match text.split_once(',') {
        Some((name, rest))
            if rest.chars().any(|character| character.is_ascii_digit())
                && !name.chars().any(|character| character.is_ascii_digit()) =>
        {
            name.trim()
        }
        _ => text,
    }
}

/// `S.A.`, `Ltd.`, `A.Ş.`: the point belongs to a legal form, it ends no sentence.
fn ends_in_abbreviation(text: &str) -> bool {
    let Some(word) = text
        .strip_suffix('.')
        .and_then(|text| text.split_whitespace().next_back())
    else {
        return false;
    };
    let begins_large = word.chars().next().is_some_and(char::is_uppercase);
    word.contains('.') || begins_large && word.chars().count() <= LONGEST_ABBREVIATION
}

/// The parties that labels name: seller, buyer.
pub(crate) fn labelled_parties(lines: &[Line<'_>]) -> (bool, bool) {
    let named = |fields: &[Field]| {
        lines.iter().any(|line| {
            let label = line.text.split([':', '：']).next().unwrap_or_default();
            is_party_label(label)
                && meaning_of(label).is_some_and(|meaning| fields.contains(&meaning.field))
        })
    };
    (
        named(&[Field::Seller, Field::From]),
        named(&[Field::Buyer, Field::To]),
    )
}

/// The head of a letter that names its seller by label and no buyer: whoever writes an order
/// buys. The block holds the lines up to the first gap or title.
pub(crate) fn letterhead<'a>(lines: &'a [Line<'a>], issuer: Option<Line<'a>>) -> Option<Block<'a>> {
    let issuer = issuer?;
    if labelled_parties(lines) != (true, false) {
        return None;
    }
    let start = lines.iter().position(|line| line.number == issuer.number)?;
    let length = lines[start..]
        .windows(2)
        .take_while(|pair| pair[1].number == pair[0].number + 1)
        .count()
        + 1;
    let block = &lines[start..start + length];
    let own = block.iter().all(|line| {
        split_label(line.text).is_none_or(|(_, _, meaning)| meaning.field.is_party_attribute())
            && !is_party_label(line.text.trim_end_matches([':', '：']))
    });
    own.then_some(Block {
        label: "buyer",
        lines: block,
    })
}

/// The line that a form of address behind a name makes the recipient's: `御中` for companies,
/// `様` for people (Japan), `台照` (China, Taiwan).
pub(crate) fn addressed<'a>(lines: &[Line<'a>]) -> Option<Line<'a>> {
    const FORMS: [&str; 4] = ["御中", "様", "殿", "台照"];
    lines.iter().take(TOP_LINES).find_map(|line| {
        let name = FORMS.iter().find_map(|form| line.text.strip_suffix(form))?;
        let name = name.trim();
        (!name.is_empty() && split_label(line.text).is_none()).then_some(Line {
            number: line.number,
            text: name,
        })
    })
}

/// The address field of a letter (as in DIN 5008): the block below the head, apart from it,
/// whose first line is a name and whose second has the numbers of a street or a postal code.
/// Only where no label names a party.
pub(crate) fn recipient<'a>(lines: &'a [Line<'a>], issuer: Option<Line<'a>>) -> Option<Block<'a>> {
    let issuer = issuer?;
    if labelled_parties(lines) != (false, false) {
        return None;
    }
    let begins = |index: usize| lines[index].number > lines[index - 1].number + 1;
    let head = lines.iter().position(|line| line.number == issuer.number)?;
    let start = (head + 1..lines.len()).find(|index| begins(*index))?;
    let end = (start + 1..lines.len())
        .find(|index| begins(*index))
        .unwrap_or(lines.len());
    let block = &lines[start..end];
    let has_digit = |text: &str| text.chars().any(|character| character.is_ascii_digit());
    let names_paper = |text: &str| !lexicon().kinds_in(&words(text)).is_empty();
    let is_address = block.iter().all(|line| {
        split_label(line.text).is_none_or(|(_, _, meaning)| meaning.field.is_party_attribute())
            && (split_figure(line.text).is_none() || !line.text.contains("  "))
            && dates_in(line.text).is_empty()
    });
    let [name, second, ..] = block else {
        return None;
    };
    let fits = ADDRESS_LINES.contains(&block.len())
        && is_address
        && !has_digit(name.text)
        && split_label(name.text).is_none()
        && !names_paper(name.text)
        && has_digit(second.text);
    fits.then_some(Block {
        label: "buyer",
        lines: block,
    })
}
