//! The journal entry of a match.

use std::collections::BTreeMap;

use super::difference::Settlement;
use super::model::{Minor, to_decimal};
use super::response::{DifferenceKind, Entry, EntryLine};
use crate::chart::{NoAccountForRole, Role};
use crate::company::Company;

/// The entry: bank, control accounts, difference.
pub(super) fn entry(
    company: &Company,
    settlement: &Settlement<'_>,
    by_role: &BTreeMap<Role, Minor>,
    difference: (DifferenceKind, Minor),
) -> Result<Entry, NoAccountForRole> {
    let mut booked: Vec<(Role, Minor)> = vec![(Role::Bank, settlement.cash)];
    booked.extend(by_role.iter().map(|(role, value)| (*role, -value)));
    if difference.1 != 0 {
        booked.push((
            difference_role(company, settlement, difference)?,
            difference.1,
        ));
    }
    let mut sums: BTreeMap<(usize, &str), (Minor, Role)> = BTreeMap::new();
    let mut lines = Vec::with_capacity(booked.len());
    for (place, (role, amount)) in booked.iter().enumerate() {
        let account = company.chart().account_for(*role)?;
        // One account may have been found twice: a deposit that is settled and one that arises.
        let known = sums
            .iter()
            .find(|((_, code), _)| *code == account.code().as_str())
            .map(|(key, _)| *key);
        let key = known.unwrap_or((place, account.code().as_str()));
        let sum = sums.entry(key).or_insert((0, *role));
        sum.0 += amount;
    }
    for ((_, code), (amount, _)) in sums {
        let Some(account) = company.chart().account(code).filter(|_| amount != 0) else {
            continue;
        };
        let side =
            |is_on: bool| to_decimal(if is_on { amount.abs() } else { 0 }, settlement.currency);
        lines.push(EntryLine {
            account: account.code().clone(),
            debit: side(amount > 0),
            credit: side(amount < 0),
        });
    }
    Ok(Entry {
        date: settlement.date,
        lines,
    })
}

/// The role of the difference. A discount given lessens sales, one taken lessens purchases; a
/// chart without such an account takes the next that fits.
fn difference_role(
    company: &Company,
    settlement: &Settlement<'_>,
    (kind, _): (DifferenceKind, Minor),
) -> Result<Role, NoAccountForRole> {
    let is_in = settlement.cash > 0;
    let candidates: &[Role] = match kind {
        DifferenceKind::None | DifferenceKind::Rounding => &[Role::RoundingDifference],
        DifferenceKind::Fee => &[Role::BankCharges],
        DifferenceKind::FxLoss => &[Role::FxLoss],
        DifferenceKind::FxGain => &[Role::FxGain],
        DifferenceKind::Overpayment if is_in => &[Role::CustomerDeposits],
        DifferenceKind::Overpayment => &[Role::VendorDeposits],
        DifferenceKind::Discount if is_in => {
            &[Role::SalesReturns, Role::SalesServices, Role::SalesGoods]
        }
        DifferenceKind::Discount => &[Role::OtherIncome, Role::PurchasesGoods],
    };
    let mut missing = None;
    for role in candidates {
        match company.chart().account_for(*role) {
            Ok(_) => return Ok(*role),
            Err(error) => {
                missing.get_or_insert(error);
            }
        }
    }
    Err(missing.unwrap_or(NoAccountForRole(Role::Suspense)))
}
