//! Payouts of processors, and payment runs.

use jiff::ToSpan;
use jiff::civil::date;
use serde_json::json;

use super::books::{Builder, OpenItem};

impl Builder {
    pub(super) fn payout(&mut self) {
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
        // Two payouts of one processor and day are one group: the truth is then the group's.
        if !self.payouts.insert((processor, day)) {
            return;
        }
        let first = self.items.len();
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
        if net <= 0 {
            self.items.truncate(first);
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
        let items: Vec<&OpenItem> = items.iter().map(|(item, _)| item).collect();
        self.truly(vec![line], &items, "payout");
    }

    pub(super) fn payment_run(&mut self) {
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
}
