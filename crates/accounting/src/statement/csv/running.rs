//! A column of balances: it gives opening and closing balance, and every line is checked.

use rust_decimal::Decimal;

use crate::checks::Check;
use crate::statement::draft::{BalanceDraft, LineDraft};
use crate::statement::format::StatementFormat;

/// Opening and closing balance with what does not follow.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) opening: BalanceDraft,
    pub(super) closing: BalanceDraft,
    pub(super) check: Option<Check>,
}

/// Follows the balances through the lines. Files begin with the oldest line or with the newest;
/// the order in which more balances follow is the file's.
pub(super) fn follow(lines: &[LineDraft], balances: &[Decimal]) -> Option<Running> {
    let forward: Vec<(&LineDraft, Decimal)> = lines.iter().zip(balances.iter().copied()).collect();
    let backward: Vec<(&LineDraft, Decimal)> = forward.iter().rev().copied().collect();
    let descends = lines.first().map(|line| line.date) > lines.last().map(|line| line.date);
    let (ahead, back) = (breaks(&forward), breaks(&backward));
    let is_backward = back.len() < ahead.len() || (back.len() == ahead.len() && descends);
    let (ordered, broken) = if is_backward {
        (backward, back)
    } else {
        (forward, ahead)
    };
    let (first, last) = (ordered.first()?, ordered.last()?);
    let balance = |(line, _): &(&LineDraft, Decimal), amount: Decimal| BalanceDraft {
        place: line.place.clone(),
        date: Some(line.date),
        amount,
        is_intermediate: false,
    };
    let check = broken.first().map(|(line, expected, found)| {
        let message = "the balance is not that of the line before with this amount";
        let path = line.place.path(StatementFormat::Csv);
        Check::error("running_balance_does_not_follow", path, message).with(*expected, *found)
    });
    Some(Running {
        opening: balance(first, first.1 - first.0.amount),
        closing: balance(last, last.1),
        check,
    })
}

fn breaks<'a>(ordered: &[(&'a LineDraft, Decimal)]) -> Vec<(&'a LineDraft, Decimal, Decimal)> {
    ordered
        .windows(2)
        .filter_map(|pair| {
            let [(_, before), (line, found)] = pair else {
                return None;
            };
            let expected = before + line.amount;
            (expected != *found).then_some((*line, expected, *found))
        })
        .collect()
}
