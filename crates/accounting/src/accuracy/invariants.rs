//! What an entry must show to be right.

use std::collections::HashMap;

use rust_decimal::Decimal;

use super::case::{Expected, ExpectedEntry, ExpectedLine};
use super::prediction::Prediction;
use super::score::TOLERANCE;
use crate::chart::{Account, Chart, Role};

/// Whether an entry balances, and whether it is the right one.
pub(super) struct JournalVerdict {
    pub balanced: bool,
    pub right: bool,
}

/// Net debit by role.
struct Balances(HashMap<String, Decimal>);

impl Balances {
    fn of(&self, role: &str) -> Decimal {
        self.0.get(role).copied().unwrap_or_default()
    }
}

pub(super) fn role_balances(prediction: &Prediction, chart: &Chart) -> HashMap<String, Decimal> {
    let mut balances: HashMap<String, Decimal> = HashMap::new();
    for (account, debit, credit) in &prediction.lines {
        if let Some(role) = role_of(chart, account) {
            *balances.entry(role.code().to_owned()).or_default() += *debit - *credit;
        }
    }
    balances
}

fn role_of(chart: &Chart, account: &str) -> Option<Role> {
    chart
        .account(account)
        .filter(|account| account.is_postable())
        .and_then(Account::role)
}

pub(super) fn journal(
    prediction: &Prediction,
    expected: &Expected,
    chart: &Chart,
) -> JournalVerdict {
    let lines = &prediction.lines;
    if !expected.posts_journal {
        return JournalVerdict {
            balanced: true,
            right: lines.is_empty(),
        };
    }
    let debits: Decimal = lines.iter().map(|line| line.1).sum();
    let credits: Decimal = lines.iter().map(|line| line.2).sum();
    let one_sided = |line: &(String, Decimal, Decimal)| {
        line.1.is_zero() != line.2.is_zero() && line.1 >= Decimal::ZERO && line.2 >= Decimal::ZERO
    };
    let known = lines.iter().all(|line| role_of(chart, &line.0).is_some());
    let balanced = !lines.is_empty() && debits == credits && known && lines.iter().all(one_sided);
    if !balanced {
        return JournalVerdict {
            balanced,
            right: false,
        };
    }
    let by_role = Balances(role_balances(prediction, chart));
    let right = match (&expected.journal_lines, &expected.entry) {
        (Some(stated), _) if !stated.is_empty() => stated
            .iter()
            .all(|line| line_is_right(line, expected, &by_role)),
        (_, Some(entry)) => entry_is_right(entry, &by_role),
        (_, None) => false,
    };
    JournalVerdict { balanced, right }
}

fn line_is_right(line: &ExpectedLine, expected: &Expected, balances: &Balances) -> bool {
    let wanted = line.debit.unwrap_or_default() - line.credit.unwrap_or_default();
    let own = vec![line.role.clone()];
    let roles = expected
        .line_role_alternatives
        .get(&line.role)
        .unwrap_or(&own);
    let near = |amount: Decimal| (amount - wanted).abs() <= TOLERANCE;
    near(roles.iter().map(|role| balances.of(role)).sum())
        || roles.iter().any(|role| near(balances.of(role)))
}

fn entry_is_right(entry: &ExpectedEntry, balances: &Balances) -> bool {
    let sign = if entry.control_side == "debit" {
        Decimal::ONE
    } else {
        -Decimal::ONE
    };
    let own_role = vec![entry.control_role.clone()];
    let roles = entry
        .control_role_alternatives
        .as_ref()
        .unwrap_or(&own_role);
    let own_amount: Vec<Decimal> = entry.control_amount.into_iter().collect();
    let amounts = entry
        .control_amount_alternatives
        .as_ref()
        .unwrap_or(&own_amount);
    let control = roles.iter().any(|role| {
        amounts
            .iter()
            .any(|amount| (balances.of(role) - sign * *amount).abs() <= TOLERANCE)
    });
    control && tax_is_right(entry, balances) && counter_is_right(entry, balances)
}

fn tax_is_right(entry: &ExpectedEntry, balances: &Balances) -> bool {
    let (Some(side), Some(amount)) = (&entry.tax_side, entry.tax_amount) else {
        return true;
    };
    if amount.is_zero() {
        return true;
    }
    let wanted = if side == "debit" { amount } else { -amount };
    let tax = balances.of(entry.tax_role.as_deref().unwrap_or_default());
    let lost = balances.of(Role::NonRecoverableTax.code());
    (tax - wanted).abs() <= TOLERANCE || (tax + lost - wanted).abs() <= TOLERANCE
}

fn counter_is_right(entry: &ExpectedEntry, balances: &Balances) -> bool {
    entry
        .counter_role
        .as_ref()
        .is_none_or(|role| balances.of(role).abs() > TOLERANCE)
}
