//! An answer against the truth.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Write as _;

use ledgergate_accounting::accuracy::wilson;
use ledgergate_accounting::reconciliation::Reconciliation;

use serde_json::Value;

use crate::generator::Case;

pub(crate) type Pairing = (Vec<String>, Vec<String>);

#[derive(Default)]
pub(crate) struct Score {
    pub given: usize,
    pub right: usize,
    pub wanted: usize,
    pub auto_given: usize,
    pub auto_right: usize,
    pub twins: usize,
    pub abstained: usize,
    by_kind: BTreeMap<&'static str, (usize, usize)>,
    by_noise: BTreeMap<&'static str, (usize, usize)>,
    pub wrong_autos: Vec<String>,
    pub missed: Vec<String>,
    pub missed_twins: Vec<String>,
}

pub(crate) fn pairings(answer: &Reconciliation) -> Vec<(Pairing, bool)> {
    answer
        .matches
        .iter()
        .map(|found| {
            let (mut lines, mut items) = (found.lines.clone(), found.items.clone());
            lines.sort();
            items.sort();
            ((lines, items), found.auto)
        })
        .collect()
}

/// The lines and items of a pairing as a person looks at them.
fn written(case: &Case, (lines, items): &Pairing) -> String {
    let rows = |list: &str, ids: &[String], fields: &[&str]| -> String {
        let rows = case.request[list].as_array().unwrap().iter();
        rows.filter(|row| ids.iter().any(|id| row["id"] == id.as_str()))
            .map(|row| {
                let values = fields.iter().map(|field| &row[*field]);
                let values = values.filter(|value| !value.is_null());
                values.map(Value::to_string).collect::<Vec<_>>().join(" ") + " | "
            })
            .collect()
    };
    let of_line = [
        "id",
        "date",
        "amount",
        "currency",
        "description",
        "structured_reference",
        "end_to_end_id",
        "counterparty_name",
        "instructed",
    ];
    let of_item = [
        "id",
        "issue_date",
        "open_amount",
        "number",
        "payment_reference",
        "party",
    ];
    let lines = rows("bank_lines", lines, &of_line);
    let items = rows("open_items", items, &of_item);
    format!("{lines} => {items}").replace(['"', '\\'], "")
}

/// What an answer says of a line and of some items.
fn told(answer: &Reconciliation, line: &String, items: &[String]) -> String {
    let mut text = String::new();
    for found in &answer.matches {
        if found.lines.contains(line) || found.items.iter().any(|item| items.contains(item)) {
            let _ = write!(
                text,
                "{:?} pay {:?}: {:?}; ",
                found.lines, found.items, found.reasons
            );
        }
    }
    for found in &answer.ambiguous {
        let mut alternatives = found.alternatives.iter().flat_map(|one| &one.items);
        if found.lines.contains(line) || alternatives.any(|item| items.contains(item)) {
            let _ = write!(text, "{:?} tied: {:?}; ", found.lines, found.reasons);
        }
    }
    for left in answer
        .unmatched_lines
        .iter()
        .filter(|left| left.line == *line)
    {
        let _ = write!(text, "left: {:?}; ", left.reasons);
    }
    text
}

impl Score {
    pub(crate) fn add(
        &mut self,
        case: &Case,
        found: &[(Pairing, bool)],
        answer: Option<&Reconciliation>,
        label: &str,
    ) {
        let truth = &case.truth;
        let given: HashSet<&Pairing> = found.iter().map(|(pairing, _)| pairing).collect();
        let mut right: BTreeSet<Pairing> = BTreeSet::new();
        for wanted in &truth.matches {
            let mut lines = wanted.lines.clone();
            lines.sort();
            let pairing = (lines, wanted.items.clone());
            let is_found = given.contains(&pairing);
            let tally = self.by_kind.entry(wanted.kind).or_default();
            tally.1 += 1;
            for label in &wanted.noise {
                let tally = self.by_noise.entry(label).or_default();
                tally.0 += usize::from(is_found);
                tally.1 += 1;
            }
            self.wanted += 1;
            if is_found {
                tally.0 += 1;
            } else {
                self.missed.push(format!(
                    "{label} {} {}",
                    wanted.kind,
                    written(case, &pairing)
                ));
            }
            right.insert(pairing);
        }
        let tolerated: HashSet<(&str, &str)> = truth
            .tolerated
            .iter()
            .map(|(line, item)| (line.as_str(), item.as_str()))
            .collect();
        for (pairing, auto) in found {
            let is_right = right.contains(pairing);
            let is_tolerated = !auto
                && pairing.0.len() == 1
                && pairing.1.len() == 1
                && tolerated.contains(&(pairing.0[0].as_str(), pairing.1[0].as_str()));
            if !is_tolerated {
                self.given += 1;
                self.right += usize::from(is_right);
            }
            if *auto {
                self.auto_given += 1;
                self.auto_right += usize::from(is_right);
                if !is_right {
                    self.wrong_autos
                        .push(format!("{label} {}", written(case, pairing)));
                }
            }
        }
        let Some(answer) = answer else { return };
        for (line, items) in &truth.twins {
            self.twins += 1;
            let is_listed = answer.ambiguous.iter().any(|found| {
                found.lines.contains(line)
                    && items
                        .iter()
                        .all(|set| found.alternatives.iter().any(|one| one.items == *set))
            });
            self.abstained += usize::from(is_listed);
            if !is_listed {
                let pairing = (vec![line.clone()], items.concat());
                let given = told(answer, line, &pairing.1);
                self.missed_twins
                    .push(format!("{label} {} => {given}", written(case, &pairing)));
            }
        }
    }

    pub(crate) fn recall_of(&self, kinds: &[&str]) -> f64 {
        let (found, wanted) = self
            .by_kind
            .iter()
            .filter(|(kind, _)| kinds.contains(*kind))
            .fold((0, 0), |sum, (_, tally)| (sum.0 + tally.0, sum.1 + tally.1));
        wilson(found, wanted).p
    }

    pub(crate) fn report(&self, title: &str) -> String {
        let mut text = format!("{title}\n");
        let mut row = |name: &str, right: usize, all: usize| {
            let found = wilson(right, all);
            let _ = writeln!(
                text,
                "  {name:<32} {right:>6} of {all:>6}  {:.4} [{:.4}, {:.4}]",
                found.p, found.lo, found.hi
            );
        };
        row("precision", self.right, self.given);
        row("recall", self.right, self.wanted);
        row("auto precision", self.auto_right, self.auto_given);
        row("auto of all wanted", self.auto_right, self.wanted);
        row("twins abstained", self.abstained, self.twins);
        for (kind, (found, wanted)) in &self.by_kind {
            row(&format!("recall {kind}"), *found, *wanted);
        }
        for (label, (found, wanted)) in &self.by_noise {
            row(&format!("  {label}"), *found, *wanted);
        }
        text
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of cases")]
    pub(crate) fn f1(&self) -> f64 {
        2.0 * self.right as f64 / (self.given + self.wanted) as f64
    }
}
