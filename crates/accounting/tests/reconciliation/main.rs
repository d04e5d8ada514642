//! Reconciliation on generated ledgers and statements of twelve countries with known truth.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

mod countries;
mod dice;
mod generator;
mod rules;
mod score;
mod speed;
mod structured;

use std::collections::BTreeMap;

use generator::{Case, case};
use ledgergate_accounting::reconciliation::contract::violations;
use ledgergate_accounting::reconciliation::{Reconciliation, Request, reconcile};
use score::{Score, greedy, pairings};

fn answer(case: &Case) -> (Request, Reconciliation) {
    let request = Request::from_json(&case.request).unwrap();
    let answer = reconcile(&request);
    (request, answer)
}

/// Cases of both settings: enough for each country to have several.
fn measured(hard: bool, cases: u64, scenarios: usize) -> (Score, Score, Vec<String>) {
    let (mut ours, mut floor, mut broken) = (Score::default(), Score::default(), Vec::new());
    for seed in 0..cases {
        let case = case(seed, scenarios, hard);
        let (request, answer) = answer(&case);
        let label = format!("seed {seed}");
        for violation in violations(&request, &answer) {
            broken.push(format!("{label}: {violation}"));
        }
        ours.add(&case.truth, &pairings(&answer), Some(&answer), &label);
        floor.add(&case.truth, &greedy(&case), None, &label);
    }
    (ours, floor, broken)
}

fn show(score: &Score, floor: &Score, title: &str) -> String {
    format!(
        "{}\n  F1 {:.4}, floor {:.4}\nwrong autos: {:#?}\nmissed: {:#?}",
        score.report(title),
        score.f1(),
        floor.f1(),
        score.wrong_autos.iter().take(40).collect::<Vec<_>>(),
        score.missed.iter().take(60).collect::<Vec<_>>(),
    )
}

#[test]
fn the_hard_setting_is_matched_without_guessing() {
    let (score, floor, broken) = measured(true, 36, 160);
    let shown = show(&score, &floor, "hard");
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(std::env::var_os("SHOW_RECONCILIATION").is_none(), "{shown}");
    assert!(score.auto_given >= 3000, "{shown}");
    assert!(score.auto_right * 1000 >= score.auto_given * 999, "{shown}");
    assert_eq!(score.abstained, score.twins, "{shown}");
    assert!(score.right * 100 >= score.wanted * 95, "{shown}");
    assert!(score.recall_of(&["one_to_one"]) >= 0.99, "{shown}");
    assert!(score.recall_of(&["one_to_many"]) >= 0.95, "{shown}");
    assert!(score.recall_of(&["many_to_one"]) >= 0.95, "{shown}");
    assert!(
        score.recall_of(&["partial", "with_fee", "with_discount", "fx"]) >= 0.9,
        "{shown}"
    );
    assert!(score.f1() > floor.f1() + 0.2, "{shown}");
}

#[test]
fn the_easy_setting_has_no_wrong_auto() {
    let (score, floor, broken) = measured(false, 12, 120);
    let shown = show(&score, &floor, "easy");
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(score.wrong_autos.is_empty(), "{shown}");
    assert_eq!(score.abstained, score.twins, "{shown}");
    assert!(score.right * 100 >= score.wanted * 97, "{shown}");
}

#[test]
fn the_order_of_the_request_does_not_matter() {
    for seed in 0..12 {
        let case = case(seed, 80, true);
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
fn every_stage_of_the_generator_is_there() {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for seed in 0..12 {
        for found in case(seed, 160, true).truth.matches {
            *kinds.entry(found.kind).or_default() += 1;
        }
    }
    assert_eq!(kinds.len(), 11, "{kinds:?}");
}

#[test]
fn an_error_names_its_field() {
    let right = case(0, 5, false).request;
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
}
