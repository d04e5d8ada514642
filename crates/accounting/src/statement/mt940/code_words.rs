//! `:86:` with code words between slashes, as Dutch, Belgian and other banks write it. A value
//! ends where the next known word begins; a word that is not known is part of the value.

use crate::statement::amount;
use crate::statement::draft::{LineDraft, filled};

const WORDS: [&str; 36] = [
    "ACCW",
    "ADDR",
    "BENM",
    "BIC",
    "CDTRREF",
    "CDTRREFTP",
    "CHGS",
    "CNTP",
    "CREF",
    "CSID",
    "EREF",
    "EXCH",
    "IBAN",
    "ID",
    "IREF",
    "ISDT",
    "KREF",
    "MARF",
    "MREF",
    "NAME",
    "OCMT",
    "ORDP",
    "PREF",
    "PURP",
    "REMI",
    "RREF",
    "RTRN",
    "SVCL",
    "TRCD",
    "TRCN",
    "TRTP",
    "UDTR",
    "UCRD",
    "ULTB",
    "ULTC",
    "ULTD",
];

/// Whether the text is of this dialect.
pub(super) fn begins_with_one(text: &str) -> bool {
    let text = text.trim_start();
    words(text).first().is_some_and(|(start, _)| *start == 0)
}

/// The known words with where they begin; a slash may end one word's value and begin the next
/// word at once.
fn words(text: &str) -> Vec<(usize, &str)> {
    let slashes: Vec<usize> = text.match_indices('/').map(|(start, _)| start).collect();
    slashes
        .windows(2)
        .filter_map(|pair| {
            let word = text.get(pair[0] + 1..pair[1])?;
            WORDS.contains(&word).then_some((pair[0], word))
        })
        .collect()
}

/// Reads the values of all words.
pub(super) fn read(text: &str, line: &mut LineDraft) {
    let text = text.trim();
    let words = words(text);
    let mut remittance = Vec::new();
    let mut additions = Vec::new();
    // Whose name, id and account follow: the other side's or whom it acts for.
    let mut is_ultimate = false;
    for (index, (start, word)) in words.iter().enumerate() {
        let end = words.get(index + 1).map_or(text.len(), |(next, _)| *next);
        let from = (start + word.len() + 2).min(end);
        let value = text[from..end].trim_matches(|c: char| c == '/' || c.is_whitespace());
        match *word {
            "ORDP" | "BENM" | "CNTP" => is_ultimate = false,
            "ULTD" | "ULTC" | "ULTB" | "UDTR" | "UCRD" => is_ultimate = true,
            _ => {}
        }
        if value.is_empty() {
            continue;
        }
        let mut other = || line.details.push((format!("/{word}/"), value.to_owned()));
        match *word {
            "REMI" => read_remittance(value, line, &mut remittance),
            "EREF" if line.end_to_end_id.is_none() => {
                line.end_to_end_id = amount::end_to_end(value);
            }
            "CDTRREF" if line.structured_reference.is_none() => {
                line.structured_reference = filled(value);
            }
            "NAME" if is_ultimate => additions.push(value.to_owned()),
            "NAME" if line.counterparty_name.is_none() => line.counterparty_name = filled(value),
            "IBAN" if line.counterparty_iban.is_none() && amount::iban(value).is_some() => {
                line.counterparty_iban = amount::iban(value);
            }
            "CNTP" => read_counterparty(value, line),
            "OCMT" if line.instructed.is_none() && amount::with_currency(value).is_some() => {
                line.instructed = amount::with_currency(value);
            }
            "RTRN" => additions.push(format!("Return {value}")),
            "TRTP" => additions.push(value.to_owned()),
            _ => other(),
        }
    }
    remittance.append(&mut additions);
    remittance.append(&mut line.texts);
    line.texts = remittance;
}

/// `USTD//text`, `STRD/CUR/reference`, or the text itself.
fn read_remittance(value: &str, line: &mut LineDraft, texts: &mut Vec<String>) {
    if let Some(text) = value.strip_prefix("USTD/") {
        texts.extend(filled(text.trim_start_matches('/')));
        return;
    }
    let structured = value
        .strip_prefix("STRD/")
        .and_then(|rest| rest.split_once('/'));
    match structured {
        Some((_, reference)) if line.structured_reference.is_none() => {
            line.structured_reference = filled(reference);
        }
        _ => texts.push(value.to_owned()),
    }
}

/// `IBAN/BIC/name/city`.
fn read_counterparty(value: &str, line: &mut LineDraft) {
    let mut parts = value.splitn(4, '/').map(str::trim);
    let account = parts.next().unwrap_or_default();
    match amount::iban(account) {
        Some(iban) if line.counterparty_iban.is_none() => line.counterparty_iban = Some(iban),
        _ => line.details.extend(detail("account", account)),
    }
    line.details
        .extend(parts.next().and_then(|bank| detail("bank", bank)));
    match parts.next().and_then(filled) {
        Some(name) if line.counterparty_name.is_none() => line.counterparty_name = Some(name),
        Some(name) => line.details.extend(detail("name", &name)),
        None => {}
    }
    line.details
        .extend(parts.next().and_then(|city| detail("city", city)));
}

fn detail(part: &str, value: &str) -> Option<(String, String)> {
    filled(value).map(|value| (format!("/CNTP/ {part}"), value))
}
