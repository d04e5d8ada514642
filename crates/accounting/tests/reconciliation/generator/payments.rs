//! Payments of what is open: whole, in part, several at once.

use jiff::ToSpan;
use serde_json::json;

use super::books::{Builder, OpenItem};

impl Builder {
    pub(super) fn one_to_one(&mut self) {
        let (party, sign, open) = (self.party(), self.sign(), self.amount());
        let item = self.item(party, sign, open);
        let day = self.day_for(&item);
        let line = if self.dice.percent(if self.is_hard() { 30 } else { 10 }) {
            let text = self.country.invoice.to_owned();
            self.line(day, sign * open, &text, Some(party))
        } else {
            self.pays(&item, day, sign * open, Some(party))
        };
        self.truly(vec![line], &[&item], "one_to_one");
    }

    pub(super) fn other_payer(&mut self) {
        let (party, open) = (self.party(), self.amount());
        let item = self.item(party, 1, open);
        let day = self.day_for(&item);
        let text = format!("{} {}", self.country.invoice, item.number);
        let line = self.line(day, open, &text, None);
        self.lines.last_mut().unwrap()["counterparty_name"] = json!("Qwertz Holding Dritte");
        self.truly(vec![line], &[&item], "one_to_one");
    }

    pub(super) fn one_to_many(&mut self) {
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
        let all_in_window = items
            .iter()
            .all(|item| day <= item.due.checked_add(60.days()).unwrap());
        // Where the others have no reference they are in their time.
        let is_short = self.is_hard() && all_in_window && self.dice.percent(25);
        let is_silent = self.is_hard() && all_in_window && count < 4 && self.dice.percent(25);
        let text = if is_silent {
            self.country.invoice.to_owned()
        } else {
            let named: Vec<&OpenItem> = items
                .iter()
                .take(if is_short { 1 } else { items.len() })
                .collect();
            self.names(&named)
        };
        let line = self.line(day, sign * sum, &text, Some(party));
        let items: Vec<&OpenItem> = items.iter().collect();
        self.truly(vec![line], &items, "one_to_many");
    }

    pub(super) fn many_to_one(&mut self) {
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

    pub(super) fn partial(&mut self) {
        let (party, sign, open) = (self.party(), self.sign(), self.amount().max(30_000));
        let item = self.item(party, sign, open);
        let day = self.day_for(&item);
        let part = open * self.dice.between(20, 80) / 100;
        let line = self.pays(&item, day, sign * part, Some(party));
        self.truly(vec![line], &[&item], "partial");
    }

    pub(super) fn overpayment(&mut self) {
        let (party, open) = (self.party(), self.amount().max(30_000));
        let item = self.item(party, 1, open);
        let day = self.day_for(&item);
        let paid = open + self.dice.between(500, 30_000);
        let line = self.pays(&item, day, paid, Some(party));
        self.truly(vec![line], &[&item], "overpayment");
    }
}
