//! A match in minor units: allocations, difference, kind; and its form in the answer.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::difference::{
    Settlement, is_overpayment, kind_of, of_whole_items, parts_are_within_rate,
};
use super::model::{Item, Line, Minor, Request, convert, divide_rounded, to_decimal};
use super::response::{Allocation, Difference, DifferenceKind, Entry, EntryLine, Match, MatchKind};
use crate::chart::{NoAccountForRole, Role};
use crate::company::Company;

/// How cash and items fit together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fit {
    /// The items are settled in full; the difference is explained.
    Whole(DifferenceKind),
    /// The items are settled in full and cash is left over.
    Over,
    /// An item keeps a rest.
    Part,
}

/// Lines that settle items.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Draft {
    /// Ascending by date, then id.
    pub lines: Vec<usize>,
    /// Ascending.
    pub items: Vec<usize>,
    pub fit: Fit,
    pub confidence: f64,
    pub auto: bool,
    pub reasons: Vec<String>,
}

/// How lines and items fit, `None` when they cannot: another currency without a rate, another
/// direction.
pub(crate) fn fit(request: &Request, lines: &[usize], items: &[usize]) -> Option<Fit> {
    let chosen: Vec<&Item> = items.iter().map(|index| &request.items[*index]).collect();
    let settlement = settlement(request, lines, &chosen)?;
    let difference = of_whole_items(&settlement, request.base())?;
    if let Some(kind) = kind_of(&settlement, difference, request) {
        return Some(Fit::Whole(kind));
    }
    let total = difference + settlement.cash;
    if total.signum() != settlement.cash.signum() {
        return None;
    }
    Some(if is_overpayment(&settlement, difference) {
        Fit::Over
    } else {
        Fit::Part
    })
}

/// Lines and items as one settlement; `None` when the lines are of several currencies.
pub(crate) fn settlement<'a>(
    request: &Request,
    lines: &[usize],
    items: &'a [&'a Item],
) -> Option<Settlement<'a>> {
    let chosen: Vec<&Line> = lines.iter().map(|index| &request.lines[*index]).collect();
    let currency = chosen.first()?.currency;
    if chosen.iter().any(|line| line.currency != currency) {
        return None;
    }
    Some(Settlement {
        items,
        cash: chosen.iter().map(|line| line.amount).sum(),
        currency,
        date: chosen.iter().map(|line| line.date).max()?,
    })
}

/// Why a draft cannot be given out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DraftError {
    /// The amounts do not go together.
    #[error("the amounts cannot be allocated")]
    Allocation,
    /// The chart lacks an account.
    #[error(transparent)]
    Chart(#[from] NoAccountForRole),
}

impl Draft {
    /// The match of the answer.
    pub(crate) fn into_match(self, request: &Request) -> Result<Match, DraftError> {
        let items: Vec<&Item> = self.items.iter().map(|i| &request.items[*i]).collect();
        let settlement = settlement(request, &self.lines, &items).ok_or(DraftError::Allocation)?;
        let currency = settlement.currency;
        let allocations = self.allocate(request).ok_or(DraftError::Allocation)?;
        let mut by_role: BTreeMap<Role, Minor> = BTreeMap::new();
        let mut value = 0;
        for (_, item, amount) in &allocations {
            let item = &request.items[*item];
            let part = item
                .part_in(*amount, currency, request.base())
                .ok_or(DraftError::Allocation)?;
            value += part;
            *by_role.entry(item.kind.control_role()).or_default() += part;
        }
        let difference = value - settlement.cash;
        let crosses = items.iter().any(|item| item.currency != currency);
        let difference_kind = match self.fit {
            _ if difference == 0 => DifferenceKind::None,
            _ if difference.abs() <= request.policy.rounding(currency) => DifferenceKind::Rounding,
            _ if crosses && difference > 0 => DifferenceKind::FxLoss,
            _ if crosses => DifferenceKind::FxGain,
            Fit::Whole(kind) => kind,
            Fit::Over => DifferenceKind::Overpayment,
            Fit::Part => return Err(DraftError::Allocation),
        };
        let is_fx = matches!(
            difference_kind,
            DifferenceKind::FxLoss | DifferenceKind::FxGain
        );
        let settled = allocations
            .iter()
            .map(|(_, item, amount)| (&request.items[*item], *amount));
        // What is lost beyond the rate's move is no difference of rates: a fee, or another payment.
        if is_fx && !parts_are_within_rate(settled, &settlement, request) {
            return Err(DraftError::Allocation);
        }
        let kind = self.kind(request, &settlement, difference_kind);
        let entry = match &request.company {
            Some(company) => Some(entry(
                company,
                &settlement,
                &by_role,
                (difference_kind, difference),
            )?),
            None => None,
        };
        let amount = |(line, item, amount): &(usize, usize, Minor)| Allocation {
            line: request.lines[*line].id.clone(),
            item: request.items[*item].id.clone(),
            amount: to_decimal(*amount, request.items[*item].currency),
        };
        Ok(Match {
            lines: self
                .lines
                .iter()
                .map(|i| request.lines[*i].id.clone())
                .collect(),
            items: items.iter().map(|item| item.id.clone()).collect(),
            kind,
            allocations: allocations.iter().map(amount).collect(),
            difference: Difference {
                kind: difference_kind,
                amount: to_decimal(difference, currency),
            },
            entry,
            confidence: self.confidence,
            auto: self.auto,
            reasons: self.reasons,
        })
    }

    /// The first kind that holds.
    fn kind(
        &self,
        request: &Request,
        settlement: &Settlement<'_>,
        difference: DifferenceKind,
    ) -> MatchKind {
        let items = settlement.items;
        let goes = |sign| items.iter().any(|item| item.sign() == sign);
        if items
            .iter()
            .any(|item| item.currency != settlement.currency)
        {
            MatchKind::Fx
        } else if goes(1) && goes(-1) {
            MatchKind::Netting
        } else if difference == DifferenceKind::Discount {
            MatchKind::WithDiscount
        } else if difference == DifferenceKind::Fee {
            MatchKind::WithFee
        } else if difference == DifferenceKind::Overpayment {
            MatchKind::Overpayment
        } else if self.lines.len() > 1 {
            MatchKind::ManyToOne
        } else if self.fit == Fit::Part && self.keeps_rest(request) {
            MatchKind::Partial
        } else if self.items.len() > 1 {
            MatchKind::OneToMany
        } else {
            MatchKind::OneToOne
        }
    }

    fn keeps_rest(&self, request: &Request) -> bool {
        self.allocate(request).is_some_and(|allocations| {
            let settled: Minor = allocations.iter().map(|(_, _, amount)| amount).sum();
            let open: Minor = self.items.iter().map(|i| request.items[*i].open).sum();
            settled < open
        })
    }

    /// Line, item and the part of the item in its own currency.
    fn allocate(&self, request: &Request) -> Option<Vec<(usize, usize, Minor)>> {
        let full = self.fit != Fit::Part;
        let allocations = match (self.lines.as_slice(), self.items.as_slice()) {
            ([line], items) if full => items
                .iter()
                .map(|item| (*line, *item, request.items[*item].open))
                .collect(),
            ([line], [item]) => vec![(*line, *item, part(request, *line, *item)?)],
            ([line], items) => one_line_to_parts(request, *line, items)?,
            (lines, [item]) => self.many_lines(request, lines, *item)?,
            (lines, items) => fill(request, lines, items)?,
        };
        allocations
            .iter()
            .all(|(_, _, amount)| *amount > 0)
            .then_some(allocations)
    }

    /// Each line settles what it brought, the last one the rest, where the item is settled in
    /// full.
    fn many_lines(
        &self,
        request: &Request,
        lines: &[usize],
        item: usize,
    ) -> Option<Vec<(usize, usize, Minor)>> {
        let open = request.items[item].open;
        if self.fit == Fit::Part {
            let parts: Option<Vec<_>> = lines
                .iter()
                .map(|line| Some((*line, item, part(request, *line, item)?)))
                .collect();
            return parts.filter(|parts| parts.iter().map(|part| part.2).sum::<Minor>() <= open);
        }
        let cash: Minor = lines
            .iter()
            .map(|line| request.lines[*line].amount.abs())
            .sum();
        let crosses = lines
            .first()
            .is_some_and(|line| request.lines[*line].currency != request.items[item].currency);
        let mut rest = open;
        let mut parts = Vec::with_capacity(lines.len());
        for (place, line) in lines.iter().enumerate() {
            let brought = request.lines[*line].amount.abs();
            let part = if place + 1 == lines.len() {
                rest
            } else if crosses {
                divide_rounded(open * brought, cash)
            } else {
                brought
            };
            rest -= part;
            parts.push((*line, item, part));
        }
        Some(parts)
    }
}

/// What a line settles of an item that keeps a rest.
fn part(request: &Request, line: usize, item: usize) -> Option<Minor> {
    let (line, item) = (&request.lines[line], &request.items[item]);
    let part = if line.currency == item.currency {
        line.amount.abs()
    } else if let Some((amount, _)) = line.instructed.filter(|(_, c)| *c == item.currency) {
        amount
    } else {
        let rate = request
            .policy
            .rate(item.currency, line.currency, line.date)?;
        let back = Decimal::ONE.checked_div(rate)?;
        convert(line.amount.abs(), line.currency, item.currency, back)
    };
    (part <= item.open).then_some(part)
}

/// Items of the other direction in full, the others from the oldest on; every item gets a part.
fn one_line_to_parts(
    request: &Request,
    line: usize,
    items: &[usize],
) -> Option<Vec<(usize, usize, Minor)>> {
    let cash = &request.lines[line];
    let direction = cash.amount.signum();
    if items
        .iter()
        .any(|item| request.items[*item].currency != cash.currency)
    {
        return None;
    }
    let (along, against): (Vec<usize>, Vec<usize>) = items
        .iter()
        .partition(|item| request.items[**item].sign() == direction);
    let mut available = cash.amount.abs();
    let mut parts = Vec::with_capacity(items.len());
    for item in against {
        available += request.items[item].open;
        parts.push((line, item, request.items[item].open));
    }
    let mut along = along;
    along.sort_by_key(|item| (request.items[*item].due_date, *item));
    for item in along {
        let part = available.min(request.items[item].open);
        available -= part;
        parts.push((line, item, part));
    }
    (available == 0).then_some(parts)
}

/// Several lines for several items of one direction, in the order of their dates.
fn fill(request: &Request, lines: &[usize], items: &[usize]) -> Option<Vec<(usize, usize, Minor)>> {
    let currency = request.lines.get(*lines.first()?)?.currency;
    let direction = request.lines[*lines.first()?].amount.signum();
    let fits = items.iter().all(|item| {
        request.items[*item].currency == currency && request.items[*item].sign() == direction
    }) && lines
        .iter()
        .all(|line| request.lines[*line].amount.signum() == direction);
    if !fits {
        return None;
    }
    let mut order: Vec<usize> = items.to_vec();
    order.sort_by_key(|item| (request.items[*item].issue_date, *item));
    // Taken from the end.
    let mut rests: Vec<(usize, Minor)> = order
        .iter()
        .rev()
        .map(|item| (*item, request.items[*item].open))
        .collect();
    let mut parts = Vec::new();
    for line in lines {
        let mut cash = request.lines[*line].amount.abs();
        while cash > 0 {
            let (item, rest) = rests.last_mut()?;
            let part = cash.min(*rest);
            parts.push((*line, *item, part));
            cash -= part;
            *rest -= part;
            if *rest == 0 {
                rests.pop();
            }
        }
    }
    rests.is_empty().then_some(parts)
}

/// The entry: bank, control accounts, difference.
fn entry(
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

/// Lines in the order in which the money moved.
pub(crate) fn by_date(request: &Request, lines: &mut [usize]) {
    lines.sort_by_key(|line| (request.lines[*line].date, *line));
}

/// Items that are equally good in the order in which they arose.
pub(crate) fn by_age(request: &Request, items: &mut [usize]) {
    items.sort_by_key(|item| {
        let item_of = &request.items[*item];
        (
            item_of.issue_date,
            item_of.due_date,
            Reverse(item_of.open),
            *item,
        )
    });
}
