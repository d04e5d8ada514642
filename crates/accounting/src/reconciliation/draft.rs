//! A match in minor units: its difference and kind; and its form in the answer.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::difference::{
    Settlement, is_overpayment, kind_of, of_whole_items, parts_are_within_rate,
};
use super::entry::entry;
use super::model::{Item, Line, Minor, Request, to_decimal};
use super::response::{Allocation, Difference, DifferenceKind, Match, MatchKind};
use crate::chart::{NoAccountForRole, Role};

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

/// None before rounding before discount before fee.
pub(crate) fn rank(fit: Fit) -> u8 {
    match fit {
        Fit::Whole(DifferenceKind::None) => 0,
        Fit::Whole(DifferenceKind::Rounding) => 1,
        Fit::Whole(DifferenceKind::Discount) => 2,
        Fit::Whole(DifferenceKind::Fee) => 3,
        Fit::Whole(_) => 4,
        Fit::Over => 5,
        Fit::Part => 6,
    }
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
