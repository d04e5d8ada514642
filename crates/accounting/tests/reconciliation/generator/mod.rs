//! Ledgers and statements with known truth, written from the contract.

mod batches;
mod books;
mod differences;
mod noise;
mod other_hand;
mod payments;
mod rarer;
mod rarer_traps;
mod traps;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::countries::{COUNTRIES, Country};
use crate::dice::Dice;
use books::{Builder, Party};

/// How hard the lines are to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Setting {
    /// Names, accounts and numbers as the books have them.
    Easy,
    /// Noisy references, cut names, and all kinds of payments.
    Hard,
    /// As hard, from another hand: other numbers, texts and noise, few parties with much, and
    /// what is seldom.
    OtherHand,
}

/// Lines that settle items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TrueMatch {
    pub lines: Vec<String>,
    pub items: Vec<String>,
    pub kind: &'static str,
    /// Labels of the noise in its lines.
    pub noise: BTreeSet<&'static str>,
}

/// What is right for a case.
#[derive(Debug, Clone, Default)]
pub(crate) struct Truth {
    pub matches: Vec<TrueMatch>,
    /// Lines that fit each of these sets of items, and no one more than another.
    pub twins: Vec<(String, Vec<Vec<String>>)>,
    /// Pairs that may be matched, though never without a person.
    pub tolerated: Vec<(String, String)>,
    /// How often each scene was played.
    pub scenes: BTreeMap<&'static str, usize>,
}

pub(crate) struct Case {
    pub request: Value,
    pub truth: Truth,
}

/// A ledger and a statement of about `scenarios` payments.
pub(crate) fn case(seed: u64, scenarios: usize, setting: Setting) -> Case {
    let mut dice = Dice::new(seed);
    let country = &COUNTRIES[usize::try_from(seed % 12).unwrap()];
    let parties = parties(&mut dice, country, scenarios, setting);
    let mut builder = Builder {
        dice,
        country,
        setting,
        numbering: 0,
        noise: BTreeSet::new(),
        parties,
        lines: Vec::new(),
        items: Vec::new(),
        truth: Truth::default(),
        serial: 100,
        runs: 0,
        payouts: BTreeSet::new(),
    };
    if setting == Setting::OtherHand {
        builder.numbering = builder.dice.between(1, 6);
    }
    for _ in 0..scenarios {
        builder.noise.clear();
        if setting == Setting::OtherHand && builder.dice.percent(35) {
            builder.rarer();
        } else {
            builder.scenario();
        }
    }
    builder.finish(seed)
}

fn parties(dice: &mut Dice, country: &Country, scenarios: usize, setting: Setting) -> Vec<Party> {
    let mut names = BTreeSet::new();
    // Another hand has many parties with little or few with much.
    let share = match setting {
        Setting::OtherHand => usize::try_from(dice.between(3, 12)).unwrap(),
        Setting::Easy | Setting::Hard => 3,
    };
    let count = scenarios / share + 4;
    while names.len() < count {
        let first = dice.pick(country.words);
        let second = dice.pick(country.words);
        let third = dice.between(1, 99);
        let form = dice.pick(country.forms);
        // A few names are of the trade's words alone.
        let is_plain = setting == Setting::OtherHand && dice.percent(20);
        if first == second {
            continue;
        }
        if is_plain {
            names.insert(format!("{first} {second} {form}"));
            continue;
        }
        // Beyond a few dozen parties names need something of their own.
        let own: String = (0..5)
            .map(|_| char::from(b'a' + u8::try_from(dice.between(0, 25)).unwrap()))
            .collect();
        let own = own[..1].to_uppercase() + &own[1..];
        names.insert(if third < 50 {
            format!("{own} {second} {form}")
        } else {
            format!("{first} {own} {form}")
        });
    }
    names
        .into_iter()
        .map(|name| Party {
            name,
            iban: format!(
                "{}{:02}{:018}",
                country.code,
                dice.between(10, 97),
                dice.between(1, 9_999_999_999_999)
            ),
            style: dice.between(0, 3),
        })
        .collect()
}

impl Builder {
    fn scenario(&mut self) {
        match self.dice.between(0, 99) {
            0..=24 => self.one_to_one(),
            25..=29 => self.other_payer(),
            30..=39 => self.one_to_many(),
            40..=46 => self.many_to_one(),
            47..=51 => self.partial(),
            52..=54 => self.overpayment(),
            55..=59 => self.with_fee(),
            60..=64 => self.with_discount(),
            65..=69 => self.foreign(),
            70..=73 => self.netting(),
            74..=77 => self.payout(),
            78..=79 => self.payment_run(),
            80..=82 => self.returned(),
            83..=85 => self.duplicate(),
            86..=89 => self.twins(),
            90..=91 => self.equal_pairs(),
            92..=94 => self.names_another(),
            _ => self.no_item(),
        }
    }

    fn finish(mut self, seed: u64) -> Case {
        let mut order = Dice::new(seed + 7);
        order.shuffle(&mut self.lines);
        order.shuffle(&mut self.items);
        let country = self.country;
        let request = json!({
            "bank_lines": self.lines,
            "open_items": self.items,
            "policy": {
                "fee_tolerance": "15.00", "fee_tolerance_percent": "1",
                "rounding_tolerance": "0.02", "date_window_days": 60,
                "discount_grace_days": 2, "fx_tolerance_percent": "1.5",
                "fx_rates": [
                    {"from": country.foreign, "to": country.currency, "rate": "0.90", "date": "2024-12-01"},
                    {"from": country.foreign, "to": country.currency, "rate": "0.92", "date": "2025-01-05"},
                ],
                "processors": [
                    {"name": "Kartenpay", "fee_percent": "1.4", "fee_fixed": "0.25"},
                    {"name": "Walletly", "fee_percent": "1.4", "fee_fixed": "0.25"},
                ],
            },
            "company": {
                "name": format!("Testfirma {}", country.code), "country": country.code,
                "base_currency": country.currency, "chart_of_accounts": country.chart,
            },
        });
        Case {
            request,
            truth: self.truth,
        }
    }
}
