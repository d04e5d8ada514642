//! Reconciliation on generated ledgers and statements of twelve countries with known truth.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

mod badly_written;
mod countries;
mod dice;
mod figures;
mod floor;
mod free_text;
mod generator;
mod hostile;
mod rules;
mod score;
mod speed;
mod structured;

use std::collections::BTreeMap;
use std::ops::Range;

use floor::greedy;
use generator::{Case, Setting, case};
use ledgergate_accounting::reconciliation::contract::violations;
use ledgergate_accounting::reconciliation::{Reconciliation, Request, reconcile};
use score::{Score, pairings};

fn answer(case: &Case) -> (Request, Reconciliation) {
    let request = Request::from_json(&case.request).unwrap();
    let answer = reconcile(&request);
    (request, answer)
}

/// Our score, the floor's, and violations of the contract. Twelve cases are one of each country.
fn measured(setting: Setting, seeds: Range<u64>, scenarios: usize) -> (Score, Score, Vec<String>) {
    let (mut ours, mut floor, mut broken) = (Score::default(), Score::default(), Vec::new());
    for seed in seeds {
        let case = case(seed, scenarios, setting);
        let (request, answer) = answer(&case);
        let label = format!("seed {seed}");
        for violation in violations(&request, &answer) {
            broken.push(format!("{label}: {violation}"));
        }
        ours.add(&case, &pairings(&answer), Some(&answer), &label);
        floor.add(&case, &greedy(&case), None, &label);
    }
    (ours, floor, broken)
}

fn show(score: &Score, floor: &Score, title: &str) -> String {
    format!(
        "{}{}wrong autos: {:#?}\nmissed twins: {:#?}\nmissed: {:#?}",
        score.report(title),
        floor.report("floor"),
        score.wrong_autos.iter().take(60).collect::<Vec<_>>(),
        score.missed_twins,
        score.missed.iter().take(80).collect::<Vec<_>>(),
    )
}

/// What the matcher is held to, on whichever setting.
fn holds_to_its_bounds(score: &Score, floor: &Score, broken: &[String]) {
    let shown = show(score, floor, "ours");
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(score.auto_right * 1000 >= score.auto_given * 999, "{shown}");
    assert_eq!(score.abstained, score.twins, "{shown}");
    assert!(score.right * 100 >= score.wanted * 95, "{shown}");
    assert!(score.recall_of(&["one_to_one"]) >= 0.99, "{shown}");
    assert!(score.recall_of(&["one_to_many"]) >= 0.95, "{shown}");
    assert!(score.recall_of(&["many_to_one"]) >= 0.95, "{shown}");
    for kind in ["partial", "with_fee", "with_discount", "fx"] {
        assert!(score.recall_of(&[kind]) >= 0.9, "{kind}: {shown}");
    }
    assert!(score.f1() > floor.f1() + 0.2, "{shown}");
}

#[test]
fn the_hard_setting_is_matched_without_guessing() {
    let (score, floor, broken) = measured(Setting::Hard, 0..36, 160);
    assert!(score.auto_given >= 3000, "{}", score.auto_given);
    holds_to_its_bounds(&score, &floor, &broken);
}

#[test]
fn what_another_hand_writes_is_matched_without_guessing() {
    let (score, floor, broken) = measured(Setting::OtherHand, 0..24, 160);
    let shown = show(&score, &floor, "ours");
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(score.auto_right * 1000 >= score.auto_given * 999, "{shown}");
    assert_eq!(score.abstained, score.twins, "{shown}");
    assert!(score.right * 100 >= score.wanted * 95, "{shown}");
    assert!(score.recall_of(&["one_to_one"]) >= 0.99, "{shown}");
    assert!(score.recall_of(&["one_to_many"]) >= 0.95, "{shown}");
    assert!(score.recall_of(&["many_to_one"]) >= 0.95, "{shown}");
    for kind in ["partial", "with_fee", "with_discount", "fx"] {
        assert!(score.recall_of(&[kind]) >= 0.9, "{kind}: {shown}");
    }
    assert!(score.f1() > floor.f1() + 0.2, "{shown}");
}

#[test]
fn the_easy_setting_has_no_wrong_auto() {
    let (score, floor, broken) = measured(Setting::Easy, 0..12, 120);
    let shown = show(&score, &floor, "easy");
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(score.wrong_autos.is_empty(), "{shown}");
    assert_eq!(score.abstained, score.twins, "{shown}");
    assert!(score.right * 100 >= score.wanted * 97, "{shown}");
}

#[test]
fn the_order_of_the_request_does_not_matter() {
    for (seed, setting) in
        (0..12).flat_map(|seed| [(seed, Setting::Hard), (seed, Setting::OtherHand)])
    {
        let case = case(seed, 80, setting);
        let mut turned = case.request.clone();
        for list in ["bank_lines", "open_items"] {
            turned[list].as_array_mut().unwrap().reverse();
        }
        let (_, first) = answer(&case);
        let second = reconcile(&Request::from_json(&turned).unwrap());
        assert_eq!(first, second, "seed {seed}");
        assert!(!first.matches.is_empty());
    }
}

#[test]
fn every_scene_of_the_generator_is_there() {
    for (setting, kinds_wanted, scenes_wanted, labels_wanted) in
        [(Setting::Hard, 11, 9, 0), (Setting::OtherHand, 11, 29, 26)]
    {
        let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
        let mut scenes: BTreeMap<&str, usize> = BTreeMap::new();
        let mut labels: BTreeMap<&str, usize> = BTreeMap::new();
        for seed in 0..12 {
            let truth = case(seed, 160, setting).truth;
            for found in truth.matches {
                *kinds.entry(found.kind).or_default() += 1;
                for label in found.noise {
                    *labels.entry(label).or_default() += 1;
                }
            }
            for (scene, count) in truth.scenes {
                *scenes.entry(scene).or_default() += count;
            }
        }
        for (counts, wanted) in [
            (&kinds, kinds_wanted),
            (&scenes, scenes_wanted),
            (&labels, labels_wanted),
        ] {
            assert!(counts.len() >= wanted, "{counts:#?}");
            assert!(counts.values().all(|count| *count >= 5), "{counts:#?}");
        }
    }
}

#[test]
fn an_error_names_its_field() {
    let right = case(0, 5, Setting::Easy).request;
    for (pointer, value) in [
        ("/bank_lines/0/amount", serde_json::json!("1.005")),
        ("/bank_lines/0/currency", serde_json::json!("EURO")),
        ("/bank_lines/1/id", right["bank_lines"][0]["id"].clone()),
        ("/open_items/0/open_amount", serde_json::json!("-1")),
        ("/open_items/0/type", serde_json::json!("receipt")),
        ("/policy/fee_tolerance", serde_json::json!("-1")),
        ("/company/chart_of_accounts", serde_json::json!("skr99")),
    ] {
        let mut wrong = right.clone();
        *wrong.pointer_mut(pointer).unwrap() = value;
        assert_eq!(Request::from_json(&wrong).unwrap_err().pointer, pointer);
    }
    // Which of two schedules of fees holds would depend on their order.
    let mut wrong = right.clone();
    wrong["policy"]["processors"] = serde_json::json!([
        {"name": "Card Pay", "fee_percent": "1.4", "fee_fixed": "0.25"},
        {"name": "CARD-PAY", "fee_percent": "2.9", "fee_fixed": "0.30"},
    ]);
    let error = Request::from_json(&wrong).unwrap_err();
    assert_eq!(error.pointer, "/policy/processors/1/name");
}
