//! Which line settles which part of which item.

use rust_decimal::Decimal;

use super::draft::{Draft, Fit};
use super::model::{Minor, Request, convert, divide_rounded};

impl Draft {
    /// Line, item and the part of the item in its own currency.
    pub(super) fn allocate(&self, request: &Request) -> Option<Vec<(usize, usize, Minor)>> {
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
