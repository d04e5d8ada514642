//! The labelled development cases, end to end and without a model.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

use std::collections::HashMap;
use std::fmt::Write as _;

use jiff::civil::date;
use ledgergate_accounting::accuracy::{Case, Prediction, Scores, score};
use ledgergate_accounting::assessment::{Assessment, LlmUse, Options};
use ledgergate_accounting::chart::{Chart, builtin, builtin_ids};
use ledgergate_accounting::company::Company;
use ledgergate_accounting::document::Document;
use rust_decimal::Decimal;
use serde_json::Value;

/// The share of cases right in everything, below which the test fails.
const LEAST_EXACT: f64 = 0.95;

/// The number of cases that need nobody, below which the test fails: caution that sends clean
/// documents to review helps no one.
const LEAST_AUTOMATIC: usize = 18;

fn cases() -> Vec<Case> {
    Case::parse_lines(include_str!("golden/dev_cases.jsonl")).unwrap()
}

fn process(case: &Case) -> Value {
    let document = Document::from_json(&case.document).unwrap();
    let company = Company::from_json(&case.company).unwrap();
    let options = Options {
        today: date(2026, 6, 1),
        llm: LlmUse::Never,
    };
    let assessment = Assessment::new(&document, company, options);
    assert!(
        assessment.next_question().is_none(),
        "{}: no model may be asked",
        case.id
    );
    serde_json::to_value(assessment.finish()).unwrap()
}

fn sum(reply: &Value, key: &str) -> Decimal {
    reply["journal"]["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line[key].as_str().unwrap().parse::<Decimal>().unwrap())
        .sum()
}

/// The share of exact cases among those that need nobody.
fn exact_among_automatic(replies: &[(String, Value)]) -> f64 {
    let charts: HashMap<&str, Chart> = builtin_ids().map(|id| (id, builtin(id).unwrap())).collect();
    let automatic: HashMap<String, Prediction> = replies
        .iter()
        .filter(|(_, reply)| reply["auto"] == true)
        .map(|(id, reply)| (id.clone(), Prediction::from_json(reply)))
        .collect();
    let cases: Vec<Case> = cases()
        .into_iter()
        .filter(|case| automatic.contains_key(&case.id))
        .collect();
    let chart_of = |case: &Case| charts.get(case.company["chart_of_accounts"].as_str()?);
    score(&cases, &automatic, chart_of)
        .get("exact")
        .unwrap()
        .interval
        .p
}

fn evaluate() -> (Scores, Vec<(String, Value)>) {
    let charts: HashMap<&str, Chart> = builtin_ids().map(|id| (id, builtin(id).unwrap())).collect();
    let cases = cases();
    let replies: Vec<(String, Value)> = cases
        .iter()
        .map(|case| (case.id.clone(), process(case)))
        .collect();
    let predictions: HashMap<String, Prediction> = replies
        .iter()
        .map(|(id, reply)| (id.clone(), Prediction::from_json(reply)))
        .collect();
    let chart_of = |case: &Case| charts.get(case.company["chart_of_accounts"].as_str()?);
    (score(&cases, &predictions, chart_of), replies)
}

#[test]
fn the_development_cases_are_right() {
    let (scores, replies) = evaluate();
    let mut table = String::new();
    for (name, metric) in &scores.0 {
        let interval = metric.interval;
        let (p, lo, hi) = (interval.p, interval.lo, interval.hi);
        writeln!(table, "{name:45} {p:.3}  [{lo:.3} {hi:.3}]  n={}", metric.n).unwrap();
    }
    if let Ok(path) = std::env::var("LEDGERGATE_PREDICTIONS") {
        let lines: Vec<String> = replies
            .iter()
            .map(|(id, reply)| {
                let mut reply = reply.clone();
                reply["id"] = Value::from(id.as_str());
                reply.to_string()
            })
            .collect();
        std::fs::write(path, lines.join("\n")).unwrap();
    }
    for (id, reply) in &replies {
        assert_eq!(sum(reply, "debit"), sum(reply, "credit"), "{id}");
        assert_eq!(sum(reply, "base_debit"), sum(reply, "base_credit"), "{id}");
    }
    let automatic: Vec<&(String, Value)> = replies
        .iter()
        .filter(|(_, reply)| reply["auto"] == true)
        .collect();
    let reasons: Vec<(&str, String)> = replies
        .iter()
        .filter(|(_, reply)| reply["auto"] != true)
        .map(|(id, reply)| (id.as_str(), reply["review_reasons"].to_string()))
        .collect();
    assert!(
        automatic.len() >= LEAST_AUTOMATIC,
        "{} automatic; reviewed: {reasons:#?}",
        automatic.len()
    );
    let sure = exact_among_automatic(&replies);
    assert!(sure >= 1.0, "only {sure} of what needs nobody is exact");
    let exact = scores.get("exact").unwrap().interval.p;
    assert!(exact >= LEAST_EXACT, "{table}");
}
