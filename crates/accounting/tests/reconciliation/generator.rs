//! Ledgers and statements with known truth, written from the contract.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use serde_json::{Value, json};

use crate::world::{COUNTRIES, Country, Dice, Structured, as_banks_print};

/// Lines that settle items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TrueMatch {
    pub lines: Vec<String>,
    pub items: Vec<String>,
    pub kind: &'static str,
}

/// What is right for a case.
#[derive(Debug, Clone, Default)]
pub(crate) struct Truth {
    pub matches: Vec<TrueMatch>,
    /// Lines that fit each of these items, and no one more than another.
    pub twins: Vec<(String, Vec<String>)>,
    /// Pairs that may be matched, though never without a person.
    pub tolerated: Vec<(String, String)>,
}

pub(crate) struct Case {
    pub request: Value,
    pub truth: Truth,
}

#[derive(Clone)]
struct Party {
    name: String,
    iban: String,
    style: i64,
}

#[derive(Clone)]
struct OpenItem {
    id: String,
    number: String,
    reference: Option<String>,
    party: usize,
    sign: i64,
    open: i64,
    issue: Date,
    due: Date,
}

struct Builder {
    dice: Dice,
    country: &'static Country,
    hard: bool,
    parties: Vec<Party>,
    lines: Vec<Value>,
    items: Vec<Value>,
    truth: Truth,
    serial: i64,
    runs: i64,
}

/// Minor units as a decimal string of two decimals.
fn money(minor: i64) -> String {
    format!(
        "{}{}.{:02}",
        if minor < 0 { "-" } else { "" },
        minor.abs() / 100,
        minor.abs() % 100
    )
}

/// A ledger and a statement of about `scenarios` payments.
pub(crate) fn case(seed: u64, scenarios: usize, hard: bool) -> Case {
    let mut dice = Dice::new(seed);
    let country = &COUNTRIES[usize::try_from(seed % 12).unwrap()];
    let mut names = std::collections::BTreeSet::new();
    let count = scenarios / 3 + 4;
    while names.len() < count {
        let first = dice.pick(country.words);
        let second = dice.pick(country.words);
        let third = dice.between(1, 99);
        let form = dice.pick(country.forms);
        if first != second {
            // Beyond a few dozen parties names need something of their own.
            let own: String = (0..5)
                .map(|_| char::from(b'a' + u8::try_from(dice.between(0, 25)).unwrap()))
                .collect();
            let own = own[..1].to_uppercase() + &own[1..];
            let name = if third < 50 {
                format!("{own} {second} {form}")
            } else {
                format!("{first} {own} {form}")
            };
            names.insert(name);
        }
    }
    let parties = names
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
        .collect();
    let mut builder = Builder {
        dice,
        country,
        hard,
        parties,
        lines: Vec::new(),
        items: Vec::new(),
        truth: Truth::default(),
        serial: 100,
        runs: 0,
    };
    for _ in 0..scenarios {
        builder.scenario();
    }
    builder.finish(seed)
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

    fn party(&mut self) -> usize {
        let last = i64::try_from(self.parties.len()).unwrap() - 1;
        usize::try_from(self.dice.between(0, last)).unwrap()
    }

    fn amount(&mut self) -> i64 {
        match self.dice.between(0, 9) {
            0 => self.dice.between(1, 40) * 5000,
            1..=3 => self.dice.between(1_000, 60_000),
            _ => self.dice.between(10_000, 2_500_000),
        }
    }

    fn sign(&mut self) -> i64 {
        if self.dice.percent(65) { 1 } else { -1 }
    }

    fn draft(&mut self, party: usize, sign: i64, open: i64) -> OpenItem {
        self.serial += self.dice.between(1, 7);
        let serial = self.serial;
        let number = if sign > 0 {
            format!("{}2025-{serial:05}", self.country.prefix)
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

    fn add(&mut self, item: &OpenItem, extra: &Value) {
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

    fn item(&mut self, party: usize, sign: i64, open: i64) -> OpenItem {
        let item = self.draft(party, sign, open);
        self.add(&item, &Value::Null);
        item
    }

    /// The number as the payer and the bank leave it.
    fn noisy(&mut self, number: &str) -> String {
        if !self.hard || self.dice.percent(45) {
            return number.to_owned();
        }
        let solid: String = number.chars().filter(char::is_ascii_alphanumeric).collect();
        match self.dice.between(0, 6) {
            0 => solid,
            1 => number.replace(['-', '/'], " "),
            2 => number.to_lowercase(),
            3 => {
                let (head, tail) = number.split_at(number.len() - 3);
                format!("{head} {tail}")
            }
            4 => {
                // Two neighbours swapped.
                let mut bytes = number.as_bytes().to_vec();
                let places: Vec<usize> = (1..bytes.len())
                    .filter(|i| {
                        bytes[*i].is_ascii_digit()
                            && bytes[i - 1].is_ascii_digit()
                            && bytes[*i] != bytes[i - 1]
                    })
                    .collect();
                if !places.is_empty() {
                    let place = *self.dice.pick(&places);
                    bytes.swap(place, place - 1);
                }
                String::from_utf8(bytes).unwrap()
            }
            5 => {
                let last = number
                    .rsplit(|c: char| !c.is_ascii_digit())
                    .find(|run| run.len() > 2);
                last.unwrap_or(number).trim_start_matches('0').to_owned()
            }
            _ => number.replace("2025-0", "2025-").replace("2025/0", "2025/"),
        }
    }

    fn bank_name(&mut self, party: usize) -> Option<String> {
        let name = self.parties[party].name.clone();
        if !self.hard {
            return Some(name);
        }
        let printed = as_banks_print(&name);
        match self.dice.between(0, 9) {
            0 => None,
            1 | 2 => Some(printed.chars().take(18).collect()),
            3 => {
                let words: Vec<&str> = printed.split(' ').collect();
                Some(words[..2.min(words.len())].join(" "))
            }
            4 => Some(format!(
                "{} {}",
                printed,
                self.country.words[0].to_uppercase()
            )),
            5 => {
                let mut letters: Vec<char> = printed.chars().collect();
                letters.swap(2, 3);
                Some(letters.into_iter().collect())
            }
            6 | 7 => Some(printed),
            _ => Some(name),
        }
    }

    fn line(&mut self, day: Date, amount: i64, text: &str, party: Option<usize>) -> String {
        let id = format!("l{:05}", self.lines.len());
        let mut row = json!({
            "id": id, "date": day, "amount": money(amount),
            "currency": self.country.currency, "description": text,
        });
        if let Some(party) = party {
            let name = self.bank_name(party);
            if name.is_none() || self.dice.percent(if self.hard { 40 } else { 80 }) {
                row["counterparty_iban"] = json!(self.parties[party].iban);
            }
            row["counterparty_name"] = json!(name);
        }
        self.lines.push(row);
        id
    }

    fn day_for(&mut self, item: &OpenItem) -> Date {
        item.issue
            .checked_add(self.dice.between(3, 45).days())
            .unwrap()
    }

    /// A line that names an item.
    fn pays(&mut self, item: &OpenItem, day: Date, amount: i64, party: Option<usize>) -> String {
        let (number, word) = (self.noisy(&item.number), self.country.invoice);
        let id = match &item.reference {
            Some(reference) if self.dice.percent(60) => {
                let id = self.line(day, amount, word, party);
                let is_apart = self.dice.percent(70);
                let last = self.lines.last_mut().unwrap();
                if is_apart {
                    last["structured_reference"] = json!(reference);
                } else {
                    last["description"] = json!(format!("{word} {reference}"));
                }
                return id;
            }
            _ => self.line(day, amount, &format!("{word} {number}"), party),
        };
        if self.hard && self.dice.percent(15) {
            let last = self.lines.last_mut().unwrap();
            last["description"] = json!(word);
            last["end_to_end_id"] = json!(item.number);
        }
        id
    }

    fn truly(&mut self, lines: Vec<String>, items: &[&OpenItem], kind: &'static str) {
        let mut ids: Vec<String> = items.iter().map(|item| item.id.clone()).collect();
        ids.sort();
        self.truth.matches.push(TrueMatch {
            lines,
            items: ids,
            kind,
        });
    }

    fn one_to_one(&mut self) {
        let (party, sign, open) = (self.party(), self.sign(), self.amount());
        let item = self.item(party, sign, open);
        let day = self.day_for(&item);
        let line = if self.dice.percent(if self.hard { 30 } else { 10 }) {
            let text = self.country.invoice.to_owned();
            self.line(day, sign * open, &text, Some(party))
        } else {
            self.pays(&item, day, sign * open, Some(party))
        };
        self.truly(vec![line], &[&item], "one_to_one");
    }

    fn other_payer(&mut self) {
        let (party, open) = (self.party(), self.amount());
        let item = self.item(party, 1, open);
        let day = self.day_for(&item);
        let text = format!("{} {}", self.country.invoice, item.number);
        let line = self.line(day, open, &text, None);
        self.lines.last_mut().unwrap()["counterparty_name"] = json!("Qwertz Holding Dritte");
        self.truly(vec![line], &[&item], "one_to_one");
    }

    fn one_to_many(&mut self) {
        let (party, sign) = (self.party(), self.sign());
        let count = self.dice.between(2, 5);
        let items: Vec<OpenItem> = (0..count)
            .map(|_| {
                let open = self.amount();
                self.item(party, sign, open)
            })
            .collect();
        let sum: i64 = items.iter().map(|item| item.open).sum();
        let day = items.iter().map(|item| item.issue).max().unwrap();
        let day = day.checked_add(self.dice.between(1, 10).days()).unwrap();
        let mut numbers: Vec<String> = items.iter().map(|item| self.noisy(&item.number)).collect();
        let all_in_window = items
            .iter()
            .all(|item| day <= item.due.checked_add(60.days()).unwrap());
        if self.hard && all_in_window && self.dice.percent(25) {
            // The others have no reference, and are in their time.
            numbers.truncate(1);
        }
        let text = if self.hard && all_in_window && count < 4 && self.dice.percent(25) {
            self.country.invoice.to_owned()
        } else {
            format!("{} {}", self.country.invoice, numbers.join(", "))
        };
        let line = self.line(day, sign * sum, &text, Some(party));
        let items: Vec<&OpenItem> = items.iter().collect();
        self.truly(vec![line], &items, "one_to_many");
    }

    fn many_to_one(&mut self) {
        let (party, sign, open) = (self.party(), self.sign(), self.amount().max(30_000));
        let item = self.item(party, sign, open);
        let count = self.dice.between(2, 3);
        let mut rest = open;
        let mut day = item.issue;
        let mut lines = Vec::new();
        for place in 0..count {
            day = day.checked_add(self.dice.between(4, 12).days()).unwrap();
            let part = if place + 1 == count {
                rest
            } else {
                rest * self.dice.between(30, 60) / 100
            };
            rest -= part;
            let line = self.pays(&item, day, sign * part, Some(party));
            lines.push(line);
        }
        self.truly(lines, &[&item], "many_to_one");
    }

    fn partial(&mut self) {
        let (party, sign, open) = (self.party(), self.sign(), self.amount().max(30_000));
        let item = self.item(party, sign, open);
        let day = self.day_for(&item);
        let part = open * self.dice.between(20, 80) / 100;
        let line = self.pays(&item, day, sign * part, Some(party));
        self.truly(vec![line], &[&item], "partial");
    }

    fn overpayment(&mut self) {
        let (party, open) = (self.party(), self.amount().max(30_000));
        let item = self.item(party, 1, open);
        let day = self.day_for(&item);
        let paid = open + self.dice.between(500, 30_000);
        let line = self.pays(&item, day, paid, Some(party));
        self.truly(vec![line], &[&item], "overpayment");
    }

    fn with_fee(&mut self) {
        let (party, open) = (self.party(), self.amount().max(150_000));
        let item = self.item(party, 1, open);
        let day = self.day_for(&item);
        let fee = self.dice.between(200, 1500);
        let line = self.pays(&item, day, open - fee, Some(party));
        self.truly(vec![line], &[&item], "with_fee");
    }

    fn with_discount(&mut self) {
        let (party, sign, open) = (self.party(), self.sign(), self.amount().max(20_000));
        let item = self.draft(party, sign, open);
        let percent = self.dice.between(2, 3);
        self.add(
            &item,
            &json!({"terms": {"discount_percent": percent.to_string(), "discount_days": 14}}),
        );
        let day = item
            .issue
            .checked_add(self.dice.between(3, 14).days())
            .unwrap();
        let discount = (open * percent + 50) / 100;
        let line = if self.dice.percent(25) {
            let text = self.country.invoice.to_owned();
            self.line(day, sign * (open - discount), &text, Some(party))
        } else {
            self.pays(&item, day, sign * (open - discount), Some(party))
        };
        self.truly(vec![line], &[&item], "with_discount");
    }

    fn foreign(&mut self) {
        let (party, sign, open) = (self.party(), self.sign(), self.amount().max(50_000));
        let item = self.draft(party, sign, open);
        // Booked at 0.90, 0.92 on the day.
        let extra = json!({
            "currency": self.country.foreign,
            "functional_amount": money((open * 90 + 50) / 100), "booked_rate": "0.9",
        });
        self.add(&item, &extra);
        let day = self.day_for(&item);
        let paid = open * 92 / 100 * self.dice.between(9_950, 10_050) / 10_000;
        let line = self.pays(&item, day, sign * paid, Some(party));
        if self.dice.percent(50) {
            self.lines.last_mut().unwrap()["instructed"] =
                json!({"amount": money(open), "currency": self.country.foreign});
        }
        self.truly(vec![line], &[&item], "fx");
    }

    fn netting(&mut self) {
        let (party, open) = (self.party(), self.amount().max(50_000));
        let item = self.item(party, 1, open);
        let deducted = open * self.dice.between(5, 40) / 100;
        let mut credit = self.draft(party, 1, deducted);
        credit.number = credit.number.replace(self.country.prefix, "CN-");
        if credit.number == item.number || !credit.number.starts_with("CN-") {
            credit.number = format!("CN-{}", credit.number);
        }
        credit.reference = None;
        self.add(&credit, &json!({"type": "credit_note"}));
        let latest = item.issue.max(credit.issue);
        let day = latest.checked_add(self.dice.between(1, 12).days()).unwrap();
        let text = if self.dice.percent(70) {
            format!(
                "{} {} - {}",
                self.country.invoice, item.number, credit.number
            )
        } else {
            format!("{} {}", self.country.invoice, item.number)
        };
        let line = self.line(day, open - credit.open, &text, Some(party));
        self.truly(vec![line], &[&item, &credit], "netting");
    }

    fn payout(&mut self) {
        let count = self.dice.between(3, 9);
        let day = date(2025, 1, 10)
            .checked_add(self.dice.between(0, 120).days())
            .unwrap();
        let serial = self.dice.between(0, 999);
        let processor = if serial % 2 == 0 {
            "Kartenpay"
        } else {
            "Walletly"
        };
        let mut items = Vec::new();
        let mut net = 0;
        for place in 0..count {
            let party = self.party();
            let open = self.dice.between(900, 60_000);
            let mut item = self.draft(party, 1, open);
            item.issue = day;
            item.reference = None;
            let is_refund = place > 0 && self.dice.percent(10);
            let kind = if is_refund { "credit_note" } else { "invoice" };
            self.add(
                &item,
                &json!({"type": kind, "collected_by": {"processor": processor, "date": day}}),
            );
            // 1.4 % and 0.25.
            let fee = (open * 14 + 25_000 + 500) / 1000;
            net += if is_refund { -open } else { open - fee };
            items.push((item, if is_refund { -open } else { open - fee }));
        }
        if items.len() > 4 && self.dice.percent(20) {
            let (_, held) = items.remove(1);
            net -= held;
        }
        // Two payouts of one processor and day are one group: the truth is then the group's.
        let known = self
            .truth
            .matches
            .iter()
            .any(|found| found.kind == "payout")
            && self
                .lines
                .iter()
                .any(|line| line["processor_day"] == json!(format!("{processor}{day}")));
        if net <= 0 || known {
            for (item, _) in &items {
                self.items.retain(|row| row["id"] != json!(item.id));
            }
            self.serial += 1;
            return;
        }
        let paid = day.checked_add(self.dice.between(1, 5).days()).unwrap();
        let text = format!(
            "{} PAYOUT {}",
            processor.to_uppercase(),
            self.dice.between(10_000, 99_999)
        );
        let line = self.line(paid, net, &text, None);
        let last = self.lines.last_mut().unwrap();
        last["counterparty_name"] = json!(format!("{processor} Europe"));
        last["processor_day"] = json!(format!("{processor}{day}"));
        let items: Vec<&OpenItem> = items.iter().map(|(item, _)| item).collect();
        self.truly(vec![line], &items, "payout");
    }

    fn payment_run(&mut self) {
        self.runs += 1;
        let run = format!("RUN-2025-{:04}", self.runs * 11);
        let count = self.dice.between(3, 12);
        let mut items = Vec::new();
        for _ in 0..count {
            let (party, open) = (self.party(), self.amount());
            let item = self.draft(party, -1, open);
            self.add(&item, &json!({"payment_run": run}));
            items.push(item);
        }
        let sum: i64 = items.iter().map(|item| item.open).sum();
        let latest = items.iter().map(|item| item.issue).max().unwrap();
        let day = latest.checked_add(3.days()).unwrap();
        let line = self.line(day, -sum, &format!("SEPA BATCH {run}"), None);
        let items: Vec<&OpenItem> = items.iter().collect();
        self.truly(vec![line], &items, "payment_run");
    }

    fn returned(&mut self) {
        let (party, open) = (self.party(), self.amount());
        let item = self.item(party, 1, open);
        let day = self.day_for(&item);
        let text = format!("{} {}", self.country.invoice, item.number);
        self.line(day, open, &text, Some(party));
        let back = day.checked_add(self.dice.between(1, 6).days()).unwrap();
        self.line(
            back,
            -open,
            &format!("{} {text}", self.country.returned),
            Some(party),
        );
        if self.dice.percent(50) {
            let again = back.checked_add(self.dice.between(1, 9).days()).unwrap();
            let line = self.pays(&item, again, open, Some(party));
            self.truly(vec![line], &[&item], "one_to_one");
        }
    }

    fn duplicate(&mut self) {
        let (party, sign, open) = (self.party(), self.sign(), self.amount());
        let item = self.item(party, sign, open);
        let day = self.day_for(&item);
        let text = format!("{} {}", self.country.invoice, item.number);
        let line = self.line(day, sign * open, &text, Some(party));
        let later = day.checked_add(self.dice.between(1, 9).days()).unwrap();
        self.line(later, sign * open, &text, Some(party));
        self.truly(vec![line], &[&item], "one_to_one");
    }

    fn twins(&mut self) {
        let (party, sign, open) = (self.party(), self.sign(), self.amount());
        let count = self.dice.between(2, 4);
        let items: Vec<OpenItem> = (0..count).map(|_| self.item(party, sign, open)).collect();
        let latest = items.iter().map(|item| item.issue).max().unwrap();
        let earliest_due = items.iter().map(|item| item.due).min().unwrap();
        let day = latest.checked_add(2.days()).unwrap();
        if day > earliest_due.checked_add(60.days()).unwrap() {
            return;
        }
        let text = self.country.invoice.to_owned();
        let line = self.line(day, sign * open, &text, Some(party));
        let ids = items.into_iter().map(|item| item.id).collect();
        self.truth.twins.push((line, ids));
    }

    fn equal_pairs(&mut self) {
        let (party, sign, open) = (self.party(), self.sign(), self.amount());
        let mut items: Vec<OpenItem> = (0..2).map(|_| self.item(party, sign, open)).collect();
        items.sort_by_key(|item| (item.issue, item.due, item.id.clone()));
        let earliest_due = items[0].due;
        let day = items[1].issue.checked_add(2.days()).unwrap();
        let later = day.checked_add(3.days()).unwrap();
        if later > earliest_due.checked_add(60.days()).unwrap() {
            return;
        }
        let text = self.country.invoice.to_owned();
        let first = self.line(day, sign * open, &text, Some(party));
        let second = self.line(later, sign * open, &text, Some(party));
        self.truly(vec![first], &[&items[0]], "one_to_one");
        self.truly(vec![second], &[&items[1]], "one_to_one");
    }

    /// Names a document that is not open, and fits an open item by amount and party.
    fn names_another(&mut self) {
        let (party, open) = (self.party(), self.amount());
        let item = self.item(party, 1, open);
        let day = self.day_for(&item);
        let other = format!(
            "{}2024-{:05}",
            self.country.prefix,
            self.dice.between(10_000, 99_999)
        );
        let text = format!("{} {other}", self.country.invoice);
        let line = self.line(day, open, &text, Some(party));
        self.truth.tolerated.push((line, item.id));
    }

    fn no_item(&mut self) {
        let day = date(2025, 1, 20)
            .checked_add(self.dice.between(0, 120).days())
            .unwrap();
        let amount = self.amount();
        match self.dice.between(0, 3) {
            0 => {
                let text = self.country.charges.to_owned();
                self.line(day, -amount / 1000 - 1, &text, None);
            }
            1 => {
                let text = format!("{} 03/2025", self.country.salary);
                self.line(day, -amount, &text, None);
                self.lines.last_mut().unwrap()["counterparty_name"] = json!("Zoltan Xaverius");
            }
            2 => {
                self.line(day, amount, "Transfer", None);
                let own = json!(format!("Testfirma {}", self.country.code));
                self.lines.last_mut().unwrap()["counterparty_name"] = own;
            }
            _ => {
                let text = format!(
                    "{} {}",
                    self.country.invoice,
                    self.dice.between(700_000, 999_999)
                );
                self.line(day, amount, &text, None);
                self.lines.last_mut().unwrap()["counterparty_name"] = json!("Vyxon Unbekannt");
            }
        }
    }

    fn finish(mut self, seed: u64) -> Case {
        for line in &mut self.lines {
            line.as_object_mut().unwrap().remove("processor_day");
        }
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
