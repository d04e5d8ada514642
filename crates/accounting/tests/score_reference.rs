//! The metric against the reference scorer (`score.py` of the labelled set).
//!
//! `golden/score_reference.txt` is that program's output for `golden/dev_cases.jsonl` and
//! `golden/score_predictions.jsonl`: predictions of an early build, some of them broken on
//! purpose (sides swapped, unbalanced, another total, a tax line too many, one missing).

use std::collections::{BTreeMap, HashMap};

use ledgergate_accounting::accuracy::{Case, Prediction, confusion, score};
use ledgergate_accounting::chart::{Chart, builtin, builtin_ids};
use serde_json::Value;

#[test]
fn the_metric_is_the_references() {
    let charts: HashMap<&str, Chart> = builtin_ids().map(|id| (id, builtin(id).unwrap())).collect();
    let cases = Case::parse_lines(include_str!("golden/dev_cases.jsonl")).unwrap();
    let predictions: HashMap<String, Prediction> = include_str!("golden/score_predictions.jsonl")
        .lines()
        .map(|line| {
            let value: Value = serde_json::from_str(line).unwrap();
            (
                value["id"].as_str().unwrap().to_owned(),
                Prediction::from_json(&value),
            )
        })
        .collect();
    let chart_of = |case: &Case| charts.get(case.company["chart_of_accounts"].as_str()?);
    let scores = score(&cases, &predictions, chart_of);
    let ours: BTreeMap<String, String> = scores
        .0
        .iter()
        .map(|(name, metric)| {
            let i = metric.interval;
            (
                name.clone(),
                format!("{:.3}  [{:.3} {:.3}]  n={}", i.p, i.lo, i.hi, metric.n),
            )
        })
        .collect();
    let reference: BTreeMap<String, String> = include_str!("golden/score_reference.txt")
        .lines()
        .map(|line| {
            let (name, figures) = line.split_at(45);
            (name.trim().to_owned(), figures.trim().to_owned())
        })
        .collect();
    assert!(reference.len() > 50);
    assert_eq!(ours, reference);
}

#[test]
fn the_confusion_names_each_wrong_action_once() {
    let cases = Case::parse_lines(include_str!("golden/dev_cases.jsonl")).unwrap();
    let swapped = Prediction::from_json(&serde_json::json!({"action": "create_expense"}));
    let first = cases[0].id.clone();
    let right: std::collections::HashMap<String, Prediction> = cases
        .iter()
        .map(|case| {
            let action = serde_json::json!({"action": case.expected.action});
            (case.id.clone(), Prediction::from_json(&action))
        })
        .collect();
    let found = confusion(&cases, |case| {
        if case.id == first {
            Some(&swapped)
        } else {
            right.get(&case.id)
        }
    });
    let wrong: Vec<_> = found
        .iter()
        .filter(|pair| pair.expected != pair.predicted)
        .collect();
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    assert_eq!(
        (wrong[0].predicted.as_str(), wrong[0].n),
        ("create_expense", 1)
    );
    assert_eq!(found.iter().map(|pair| pair.n).sum::<usize>(), cases.len());
}
