//! What the contract allows and ledgers have seldom: other types of items, differences over
//! several lines or items, sums that are twins, and lines that only look like payments.

use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::json;

use super::books::{Builder, OpenItem, money};

impl Builder {
    pub(super) fn rarer(&mut self) {
        match self.dice.between(0, 20) {
            0 | 1 => self.other_types(),
            2 => self.fee_on_each(),
            3 => self.discount_on_several(),
            4 => self.fee_on_several(),
            5 => self.invoice_against_bill(),
            6 => self.instalments_that_go_on(),
            7 => self.paid_twice_without_reference(),
            8 => self.stranger(),
            9 => self.wrong_reference(),
            10 => self.held_back(),
            11 => self.run_with_one_held_back(),
            12 => self.account_in_another_currency(),
            13 => self.foreign_several(),
            14 => self.yen(),
            15 => self.twins_by_name(),
            16 => self.twin_sums(),
            17 => self.charge_of_a_bills_amount(),
            18 => self.too_late(),
            19 => self.one_twin_too_old(),
            _ => self.part_without_reference(),
        }
    }

    fn later(&mut self, from: Date, low: i64, high: i64) -> Date {
        from.checked_add(self.dice.between(low, high).days())
            .unwrap()
    }

    /// Credit notes paid out, suppliers' credits paid in, deposits paid back.
    fn other_types(&mut self) {
        self.scene("other types");
        let (kind, direction) = *self.dice.pick(&[
            ("credit_note", -1),
            ("vendor_credit", 1),
            ("customer_deposit", -1),
            ("vendor_deposit", 1),
        ]);
        let (party, open) = (self.party(), self.amount());
        let item = self.draft(party, direction, open);
        self.add(&item, &json!({"type": kind}));
        let day = self.day_for(&item);
        let line = if self.dice.percent(40) {
            self.line(day, direction * open, "", Some(party))
        } else {
            self.pays(&item, day, direction * open, Some(party))
        };
        self.truly(vec![line], &[&item], "one_to_one");
    }

    fn fee_on_each(&mut self) {
        self.scene("fee on each of several lines");
        let (party, open) = (self.party(), self.amount().max(400_000));
        let item = self.item(party, 1, open);
        let half = open / 2;
        let mut day = item.issue;
        let mut lines = Vec::new();
        for part in [half, open - half] {
            day = self.later(day, 3, 12);
            let fee = self.dice.between(150, 700);
            let text = self.names(&[&item]);
            lines.push(self.line(day, part - fee, &text, Some(party)));
        }
        self.truly(lines, &[&item], "with_fee");
    }

    fn discount_on_several(&mut self) {
        self.scene("discount on several items");
        let (party, sign) = (self.party(), self.sign());
        let terms = json!({"terms": {"discount_percent": "2", "discount_days": 14}});
        let (mut items, mut sum) = (Vec::<OpenItem>::new(), 0);
        for _ in 0..self.dice.between(2, 4) {
            let open = self.amount().max(20_000);
            let mut item = self.draft(party, sign, open);
            if let Some(first) = items.first() {
                item.issue = first.issue;
                item.due = first.due;
            }
            self.add(&item, &terms);
            sum += open - (open * 2 + 50) / 100;
            items.push(item);
        }
        let day = self.later(items[0].issue, 2, 14);
        let items: Vec<&OpenItem> = items.iter().collect();
        let text = self.names(&items);
        let line = self.line(day, sign * sum, &text, Some(party));
        self.truly(vec![line], &items, "with_discount");
    }

    fn fee_on_several(&mut self) {
        self.scene("fee on several items");
        let party = self.party();
        let (mut items, mut sum) = (Vec::new(), 0);
        for _ in 0..self.dice.between(2, 4) {
            let open = self.amount().max(150_000);
            items.push(self.item(party, 1, open));
            sum += open;
        }
        let latest = items.iter().map(|item| item.issue).max().unwrap();
        let day = self.later(latest, 2, 10);
        let fee = self.dice.between(200, 1_400);
        let items: Vec<&OpenItem> = items.iter().collect();
        let text = self.names(&items);
        let line = self.line(day, sum - fee, &text, Some(party));
        self.truly(vec![line], &items, "with_fee");
    }

    /// A party that buys and sells pays the difference.
    fn invoice_against_bill(&mut self) {
        self.scene("invoice against bill");
        let (party, open) = (self.party(), self.amount().max(60_000));
        let invoice = self.item(party, 1, open);
        let owed = open * self.dice.between(10, 60) / 100;
        let bill = self.item(party, -1, owed);
        let day = self.later(invoice.issue.max(bill.issue), 2, 12);
        let text = self.names(&[&invoice, &bill]);
        let line = self.line(day, open - owed, &text, Some(party));
        self.truly(vec![line], &[&invoice, &bill], "netting");
    }

    fn instalments_that_go_on(&mut self) {
        self.scene("instalments that go on");
        let (party, open) = (self.party(), self.amount().max(90_000));
        let item = self.item(party, 1, open);
        let part = open / 3;
        let mut day = item.issue;
        let mut lines = Vec::new();
        for place in 1..=2 {
            day = self.later(day, 20, 30);
            let text = format!("{} Rate {place}/3", self.names(&[&item]));
            lines.push(self.line(day, part, &text, Some(party)));
        }
        self.truly(lines, &[&item], "many_to_one");
    }

    fn paid_twice_without_reference(&mut self) {
        self.scene("paid twice, the second time without a reference");
        let (party, open) = (self.party(), self.amount());
        let item = self.item(party, 1, open);
        let day = self.day_for(&item);
        let text = self.names(&[&item]);
        let line = self.line(day, open, &text, Some(party));
        let again = self.later(day, 2, 9);
        self.line(again, open, "", Some(party));
        self.truly(vec![line], &[&item], "one_to_one");
    }

    /// Somebody unknown pays the amount of an open item, and says nothing.
    fn stranger(&mut self) {
        self.scene("a stranger's money of an item's amount");
        let (party, open) = (self.party(), self.amount());
        let item = self.item(party, 1, open);
        let day = self.day_for(&item);
        self.line(day, open, "", None);
        let last = self.lines.last_mut().unwrap();
        last["counterparty_name"] = json!("Wolkig Fremdgeld Verein");
        last["counterparty_iban"] = json!("DE00999999990000000000");
    }

    /// Names an open item of somebody else; amount and party are another item's.
    fn wrong_reference(&mut self) {
        self.scene("another party's reference");
        let (party, other) = (self.party(), self.party());
        let open = self.amount();
        let item = self.item(party, 1, open);
        let elsewhere = self.item(other, 1, open * 2 + 117);
        let day = self.day_for(&item).max(item.issue);
        let text = format!("{} {}", self.country.invoice, elsewhere.number);
        let line = self.line(day, open, &text, Some(party));
        if party == other {
            // A part of the named item may be meant as well.
            self.truth.tolerated.push((line.clone(), item.id));
            self.truth.tolerated.push((line, elsewhere.id));
        } else {
            self.truly(vec![line], &[&item], "one_to_one");
        }
    }

    /// A payout that holds two items back, which come with a payout of their own.
    fn held_back(&mut self) {
        self.scene("held back and paid out later");
        let day = jiff::civil::date(2025, 6, 1)
            .checked_add((i64::try_from(self.lines.len()).unwrap() % 200).days())
            .unwrap();
        if !self.payouts.insert(("Kartenpay", day)) {
            return;
        }
        let (mut paid, mut held) = (Vec::new(), Vec::new());
        let (mut net, mut rest) = (0, 0);
        for place in 0..self.dice.between(6, 14) {
            let party = self.party();
            let open = self.dice.between(900, 60_000);
            let mut item = self.draft(party, 1, open);
            item.issue = day;
            item.reference = None;
            self.add(
                &item,
                &json!({"collected_by": {"processor": "Kartenpay", "date": day}}),
            );
            let brought = open - (open * 14 + 25_000 + 500) / 1000;
            if place == 1 {
                held.push(item);
                rest += brought;
            } else {
                paid.push(item);
                net += brought;
            }
        }
        for (items, amount, days) in [(paid, net, 2), (held, rest, 6)] {
            let line = self.line(
                day.checked_add(days.days()).unwrap(),
                amount,
                "KARTENPAY PAYOUT",
                None,
            );
            let last = self.lines.last_mut().unwrap();
            last["counterparty_name"] = json!("Kartenpay");
            let items: Vec<&OpenItem> = items.iter().collect();
            self.truly(vec![line], &items, "payout");
        }
    }

    fn run_with_one_held_back(&mut self) {
        self.scene("a payment run with one held back");
        self.runs += 1;
        let run = format!("RUN-2025-{:04}", self.runs * 11);
        let mut items = Vec::new();
        for _ in 0..self.dice.between(4, 12) {
            let (party, open) = (self.party(), self.amount());
            let item = self.draft(party, -1, open);
            self.add(&item, &json!({"payment_run": run}));
            items.push(item);
        }
        items.remove(1);
        let sum: i64 = items.iter().map(|item| item.open).sum();
        let latest = items.iter().map(|item| item.issue).max().unwrap();
        let day = self.later(latest, 1, 4);
        let line = self.line(day, -sum, "SEPA", None);
        self.lines.last_mut().unwrap()["end_to_end_id"] = json!(run);
        let items: Vec<&OpenItem> = items.iter().collect();
        self.truly(vec![line], &items, "payment_run");
    }

    fn account_in_another_currency(&mut self) {
        self.scene("an account in another currency");
        let (party, sign, open) = (self.party(), self.sign(), self.amount());
        let item = self.draft(party, sign, open);
        let foreign = self.country.foreign;
        self.add(&item, &json!({"currency": foreign, "booked_rate": "0.9"}));
        let day = self.day_for(&item);
        let line = if self.dice.percent(30) {
            self.line(day, sign * open, "", Some(party))
        } else {
            self.pays(&item, day, sign * open, Some(party))
        };
        self.lines.last_mut().unwrap()["currency"] = json!(foreign);
        self.truly(vec![line], &[&item], "one_to_one");
    }

    fn foreign_several(&mut self) {
        self.scene("several foreign items by one line");
        let (party, sign) = (self.party(), self.sign());
        let (mut items, mut sum) = (Vec::new(), 0);
        for _ in 0..2 {
            let open = self.amount().max(50_000);
            let item = self.draft(party, sign, open);
            let extra = json!({"currency": self.country.foreign, "booked_rate": "0.9"});
            self.add(&item, &extra);
            sum += open;
            items.push(item);
        }
        let latest = items.iter().map(|item| item.issue).max().unwrap();
        let day = self.later(latest, 2, 12);
        let items: Vec<&OpenItem> = items.iter().collect();
        let text = self.names(&items);
        let line = self.line(day, sign * (sum * 92 / 100), &text, Some(party));
        self.lines.last_mut().unwrap()["instructed"] =
            json!({"amount": money(sum), "currency": self.country.foreign});
        self.truly(vec![line], &items, "fx");
    }

    fn yen(&mut self) {
        self.scene("a currency without decimals");
        let (party, open) = (self.party(), self.amount());
        let item = self.draft(party, 1, open);
        self.add(
            &item,
            &json!({"currency": "JPY", "open_amount": open.to_string(), "booked_rate": "0.006"}),
        );
        let day = self.day_for(&item);
        let line = self.pays(&item, day, open, Some(party));
        let last = self.lines.last_mut().unwrap();
        last["currency"] = json!("JPY");
        last["amount"] = json!(open.to_string());
        self.truly(vec![line], &[&item], "one_to_one");
    }

    /// Two parties of one beginning, and a name that ends there.
    fn twins_by_name(&mut self) {
        self.scene("twins by a cut name");
        let (first, open) = (self.party(), self.amount());
        let stem = format!(
            "{} Werke Handel",
            self.parties[first].name.split(' ').next().unwrap()
        );
        let mut items = Vec::new();
        let mut day = jiff::civil::date(2025, 1, 20);
        for end in ["Nord", "West"] {
            let mut party = self.parties[first].clone();
            party.name = format!("{stem} {end}");
            party.iban = format!("XX00{}{:08}", end.to_uppercase(), self.serial);
            self.parties.push(party);
            let party = self.parties.len() - 1;
            let item = self.item(party, 1, open);
            day = day.max(item.issue);
            items.push(item);
        }
        if items
            .iter()
            .any(|item| day > item.due.checked_add(60.days()).unwrap())
        {
            return;
        }
        let line = self.line(day, open, "", None);
        self.lines.last_mut().unwrap()["counterparty_name"] = json!(stem.to_uppercase());
        let twins = items.into_iter().map(|item| vec![item.id]).collect();
        self.truth.twins.push((line, twins));
    }

    /// Two pairs of one sum.
    fn twin_sums(&mut self) {
        self.scene("twin sums");
        let (party, sign) = (self.party(), self.sign());
        let (low, high) = (
            self.dice.between(10_000, 90_000),
            self.dice.between(100_000, 400_000),
        );
        let shift = self.dice.between(1_111, 9_999);
        let opens = [low, high, low + shift, high - shift];
        let items: Vec<OpenItem> = opens
            .iter()
            .map(|open| self.item(party, sign, *open))
            .collect();
        let latest = items.iter().map(|item| item.issue).max().unwrap();
        let day = latest.checked_add(2.days()).unwrap();
        if items
            .iter()
            .any(|item| day > item.due.checked_add(60.days()).unwrap())
        {
            return;
        }
        let line = self.line(day, sign * (low + high), "", Some(party));
        let mut sets =
            [[0, 1], [2, 3]].map(|set| set.map(|place: usize| items[place].id.clone()).to_vec());
        for set in &mut sets {
            set.sort();
        }
        self.truth.twins.push((line, sets.to_vec()));
    }

    fn charge_of_a_bills_amount(&mut self) {
        self.scene("a bank's charge of a bill's amount");
        let (party, open) = (self.party(), self.dice.between(500, 4_000));
        let item = self.item(party, -1, open);
        let day = self.day_for(&item);
        let text = self.country.charges.to_owned();
        self.line(day, -open, &text, None);
    }

    /// After the window, and nothing is named.
    fn too_late(&mut self) {
        self.scene("after its time without a reference");
        let (party, open) = (self.party(), self.amount());
        let item = self.item(party, 1, open);
        let day = item
            .due
            .checked_add(self.dice.between(61, 90).days())
            .unwrap();
        self.line(day, open, "", Some(party));
    }

    fn one_twin_too_old(&mut self) {
        self.scene("of two equal items one is out of its time");
        let (party, open) = (self.party(), self.amount());
        let mut old = self.draft(party, 1, open);
        old.issue = jiff::civil::date(2024, 5, 1);
        old.due = jiff::civil::date(2024, 6, 1);
        self.add(&old, &json!({}));
        let item = self.item(party, 1, open);
        let day = self.day_for(&item);
        let line = self.line(day, open, "", Some(party));
        self.truly(vec![line], &[&item], "one_to_one");
    }

    fn part_without_reference(&mut self) {
        self.scene("a part without a reference");
        let (party, open) = (self.party(), self.amount().max(50_000));
        let item = self.item(party, 1, open);
        let day = self.day_for(&item);
        self.line(day, open * 2 / 3 + 7, "", Some(party));
    }
}
