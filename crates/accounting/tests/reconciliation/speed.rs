//! Large and hostile requests: they end, and say where they stopped. Times are shown with
//! `SHOW_RECONCILIATION=1`, not asserted.

use std::fmt::Write as _;
use std::time::Instant;

use ledgergate_accounting::reconciliation::contract::violations;
use ledgergate_accounting::reconciliation::{Request, reconcile};
use serde_json::{Value, json};

use crate::generator::case;

fn timed(
    request: &Value,
) -> (
    String,
    Request,
    ledgergate_accounting::reconciliation::Reconciliation,
) {
    let start = Instant::now();
    let parsed = Request::from_json(request).unwrap();
    let read = start.elapsed();
    let answer = reconcile(&parsed);
    let size = |list: &str| request[list].as_array().unwrap().len();
    let shown = format!(
        "{} items, {} lines: read {read:?}, in all {:?}\n",
        size("open_items"),
        size("bank_lines"),
        start.elapsed()
    );
    (shown, parsed, answer)
}

#[test]
fn large_requests_are_answered() {
    let mut report = String::new();
    let sizes: &[usize] = if std::env::var_os("SHOW_RECONCILIATION").is_some() {
        &[1_700, 4_250, 8_500, 17_000]
    } else {
        &[400]
    };
    for scenarios in sizes {
        let case = case(3, *scenarios, true);
        let (shown, request, answer) = timed(&case.request);
        let _ = write!(report, "{shown}");
        assert!(violations(&request, &answer).is_empty());
        assert!(answer.matches.len() * 10 > scenarios * 7, "{report}");
    }
    assert!(
        std::env::var_os("SHOW_RECONCILIATION").is_none(),
        "{report}"
    );
}

/// Items and lines of one party with no reference.
fn hostile(items: &[i64], lines: &[i64]) -> Value {
    let money = |minor: &i64| format!("{}.{:02}", minor / 100, minor % 100);
    let item = |(index, amount): (usize, &i64)| {
        json!({
            "id": format!("i{index}"), "type": "invoice", "number": format!("A-{}", index + 100_000),
            "party": {"name": "Nordlicht Werbung AG"}, "issue_date": "2025-01-01",
            "due_date": "2025-02-01", "currency": "EUR", "open_amount": money(amount),
        })
    };
    let line = |(index, amount): (usize, &i64)| {
        json!({
            "id": format!("l{index}"), "date": "2025-01-20", "amount": money(amount),
            "currency": "EUR", "description": "", "counterparty_name": "Nordlicht Werbung AG",
        })
    };
    json!({
        "open_items": items.iter().enumerate().map(item).collect::<Vec<_>>(),
        "bank_lines": lines.iter().enumerate().map(line).collect::<Vec<_>>(),
        "policy": {"fee_tolerance": "5", "fee_tolerance_percent": "1", "date_window_days": 30},
    })
}

#[test]
fn hostile_amounts_end_in_abstention() {
    let powers: Vec<i64> = (0..40).map(|power| 1 << power).collect();
    // Beyond what is searched completely.
    let sums: Vec<i64> = (0..200)
        .map(|index| 3 * (1 << 32) + index * 7 + 2)
        .collect();
    let mut report = String::new();
    for (items, lines) in [
        (vec![10_000; 5_000], vec![10_000; 2_000]),
        (vec![10_000; 200], vec![50_000; 500]),
        (powers, sums),
        (
            (1..300).map(|index| 10_000 + index).collect(),
            vec![50_505; 200],
        ),
    ] {
        let (shown, request, answer) = timed(&hostile(&items, &lines));
        report.push_str(&shown);
        assert_eq!(violations(&request, &answer), []);
        assert!(answer.matches.iter().all(|found| !found.auto), "{report}");
        let said = answer
            .unmatched_lines
            .iter()
            .filter(|left| {
                left.reasons
                    .iter()
                    .any(|reason| reason.contains("work limit"))
            })
            .count();
        let ambiguous: usize = answer.ambiguous.iter().map(|found| found.lines.len()).sum();
        assert!(
            said + ambiguous > 0,
            "{report}{:?}",
            answer.unmatched_lines.first()
        );
    }
    assert!(
        std::env::var_os("SHOW_RECONCILIATION").is_none(),
        "{report}"
    );
}
