//! Parties, open items and bank lines.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use serde_json::{Value, json};

use super::{Setting, TrueMatch, Truth};
use crate::countries::Country;
use crate::dice::Dice;
use crate::structured::Structured;

#[derive(Clone)]
pub(super) struct Party {
    pub(super) name: String,
    pub(super) iban: String,
    pub(super) style: i64,
}

#[derive(Clone)]
pub(super) struct OpenItem {
    pub(super) id: String,
    pub(super) number: String,
    pub(super) reference: Option<String>,
    pub(super) party: usize,
    pub(super) sign: i64,
    pub(super) open: i64,
    pub(super) issue: Date,
    pub(super) due: Date,
}

pub(super) struct Builder {
    pub(super) dice: Dice,
    pub(super) country: &'static Country,
    pub(super) setting: Setting,
    /// How our own documents are numbered.
    pub(super) numbering: i64,
    /// Labels of the noise in the scene that is played.
    pub(super) noise: BTreeSet<&'static str>,
    pub(super) parties: Vec<Party>,
    pub(super) lines: Vec<Value>,
    pub(super) items: Vec<Value>,
    pub(super) truth: Truth,
    pub(super) serial: i64,
    pub(super) runs: i64,
    /// Processors and days that have had their payout.
    pub(super) payouts: BTreeSet<(&'static str, Date)>,
}

/// Minor units as a decimal string of two decimals.
pub(super) fn money(minor: i64) -> String {
    format!(
        "{}{}.{:02}",
        if minor < 0 { "-" } else { "" },
        minor.abs() / 100,
        minor.abs() % 100
    )
}

impl Builder {
    pub(super) fn party(&mut self) -> usize {
        let last = i64::try_from(self.parties.len()).unwrap() - 1;
        usize::try_from(self.dice.between(0, last)).unwrap()
    }

    pub(super) fn amount(&mut self) -> i64 {
        match self.dice.between(0, 9) {
            0 => self.dice.between(1, 40) * 5000,
            1..=3 => self.dice.between(1_000, 60_000),
            _ => self.dice.between(10_000, 2_500_000),
        }
    }

    pub(super) fn sign(&mut self) -> i64 {
        if self.dice.percent(65) { 1 } else { -1 }
    }

    pub(super) fn draft(&mut self, party: usize, sign: i64, open: i64) -> OpenItem {
        let is_other = self.setting == Setting::OtherHand;
        self.serial += if is_other && self.dice.percent(80) {
            1
        } else {
            self.dice.between(1, 7)
        };
        let serial = self.serial;
        let prefix = self.country.prefix;
        let number = if sign > 0 {
            match self.numbering {
                1 => format!("INV{:06}", serial + 1000),
                2 => format!("{}", serial + 1000),
                3 => format!("{}", 470_000 + serial),
                4 => format!("2025/{serial:04}"),
                5 => format!("{prefix}25-{serial:04}"),
                6 => format!("SI/2025/03/{serial:04}"),
                _ => format!("{prefix}2025-{serial:05}"),
            }
        } else {
            match self.parties[party].style {
                0 => format!("{}", 100_000 + serial * 7),
                1 => format!("B{:03}-{serial:06}", party % 1000),
                2 => format!("2025/{:05}", serial * 3),
                _ => format!("{}{serial:05}/25", ["XK", "LM", "TR"][party % 3]),
            }
        };
        let structured = self.country.structured;
        let reference = (sign > 0 && structured != Structured::None && self.dice.percent(70))
            .then(|| structured.reference(u64::try_from(serial * 13 + 40_000).unwrap()))
            .flatten();
        let issue = date(2025, 1, 10)
            .checked_add(self.dice.between(0, 120).days())
            .unwrap();
        OpenItem {
            id: format!("i{serial:06}"),
            number,
            reference,
            party,
            sign,
            open,
            issue,
            due: issue.checked_add(30.days()).unwrap(),
        }
    }

    pub(super) fn add(&mut self, item: &OpenItem, extra: &Value) {
        let kind = if item.sign > 0 { "invoice" } else { "bill" };
        let party = &self.parties[item.party];
        let mut row = json!({
            "id": item.id, "type": kind, "number": item.number,
            "party": {"name": party.name, "iban": party.iban},
            "issue_date": item.issue, "due_date": item.due,
            "currency": self.country.currency, "open_amount": money(item.open),
        });
        if let Some(reference) = &item.reference {
            row["payment_reference"] = json!(reference);
        }
        for (key, value) in extra.as_object().into_iter().flatten() {
            row[key] = value.clone();
        }
        self.items.push(row);
    }

    pub(super) fn item(&mut self, party: usize, sign: i64, open: i64) -> OpenItem {
        let item = self.draft(party, sign, open);
        self.add(&item, &Value::Null);
        item
    }

    pub(super) fn line(
        &mut self,
        day: Date,
        amount: i64,
        text: &str,
        party: Option<usize>,
    ) -> String {
        let id = format!("l{:05}", self.lines.len());
        let mut row = json!({
            "id": id, "date": day, "amount": money(amount),
            "currency": self.country.currency, "description": text,
        });
        if let Some(party) = party {
            let name = self.bank_name(party);
            if name.is_none() || self.dice.percent(if self.is_hard() { 40 } else { 80 }) {
                row["counterparty_iban"] = json!(self.parties[party].iban);
            }
            row["counterparty_name"] = json!(name);
        }
        self.lines.push(row);
        id
    }

    pub(super) fn day_for(&mut self, item: &OpenItem) -> Date {
        item.issue
            .checked_add(self.dice.between(3, 45).days())
            .unwrap()
    }

    /// A line that names an item.
    pub(super) fn pays(
        &mut self,
        item: &OpenItem,
        day: Date,
        amount: i64,
        party: Option<usize>,
    ) -> String {
        let word = self.country.invoice;
        let text = self.names(&[item]);
        let id = match &item.reference {
            Some(reference) if self.dice.percent(60) => {
                let id = self.line(day, amount, word, party);
                let is_apart = self.dice.percent(70);
                let reference = self.misread(reference);
                let last = self.lines.last_mut().unwrap();
                if is_apart {
                    last["structured_reference"] = json!(reference);
                } else {
                    last["description"] = json!(format!("{word} {reference}"));
                }
                return id;
            }
            _ => self.line(day, amount, &text, party),
        };
        if self.is_hard() && self.dice.percent(15) {
            let last = self.lines.last_mut().unwrap();
            last["description"] = json!(word);
            last["end_to_end_id"] = json!(item.number);
        }
        id
    }

    /// A text that names items.
    pub(super) fn names(&mut self, items: &[&OpenItem]) -> String {
        if self.setting == Setting::OtherHand {
            let numbers: Vec<String> = items.iter().map(|item| item.number.clone()).collect();
            return self.other_text(&numbers);
        }
        let numbers: Vec<String> = items.iter().map(|item| self.noisy(&item.number)).collect();
        format!("{} {}", self.country.invoice, numbers.join(", "))
    }

    pub(super) fn is_hard(&self) -> bool {
        self.setting != Setting::Easy
    }

    /// One more scene of this name.
    pub(super) fn scene(&mut self, name: &'static str) {
        *self.truth.scenes.entry(name).or_default() += 1;
    }

    pub(super) fn truly(&mut self, lines: Vec<String>, items: &[&OpenItem], kind: &'static str) {
        let mut ids: Vec<String> = items.iter().map(|item| item.id.clone()).collect();
        ids.sort();
        self.truth.matches.push(TrueMatch {
            lines,
            items: ids,
            kind,
            noise: self.noise.clone(),
        });
    }
}
