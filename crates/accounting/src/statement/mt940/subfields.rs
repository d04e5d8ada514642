//! The structured `:86:` of German banks (Deutsche Kreditwirtschaft, annex 3 of the agreement on
//! data transfer) and its Polish sibling: business code, then subfields of two digits. `?00`
//! booking text, `?10` batch, `?20`-`?29` and `?60`-`?63` remittance, `?30` bank, `?31` and `?38`
//! account, `?32`-`?33` name, `?34` addition to the text key.
//!
//! The remittance of SEPA payments has words with a plus sign: `EREF+` end-to-end id, `SVWZ+`
//! what the payer wrote, `ABWA+` and `ABWE+` whom they paid for, and others.

use super::information::{joined, joined_with_begins};
use crate::statement::amount;
use crate::statement::draft::{LineDraft, filled};

/// The separators in use. A mark that dates and numbers have is none: free text begins so.
const SEPARATORS: &str = "?<>^~|@";

/// Length of a subfield; one of this length goes on in the next without a blank.
const SUBFIELD_LENGTH: usize = 27;

const SEPA_WORDS: [&str; 13] = [
    "EREF+", "KREF+", "MREF+", "CRED+", "DEBT+", "COAM+", "OAMT+", "SVWZ+", "ABWA+", "ABWE+",
    "IBAN+", "BIC+", "PURP+",
];

/// A structured information.
#[derive(Debug)]
pub(super) struct Subfields<'a> {
    business_code: &'a str,
    parts: Vec<(&'a str, &'a str)>,
}

/// Takes the text apart where it has the form.
pub(super) fn split(text: &str) -> Option<Subfields<'_>> {
    let text = text.trim_start();
    let (business_code, rest) = text.split_at_checked(3)?;
    let separator = rest.chars().next()?;
    if !business_code.bytes().all(|byte| byte.is_ascii_digit())
        || !SEPARATORS.contains(separator)
        || !begins_subfield(rest, separator)
    {
        return None;
    }
    let starts: Vec<usize> = rest
        .match_indices(separator)
        .map(|(start, _)| start)
        .filter(|start| {
            rest.get(*start..)
                .is_some_and(|part| begins_subfield(part, separator))
        })
        .collect();
    let width = separator.len_utf8();
    let parts = starts
        .iter()
        .enumerate()
        .filter_map(|(index, start)| {
            let end = starts.get(index + 1).copied().unwrap_or(rest.len());
            rest.get(start + width..end)?.split_at_checked(2)
        })
        .collect();
    Some(Subfields {
        business_code,
        parts,
    })
}

/// The separator with the number of a subfield; elsewhere it is a character of the text.
fn begins_subfield(text: &str, separator: char) -> bool {
    let number = text.strip_prefix(separator).and_then(|rest| rest.get(..2));
    number.is_some_and(|number| {
        number
            .parse::<u8>()
            .is_ok_and(|number| matches!(number, 0 | 10 | 20..=34 | 38 | 60..=63))
            && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

impl Subfields<'_> {
    pub(super) fn read(&self, line: &mut LineDraft) {
        line.details.push((
            ":86: business code".to_owned(),
            self.business_code.to_owned(),
        ));
        let (mut remittance, mut name): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
        let mut booking_text = None;
        for (number, value) in &self.parts {
            let text = value.trim();
            match *number {
                "00" => booking_text = filled(text),
                "20" | "21" | "22" | "23" | "24" | "25" | "26" | "27" | "28" | "29" | "60"
                | "61" | "62" | "63" => remittance.push(value),
                "32" | "33" => name.push(value),
                "31" | "38" if line.counterparty_iban.is_none() && amount::iban(text).is_some() => {
                    line.counterparty_iban = amount::iban(text);
                }
                _ if text.is_empty() => {}
                number => line
                    .details
                    .push((format!(":86: ?{number}"), text.to_owned())),
            }
        }
        line.counterparty_name = filled(&joined(&name, SUBFIELD_LENGTH));
        let rest = std::mem::take(&mut line.texts);
        read_remittance(&remittance, line);
        line.texts.extend(booking_text);
        line.texts.extend(rest);
    }
}

/// The remittance by its words; what stands before the first, or has none, is the payer's text.
fn read_remittance(pieces: &[&str], line: &mut LineDraft) {
    let (text, begins) = joined_with_begins(pieces, SUBFIELD_LENGTH);
    let is_word = |start: usize| {
        let after_blank = text[..start].ends_with(char::is_whitespace);
        begins.contains(&start) || after_blank
    };
    let mut words: Vec<(usize, &str)> = SEPA_WORDS
        .iter()
        .flat_map(|word| text.match_indices(word))
        .filter(|(start, _)| is_word(*start))
        .collect();
    words.sort_unstable();
    let first = words.first().map_or(text.len(), |(start, _)| *start);
    let mut free: Vec<String> = filled(&text[..first]).into_iter().collect();
    let mut others = Vec::new();
    for (index, (start, word)) in words.iter().enumerate() {
        let end = words.get(index + 1).map_or(text.len(), |(next, _)| *next);
        let Some(value) = filled(&text[start + word.len()..end]) else {
            continue;
        };
        match *word {
            "SVWZ+" => free.push(value),
            "EREF+" if line.end_to_end_id.is_none() => {
                line.end_to_end_id = amount::end_to_end(&value);
            }
            "IBAN+" if line.counterparty_iban.is_none() && amount::iban(&value).is_some() => {
                line.counterparty_iban = amount::iban(&value);
            }
            "OAMT+" if line.instructed.is_none() && amount::with_currency(&value).is_some() => {
                line.instructed = amount::with_currency(&value);
            }
            "ABWA+" | "ABWE+" => others.push(value),
            word => line.details.push((format!(":86: {word}"), value)),
        }
    }
    line.texts = free;
    line.texts.extend(others);
}
