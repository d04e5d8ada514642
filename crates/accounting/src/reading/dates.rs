//! Dates of the document, and the doubt about them.

use jiff::civil::Date;

use super::collect::{Cell, Collected};
use super::field::Field;
use super::style::{Reader, source};
use super::value::date::{DateOrder, PrintedDate, read_period};
use crate::facts::{DocumentFacts, Fact, ReadingDoubt};

/// Longest usual time between issue and due date in days; tells the order of ambiguous dates.
const LONGEST_TERM_DAYS: i32 = 200;

/// Reads issue date, due date and period into the facts.
pub(crate) fn read_dates(collected: &Collected<'_>, reader: &Reader, facts: &mut DocumentFacts) {
    let issue = first_date(collected, reader, Field::IssueDate);
    let due = first_date(collected, reader, Field::DueDate);
    let order = order_by_term(issue.as_ref(), due.as_ref(), reader);
    let settled = reader.order_is_known || order.is_some();
    let order = order.unwrap_or(reader.order);
    let mut doubts = Vec::new();
    let mut take = |found: Option<(Cell<'_>, PrintedDate)>| -> Option<Fact<Date>> {
        let (cell, printed) = found?;
        if printed.is_ambiguous() && !settled {
            doubts.push(ReadingDoubt {
                code: "ambiguous_date".to_owned(),
                path: cell.node.path.clone(),
                message: "day and month cannot be told apart".to_owned(),
            });
        }
        printed
            .value(order)
            .map(|date| Fact::new(date, source(cell.node)))
    };
    facts.issue_date = take(issue);
    facts.due_date = take(due);
    facts.doubts.extend(doubts);
    read_periods(collected, order, facts);
}

fn first_date<'a>(
    collected: &Collected<'a>,
    reader: &Reader,
    field: Field,
) -> Option<(Cell<'a>, PrintedDate)> {
    collected
        .of(field)
        .into_iter()
        .find_map(|cell| reader.date(cell.node).map(|(_, printed)| (*cell, printed)))
}

/// Where nothing else decides: the only order in which the due date comes after the issue and
/// within a usual term.
fn order_by_term(
    issue: Option<&(Cell<'_>, PrintedDate)>,
    due: Option<&(Cell<'_>, PrintedDate)>,
    reader: &Reader,
) -> Option<DateOrder> {
    if reader.order_is_known {
        return None;
    }
    let ((_, issue), (_, due)) = (issue?, due?);
    let plausible = |order| {
        let (issue, due) = (issue.value(order)?, due.value(order)?);
        let days = issue.until(due).ok()?.get_days();
        Some((0..=LONGEST_TERM_DAYS).contains(&days))
    };
    match (
        plausible(DateOrder::DayFirst)?,
        plausible(DateOrder::MonthFirst)?,
    ) {
        (true, false) => Some(DateOrder::DayFirst),
        (false, true) => Some(DateOrder::MonthFirst),
        _ => None,
    }
}

fn read_periods(collected: &Collected<'_>, order: DateOrder, facts: &mut DocumentFacts) {
    let single = |field| {
        collected.of(field).into_iter().find_map(|cell| {
            let text = cell.node.printed()?;
            let (start, end) = read_period(&text, order)?;
            Some((
                Fact::new(start, source(cell.node)),
                Fact::new(end, source(cell.node)),
            ))
        })
    };
    let start = single(Field::PeriodStart).map(|(start, _)| start);
    let end = single(Field::PeriodEnd).map(|(_, end)| end);
    let whole = single(Field::Period);
    if let Some((first, last)) = whole {
        facts.period_start = Some(start.unwrap_or(first));
        facts.period_end = Some(end.unwrap_or(last));
    } else {
        facts.period_start = start;
        facts.period_end = end;
    }
}
