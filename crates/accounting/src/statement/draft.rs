//! What a reader gives, and the one way from there to a [`Statement`]: amounts held to their
//! currency, texts put together, ids made.

use std::collections::HashMap;
use std::fmt::Write;

use jiff::civil::Date;
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};

use super::error::{FilePlace, StatementError};
use super::model::{Balance, BankLine, Detail, Instructed, Statement};
use crate::money::{Currency, Money, is_in_range};

/// A line as a reader found it.
#[derive(Debug, Clone)]
pub(super) struct LineDraft {
    pub(super) place: FilePlace,
    pub(super) date: Date,
    pub(super) value_date: Option<Date>,
    /// Signed, `+` into the account.
    pub(super) amount: Decimal,
    pub(super) currency: Currency,
    /// The parts of the description, the payer's words first.
    pub(super) texts: Vec<String>,
    pub(super) structured_reference: Option<String>,
    pub(super) counterparty_name: Option<String>,
    pub(super) counterparty_iban: Option<String>,
    pub(super) end_to_end_id: Option<String>,
    pub(super) instructed: Option<(Decimal, Currency)>,
    /// All else, by the file's own names.
    pub(super) details: Vec<(String, String)>,
    pub(super) is_booked: bool,
}

impl LineDraft {
    pub(super) fn new(place: FilePlace, date: Date, amount: Decimal, currency: Currency) -> Self {
        Self {
            place,
            date,
            value_date: None,
            amount,
            currency,
            texts: Vec::new(),
            structured_reference: None,
            counterparty_name: None,
            counterparty_iban: None,
            end_to_end_id: None,
            instructed: None,
            details: Vec::new(),
            is_booked: true,
        }
    }
}

/// A balance as a reader found it.
#[derive(Debug, Clone)]
pub(super) struct BalanceDraft {
    pub(super) place: FilePlace,
    pub(super) date: Option<Date>,
    pub(super) amount: Decimal,
    pub(super) is_intermediate: bool,
}

/// A statement as a reader found it.
#[derive(Debug, Clone)]
pub(super) struct StatementDraft {
    pub(super) place: FilePlace,
    pub(super) account: Option<String>,
    pub(super) currency: Currency,
    pub(super) number: Option<String>,
    pub(super) opening: Option<BalanceDraft>,
    pub(super) closing: Option<BalanceDraft>,
    pub(super) lines: Vec<LineDraft>,
    pub(super) details: Vec<(String, String)>,
}

impl StatementDraft {
    /// The statement; `ids` are those of the whole file.
    ///
    /// # Errors
    /// [`StatementError`] with the place of an amount that its currency cannot express.
    pub(super) fn finish(self, ids: &mut LineIds) -> Result<Statement, StatementError> {
        let currency = self.currency;
        let account = self.account.as_deref().and_then(filled);
        let mut details: Vec<Detail> = self
            .details
            .into_iter()
            .map(|(name, value)| Detail::of_whole(name, value))
            .collect();
        let (mut lines, mut not_booked) = (Vec::new(), Vec::new());
        for draft in self.lines {
            let is_booked = draft.is_booked && !draft.amount.is_zero();
            let (line, more) = line(draft, account.as_deref(), ids)?;
            details.extend(more);
            if is_booked {
                lines.push(line);
            } else {
                not_booked.push(line);
            }
        }
        let balance = |draft: BalanceDraft| -> Result<Balance, StatementError> {
            Ok(Balance {
                amount: exact(draft.amount, currency, &draft.place)?,
                date: draft.date,
                is_intermediate: draft.is_intermediate,
                place: draft.place,
            })
        };
        Ok(Statement {
            account,
            currency,
            number: self.number.as_deref().and_then(filled),
            opening: self.opening.map(balance).transpose()?,
            closing: self.closing.map(balance).transpose()?,
            lines,
            not_booked,
            details,
            place: self.place,
        })
    }
}

fn line(
    draft: LineDraft,
    account: Option<&str>,
    ids: &mut LineIds,
) -> Result<(BankLine, Vec<Detail>), StatementError> {
    let mut line = BankLine {
        id: String::new(),
        date: draft.date,
        value_date: draft.value_date,
        amount: exact(draft.amount, draft.currency, &draft.place)?,
        currency: draft.currency,
        description: together(&draft.texts),
        structured_reference: draft.structured_reference.as_deref().and_then(filled),
        counterparty_name: draft.counterparty_name.as_deref().and_then(filled),
        counterparty_iban: draft.counterparty_iban.as_deref().and_then(filled),
        end_to_end_id: draft.end_to_end_id.as_deref().and_then(filled),
        instructed: draft
            .instructed
            .map(|(amount, currency)| {
                exact(amount.abs(), currency, &draft.place)
                    .map(|amount| Instructed { amount, currency })
            })
            .transpose()?,
        place: draft.place,
    };
    line.id = ids.next(account, &line, &draft.details);
    let id = &line.id;
    let details = draft
        .details
        .into_iter()
        .map(|(name, value)| Detail {
            line: Some(id.clone()),
            name,
            value,
        })
        .collect();
    Ok((line, details))
}

/// An amount with its currency's decimals, none of them rounded away.
pub(super) fn exact(
    amount: Decimal,
    currency: Currency,
    place: &FilePlace,
) -> Result<Decimal, StatementError> {
    if !is_in_range(amount) {
        return Err(place.error(format!("{amount} is beyond 10^13")));
    }
    Money::new(amount, currency)
        .map(Money::amount)
        .map_err(|error| place.error(error.to_string()))
}

/// A text without white space at its ends; `None` where nothing is left.
pub(super) fn filled(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The parts, each on a line, none that another one contains.
fn together(parts: &[String]) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for part in parts.iter().map(|part| part.trim()) {
        if !part.is_empty() && !kept.contains(&part) {
            kept.push(part);
        }
    }
    kept.join("\n")
}

/// Makes ids of lines: a hash of account and content, and a number for lines that are equal.
#[derive(Debug, Default)]
pub(super) struct LineIds {
    times: HashMap<String, usize>,
}

impl LineIds {
    fn next(
        &mut self,
        account: Option<&str>,
        line: &BankLine,
        details: &[(String, String)],
    ) -> String {
        let mut hash = Sha256::new();
        let mut add = |text: &str| {
            hash.update(text.as_bytes());
            // A byte that no text has keeps the fields apart.
            hash.update([0xff]);
        };
        add(account.unwrap_or_default());
        add(&line.date.to_string());
        add(&line
            .value_date
            .map(|date| date.to_string())
            .unwrap_or_default());
        add(&line.amount.to_string());
        add(line.currency.code());
        add(&line.description);
        let optional = [
            &line.structured_reference,
            &line.counterparty_name,
            &line.counterparty_iban,
            &line.end_to_end_id,
        ];
        for text in optional {
            add(text.as_deref().unwrap_or_default());
        }
        for (name, value) in details {
            add(name);
            add(value);
        }
        let mut digest = String::new();
        for byte in hash.finalize().iter().take(8) {
            // Writing to a text cannot fail.
            write!(digest, "{byte:02x}").unwrap_or_default();
        }
        let times = self.times.entry(digest.clone()).or_default();
        *times += 1;
        if *times == 1 {
            format!("line_{digest}")
        } else {
            format!("line_{digest}_{times}")
        }
    }
}
