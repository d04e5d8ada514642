//! What explains the difference between cash and items (contract, rule 4).

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::model::{Item, Minor, Processor, Request, convert, floor_minor, percent_of};
use super::response::DifferenceKind;
use crate::money::Currency;

/// Cash on one side, items on the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settlement<'a> {
    pub items: &'a [&'a Item],
    /// Sum of the lines, signed.
    pub cash: Minor,
    pub currency: Currency,
    /// Day of the last line.
    pub date: Date,
}

/// The difference of whole items: their value less the cash.
pub(crate) fn of_whole_items(settlement: &Settlement<'_>, base: Option<Currency>) -> Option<Minor> {
    let value: Option<Minor> = settlement
        .items
        .iter()
        .map(|item| item.value_in(settlement.currency, base))
        .sum();
    Some(value? - settlement.cash)
}

/// The kind of a difference of items that are settled in full, `None` when nothing explains it.
/// An overpayment is told by [`is_overpayment`], since it needs more than figures.
pub(crate) fn kind_of(
    settlement: &Settlement<'_>,
    difference: Minor,
    request: &Request,
) -> Option<DifferenceKind> {
    if difference == 0 {
        return Some(DifferenceKind::None);
    }
    if difference.abs() <= request.policy.rounding(settlement.currency) {
        return Some(DifferenceKind::Rounding);
    }
    let crosses = settlement
        .items
        .iter()
        .any(|item| item.currency != settlement.currency);
    if crosses {
        return is_within_rate(settlement, request).then_some(if difference > 0 {
            DifferenceKind::FxLoss
        } else {
            DifferenceKind::FxGain
        });
    }
    if is_discount(settlement, difference, request) {
        return Some(DifferenceKind::Discount);
    }
    if is_fee(settlement, difference, request) || is_schedule(settlement, difference, request) {
        return Some(DifferenceKind::Fee);
    }
    None
}

/// Every item has terms, the line is in time, and the difference is the discounts' sum.
pub(crate) fn is_discount(
    settlement: &Settlement<'_>,
    difference: Minor,
    request: &Request,
) -> bool {
    let grace = request.policy.discount_grace_days;
    let granted: Option<Minor> = settlement
        .items
        .iter()
        .map(|item| {
            item.discount()
                .filter(|_| item.takes_discount(settlement.date, grace))
        })
        .sum();
    let direction = settlement.cash.signum();
    granted.is_some_and(|granted| {
        granted > 0
            && difference.signum() == direction
            && (difference.abs() - granted).abs() <= request.policy.rounding(settlement.currency)
    })
}

/// Positive and inside both tolerances: the absolute one in base currency, the other in percent
/// of the items' sum.
pub(crate) fn is_fee(settlement: &Settlement<'_>, difference: Minor, request: &Request) -> bool {
    difference > 0 && difference <= largest_fee(settlement, request)
}

/// The largest fee that the policy allows.
pub(crate) fn largest_fee(settlement: &Settlement<'_>, request: &Request) -> Minor {
    let policy = &request.policy;
    let currency = settlement.currency;
    let base = request.base().unwrap_or(currency);
    let Some(rate) = policy.rate(base, currency, settlement.date) else {
        return 0;
    };
    let absolute = floor_minor(policy.fee_tolerance * rate, currency);
    let sum: Minor = settlement
        .items
        .iter()
        .filter_map(|item| item.value_in(currency, request.base()))
        .sum();
    // Rounded down, so that the fee never exceeds the percentage.
    let relative = percent_floor(sum.abs(), policy.fee_tolerance_percent);
    absolute.min(relative)
}

fn percent_floor(amount: Minor, percent: Decimal) -> Minor {
    let rounded = percent_of(amount, percent);
    let exact = Decimal::try_from_i128_with_scale(amount, 0).unwrap_or_default() * percent
        / Decimal::ONE_HUNDRED;
    let value = Decimal::try_from_i128_with_scale(rounded, 0).unwrap_or_default();
    if value > exact { rounded - 1 } else { rounded }
}

/// The difference is exactly what the items' processor charges.
pub(crate) fn is_schedule(
    settlement: &Settlement<'_>,
    difference: Minor,
    request: &Request,
) -> bool {
    let fees: Option<Minor> = settlement
        .items
        .iter()
        .map(|item| scheduled_fee(item, request))
        .sum();
    fees.is_some_and(|fees| fees > 0 && fees == difference)
}

/// The scheduled fee of a collected item: none on refunds; `None` for an item that no processor
/// of the policy collected.
pub(crate) fn scheduled_fee(item: &Item, request: &Request) -> Option<Minor> {
    let collected = item.collected_by.as_ref()?;
    let processor = processor(&collected.processor, request)?;
    Some(if item.sign() > 0 {
        processor.fee(item.open, item.currency)
    } else {
        0
    })
}

/// The processor of a name, case and punctuation aside.
pub(crate) fn processor<'a>(name: &str, request: &'a Request) -> Option<&'a Processor> {
    let folded = crate::lexicon::fold(name);
    request
        .policy
        .processors
        .iter()
        .find(|processor| crate::lexicon::fold(&processor.name) == folded)
}

/// Whether the cash is within the policy's percentage of the items' amount at the rate of the
/// day.
pub(crate) fn is_within_rate(settlement: &Settlement<'_>, request: &Request) -> bool {
    let whole = settlement.items.iter().map(|item| (*item, item.open));
    parts_are_within_rate(whole, settlement, request)
}

/// The same of what is settled of each item.
pub(crate) fn parts_are_within_rate<'r>(
    parts: impl Iterator<Item = (&'r Item, Minor)>,
    settlement: &Settlement<'_>,
    request: &Request,
) -> bool {
    at_the_rate_of_the_day(parts, settlement, request).is_some_and(|expected| {
        let distance = (settlement.cash - expected).abs();
        expected.signum() == settlement.cash.signum()
            && distance <= percent_floor(expected.abs(), request.policy.fx_tolerance_percent)
    })
}

/// The items' sum in the line's currency at the rate of the day.
fn at_the_rate_of_the_day<'r>(
    parts: impl Iterator<Item = (&'r Item, Minor)>,
    settlement: &Settlement<'_>,
    request: &Request,
) -> Option<Minor> {
    parts
        .map(|(item, amount)| {
            let rate = request
                .policy
                .rate(item.currency, settlement.currency, settlement.date)?;
            Some(item.sign() * convert(amount, item.currency, settlement.currency, rate))
        })
        .sum()
}

/// More cash than the items' total, in its direction.
pub(crate) fn is_overpayment(settlement: &Settlement<'_>, difference: Minor) -> bool {
    let total = difference + settlement.cash;
    total.signum() == settlement.cash.signum() && settlement.cash.abs() > total.abs()
}
