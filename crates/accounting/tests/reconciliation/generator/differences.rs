//! Payments less a fee, a discount, a credit note, or in another currency.

use jiff::ToSpan;
use serde_json::json;

use super::books::{Builder, money};

impl Builder {
    pub(super) fn with_fee(&mut self) {
        let (party, open) = (self.party(), self.amount().max(150_000));
        let item = self.item(party, 1, open);
        let day = self.day_for(&item);
        let fee = self.dice.between(200, 1500);
        let line = self.pays(&item, day, open - fee, Some(party));
        self.truly(vec![line], &[&item], "with_fee");
    }

    pub(super) fn with_discount(&mut self) {
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

    pub(super) fn foreign(&mut self) {
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

    pub(super) fn netting(&mut self) {
        let (party, open) = (self.party(), self.amount().max(50_000));
        let item = self.item(party, 1, open);
        let deducted = open * self.dice.between(5, 40) / 100;
        let mut credit = self.draft(party, 1, deducted);
        let number = credit.number.strip_prefix(self.country.prefix);
        credit.number = format!("CN-{}", number.unwrap_or(&credit.number));
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
}
