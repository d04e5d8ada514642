//! What settles nothing, or nothing that may be said without a person.

use jiff::ToSpan;
use jiff::civil::date;
use serde_json::json;

use super::Setting;
use super::books::{Builder, OpenItem};

/// What banks call a payment that came back.
const RETURNED: [&str; 12] = [
    "Rückgabe Lastschrift MS03",
    "R-TRANSACTION AC04",
    "Retour paiement impayé",
    "Recibo devuelto",
    "Storno bonifico",
    "Terugboeking",
    "Chargeback",
    "ACH RETURN R01",
    "UNPAID DIRECT DEBIT",
    "Zwrot",
    "Returnerad betalning",
    "Palautettu maksu",
];

impl Builder {
    pub(super) fn returned(&mut self) {
        self.scene("returned");
        let (party, open) = (self.party(), self.amount());
        let item = self.item(party, 1, open);
        let day = self.day_for(&item);
        let text = format!("{} {}", self.country.invoice, item.number);
        let returned = if self.setting == Setting::OtherHand {
            *self.dice.pick(&RETURNED)
        } else {
            self.country.returned
        };
        self.line(day, open, &text, Some(party));
        let back = day.checked_add(self.dice.between(1, 6).days()).unwrap();
        self.line(back, -open, &format!("{returned} {text}"), Some(party));
        if self.dice.percent(50) {
            let again = back.checked_add(self.dice.between(1, 9).days()).unwrap();
            let line = self.pays(&item, again, open, Some(party));
            self.truly(vec![line], &[&item], "one_to_one");
        }
    }

    pub(super) fn duplicate(&mut self) {
        self.scene("paid twice");
        let (party, sign, open) = (self.party(), self.sign(), self.amount());
        let item = self.item(party, sign, open);
        let day = self.day_for(&item);
        let text = format!("{} {}", self.country.invoice, item.number);
        let line = self.line(day, sign * open, &text, Some(party));
        let later = day.checked_add(self.dice.between(1, 9).days()).unwrap();
        self.line(later, sign * open, &text, Some(party));
        self.truly(vec![line], &[&item], "one_to_one");
    }

    pub(super) fn twins(&mut self) {
        self.scene("twins");
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
        let ids = items.into_iter().map(|item| vec![item.id]).collect();
        self.truth.twins.push((line, ids));
    }

    pub(super) fn equal_pairs(&mut self) {
        self.scene("as many equal lines as items");
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
    pub(super) fn names_another(&mut self) {
        self.scene("names what is not open");
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

    pub(super) fn no_item(&mut self) {
        let day = date(2025, 1, 20)
            .checked_add(self.dice.between(0, 120).days())
            .unwrap();
        let amount = self.amount();
        match self.dice.between(0, 3) {
            0 => {
                self.scene("bank charges");
                let text = self.country.charges.to_owned();
                self.line(day, -amount / 1000 - 1, &text, None);
            }
            1 => {
                self.scene("payroll");
                let text = format!("{} 03/2025", self.country.salary);
                self.line(day, -amount, &text, None);
                self.lines.last_mut().unwrap()["counterparty_name"] = json!("Zoltan Xaverius");
            }
            2 => {
                self.scene("own transfer");
                self.line(day, amount, "Transfer", None);
                let own = json!(format!("Testfirma {}", self.country.code));
                self.lines.last_mut().unwrap()["counterparty_name"] = own;
            }
            _ => {
                self.scene("unknown money");
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
}
