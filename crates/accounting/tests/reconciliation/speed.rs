//! Large and hostile requests: their work is counted, ends at a limit, and the answer says so.
//! Times and memory are of the machine, and only shown.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use ledgergate_accounting::reconciliation::contract::violations;
use ledgergate_accounting::reconciliation::{Effort, Reconciliation, Request, reconcile_counting};
use serde_json::Value;

use crate::generator::{Case, Setting, case};
use crate::hostile::{hostile_amounts, hostile_requests, of_one_party};

/// A ledger of the hard setting with exactly so many items and lines; lines whose items are all
/// among them come first.
fn sized(items: usize, lines: usize) -> Value {
    // A scene has about 1.3 items and 1.15 lines.
    let Case { mut request, truth } = case(3, items, Setting::Hard);
    let rows = request["open_items"].as_array_mut().unwrap();
    assert!(rows.len() >= items, "{}", rows.len());
    rows.truncate(items);
    let kept: HashSet<&str> = rows.iter().filter_map(|row| row["id"].as_str()).collect();
    let paying: HashSet<&str> = truth
        .matches
        .iter()
        .filter(|found| found.items.iter().all(|item| kept.contains(item.as_str())))
        .flat_map(|found| &found.lines)
        .map(String::as_str)
        .collect();
    let rows = request["bank_lines"].as_array_mut().unwrap();
    rows.sort_by_key(|row| !row["id"].as_str().is_some_and(|id| paying.contains(id)));
    assert!(rows.len() >= lines, "{}", rows.len());
    rows.truncate(lines);
    request
}

fn effort(request: &Value) -> (Request, Reconciliation, Effort) {
    let parsed = Request::from_json(request).unwrap();
    let (answer, effort) = reconcile_counting(&parsed);
    (parsed, answer, effort)
}

#[test]
fn work_grows_with_the_request() {
    let steps = |items: usize| {
        let (request, answer, effort) = effort(&sized(items, items * 2 / 5));
        assert!(violations(&request, &answer).is_empty());
        assert_eq!(effort.lines_at_the_limit, 0, "{effort:?}");
        assert!(answer.matches.len() * 4 > items, "{}", answer.matches.len());
        effort.steps
    };
    let (small, large) = (steps(1_000), steps(4_000));
    // Four times the request; n log n would be 4.8 times the work.
    assert!(large * 10 <= small * 48, "{small} steps, then {large}");
}

/// Time and memory of one request: `waited` is the wall's clock, `ran` what the thread had of a
/// processor.
struct Cost {
    waited: Duration,
    ran: Duration,
    peak_mebibytes: u64,
}

fn measured(request: &Value) -> Cost {
    // Writing 5 sets the peak back to what is in use now, where the system has it.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let (began, ran) = (Instant::now(), on_processor());
    let (parsed, answer, _) = effort(request);
    let cost = Cost {
        waited: began.elapsed(),
        ran: on_processor().saturating_sub(ran),
        peak_mebibytes: peak_kibibytes() / 1024,
    };
    assert!(violations(&parsed, &answer).is_empty());
    cost
}

fn on_processor() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split(' ').next().and_then(|field| field.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or_default())
}

fn peak_kibibytes() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let digits = line.and_then(|line| line.split_whitespace().next());
    digits
        .and_then(|digits| digits.parse().ok())
        .unwrap_or_default()
}

/// `cargo test --release -p ledgergate-accounting --test reconciliation -- --ignored --nocapture times`
#[test]
#[ignore = "times: for the figures"]
#[expect(clippy::print_stdout, reason = "the table is what this is for")]
fn times_by_size() {
    println!("items, lines: seconds waited, seconds on a processor, peak MiB with the request");
    let show = |name: &str, request: &Value| {
        let cost = measured(request);
        println!(
            "{name}: {:.2}, {:.2}, {}",
            cost.waited.as_secs_f64(),
            cost.ran.as_secs_f64(),
            cost.peak_mebibytes
        );
    };
    for items in [1_000, 2_000, 5_000, 10_000, 20_000, 50_000] {
        let lines = items * 2 / 5;
        show(&format!("{items}, {lines}"), &sized(items, lines));
    }
}

/// The same of requests that are made to be dear. `SIZE=1000,200` takes another size.
#[test]
#[ignore = "times: for the figures"]
#[expect(clippy::print_stdout, reason = "the table is what this is for")]
fn times_of_hostile_requests() {
    let size = std::env::var("SIZE").ok().and_then(|given| {
        let (items, lines) = given.split_once(',')?;
        Some((items.parse().ok()?, lines.parse().ok()?))
    });
    let (items, lines) = size.unwrap_or((50_000, 20_000));
    println!("items, lines: seconds waited, on a processor, steps, lines at the limit");
    for (name, request) in hostile_requests(items, lines) {
        let count = |list: &str| request[list].as_array().unwrap().len();
        let (began, ran) = (Instant::now(), on_processor());
        let (_, _, effort) = effort(&request);
        println!(
            "{name}, {}, {}: {:.2}, {:.2}, {}, {}",
            count("open_items"),
            count("bank_lines"),
            began.elapsed().as_secs_f64(),
            on_processor().saturating_sub(ran).as_secs_f64(),
            effort.steps,
            effort.lines_at_the_limit,
        );
    }
}

#[test]
fn hostile_amounts_end_in_abstention() {
    for (name, items, lines) in hostile_amounts(5_000, 400) {
        let (request, answer, effort) = effort(&of_one_party(&items, &lines));
        assert_eq!(violations(&request, &answer), [], "{name}");
        assert!(answer.matches.iter().all(|found| !found.auto), "{name}");
        let said = answer.unmatched_lines.iter().filter(|left| {
            left.reasons
                .iter()
                .any(|reason| reason.contains("work limit"))
        });
        let ambiguous: usize = answer.ambiguous.iter().map(|found| found.lines.len()).sum();
        let told = said.count() + ambiguous;
        assert!(
            told * 10 >= lines.len() * 9,
            "{name}: {told} of {}",
            lines.len()
        );
        assert!(effort.most_of_a_line <= 500_000, "{name}: {effort:?}");
    }
}

#[test]
fn hostile_requests_are_answered_within_their_limit() {
    for (name, request) in hostile_requests(400, 60) {
        let (request, answer, effort) = effort(&request);
        assert_eq!(violations(&request, &answer), [], "{name}");
        let said = answer.unmatched_lines.iter().filter(|left| {
            left.reasons
                .iter()
                .any(|reason| reason.contains("more to compare than the work limit"))
        });
        // What met the limit is left and says so, whatever it was compared with before.
        assert!(
            said.count() <= effort.lines_at_the_limit,
            "{name}: {effort:?}"
        );
        assert!(effort.steps > 0, "{name}");
    }
}
