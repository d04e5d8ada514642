//! Payouts of card and wallet processors, and payment runs: items that only a certain line
//! settles.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;

use super::difference::{processor, scheduled_fee};
use super::draft::{Draft, Fit};
use super::ledger::{Ledger, Proposal};
use super::model::{Minor, days_between};
use super::parties::names_in;
use super::response::DifferenceKind;
use super::subset_sum::{self, subsets};
use super::text::Atoms;
use super::words::words_of;
use crate::lexicon::fold;
use crate::money::Currency;

/// Held back are few; more than this many are looked for only as what was paid out later.
const MOST_HELD_BACK: usize = 4;
/// Processors pay within two weeks what they do not hold back.
const LONGEST_DELAY_DAYS: i64 = 14;
/// Groups whose payout may be the line's.
const MOST_GROUPS: usize = 400;

type Group = (String, Currency, Date);

/// Matches lines that name a processor with what it collected on one day, less its fees.
pub(crate) fn match_payouts(ledger: &mut Ledger<'_>) {
    let mut groups: BTreeMap<Group, Vec<usize>> = BTreeMap::new();
    for (index, item) in ledger.request.items.iter().enumerate() {
        if let Some(collected) = &item.collected_by {
            let group = (fold(&collected.processor), item.currency, collected.date);
            groups.entry(group).or_default().push(index);
        }
    }
    if groups.is_empty() {
        return;
    }
    let mut names: Vec<String> = groups.keys().map(|(name, _, _)| name.clone()).collect();
    names.dedup();
    let lines: Vec<(usize, Vec<String>)> = ledger
        .free_lines()
        .into_iter()
        .filter_map(|line| {
            let found = processors_of(ledger, line, &names);
            (!found.is_empty()).then_some((line, found))
        })
        .collect();
    for whole in [true, false] {
        // What is left of a day may be another payout, so that later rounds see smaller groups.
        loop {
            let mut proposals = Vec::new();
            let mut ties = Vec::new();
            for (line, named) in &lines {
                if !ledger.is_free_line(*line) {
                    continue;
                }
                let (missing, mut found) = candidates(ledger, *line, named, &groups, whole);
                match found.len() {
                    0 => {}
                    1 => proposals.push(Proposal {
                        line: *line,
                        draft: payout(*line, found.swap_remove(0), missing),
                    }),
                    _ => ties.push((*line, found)),
                }
            }
            if !ledger.take_uncontested(proposals).is_empty() {
                continue;
            }
            for (line, found) in ties {
                ledger.tie(line, found, "several payouts are of this amount");
            }
            ledger.reserve_ties();
            break;
        }
    }
    for (line, _) in lines {
        ledger.note(
            line,
            "names a processor, and no payout of it has this amount",
        );
    }
}

/// The processors that a line names, folded.
fn processors_of(ledger: &Ledger<'_>, line: usize, names: &[String]) -> Vec<String> {
    let found = ledger.line(line);
    let mut text = found.description.clone();
    if let Some(name) = &found.counterparty_name {
        text.push(' ');
        text.push_str(name);
    }
    let atoms = Atoms::new(&text);
    names
        .iter()
        .filter(|name| names_in(&atoms, name))
        .cloned()
        .collect()
}

/// The sets of collected items whose payout the line may be: whole days, or days less what was
/// held back (or of which the rest was paid out before). The fewest missing items count; the
/// number comes with the sets.
fn candidates(
    ledger: &Ledger<'_>,
    line: usize,
    named: &[String],
    groups: &BTreeMap<Group, Vec<usize>>,
    whole: bool,
) -> (usize, Vec<Vec<usize>>) {
    let paid = ledger.line(line);
    let window = i64::from(ledger.request.policy.date_window_days).min(LONGEST_DELAY_DAYS);
    let mut found: Vec<Vec<usize>> = Vec::new();
    let mut fewest_missing = if whole { 0 } else { usize::MAX };
    for name in named {
        let from = (name.clone(), paid.currency, Date::MIN);
        let to = (name.clone(), paid.currency, paid.date);
        for ((_, _, day), members) in groups.range(from..=to).rev().take(MOST_GROUPS) {
            if !ledger.work.spend(line, members.len()) {
                // A tie may be among what is not looked at.
                return (0, Vec::new());
            }
            let free: Vec<usize> = members
                .iter()
                .copied()
                .filter(|i| ledger.is_free(*i))
                .collect();
            if free.is_empty() {
                continue;
            }
            let nets: Vec<Minor> = free.iter().map(|item| net(ledger, *item)).collect();
            let total: Minor = nets.iter().sum();
            if whole {
                if total == paid.amount {
                    found.push(free);
                }
                continue;
            }
            if total == paid.amount || days_between(*day, paid.date) > window {
                continue;
            }
            if !ledger.work.spend(line, subset_sum::cost(free.len())) {
                return (0, Vec::new());
            }
            for (missing, subset) in held_back(&free, &nets, total - paid.amount) {
                if missing < fewest_missing {
                    fewest_missing = missing;
                    found.clear();
                }
                if missing == fewest_missing {
                    found.push(subset);
                }
            }
        }
    }
    (fewest_missing, found)
}

/// Sets less what was held back, with the number of items held back or, where most of the day
/// was, of those paid.
fn held_back(free: &[usize], nets: &[Minor], rest: Minor) -> Vec<(usize, Vec<usize>)> {
    subsets(nets, rest, 1)
        .found
        .into_iter()
        .filter_map(|missing| {
            let paid = free.len() - missing.len();
            let rank = missing.len().min(paid);
            (paid > 0 && rank <= MOST_HELD_BACK).then(|| {
                let subset = (0..free.len()).filter(|place| !missing.contains(place));
                (rank, subset.map(|place| free[place]).collect())
            })
        })
        .collect()
}

/// What the processor pays out for an item.
fn net(ledger: &Ledger<'_>, item: usize) -> Minor {
    let found = ledger.item(item);
    found.sign() * found.open - scheduled_fee(found, ledger.request).unwrap_or(0)
}

fn payout(line: usize, items: Vec<usize>, missing: usize) -> Draft {
    let extent = if missing == 0 {
        "all that was collected on one day"
    } else {
        "what was collected on one day, less what was held back"
    };
    Draft {
        lines: vec![line],
        items,
        // Told exactly by the amounts when the match is given out.
        fit: Fit::Whole(DifferenceKind::Fee),
        confidence: if missing == 0 { 0.99 } else { 0.95 },
        // Among pairs and more, some sum up by chance.
        auto: missing <= 1,
        reasons: vec![
            "the line names the processor".to_owned(),
            format!("the amount is {extent}, less the scheduled fees"),
        ],
    }
}

/// Matches lines that name a payment run with the items sent in it.
pub(crate) fn match_runs(ledger: &mut Ledger<'_>) {
    let mut by_run: HashMap<usize, Vec<usize>> = HashMap::new();
    for line in ledger.free_lines() {
        for run in &ledger.read[line].runs {
            by_run.entry(*run).or_default().push(line);
        }
    }
    let mut runs: Vec<(usize, Vec<usize>)> = by_run.into_iter().collect();
    runs.sort_unstable();
    for (run, mut lines) in runs {
        super::draft::by_date(ledger.request, &mut lines);
        for line in &lines {
            match_run(ledger, run, *line);
        }
        for line in lines {
            ledger.note(
                line,
                "names a payment run whose open items do not sum to it",
            );
        }
    }
}

fn match_run(ledger: &mut Ledger<'_>, run: usize, line: usize) {
    if !ledger.work.spend(line, ledger.references.runs[run].len()) {
        return;
    }
    let sent: Vec<usize> = ledger.references.runs[run]
        .iter()
        .copied()
        .filter(|item| {
            ledger.is_free(*item)
                && ledger.item(*item).collected_by.is_none()
                && ledger.value(line, *item).is_some()
        })
        .collect();
    if sent.is_empty() || !ledger.is_free_line(line) {
        return;
    }
    let reason = "the line names the payment run".to_owned();
    if let Some(found) = ledger.fit(line, &sent)
        && matches!(found, Fit::Whole(_))
    {
        ledger.take(Draft {
            lines: vec![line],
            items: sent,
            fit: found,
            confidence: 0.99,
            auto: true,
            reasons: vec![reason, words_of(found).to_owned()],
        });
        return;
    }
    let values: Vec<Minor> = sent
        .iter()
        .filter_map(|item| ledger.value(line, *item))
        .collect();
    // What was held back is little beside what was sent, so that is what is looked for.
    let rest = values.iter().sum::<Minor>() - ledger.line(line).amount;
    let answer = ledger.subsets(line, &values, rest, 1);
    let fewest_missing = answer.found.iter().map(Vec::len).min();
    let best: Vec<Vec<usize>> = answer
        .found
        .iter()
        .filter(|missing| Some(missing.len()) == fewest_missing && missing.len() < sent.len())
        .map(|missing| {
            let paid = (0..sent.len()).filter(|place| !missing.contains(place));
            paid.map(|place| sent[place]).collect()
        })
        .collect();
    match best.as_slice() {
        [] => {}
        [items] => {
            ledger.take(Draft {
                lines: vec![line],
                items: items.clone(),
                fit: Fit::Whole(DifferenceKind::None),
                confidence: 0.9,
                auto: false,
                reasons: vec![
                    reason,
                    "a part of the run has exactly this amount".to_owned(),
                ],
            });
        }
        _ => {
            ledger.tie(
                line,
                best,
                "several parts of the payment run have this amount",
            );
            ledger.reserve_ties();
        }
    }
}

/// Whether a line names one of the policy's processors.
pub(crate) fn names_processor(ledger: &Ledger<'_>, line: usize) -> bool {
    ledger
        .line(line)
        .counterparty_name
        .as_deref()
        .is_some_and(|name| processor(name, ledger.request).is_some())
}
