//! The contract as a checker: what every answer must satisfy, whatever decided it.
//!
//! It reads the answer as a caller would, and is the property that the tests hold every answer
//! to. The arithmetic of discounts, fees and rates is the matcher's own (`difference`).

use std::collections::{BTreeMap, HashMap};

use rust_decimal::Decimal;

use super::difference::{Settlement, is_discount, is_fee, is_schedule, parts_are_within_rate};
use super::model::{Item, Line, Minor, Request, to_minor};
use super::response::{DifferenceKind, Match, MatchKind, Reconciliation};
use crate::chart::Role;
use crate::money::Currency;

/// A rule that an answer breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{subject}: {broken}")]
pub struct Violation {
    /// Id of a line or item, or `match` with the ids of its lines.
    pub subject: String,
    /// What is wrong.
    pub broken: String,
}

/// Every rule that the answer breaks; empty for a right one.
pub fn violations(request: &Request, answer: &Reconciliation) -> Vec<Violation> {
    let mut checker = Checker {
        request,
        lines: request.lines.iter().map(|l| (l.id.as_str(), l)).collect(),
        items: request.items.iter().map(|i| (i.id.as_str(), i)).collect(),
        found: Vec::new(),
    };
    checker.partition_of_lines(answer);
    checker.partition_of_items(answer);
    for ambiguous in &answer.ambiguous {
        if ambiguous.alternatives.len() < 2 {
            checker.broken(&ambiguous.lines.join(","), "fewer than two alternatives");
        }
        if ambiguous.reasons.is_empty() || ambiguous.lines.is_empty() {
            checker.broken("ambiguous", "no reason or no line");
        }
    }
    for found in &answer.matches {
        checker.check_match(found);
    }
    checker.found
}

/// Every rule that one match breaks by itself.
pub(crate) fn violations_of(request: &Request, found: &Match) -> Vec<Violation> {
    let lines = request.lines.iter().filter(|l| found.lines.contains(&l.id));
    let items = request.items.iter().filter(|i| found.items.contains(&i.id));
    let mut checker = Checker {
        request,
        lines: lines.map(|line| (line.id.as_str(), line)).collect(),
        items: items.map(|item| (item.id.as_str(), item)).collect(),
        found: Vec::new(),
    };
    checker.check_match(found);
    checker.found
}

struct Checker<'a> {
    request: &'a Request,
    lines: HashMap<&'a str, &'a Line>,
    items: HashMap<&'a str, &'a Item>,
    found: Vec<Violation>,
}

impl Checker<'_> {
    fn broken(&mut self, subject: &str, broken: impl Into<String>) {
        self.found.push(Violation {
            subject: subject.to_owned(),
            broken: broken.into(),
        });
    }

    fn partition_of_lines(&mut self, answer: &Reconciliation) {
        let mut times: BTreeMap<&str, usize> = BTreeMap::new();
        let matched = answer.matches.iter().flat_map(|found| &found.lines);
        let ambiguous = answer.ambiguous.iter().flat_map(|found| &found.lines);
        let unmatched = answer.unmatched_lines.iter().map(|found| &found.line);
        for line in matched.chain(ambiguous).chain(unmatched) {
            *times.entry(line).or_default() += 1;
        }
        for line in &self.request.lines {
            if times.remove(line.id.as_str()) != Some(1) {
                self.found.push(Violation {
                    subject: line.id.clone(),
                    broken: "the line is not in exactly one place".into(),
                });
            }
        }
        for line in times.keys() {
            self.broken(line, "no such line");
        }
    }

    fn partition_of_items(&mut self, answer: &Reconciliation) {
        let mut times: BTreeMap<&str, usize> = BTreeMap::new();
        for item in answer.matches.iter().flat_map(|found| &found.items) {
            *times.entry(item).or_default() += 1;
        }
        let mut alternatives: Vec<&str> = answer
            .ambiguous
            .iter()
            .flat_map(|found| &found.alternatives)
            .flat_map(|alternative| &alternative.items)
            .map(String::as_str)
            .collect();
        alternatives.sort_unstable();
        alternatives.dedup();
        for item in alternatives {
            *times.entry(item).or_default() += 1;
        }
        for item in &answer.unmatched_items {
            *times.entry(item).or_default() += 1;
        }
        for item in &self.request.items {
            if times.remove(item.id.as_str()) != Some(1) {
                self.found.push(Violation {
                    subject: item.id.clone(),
                    broken: "the item is not in exactly one place".into(),
                });
            }
        }
        for item in times.keys() {
            self.broken(item, "no such item");
        }
    }

    fn check_match(&mut self, found: &Match) {
        let subject = format!("match {}", found.lines.join(","));
        if let Err(broken) = self.match_is_sound(found) {
            self.broken(&subject, broken);
        }
    }

    fn match_is_sound(&self, found: &Match) -> Result<(), String> {
        let lines = known(&found.lines, &self.lines)?;
        let items = known(&found.items, &self.items)?;
        let Some(currency) = lines.first().map(|line| line.currency) else {
            return Err("no line".into());
        };
        if items.is_empty() || lines.iter().any(|line| line.currency != currency) {
            return Err("no item, or lines of several currencies".into());
        }
        if found.reasons.is_empty() || !(0.0..=1.0).contains(&found.confidence) {
            return Err("no reason, or a confidence outside [0, 1]".into());
        }
        let (value_by_role, keeps_rest) = self.allocations(found, currency)?;
        let cash: Minor = lines.iter().map(|line| line.amount).sum();
        let difference = value_by_role.values().sum::<Minor>() - cash;
        if to_minor(found.difference.amount, currency) != difference {
            return Err(format!(
                "difference {} is not {difference} minor units",
                found.difference.amount
            ));
        }
        let settlement = Settlement {
            items: &items,
            cash,
            currency,
            date: lines.iter().map(|line| line.date).max().unwrap_or_default(),
        };
        self.difference_is_explained(found, &settlement, difference, keeps_rest)?;
        let kind = expected_kind(found, &settlement, keeps_rest);
        if kind != found.kind {
            return Err(format!("the kind is {kind}, not {}", found.kind));
        }
        self.entry_is_right(found, &settlement, &value_by_role, difference)
    }

    /// The values by control role, and whether an item keeps a rest.
    fn allocations(
        &self,
        found: &Match,
        currency: Currency,
    ) -> Result<(BTreeMap<Role, Minor>, bool), String> {
        let mut by_item: BTreeMap<&str, Minor> = BTreeMap::new();
        let mut by_role: BTreeMap<Role, Minor> = BTreeMap::new();
        let mut seen_lines: Vec<&str> = Vec::new();
        for allocation in &found.allocations {
            if !found.lines.contains(&allocation.line) || !found.items.contains(&allocation.item) {
                return Err("an allocation of something else".into());
            }
            let Some(item) = self.items.get(allocation.item.as_str()) else {
                return Err("an allocation of no item".into());
            };
            let amount = to_minor(allocation.amount, item.currency);
            if amount <= 0 {
                return Err("an allocation that is not positive".into());
            }
            *by_item.entry(&allocation.item).or_default() += amount;
            seen_lines.push(&allocation.line);
            let Some(value) = item.part_in(amount, currency, self.request.base()) else {
                return Err("an item without a value in the line's currency".into());
            };
            *by_role.entry(item.kind.control_role()).or_default() += value;
        }
        seen_lines.sort_unstable();
        seen_lines.dedup();
        if seen_lines.len() != found.lines.len() || by_item.len() != found.items.len() {
            return Err("a line or an item without an allocation".into());
        }
        let mut keeps_rest = false;
        for (id, amount) in by_item {
            let open = self.items.get(id).map_or(0, |item| item.open);
            if amount > open {
                return Err(format!("'{id}' is settled beyond its open amount"));
            }
            keeps_rest |= amount < open;
        }
        Ok((by_role, keeps_rest))
    }

    fn difference_is_explained(
        &self,
        found: &Match,
        settlement: &Settlement<'_>,
        difference: Minor,
        keeps_rest: bool,
    ) -> Result<(), String> {
        let kind = found.difference.kind;
        let crosses = settlement
            .items
            .iter()
            .any(|item| item.currency != settlement.currency);
        let (total, cash) = (difference + settlement.cash, settlement.cash);
        let is_right = match kind {
            DifferenceKind::None => difference == 0,
            DifferenceKind::Rounding => {
                difference != 0
                    && difference.abs() <= self.request.policy.rounding(settlement.currency)
            }
            DifferenceKind::Discount => {
                !keeps_rest && is_discount(settlement, difference, self.request)
            }
            DifferenceKind::Fee => {
                !keeps_rest
                    && (is_fee(settlement, difference, self.request)
                        || is_schedule(settlement, difference, self.request))
            }
            DifferenceKind::FxLoss => difference > 0 && crosses,
            DifferenceKind::FxGain => difference < 0 && crosses,
            DifferenceKind::Overpayment => {
                !keeps_rest && total.signum() == cash.signum() && cash.abs() > total.abs()
            }
        };
        let is_fx = matches!(kind, DifferenceKind::FxLoss | DifferenceKind::FxGain);
        let settled = found.allocations.iter().filter_map(|allocation| {
            let item = *self.items.get(allocation.item.as_str())?;
            Some((item, to_minor(allocation.amount, item.currency)))
        });
        if is_right && is_fx && !parts_are_within_rate(settled, settlement, self.request) {
            return Err("a payment too far from the rate of the day".into());
        }
        if is_right {
            Ok(())
        } else {
            Err(format!("difference {difference} is no {kind}"))
        }
    }

    fn entry_is_right(
        &self,
        found: &Match,
        settlement: &Settlement<'_>,
        value_by_role: &BTreeMap<Role, Minor>,
        difference: Minor,
    ) -> Result<(), String> {
        let Some(company) = &self.request.company else {
            return Ok(());
        };
        let Some(entry) = &found.entry else {
            return Err("no entry".into());
        };
        let mut expected: BTreeMap<Role, Minor> = BTreeMap::new();
        *expected.entry(Role::Bank).or_default() += settlement.cash;
        for (role, value) in value_by_role {
            *expected.entry(*role).or_default() -= value;
        }
        let role = match found.difference.kind {
            DifferenceKind::Fee => Some(Role::BankCharges),
            DifferenceKind::FxLoss => Some(Role::FxLoss),
            DifferenceKind::FxGain => Some(Role::FxGain),
            DifferenceKind::Rounding => Some(Role::RoundingDifference),
            DifferenceKind::Overpayment if settlement.cash > 0 => Some(Role::CustomerDeposits),
            DifferenceKind::Overpayment => Some(Role::VendorDeposits),
            DifferenceKind::None | DifferenceKind::Discount => None,
        };
        if let Some(role) = role {
            *expected.entry(role).or_default() += difference;
        }
        expected.retain(|_, amount| *amount != 0);
        let mut booked: BTreeMap<Role, Minor> = BTreeMap::new();
        let mut other = 0;
        for line in &entry.lines {
            let one_sided = line.debit.is_zero() != line.credit.is_zero();
            if !one_sided || line.debit < Decimal::ZERO || line.credit < Decimal::ZERO {
                return Err("an entry line with two sides, or none".into());
            }
            let amount = to_minor(line.debit - line.credit, settlement.currency);
            let account = company
                .chart()
                .account(line.account.as_str())
                .filter(|account| account.is_postable())
                .ok_or_else(|| format!("account {} cannot be posted to", line.account))?;
            match account.role().filter(|role| expected.contains_key(role)) {
                Some(role) => *booked.entry(role).or_default() += amount,
                None => other += amount,
            }
        }
        let rest = if found.difference.kind == DifferenceKind::Discount {
            difference
        } else {
            0
        };
        if booked == expected && other == rest {
            Ok(())
        } else {
            Err(format!(
                "the entry has {booked:?} and {other}, not {expected:?}"
            ))
        }
    }
}

fn known<'a, T>(ids: &[String], map: &HashMap<&str, &'a T>) -> Result<Vec<&'a T>, String> {
    ids.iter()
        .map(|id| {
            map.get(id.as_str())
                .copied()
                .ok_or_else(|| format!("'{id}' is not in the request"))
        })
        .collect()
}

/// The first kind that holds (contract, rule 5).
fn expected_kind(found: &Match, settlement: &Settlement<'_>, keeps_rest: bool) -> MatchKind {
    let items = settlement.items;
    if items
        .iter()
        .any(|item| item.currency != settlement.currency)
    {
        return MatchKind::Fx;
    }
    let has = |sign: Minor| items.iter().any(|item| item.sign() == sign);
    if has(1) && has(-1) {
        return MatchKind::Netting;
    }
    match found.difference.kind {
        DifferenceKind::Discount => return MatchKind::WithDiscount,
        DifferenceKind::Fee => return MatchKind::WithFee,
        DifferenceKind::Overpayment => return MatchKind::Overpayment,
        _ => {}
    }
    if found.lines.len() > 1 {
        MatchKind::ManyToOne
    } else if keeps_rest {
        MatchKind::Partial
    } else if items.len() > 1 {
        MatchKind::OneToMany
    } else {
        MatchKind::OneToOne
    }
}
