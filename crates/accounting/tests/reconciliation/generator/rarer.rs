//! What the contract allows and ledgers have seldom: other types of items, differences over
//! several lines or items, payouts and runs with something held back, other currencies.

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

    pub(super) fn later(&mut self, from: Date, low: i64, high: i64) -> Date {
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
}
