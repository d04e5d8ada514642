//! Documents made from books, so that the labels are right by construction
//! (`golden/generate_unseen.py`, `golden/generate_gaps.py`), end to end and without a model.
//!
//! The set is parted by a hash of the id: the look half is for the study of
//! failures; of the kept half only the figures are to be looked at.
//! `LEDGERGATE_UNSEEN=folder` writes `table.txt` and the look half's
//! `look.jsonl`.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;

use jiff::civil::date;
use ledgergate_accounting::accuracy::{Case, Prediction, Scores, score};
use ledgergate_accounting::assessment::{Assessment, LlmUse, Options};
use ledgergate_accounting::chart::{Chart, builtin, builtin_ids};
use ledgergate_accounting::company::Company;
use ledgergate_accounting::document::Document;
use rust_decimal::Decimal;
use serde_json::{Value, json};

/// The share of the kept half right in everything, below which the test fails.
const LEAST_EXACT: f64 = 0.95;
/// The share of the kept half whose entry is right, below which the test fails.
const LEAST_JOURNAL: f64 = 0.95;

struct Labelled {
    case: Case,
    topic: String,
    raw: Value,
}

fn labelled() -> Vec<Labelled> {
    [
        include_str!("golden/unseen_cases.jsonl"),
        include_str!("golden/gap_cases.jsonl"),
    ]
    .into_iter()
    .flat_map(str::lines)
    .map(|line| {
        let raw: Value = serde_json::from_str(line).unwrap();
        Labelled {
            case: serde_json::from_value(raw.clone()).unwrap(),
            topic: raw["topic"].as_str().unwrap().to_owned(),
            raw,
        }
    })
    .collect()
}

/// Whether a case belongs to the kept half: FNV-1a of its id is odd.
fn is_kept(case: &Labelled) -> bool {
    let hash = case.case.id.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    // The low bit of FNV-1a is only the parity of the bytes.
    (hash >> 16) & 1 == 1
}

fn process(case: &Case) -> Value {
    let document = Document::from_json(&case.document).unwrap();
    let company = Company::from_json(&case.company).unwrap();
    let options = Options {
        today: date(2026, 6, 1),
        llm: LlmUse::Never,
    };
    let assessment = Assessment::new(&document, company, options);
    assert!(assessment.next_question().is_none(), "{}", case.id);
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

fn figures(cases: &[&Labelled], replies: &HashMap<String, Value>) -> Scores {
    let charts: HashMap<&str, Chart> = builtin_ids().map(|id| (id, builtin(id).unwrap())).collect();
    let wanted: Vec<Case> = cases.iter().map(|labelled| labelled.case.clone()).collect();
    let predictions: HashMap<String, Prediction> = cases
        .iter()
        .map(|labelled| {
            let id = labelled.case.id.clone();
            let prediction = Prediction::from_json(&replies[&id]);
            (id, prediction)
        })
        .collect();
    let chart_of = |case: &Case| charts.get(case.company["chart_of_accounts"].as_str()?);
    score(&wanted, &predictions, chart_of)
}

fn value(scores: &Scores, name: &str) -> f64 {
    scores.get(name).map_or(1.0, |metric| metric.interval.p)
}

fn table(half: &str, cases: &[&Labelled], replies: &HashMap<String, Value>) -> String {
    let mut out = format!("== {half}\n");
    for (name, metric) in &figures(cases, replies).0 {
        if !name.contains('/') || name.ends_with("/exact") {
            writeln!(out, "{name:45} {:.3} n={}", metric.interval.p, metric.n).unwrap();
        }
    }
    let mut groups: BTreeMap<String, Vec<&Labelled>> = BTreeMap::new();
    for labelled in cases {
        let language = labelled.case.language.clone().unwrap_or_default();
        for group in [
            format!("language {language}"),
            format!("topic {}", labelled.topic),
            format!(
                "set {}",
                labelled.case.id.split('-').next().unwrap_or_default()
            ),
        ] {
            groups.entry(group).or_default().push(labelled);
        }
    }
    for (group, members) in groups {
        let scores = figures(&members, replies);
        let exact = value(&scores, "exact");
        writeln!(out, "{group:45} {exact:.3} n={}", members.len()).unwrap();
    }
    out
}

/// Writes the look half with its replies and the names of the metrics missed.
fn write_look(folder: &str, look: &[&Labelled], replies: &HashMap<String, Value>) {
    let lines: Vec<String> = look
        .iter()
        .map(|labelled| {
            let scores = figures(&[labelled], replies);
            let missed: BTreeSet<&String> = scores
                .0
                .iter()
                .filter(|(name, metric)| !name.contains('/') && metric.interval.p < 1.0)
                .map(|(name, _)| name)
                .collect();
            json!({"case": labelled.raw, "reply": replies[&labelled.case.id], "missed": missed})
                .to_string()
        })
        .collect();
    std::fs::write(format!("{folder}/look.jsonl"), lines.join("\n")).unwrap();
}

#[test]
fn the_unseen_cases_hold_their_floors() {
    let cases = labelled();
    let replies: HashMap<String, Value> = cases
        .iter()
        .map(|labelled| (labelled.case.id.clone(), process(&labelled.case)))
        .collect();
    let (kept, look): (Vec<&Labelled>, Vec<&Labelled>) = cases
        .iter()
        .filter(|labelled| labelled.raw["expected"]["unscored"] != true)
        .partition(|labelled| is_kept(labelled));
    let tables = table("kept", &kept, &replies) + &table("look", &look, &replies);
    if let Ok(folder) = std::env::var("LEDGERGATE_UNSEEN") {
        std::fs::write(format!("{folder}/table.txt"), &tables).unwrap();
        write_look(&folder, &look, &replies);
    }
    for labelled in cases
        .iter()
        .filter(|labelled| labelled.raw["must_not_be_auto"] == true)
    {
        let id = &labelled.case.id;
        assert_eq!(replies[id]["auto"], false, "{id} passed alone");
    }
    for (id, reply) in &replies {
        assert_eq!(sum(reply, "debit"), sum(reply, "credit"), "{id}");
        assert_eq!(sum(reply, "base_debit"), sum(reply, "base_credit"), "{id}");
    }
    for half in [&kept, &look] {
        let right = value(&figures(half, &replies), "auto: exact among auto-processed");
        assert!(right >= 1.0, "a wrong result passed alone\n{tables}");
    }
    let scores = figures(&kept, &replies);
    assert!(value(&scores, "exact") >= LEAST_EXACT, "{tables}");
    assert!(
        value(&scores, "journal (posting cases only)") >= LEAST_JOURNAL,
        "{tables}"
    );
}
