//! Seldom seen, and not to be guessed: sums and names that are twins, and lines that only look like
//! payments.

use jiff::ToSpan;
use serde_json::json;

use super::books::{Builder, OpenItem};

impl Builder {
    pub(super) fn paid_twice_without_reference(&mut self) {
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
    pub(super) fn stranger(&mut self) {
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
    pub(super) fn wrong_reference(&mut self) {
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

    /// Two parties of one beginning, and a name that ends there.
    pub(super) fn twins_by_name(&mut self) {
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
    pub(super) fn twin_sums(&mut self) {
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

    pub(super) fn charge_of_a_bills_amount(&mut self) {
        self.scene("a bank's charge of a bill's amount");
        let (party, open) = (self.party(), self.dice.between(500, 4_000));
        let item = self.item(party, -1, open);
        let day = self.day_for(&item);
        let text = self.country.charges.to_owned();
        self.line(day, -open, &text, None);
    }

    /// After the window, and nothing is named.
    pub(super) fn too_late(&mut self) {
        self.scene("after its time without a reference");
        let (party, open) = (self.party(), self.amount());
        let item = self.item(party, 1, open);
        let day = item
            .due
            .checked_add(self.dice.between(61, 90).days())
            .unwrap();
        self.line(day, open, "", Some(party));
    }

    pub(super) fn one_twin_too_old(&mut self) {
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

    pub(super) fn part_without_reference(&mut self) {
        self.scene("a part without a reference");
        let (party, open) = (self.party(), self.amount().max(50_000));
        let item = self.item(party, 1, open);
        let day = self.day_for(&item);
        self.line(day, open * 2 / 3 + 7, "", Some(party));
    }
}
