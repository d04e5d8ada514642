//! Lines that name open items in full.
//!
//! In this order: the named items sum to the line; several lines of one item reach it; the
//! difference is explained; a part of the named items, or these and others of the party, sum to
//! the line; a part or more was paid. What names only items that earlier lines settled, settles
//! nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::by_party::{has_numbers, nearest, of_party, of_same_amount};
use super::components::{Component, components};
use super::draft::{Draft, Fit, fit};
use super::ledger::{Ledger, Proposal, words_of};
use super::model::Minor;
use super::parties::Agreement;
use super::references::Nearness;
use super::response::DifferenceKind;
use super::subset_sum::{expected_by_chance, subsets};

/// Ways to read numbers that several items have, at most.
const MOST_READINGS: usize = 16;
/// Other items of the party that a named set may be completed with, at most.
const MOST_ADDED: usize = 20;

/// The items that a line names.
#[derive(Debug, Clone, Default)]
struct Named {
    /// One item each.
    sets: Vec<Vec<usize>>,
    is_strong: bool,
    /// Something else is named beside them, or was settled already.
    has_others: bool,
}

pub(crate) fn match_by_reference(ledger: &mut Ledger<'_>) {
    whole_sets(ledger, &[DifferenceKind::None]);
    several_lines(ledger, true);
    connected(ledger);
    let before_a_fee = [
        DifferenceKind::None,
        DifferenceKind::Rounding,
        DifferenceKind::Discount,
        DifferenceKind::FxGain,
        DifferenceKind::FxLoss,
    ];
    whole_sets(ledger, &before_a_fee);
    // A set that is exact comes before a fee.
    changed_sets(ledger);
    whole_sets(ledger, &[DifferenceKind::None, DifferenceKind::Fee]);
    several_lines(ledger, false);
    leave_settled(ledger);
    changed_sets(ledger);
    parts_and_more(ledger);
    leave_settled(ledger);
}

/// What a line names, of the items that are still to be paid.
fn named(ledger: &Ledger<'_>, line: usize) -> Option<Named> {
    let read = &ledger.read[line];
    let mut result = Named {
        is_strong: true,
        has_others: !read.others.is_empty(),
        ..Named::default()
    };
    let mut readings: Vec<Vec<usize>> = vec![Vec::new()];
    for mention in &read.mentions {
        let mut payable: Vec<usize> = mention
            .items
            .iter()
            .copied()
            .filter(|item| ledger.is_payable(*item) && ledger.value(line, *item).is_some())
            .collect();
        if payable.len() > 1 {
            let ours: Vec<usize> = payable
                .iter()
                .copied()
                .filter(|item| ledger.agreement(line, *item) >= Agreement::Similar)
                .collect();
            if !ours.is_empty() {
                payable = ours;
            }
        }
        if !mention.is_strong {
            // A short number counts only where the party agrees.
            payable.retain(|item| ledger.agreement(line, *item) >= Agreement::Similar);
        }
        if payable.is_empty() {
            result.has_others |= mention.is_strong;
            continue;
        }
        result.is_strong &= mention.is_strong;
        readings = readings
            .into_iter()
            .flat_map(|reading| {
                payable.iter().map(move |item| {
                    let mut longer = reading.clone();
                    longer.push(*item);
                    longer
                })
            })
            .take(MOST_READINGS)
            .collect();
    }
    for reading in &mut readings {
        reading.sort_unstable();
        reading.dedup();
    }
    readings.retain(|reading| !reading.is_empty());
    readings.sort();
    readings.dedup();
    result.sets = readings;
    (!result.sets.is_empty()).then_some(result)
}

/// The weakest agreement of a line with the items' parties.
fn agreement(ledger: &Ledger<'_>, line: usize, items: &[usize]) -> Agreement {
    items
        .iter()
        .map(|item| ledger.agreement(line, *item))
        .min()
        .unwrap_or(Agreement::Unknown)
}

/// Lines whose named items are settled in full by them, with a difference of one of `kinds`.
fn whole_sets(ledger: &mut Ledger<'_>, kinds: &[DifferenceKind]) {
    loop {
        let mut proposals = Vec::new();
        let mut ties = Vec::new();
        for line in ledger.free_lines() {
            let Some(named) = named(ledger, line) else {
                continue;
            };
            let fitting: Vec<(&Vec<usize>, Fit)> = named
                .sets
                .iter()
                .filter_map(|set| Some((set, ledger.fit(line, set)?)))
                .filter(|(_, fit)| matches!(fit, Fit::Whole(kind) if kinds.contains(kind)))
                .collect();
            let best = fitting.iter().map(|(_, fit)| rank(*fit)).min();
            let best: Vec<&(&Vec<usize>, Fit)> = fitting
                .iter()
                .filter(|(_, fit)| Some(rank(*fit)) == best)
                .collect();
            match best.as_slice() {
                [] => {}
                [(set, fit)] => {
                    proposals.push(Proposal {
                        line,
                        draft: whole(ledger, line, set, *fit, &named),
                    });
                }
                several => ties.push((
                    line,
                    several
                        .iter()
                        .map(|(set, _)| (*set).clone())
                        .collect::<Vec<_>>(),
                )),
            }
        }
        if ledger.take_uncontested(proposals) {
            continue;
        }
        for (line, alternatives) in ties {
            ledger.tie(
                line,
                alternatives,
                "several open items have the number that the line names",
            );
        }
        ledger.reserve_ties();
        break;
    }
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

fn whole(ledger: &Ledger<'_>, line: usize, set: &[usize], found: Fit, named: &Named) -> Draft {
    let agreement = agreement(ledger, line, set);
    let is_exact = rank(found) <= 1;
    // The right reference and the exact amount are enough, whoever pays.
    let auto = if is_exact {
        named.is_strong || agreement >= Agreement::Similar
    } else {
        agreement >= Agreement::Similar || (named.is_strong && agreement == Agreement::Unknown)
    };
    let mut reasons = vec![
        if set.len() == 1 {
            "the line names the item".to_owned()
        } else {
            "the line names the items".to_owned()
        },
        words_of(found).to_owned(),
    ];
    reasons.extend(words_of_party(agreement));
    Draft {
        lines: vec![line],
        items: set.to_vec(),
        fit: found,
        confidence: if is_exact { 0.99 } else { 0.97 },
        auto,
        reasons,
    }
}

pub(crate) fn words_of_party(agreement: Agreement) -> Option<String> {
    let words = match agreement {
        Agreement::Same => "the party agrees",
        Agreement::Similar => "the party's name is alike",
        Agreement::Unknown => return None,
        Agreement::Other => "somebody else paid",
    };
    Some(words.to_owned())
}

/// A line that names one item.
#[derive(Debug, Clone, Copy)]
struct Naming {
    line: usize,
    /// Not nearly, and no other digits beside it.
    is_full: bool,
}

/// Free lines by the one item that they name, in the order of their dates. A line that nearly
/// names an item counts where it is the only one of its party, and no item has its amount.
fn lines_by_item(ledger: &Ledger<'_>) -> BTreeMap<usize, Vec<Naming>> {
    let mut by_item: BTreeMap<usize, Vec<Naming>> = BTreeMap::new();
    for line in ledger.free_lines() {
        if let Some((item, is_full)) = sole_item(ledger, line)
            && ledger.line(line).amount.signum() == ledger.item(item).sign()
        {
            by_item
                .entry(item)
                .or_default()
                .push(Naming { line, is_full });
        }
    }
    for lines in by_item.values_mut() {
        lines.sort_by_key(|naming| (ledger.line(naming.line).date, naming.line));
    }
    by_item
}

fn sole_item(ledger: &Ledger<'_>, line: usize) -> Option<(usize, bool)> {
    if let Some(named) = named(ledger, line) {
        return match named.sets.as_slice() {
            [set] => match set.as_slice() {
                [item] => Some((*item, !ledger.read[line].has_loose_digits)),
                _ => None,
            },
            _ => None,
        };
    }
    let is_elsewhere = ledger.read[line]
        .mentions
        .iter()
        .any(|mention| mention.is_strong);
    if is_elsewhere || !has_numbers(ledger, line) {
        return None;
    }
    let paid = ledger.line(line);
    let larger: Vec<usize> = of_party(ledger, line)
        .into_iter()
        .filter(|item| {
            let item = ledger.item(*item);
            item.currency == paid.currency
                && item.sign() == paid.amount.signum()
                && item.open > paid.amount.abs()
        })
        .collect();
    let [(item, evidence)] = nearest(ledger, line, &larger)[..] else {
        return None;
    };
    let is_exact_elsewhere = of_same_amount(ledger, line).is_none_or(|items| {
        items
            .iter()
            .any(|item| ledger.agreement(line, *item) >= Agreement::Similar)
    });
    (evidence.nearness > Some(Nearness::Doubtful) && !is_exact_elsewhere).then_some((item, false))
}

/// Several lines that name one item and together reach it: exactly, or with an explained
/// difference.
fn several_lines(ledger: &mut Ledger<'_>, exactly: bool) {
    for (item, lines) in lines_by_item(ledger) {
        // The first lines that reach it; what comes later pays what is settled.
        let reached = (2..=lines.len()).find_map(|count| {
            let first: Vec<usize> = lines[..count].iter().map(|naming| naming.line).collect();
            if brought(ledger, &first[..count - 1]).abs() >= ledger.item(item).open
                && ledger.line(first[0]).currency == ledger.item(item).currency
            {
                return None;
            }
            let found = fit(ledger.request, &first, &[item])?;
            let fits = if exactly {
                rank(found) == 0
            } else {
                rank(found) <= 4
            };
            fits.then_some((count, found))
        });
        let Some((count, found)) = reached else {
            continue;
        };
        let are_full = lines[..count].iter().all(|naming| naming.is_full);
        let chosen: Vec<usize> = lines[..count].iter().map(|naming| naming.line).collect();
        let agreement = chosen
            .iter()
            .map(|line| ledger.agreement(*line, item))
            .min()
            .unwrap_or(Agreement::Unknown);
        ledger.take(Draft {
            lines: chosen,
            items: vec![item],
            fit: found,
            confidence: 0.97,
            auto: agreement >= Agreement::Similar && (exactly || are_full),
            reasons: vec![
                "the lines name the item and together reach it".to_owned(),
                words_of(found).to_owned(),
            ],
        });
    }
}

fn brought(ledger: &Ledger<'_>, lines: &[usize]) -> Minor {
    lines.iter().map(|line| ledger.line(*line).amount).sum()
}

/// Lines and items that name each other crosswise and are equal in sum: a part of an item by
/// one line, the rest and another item by the next.
fn connected(ledger: &mut Ledger<'_>) {
    let mut names: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for line in ledger.free_lines() {
        if let Some(named) = named(ledger, line)
            && let [set] = named.sets.as_slice()
        {
            names.insert(line, set.clone());
        }
    }
    for Component { lines, items } in components(&names) {
        if lines.len() < 2 || items.len() < 2 || lines.len() > 12 {
            continue;
        }
        if fit(ledger.request, &lines, &items) != Some(Fit::Whole(DifferenceKind::None)) {
            continue;
        }
        let agrees = lines
            .iter()
            .all(|line| agreement(ledger, *line, &names[line]) >= Agreement::Similar);
        ledger.take(Draft {
            lines,
            items,
            fit: Fit::Whole(DifferenceKind::None),
            confidence: 0.95,
            auto: agrees,
            reasons: vec!["the lines name these items and are equal to them in sum".to_owned()],
        });
    }
}

/// A line that names only items which are settled pays them a second time.
fn leave_settled(ledger: &mut Ledger<'_>) {
    for line in ledger.free_lines() {
        let direction = ledger.line(line).amount.signum();
        let settled = ledger.read[line].mentions.iter().filter(|mention| {
            mention.is_strong
                && mention.items.iter().any(|item| {
                    ledger.is_settled(*item)
                        && ledger.item(*item).sign() == direction
                        && (mention.items.len() == 1
                            || ledger.agreement(line, *item) >= Agreement::Similar)
                })
        });
        if settled.count() > 0 && named(ledger, line).is_none() {
            ledger.leave(line, "names what another line settled in full");
        }
    }
}

/// A line that pays only some of the items it names, or others of the party beside them.
fn changed_sets(ledger: &mut Ledger<'_>) {
    loop {
        let mut proposals = Vec::new();
        let mut ties = Vec::new();
        for line in ledger.free_lines() {
            let Some(named) = named(ledger, line) else {
                continue;
            };
            let [set] = named.sets.as_slice() else {
                continue;
            };
            let mut found = some_of(ledger, line, set);
            let mut reason = "a part of the items that the line names is exactly its amount";
            let mut auto = false;
            if found.is_empty() {
                found = with_near(ledger, line, set);
                reason = "the line names some items in full and others nearly, which are exactly its amount";
                auto = found.len() == 1 && agreement(ledger, line, set) >= Agreement::Similar;
            }
            if found.is_empty() {
                let (chance, added) = with_others(ledger, line, set);
                found = added;
                reason = "the named items and others of the party are exactly the amount";
                auto = chance < 1e-4 && agreement(ledger, line, set) == Agreement::Same;
            }
            match found.as_slice() {
                [] => {}
                [items] => proposals.push(Proposal {
                    line,
                    draft: Draft {
                        lines: vec![line],
                        items: items.clone(),
                        fit: Fit::Whole(DifferenceKind::None),
                        confidence: 0.9,
                        auto,
                        reasons: vec![reason.to_owned()],
                    },
                }),
                _ => ties.push((line, found)),
            }
        }
        if ledger.take_uncontested(proposals) {
            continue;
        }
        for (line, alternatives) in ties {
            ledger.tie(
                line,
                alternatives,
                "several sets with the named items have this amount",
            );
        }
        ledger.reserve_ties();
        break;
    }
}

/// Proper subsets of a named set that are exactly the line's amount.
fn some_of(ledger: &Ledger<'_>, line: usize, set: &[usize]) -> Vec<Vec<usize>> {
    if set.len() < 2 {
        return Vec::new();
    }
    let values: Vec<Minor> = set
        .iter()
        .filter_map(|item| ledger.value(line, *item))
        .collect();
    let answer = subsets(&values, ledger.line(line).amount, 1);
    let pick = |places: &Vec<usize>| places.iter().map(|place| set[*place]).collect();
    // An item that nets out to nothing with another is no reason to prefer fewer.
    answer.found.iter().map(pick).collect()
}

/// A named set with items of its party that the line nearly names, exactly the line's amount.
fn with_near(ledger: &Ledger<'_>, line: usize, set: &[usize]) -> Vec<Vec<usize>> {
    if !ledger.read[line].has_loose_digits || agreement(ledger, line, set) < Agreement::Similar {
        return Vec::new();
    }
    let named: Option<Minor> = set.iter().map(|item| ledger.value(line, *item)).sum();
    let near: Vec<usize> = of_party(ledger, line)
        .into_iter()
        .filter(|item| {
            !set.contains(item) && ledger.nearness(line, *item) > Some(Nearness::Doubtful)
        })
        .take(MOST_ADDED)
        .collect();
    let values: Vec<Minor> = near
        .iter()
        .filter_map(|item| ledger.value(line, *item))
        .collect();
    let Some(named) = named else {
        return Vec::new();
    };
    subsets(&values, ledger.line(line).amount - named, 1)
        .found
        .iter()
        .map(|places| {
            let mut items: Vec<usize> = places.iter().map(|place| near[*place]).collect();
            items.extend(set);
            items
        })
        .collect()
}

/// A named set with other items of its party that make it exactly the line's amount, and how
/// many such sets chance would give.
fn with_others(ledger: &Ledger<'_>, line: usize, set: &[usize]) -> (f64, Vec<Vec<usize>>) {
    if agreement(ledger, line, set) < Agreement::Similar {
        return (1.0, Vec::new());
    }
    let named: Option<Minor> = set.iter().map(|item| ledger.value(line, *item)).sum();
    let Some(named) = named else {
        return (1.0, Vec::new());
    };
    let paid = ledger.line(line);
    let rest = paid.amount - named;
    let parties: BTreeSet<usize> = set.iter().map(|i| ledger.parties.of_item[*i]).collect();
    let others: Vec<usize> = parties
        .iter()
        .flat_map(|party| &ledger.parties.items[*party])
        .copied()
        .filter(|item| {
            // What is missing is a deduction, what is over another item.
            !set.contains(item)
                && ledger.is_payable(*item)
                && ledger.item(*item).currency == paid.currency
                && ledger.item(*item).sign() == rest.signum()
                && ledger.is_in_window(line, *item)
        })
        .collect();
    if others.len() > MOST_ADDED {
        return (1.0, Vec::new());
    }
    let values: Vec<Minor> = others
        .iter()
        .filter_map(|item| ledger.value(line, *item))
        .collect();
    let chance = expected_by_chance(values.len(), rest.abs());
    if chance > 0.05 {
        return (chance, Vec::new());
    }
    let answer = subsets(&values, rest, 1);
    let sets = answer
        .found
        .iter()
        .map(|places| {
            let mut items: Vec<usize> = places.iter().map(|place| others[*place]).collect();
            items.extend(set);
            items
        })
        .collect();
    (chance, sets)
}

/// A part of what a line names, or more than it: where the party agrees.
fn parts_and_more(ledger: &mut Ledger<'_>) {
    several_parts(ledger);
    let mut proposals = Vec::new();
    for line in ledger.free_lines() {
        let Some(named) = named(ledger, line) else {
            continue;
        };
        let [set] = named.sets.as_slice() else {
            continue;
        };
        let agreement = agreement(ledger, line, set);
        let is_possible =
            agreement >= Agreement::Similar || (agreement == Agreement::Unknown && named.is_strong);
        let found = ledger.fit(line, set);
        if !is_possible || !matches!(found, Some(Fit::Part | Fit::Over)) {
            ledger.note(
                line,
                "names an item that neither its amount nor its party fits",
            );
            continue;
        }
        let Some(found) = found else { continue };
        if found == Fit::Over
            && set
                .iter()
                .any(|item| ledger.item(*item).currency != ledger.line(line).currency)
        {
            ledger.note(
                line,
                "names an item, and the rate of the day does not explain the amount",
            );
            continue;
        }
        let another_fits = party_fits_exactly(ledger, line, set);
        let auto = agreement >= Agreement::Similar
            && named.is_strong
            && !named.has_others
            && !another_fits
            && !ledger.read[line].has_loose_digits
            && set.len() == 1
            && !has_rivals(ledger, line, set[0], &[line]);
        let mut reasons = vec![
            "the line names the item".to_owned(),
            words_of(found).to_owned(),
        ];
        reasons.extend(words_of_party(agreement));
        proposals.push(Proposal {
            line,
            draft: Draft {
                lines: vec![line],
                items: set.clone(),
                fit: found,
                confidence: if auto { 0.95 } else { 0.8 },
                auto,
                reasons,
            },
        });
    }
    ledger.take_uncontested(proposals);
}

/// Another item of the party is exactly the line's amount: the reference may be a misprint.
fn party_fits_exactly(ledger: &Ledger<'_>, line: usize, set: &[usize]) -> bool {
    let paid = ledger.line(line);
    ledger
        .by_amount
        .get(&(paid.currency, paid.amount))
        .into_iter()
        .flatten()
        .take(200)
        .any(|item| {
            !set.contains(item)
                && ledger.is_payable(*item)
                && ledger.agreement(line, *item) >= Agreement::Similar
        })
}

/// Whether something of the party may belong to a part payment or an overpayment: another free
/// line of the same direction, or an open item that accounts for what is missing or over.
fn has_rivals(ledger: &Ledger<'_>, line: usize, item: usize, own: &[usize]) -> bool {
    let party = ledger.parties.of_item[item];
    let paid = ledger.line(line);
    let is_over = paid.amount.abs() > ledger.item(item).open;
    let other_line = ledger
        .lines_of_party
        .get(&party)
        .into_iter()
        .flatten()
        .any(|other| {
            !own.contains(other)
                && ledger.is_free_line(*other)
                && ledger.line(*other).amount.signum() == paid.amount.signum()
        });
    let wanted = if is_over {
        paid.amount.signum()
    } else {
        -paid.amount.signum()
    };
    let other_item = ledger.parties.items[party].iter().any(|other| {
        *other != item && ledger.is_payable(*other) && ledger.item(*other).sign() == wanted
    });
    other_item || (other_line && !is_over)
}

/// Several lines that each pay a part of one item and do not reach it, or pass it with the last.
fn several_parts(ledger: &mut Ledger<'_>) {
    for (item, lines) in lines_by_item(ledger) {
        let agreeing: Vec<usize> = lines
            .iter()
            .map(|naming| naming.line)
            .filter(|line| ledger.agreement(*line, item) >= Agreement::Similar)
            .collect();
        let are_full = lines.iter().all(|naming| naming.is_full);
        let open = ledger.item(item).open;
        let same_currency = agreeing
            .iter()
            .all(|line| ledger.line(*line).currency == ledger.item(item).currency);
        if agreeing.len() < 2 || !same_currency {
            continue;
        }
        let mut count = 0;
        let mut sum = 0;
        for line in &agreeing {
            let amount = ledger.line(*line).amount.abs();
            if sum >= open || (count == 0 && amount >= open) {
                break;
            }
            sum += amount;
            count += 1;
        }
        if count < 2 {
            continue;
        }
        let chosen = agreeing[..count].to_vec();
        let Some(found) = fit(ledger.request, &chosen, &[item]) else {
            continue;
        };
        ledger.take(Draft {
            items: vec![item],
            fit: found,
            confidence: 0.9,
            auto: found == Fit::Part && are_full && !has_rivals(ledger, chosen[0], item, &chosen),
            lines: chosen,
            reasons: vec![
                "the lines name the item".to_owned(),
                words_of(found).to_owned(),
            ],
        });
    }
}
