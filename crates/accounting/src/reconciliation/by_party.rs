//! Lines that name no open item in full: by what they nearly name, by party and amount, last by
//! amount alone.

use std::collections::{BTreeMap, BTreeSet};

use super::assignment::{MOST_NODES, assign};
use super::by_reference::{rank, words_of_party};
use super::components::{Component, components};
use super::difference::{Settlement, largest_fee};
use super::draft::{Draft, Fit, by_age, by_date};
use super::ledger::{Ledger, Proposal, words_of};
use super::model::Minor;
use super::parties::Agreement;
use super::payouts::names_processor;
use super::references::Nearness;
use super::response::DifferenceKind;
use super::subset_sum::{MOST_AMOUNTS, expected_by_chance, subsets};
use super::wording::settles_nothing;

/// More items of one amount than this are as good as none for a line.
const MOST_CANDIDATES: usize = 500;
/// A party with more items than this is matched by number and exact amount alone.
const MOST_OF_PARTY: usize = 1000;
/// Larger components than this are told to be too large.
const MOST_PAIRS: usize = 200_000;

/// What speaks for an item, apart from its amount.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Evidence {
    pub nearness: Option<Nearness>,
    pub agreement: Agreement,
}

pub(crate) fn match_by_party(ledger: &mut Ledger<'_>) {
    for line in ledger.free_lines() {
        if ledger.is_own_transfer(line) {
            ledger.leave(line, "a transfer between the company's own accounts");
        }
        if has_too_many(ledger, line) {
            ledger.note(
                line,
                "the party has more open items than the work limit allows to compare",
            );
        }
    }
    near_and_exact(ledger);
    near_and_explained(ledger);
    near_parts(ledger);
    one_to_one(ledger);
    explained_or_several(ledger);
    fee_or_rate(ledger);
    amount_alone(ledger);
}

/// The line names another document, or an item that it does not fit.
fn names_another(ledger: &Ledger<'_>, line: usize, item: usize) -> bool {
    let read = &ledger.read[line];
    ledger.references.names_other_than(read, item)
        || read
            .mentions
            .iter()
            .any(|mention| mention.is_strong && !mention.items.contains(&item))
}

/// Free items of exactly the line's amount.
pub(crate) fn of_same_amount(ledger: &Ledger<'_>, line: usize) -> Option<Vec<usize>> {
    let paid = ledger.line(line);
    let found = ledger.by_amount.get(&(paid.currency, paid.amount));
    let payable: Vec<usize> = found
        .into_iter()
        .flatten()
        .copied()
        .filter(|item| ledger.is_payable(*item))
        .take(MOST_CANDIDATES + 1)
        .collect();
    (payable.len() <= MOST_CANDIDATES).then_some(payable)
}

/// Whether the parties that a line may come from have more items than are compared one by one.
fn has_too_many(ledger: &Ledger<'_>, line: usize) -> bool {
    let items = ledger.origins[line]
        .parties
        .iter()
        .map(|(party, _)| ledger.parties.items[*party].len());
    items.sum::<usize>() > MOST_OF_PARTY
}

/// Free items of the parties that the line may come from, with a value in its currency; none
/// where they have too many.
pub(crate) fn of_party(ledger: &Ledger<'_>, line: usize) -> Vec<usize> {
    if has_too_many(ledger, line) {
        return Vec::new();
    }
    ledger.origins[line]
        .parties
        .iter()
        .flat_map(|(party, _)| &ledger.parties.items[*party])
        .copied()
        .filter(|item| ledger.is_payable(*item) && ledger.value(line, *item).is_some())
        .collect()
}

/// The most nearly named of some items; several when they are named alike.
pub(crate) fn nearest(ledger: &Ledger<'_>, line: usize, items: &[usize]) -> Vec<(usize, Evidence)> {
    let found: Vec<(usize, Evidence)> = items
        .iter()
        .filter_map(|item| {
            let nearness = ledger.nearness(line, *item)?;
            let agreement = ledger.agreement(line, *item);
            let evidence = Evidence {
                nearness: Some(nearness),
                agreement,
            };
            // The last part of a number and doubtful ones need the party.
            let is_enough = agreement >= Agreement::Similar
                || (nearness >= Nearness::Cut && ledger.references.keys[*item].tail_digits() >= 3)
                || (nearness == Nearness::Tail
                    && agreement == Agreement::Unknown
                    && ledger.references.keys[*item].tail_digits() >= 4);
            is_enough.then_some((*item, evidence))
        })
        .collect();
    let strength = |evidence: &Evidence| (evidence.nearness, evidence.agreement);
    let best = found.iter().map(|(_, evidence)| strength(evidence)).max();
    found
        .into_iter()
        .filter(|(_, evidence)| Some(strength(evidence)) == best)
        .collect()
}

/// Proposes one answer, ties several.
fn settle_round(
    ledger: &mut Ledger<'_>,
    reason_for_tie: &str,
    answers: impl Fn(&Ledger<'_>, usize) -> Vec<Draft>,
) {
    loop {
        let mut proposals = Vec::new();
        let mut ties = Vec::new();
        for line in ledger.free_lines() {
            let mut drafts = answers(ledger, line);
            match drafts.len() {
                0 => {}
                1 => proposals.push(Proposal {
                    line,
                    draft: drafts.swap_remove(0),
                }),
                _ => ties.push((
                    line,
                    drafts
                        .into_iter()
                        .map(|draft| draft.items)
                        .collect::<Vec<_>>(),
                )),
            }
        }
        let contested: Vec<(usize, Vec<usize>)> = proposals
            .iter()
            .map(|proposal| (proposal.line, proposal.draft.items.clone()))
            .collect();
        if ledger.take_uncontested(proposals) {
            // The later of lines for the very same items pays what is settled.
            for (line, items) in contested {
                if ledger.is_free_line(line) && items.iter().all(|item| ledger.is_settled(*item)) {
                    ledger.leave(line, "an earlier line settled in full what this line fits");
                }
            }
            continue;
        }
        for (line, _) in contested {
            ledger.note(line, "other lines fit some of the same items as well");
        }
        for (line, alternatives) in ties {
            ledger.tie(line, alternatives, reason_for_tie);
        }
        ledger.reserve_ties();
        break;
    }
}

/// Nearly named and of exactly the amount.
fn near_and_exact(ledger: &mut Ledger<'_>) {
    settle_round(
        ledger,
        "several items of this amount are as nearly named",
        |ledger, line| {
            let Some(exact) = of_same_amount(ledger, line) else {
                return Vec::new();
            };
            let is_lone = exact.len() == 1;
            nearest(ledger, line, &exact)
                .into_iter()
                .map(|(item, evidence)| near_draft(ledger, line, (item, evidence), is_lone))
                .collect()
        },
    );
}

fn near_draft(
    ledger: &Ledger<'_>,
    line: usize,
    (item, evidence): (usize, Evidence),
    is_lone: bool,
) -> Draft {
    let is_clear = match evidence.nearness {
        Some(Nearness::Cut | Nearness::Misprint) => true,
        Some(Nearness::Tail) => ledger.references.keys[item].tail_digits() >= 4,
        Some(Nearness::Doubtful) | None => false,
    };
    let auto = is_clear
        && is_lone
        && evidence.agreement >= Agreement::Similar
        && ledger.is_in_window(line, item)
        && !ledger.read[line]
            .mentions
            .iter()
            .any(|mention| mention.is_strong);
    let mut reasons = vec![
        words_of_nearness(evidence.nearness).to_owned(),
        words_of(Fit::Whole(DifferenceKind::None)).to_owned(),
    ];
    reasons.extend(words_of_party(evidence.agreement));
    Draft {
        lines: vec![line],
        items: vec![item],
        fit: Fit::Whole(DifferenceKind::None),
        confidence: if auto { 0.96 } else { 0.85 },
        auto,
        reasons,
    }
}

fn words_of_nearness(nearness: Option<Nearness>) -> &'static str {
    match nearness {
        Some(Nearness::Misprint) => "the line names the item with a misprint",
        Some(Nearness::Cut) => "the line names the item, cut off",
        Some(Nearness::Tail) => "the line names the end of the item's number",
        Some(Nearness::Doubtful) => "the line's number differs from the item's by a digit or two",
        None => "the line names nothing",
    }
}

/// Nearly named by its party, with an explained difference.
fn near_and_explained(ledger: &mut Ledger<'_>) {
    settle_round(
        ledger,
        "several items that are as nearly named explain the amount",
        |ledger, line| {
            if !has_numbers(ledger, line) {
                return Vec::new();
            }
            let explained: Vec<(usize, Fit)> = of_party(ledger, line)
                .into_iter()
                .filter_map(|item| Some((item, ledger.fit(line, &[item])?)))
                .filter(|(_, fit)| matches!(fit, Fit::Whole(_)))
                .collect();
            let items: Vec<usize> = explained.iter().map(|(item, _)| *item).collect();
            near_drafts(ledger, line, &items, false)
        },
    );
}

/// Nearly named by its party, of which a part is paid; or more than it.
fn near_parts(ledger: &mut Ledger<'_>) {
    settle_round(
        ledger,
        "several items are as nearly named, and the amount is none's",
        |ledger, line| {
            let exact = of_same_amount(ledger, line).is_none_or(|items| {
                items
                    .iter()
                    .any(|item| ledger.agreement(line, *item) >= Agreement::Similar)
            });
            if exact || !has_numbers(ledger, line) {
                return Vec::new();
            }
            // Several nearly named items may be paid together.
            let items = of_party(ledger, line);
            let named: Vec<usize> = items
                .iter()
                .copied()
                .filter(|item| ledger.nearness(line, *item) > Some(Nearness::Doubtful))
                .collect();
            let together = together(ledger, line, &items, &named);
            if !together.is_empty() {
                return together;
            }
            near_drafts(ledger, line, &items, true)
        },
    );
}

pub(crate) fn has_numbers(ledger: &Ledger<'_>, line: usize) -> bool {
    let paid = ledger.line(line);
    let text = [
        Some(paid.description.as_str()),
        paid.structured_reference.as_deref(),
        paid.end_to_end_id.as_deref(),
    ];
    text.into_iter()
        .flatten()
        .any(|text| text.chars().filter(char::is_ascii_digit).count() >= 3)
}

/// Sets of the party's items, each named in full or nearly, that are exactly the amount.
fn together(ledger: &Ledger<'_>, line: usize, items: &[usize], near: &[usize]) -> Vec<Draft> {
    let mentioned: BTreeSet<usize> = ledger.read[line]
        .mentions
        .iter()
        .flat_map(|mention| mention.items.iter().copied())
        .collect();
    let named: Vec<usize> = items
        .iter()
        .copied()
        .filter(|item| near.contains(item) || mentioned.contains(item))
        .collect();
    if named.len() < 2 || named.len() > 12 {
        return Vec::new();
    }
    let values: Vec<Minor> = named
        .iter()
        .filter_map(|item| ledger.value(line, *item))
        .collect();
    subsets(&values, ledger.line(line).amount, 2)
        .found
        .into_iter()
        .map(|places| Draft {
            lines: vec![line],
            items: places.iter().map(|place| named[*place]).collect(),
            fit: Fit::Whole(DifferenceKind::None),
            confidence: 0.9,
            auto: false,
            reasons: vec![
                "the line nearly names the items, which are exactly its amount".to_owned(),
            ],
        })
        .collect()
}

fn near_drafts(ledger: &Ledger<'_>, line: usize, items: &[usize], parts: bool) -> Vec<Draft> {
    nearest(ledger, line, items)
        .into_iter()
        .filter(|(_, evidence)| {
            evidence.agreement >= Agreement::Similar
                && (!parts || evidence.nearness > Some(Nearness::Doubtful))
        })
        .filter_map(|(item, evidence)| {
            let found = ledger.fit(line, &[item])?;
            let over_in_another_currency =
                found == Fit::Over && ledger.item(item).currency != ledger.line(line).currency;
            if matches!(found, Fit::Whole(_)) == parts || over_in_another_currency {
                return None;
            }
            let mut reasons = vec![
                words_of_nearness(evidence.nearness).to_owned(),
                words_of(found).to_owned(),
            ];
            reasons.extend(words_of_party(evidence.agreement));
            Some(Draft {
                lines: vec![line],
                items: vec![item],
                fit: found,
                confidence: if parts { 0.75 } else { 0.85 },
                auto: false,
                reasons,
            })
        })
        .collect()
}

/// Party, amount and date, and nothing named: an optimal assignment, component by component.
fn one_to_one(ledger: &mut Ledger<'_>) {
    let mut edges: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut pairs = 0;
    for line in ledger.free_lines() {
        let Some(exact) = of_same_amount(ledger, line) else {
            ledger.note(
                line,
                "more items of this amount than the work limit allows to compare",
            );
            continue;
        };
        let fitting: Vec<usize> = exact
            .into_iter()
            .filter(|item| {
                ledger.agreement(line, *item) >= Agreement::Similar
                    && ledger.is_in_window(line, *item)
            })
            .collect();
        pairs += fitting.len();
        if pairs > MOST_PAIRS {
            ledger.note(
                line,
                "more pairs of equal amounts than the work limit allows to compare",
            );
            continue;
        }
        if !fitting.is_empty() {
            edges.insert(line, fitting);
        }
    }
    for Component { lines, items } in components(&edges) {
        component(ledger, lines, items, &edges);
    }
    ledger.reserve_ties();
}

fn component(
    ledger: &mut Ledger<'_>,
    mut lines: Vec<usize>,
    mut items: Vec<usize>,
    edges: &BTreeMap<usize, Vec<usize>>,
) {
    by_date(ledger.request, &mut lines);
    by_age(ledger.request, &mut items);
    if let [item] = items.as_slice() {
        // The earliest line pays it; a later one pays what is settled.
        let draft = by_amount_and_party(ledger, lines[0], *item, lines.len() == 1);
        if ledger.take(draft) {
            for line in &lines[1..] {
                ledger.leave(*line, "an earlier line settled in full what this line fits");
            }
        }
        return;
    }
    let party = ledger.parties.of_item[items[0]];
    let one_party = items
        .iter()
        .all(|item| ledger.parties.of_item[*item] == party);
    let in_order = lines.len() == items.len()
        && one_party
        && lines
            .iter()
            .zip(&items)
            .all(|(line, item)| edges[line].contains(item));
    if in_order {
        // As many equal lines as equal items of one party.
        for (line, item) in lines.into_iter().zip(items) {
            let mut draft = by_amount_and_party(ledger, line, item, false);
            draft.confidence = 0.7;
            draft
                .reasons
                .push("as many equal lines as equal items: the oldest with the oldest".to_owned());
            ledger.take(draft);
        }
        return;
    }
    let tie = "several items of the party have this amount, and nothing tells them apart";
    let is_small = lines.len().max(items.len()) <= MOST_NODES;
    let is_complete = lines.iter().all(|line| edges[line].len() == items.len());
    if is_complete || !is_small {
        for line in lines {
            ledger.tie(line, sole_alternatives(&edges[&line]), tie);
        }
        return;
    }
    // A pair is worth more than any agreement of names; agreement decides between pairs.
    let weights: Vec<Vec<i64>> = lines
        .iter()
        .map(|line| {
            items
                .iter()
                .map(|item| match ledger.agreement(*line, *item) {
                    _ if !edges[line].contains(item) => 0,
                    Agreement::Same => 1001,
                    _ => 1000,
                })
                .collect()
        })
        .collect();
    let assigned = assign(&weights);
    // What is certain first: a tie then lists what is left.
    for (line, found) in lines.iter().zip(&assigned) {
        if let Some((place, false)) = found {
            let draft = by_amount_and_party(ledger, *line, items[*place], false);
            ledger.take(draft);
        }
    }
    for line in lines {
        if !ledger.is_free_line(line) {
            continue;
        }
        let free: Vec<usize> = edges[&line]
            .iter()
            .copied()
            .filter(|item| ledger.is_free(*item))
            .collect();
        if free.len() > 1 {
            ledger.tie(line, sole_alternatives(&free), tie);
        } else {
            ledger.note(
                line,
                "another line fits the only item of this amount as well",
            );
        }
    }
}

fn sole_alternatives(items: &[usize]) -> Vec<Vec<usize>> {
    items.iter().map(|item| vec![*item]).collect()
}

fn by_amount_and_party(ledger: &Ledger<'_>, line: usize, item: usize, is_sole: bool) -> Draft {
    let agreement = ledger.agreement(line, item);
    let another = names_another(ledger, line, item);
    let origin = &ledger.origins[line];
    let auto = is_sole
        && !another
        && !origin.is_other_account
        // Name and account of different parties are no evidence for either.
        && origin.parties.len() == 1
        && !speaks_of_no_item(ledger, line);
    let mut reasons = vec![words_of(Fit::Whole(DifferenceKind::None)).to_owned()];
    reasons.extend(words_of_party(agreement));
    reasons.push("no other item of the party has this amount in its time".to_owned());
    if another {
        reasons.push("the line names a document that is not this one".to_owned());
    }
    Draft {
        lines: vec![line],
        items: vec![item],
        fit: Fit::Whole(DifferenceKind::None),
        confidence: if auto { 0.95 } else { 0.75 },
        auto,
        reasons,
    }
}

fn speaks_of_no_item(ledger: &Ledger<'_>, line: usize) -> bool {
    let paid = ledger.line(line);
    settles_nothing(&paid.description, paid.amount < 0)
}

/// The party's items in their time, in the line's currency.
fn in_time(ledger: &Ledger<'_>, line: usize) -> Vec<usize> {
    let currency = ledger.line(line).currency;
    of_party(ledger, line)
        .into_iter()
        .filter(|item| ledger.item(*item).currency == currency && ledger.is_in_window(line, *item))
        .collect()
}

/// One item less rounding or discount, or several items that are exactly the amount.
fn explained_or_several(ledger: &mut Ledger<'_>) {
    let exhausted: std::cell::RefCell<BTreeSet<usize>> = std::cell::RefCell::default();
    settle_round(
        ledger,
        "several sets of the party's items have this amount",
        |ledger, line| {
            let items = in_time(ledger, line);
            if items.is_empty() || speaks_of_no_item(ledger, line) {
                return Vec::new();
            }
            let mut drafts: Vec<Draft> = items
                .iter()
                .filter_map(|item| {
                    let found = ledger.fit(line, &[*item])?;
                    matches!(rank(found), 1 | 2).then(|| {
                        let auto = found == Fit::Whole(DifferenceKind::Discount)
                            && ledger.agreement(line, *item) == Agreement::Same;
                        without_reference(ledger, line, (vec![*item], found), auto)
                    })
                })
                .collect();
            let (sets, chance, is_complete) = exact_sets(ledger, line, &items);
            if !is_complete {
                // What was found may not be all there is; what was not found may be there.
                exhausted.borrow_mut().insert(line);
                if !sets.is_empty() {
                    return Vec::new();
                }
            }
            let auto = chance < 1e-4;
            drafts.extend(sets.into_iter().map(|set| {
                without_reference(ledger, line, (set, Fit::Whole(DifferenceKind::None)), auto)
            }));
            drafts
        },
    );
    for line in exhausted.into_inner() {
        ledger.note(
            line,
            "more combinations of the party's items than the work limit allows to compare",
        );
    }
}

/// Sets of two or more items that are exactly the amount, or that less all their discounts.
fn exact_sets(ledger: &Ledger<'_>, line: usize, items: &[usize]) -> (Vec<Vec<usize>>, f64, bool) {
    let paid = ledger.line(line);
    let target = paid.amount;
    // Items of one direction that are larger than the line cannot be part of it, unless others
    // are deducted.
    let deducts = items
        .iter()
        .any(|item| ledger.item(*item).sign() != target.signum());
    let fitting: Vec<usize> = items
        .iter()
        .copied()
        .filter(|item| deducts || ledger.item(*item).open < target.abs())
        .collect();
    if fitting.len() < 2 {
        return (Vec::new(), 0.0, true);
    }
    if fitting.len() > MOST_AMOUNTS {
        return (Vec::new(), 1.0, false);
    }
    let values: Vec<Minor> = fitting
        .iter()
        .filter_map(|item| ledger.value(line, *item))
        .collect();
    let answer = subsets(&values, target, 2);
    let chance = expected_by_chance(values.len(), target.abs());
    let pick = |places: &Vec<usize>| places.iter().map(|place| fitting[*place]).collect();
    let mut sets: Vec<Vec<usize>> = answer.found.iter().map(pick).collect();
    for set in discounted_sets(ledger, line, &fitting) {
        // A discount may round to nothing: the same set is one answer.
        if !sets.contains(&set) {
            sets.push(set);
        }
    }
    (sets, chance, answer.is_complete)
}

/// Sets whose items all give their discount.
fn discounted_sets(ledger: &Ledger<'_>, line: usize, items: &[usize]) -> Vec<Vec<usize>> {
    let paid = ledger.line(line);
    let grace = ledger.request.policy.discount_grace_days;
    let granting: Vec<(usize, Minor)> = items
        .iter()
        .filter_map(|index| {
            let item = ledger.item(*index);
            let discount = item
                .discount()
                .filter(|_| item.takes_discount(paid.date, grace))?;
            (item.sign() == paid.amount.signum())
                .then_some((*index, item.sign() * (item.open - discount)))
        })
        .collect();
    if granting.len() < 2 {
        return Vec::new();
    }
    let values: Vec<Minor> = granting.iter().map(|(_, value)| *value).collect();
    subsets(&values, paid.amount, 2)
        .found
        .iter()
        .map(|places| places.iter().map(|place| granting[*place].0).collect())
        .collect()
}

fn without_reference(
    ledger: &Ledger<'_>,
    line: usize,
    (items, found): (Vec<usize>, Fit),
    auto: bool,
) -> Draft {
    let origin = &ledger.origins[line];
    let agreement = items
        .iter()
        .map(|item| ledger.agreement(line, *item))
        .min()
        .unwrap_or(Agreement::Unknown);
    // A set with discounts fits as such.
    let found = match found {
        Fit::Whole(DifferenceKind::None) => ledger.fit(line, &items).unwrap_or(found),
        other => other,
    };
    let another = items.iter().any(|item| names_another(ledger, line, *item));
    let auto = auto
        && agreement == Agreement::Same
        && !another
        && !origin.is_other_account
        && origin.parties.len() == 1;
    let mut reasons = vec![words_of(found).to_owned()];
    reasons.extend(words_of_party(agreement));
    if items.len() > 1 {
        reasons.push("no other set of the party's items has this amount".to_owned());
    }
    if another {
        reasons.push("the line names a document that is not this one".to_owned());
    }
    Draft {
        lines: vec![line],
        items,
        fit: found,
        confidence: if auto { 0.9 } else { 0.7 },
        auto,
        reasons,
    }
}

/// One item less a bank's fee, or in another currency at the rate of the day.
fn fee_or_rate(ledger: &mut Ledger<'_>) {
    settle_round(
        ledger,
        "several items of the party explain the amount",
        |ledger, line| {
            if speaks_of_no_item(ledger, line) {
                return Vec::new();
            }
            let ordered = ledger.line(line).instructed;
            let items: Vec<(usize, Fit)> = of_party(ledger, line)
                .into_iter()
                .filter(|item| ledger.is_in_window(line, *item))
                .filter_map(|item| Some((item, ledger.fit(line, &[item])?)))
                .filter(|(_, fit)| matches!(fit, Fit::Whole(_)))
                .collect();
            let is_ordered = |item: usize| {
                let item = ledger.item(item);
                ordered == Some((item.open, item.currency))
            };
            let exact: Vec<&(usize, Fit)> =
                items.iter().filter(|(item, _)| is_ordered(*item)).collect();
            if !exact.is_empty() {
                return exact
                    .into_iter()
                    .map(|(item, found)| {
                        without_reference(ledger, line, (vec![*item], *found), true)
                    })
                    .collect();
            }
            let mut drafts: Vec<Draft> = items
                .iter()
                .map(|(item, found)| without_reference(ledger, line, (vec![*item], *found), false))
                .collect();
            if drafts.is_empty() {
                drafts.extend(set_less_a_fee(ledger, line));
            }
            drafts
        },
    );
}

/// All that the party owes in its time, less a fee: the only set that a fee is looked for in.
fn set_less_a_fee(ledger: &Ledger<'_>, line: usize) -> Option<Draft> {
    let items = in_time(ledger, line);
    let paid = ledger.line(line);
    let same_direction = items
        .iter()
        .all(|item| ledger.item(*item).sign() == paid.amount.signum());
    if items.len() < 2 || !same_direction {
        return None;
    }
    let chosen: Vec<_> = items.iter().map(|item| ledger.item(*item)).collect();
    let settlement = Settlement {
        items: &chosen,
        cash: paid.amount,
        currency: paid.currency,
        date: paid.date,
    };
    let sum: Minor = items
        .iter()
        .filter_map(|item| ledger.value(line, *item))
        .sum();
    let difference = sum - paid.amount;
    (difference > 0 && difference <= largest_fee(&settlement, ledger.request)).then(|| {
        let found = Fit::Whole(DifferenceKind::Fee);
        without_reference(ledger, line, (items, found), false)
    })
}

/// The amount alone, where the line names nobody and nothing: never without a person.
fn amount_alone(ledger: &mut Ledger<'_>) {
    settle_round(
        ledger,
        "several items have this amount, and the line says nothing else",
        |ledger, line| {
            if ledger.origins[line].is_named
                || !ledger.origins[line].parties.is_empty()
                || !ledger.read[line].mentions.is_empty()
                || !ledger.read[line].others.is_empty()
                || speaks_of_no_item(ledger, line)
                || names_processor(ledger, line)
            {
                return Vec::new();
            }
            let Some(exact) = of_same_amount(ledger, line) else {
                return Vec::new();
            };
            exact
                .into_iter()
                .filter(|item| ledger.is_in_window(line, *item))
                .map(|item| Draft {
                    lines: vec![line],
                    items: vec![item],
                    fit: Fit::Whole(DifferenceKind::None),
                    confidence: 0.5,
                    auto: false,
                    reasons: vec!["only the amount agrees; the line names nobody".to_owned()],
                })
                .collect()
        },
    );
}
