//! Every figure of the report once more, from the rows, one at a time.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use serde_json::Value;
use sqlx::{PgPool, Row as _};

/// A decision with its newest feedback.
pub(super) struct Row {
    pub(super) day: String,
    week: String,
    module: String,
    action: String,
    model: Option<String>,
    version: String,
    company: String,
    country: String,
    kind: Option<String>,
    currency: Option<String>,
    gross: Decimal,
    confidence: f64,
    calibrated: bool,
    let_through: bool,
    auto: Option<bool>,
    duration_ms: f64,
    /// Verdict and right action.
    label: Option<(String, Option<String>)>,
}

impl Row {
    pub(super) fn key(&self, dimension: &str) -> Option<String> {
        match dimension {
            "module" => Some(self.module.clone()),
            "action" => Some(self.action.clone()),
            "model" => self.model.clone(),
            "version" => Some(self.version.clone()),
            "company" => Some(self.company.clone()),
            "country" => Some(self.country.clone()),
            "kind" => self.kind.clone(),
            "week" => Some(self.week.clone()),
            other => panic!("{other}"),
        }
    }

    fn right(&self) -> Option<bool> {
        self.label.as_ref().map(|label| label.0 == "correct")
    }
}

pub(super) async fn rows(database: &PgPool) -> Vec<Row> {
    let decisions = sqlx::query(
        "SELECT decisions.*, to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day,
             to_char(created_at AT TIME ZONE 'UTC', 'IYYY-\"W\"IW') AS week FROM decisions
         ORDER BY id",
    );
    let feedback =
        sqlx::query("SELECT decision_id, verdict, expected_action FROM feedback ORDER BY id");
    let feedback = feedback.fetch_all(database).await.unwrap();
    let mut labels = BTreeMap::new();
    for row in feedback {
        // The last one stays.
        let decision: uuid::Uuid = row.get("decision_id");
        labels.insert(decision, (row.get("verdict"), row.get("expected_action")));
    }
    let decisions = decisions.fetch_all(database).await.unwrap();
    let rows = decisions.into_iter().map(|row| {
        let id: uuid::Uuid = row.get("id");
        Row {
            day: row.get("day"),
            week: row.get("week"),
            module: row.get("module"),
            action: row.get("action"),
            model: row.get("model"),
            version: row.get("gateway_version"),
            company: row.get("company_name"),
            country: row.get("company_country"),
            kind: row.get("kind"),
            currency: row.get("currency"),
            gross: row.get("gross"),
            confidence: row.get("confidence"),
            calibrated: row.get::<Option<i32>, _>("calibration").is_some(),
            let_through: row.get("let_through"),
            auto: row.get("auto"),
            duration_ms: row.get("duration_ms"),
            label: labels.get(&id).cloned(),
        }
    });
    rows.collect()
}

pub(super) fn close(found: &Value, wanted: f64) -> bool {
    found
        .as_f64()
        .is_some_and(|found| (found - wanted).abs() < 1e-9)
}

fn real(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap())
}

/// A share with Wilson's interval, as the roots of (share - p)^2 = z^2 p (1 - p) / n.
fn share(found: &Value, names: [&str; 5], count: usize, n: usize, place: &str) {
    let [n_name, count_name, p_name, lo_name, hi_name] = names;
    assert_eq!(found[n_name], n, "{place} {n_name}: {found}");
    assert_eq!(found[count_name], count, "{place} {count_name}");
    if n < 20 {
        assert_eq!(found["status"], "insufficient", "{place}");
        assert!(found[p_name].is_null() && found[lo_name].is_null() && found[hi_name].is_null());
        return;
    }
    assert_eq!(found["status"], "sufficient", "{place}");
    let (p, z) = (real(count) / real(n), 1.96_f64);
    assert!(close(&found[p_name], p), "{place}");
    for (name, upper) in [(lo_name, false), (hi_name, true)] {
        let bound = found[name].as_f64().unwrap();
        let gap = (p - bound).powi(2) - z * z * bound * (1.0 - bound) / real(n);
        assert!(gap.abs() < 1e-9, "{place} {name}");
        assert!(if upper {
            bound >= p - 1e-12
        } else {
            bound <= p + 1e-12
        });
    }
}

const PLAIN: [&str; 5] = ["n", "count", "p", "lo", "hi"];

/// Everything that a cell says.
pub(super) fn figures(found: &Value, rows: &[&Row], place: &str) {
    let count = |wanted: &dyn Fn(&Row) -> bool| rows.iter().filter(|row| wanted(row)).count();
    assert_eq!(found["decisions"], rows.len(), "{place}");
    let labelled = count(&|row| row.label.is_some());
    let right = count(&|row| row.right() == Some(true));
    share(
        found,
        ["n", "correct", "p", "lo", "hi"],
        right,
        labelled,
        place,
    );
    let unlabelled = real(rows.len() - labelled) / real(rows.len());
    assert!(close(&found["unlabelled_share"], unlabelled), "{place}");
    let gated = count(&|row| row.auto.is_some());
    let auto = count(&|row| row.auto == Some(true));
    share(&found["stp"], PLAIN, auto, gated, place);
    let reviewed = count(&|row| row.auto == Some(false) && row.label.is_some());
    let changed = count(&|row| row.auto == Some(false) && row.right() == Some(false));
    share(&found["override_rate"], PLAIN, changed, reviewed, place);
    let seen = count(&|row| row.auto == Some(true) && row.label.is_some());
    let wrong = count(&|row| row.auto == Some(true) && row.right() == Some(false));
    bounded(&found["auto_error"], wrong, seen, place);
    amounts(&found["amount_error"], rows, place);
}

fn bounded(found: &Value, wrong: usize, n: usize, place: &str) {
    assert_eq!(
        (&found["n"], &found["wrong"]),
        (&n.into(), &wrong.into()),
        "{place}"
    );
    if n < 20 {
        assert!(found["p"].is_null() && found["upper"].is_null(), "{place}");
        return;
    }
    assert!(close(&found["p"], real(wrong) / real(n)), "{place}");
    at_most_one_in_twenty(wrong, n, found["upper"].as_f64().unwrap(), place);
}

/// At its exact bound, so few wrong ones have a chance of 5 %.
fn at_most_one_in_twenty(wrong: usize, n: usize, bound: f64, place: &str) {
    if wrong == n {
        assert!((bound - 1.0).abs() < 1e-12, "{place}");
        return;
    }
    let mut term = real(n) * (1.0 - bound).ln();
    let mut chance = term.exp();
    for k in 1..=wrong {
        term += (real(n - k + 1) / real(k)).ln() + (bound / (1.0 - bound)).ln();
        chance += term.exp();
    }
    assert!(
        (chance - 0.05).abs() < 1e-6,
        "{place}: {wrong} of {n}: {bound} {chance}"
    );
}

fn amounts(found: &Value, rows: &[&Row], place: &str) {
    let mut sums: BTreeMap<&str, (Decimal, Decimal)> = BTreeMap::new();
    for row in rows {
        if let (Some(currency), Some(right)) = (&row.currency, row.right()) {
            let sum = sums.entry(currency).or_default();
            sum.0 += row.gross.abs();
            sum.1 += if right {
                Decimal::ZERO
            } else {
                row.gross.abs()
            };
        }
    }
    let found = found.as_array().unwrap();
    assert_eq!(found.len(), sums.len(), "{place}");
    for (found, (currency, (labelled, wrong))) in found.iter().zip(sums) {
        assert_eq!(found["currency"], currency, "{place}");
        let amount = |name: &str| found[name].as_str().unwrap().parse::<Decimal>().unwrap();
        assert_eq!(
            (amount("labelled"), amount("wrong")),
            (labelled, wrong),
            "{place}"
        );
        if labelled.is_zero() {
            assert!(found["share"].is_null(), "{place}");
        } else {
            let share: f64 = (wrong / labelled).to_string().parse().unwrap();
            assert!(close(&found["share"], share), "{place}");
        }
    }
}

pub(super) fn confusion(found: &Value, rows: &[&Row]) {
    let mut pairs: BTreeMap<(String, String), usize> = BTreeMap::new();
    for row in rows {
        if let Some((_, expected)) = &row.label {
            let expected = expected.clone().unwrap_or_else(|| "unknown".to_owned());
            *pairs.entry((expected, row.action.clone())).or_default() += 1;
        }
    }
    let stated: BTreeMap<(String, String), usize> = found["confusion"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| {
            let text = |name: &str| pair[name].as_str().unwrap().to_owned();
            let n = usize::try_from(pair["n"].as_u64().unwrap()).unwrap();
            ((text("expected"), text("predicted")), n)
        })
        .collect();
    assert!(stated.len() > 8);
    assert_eq!(stated, pairs);
}

fn outcome(row: &Row) -> f64 {
    f64::from(u8::from(row.right() == Some(true)))
}

pub(super) fn reliability(found: &Value, rows: &[&Row], calibrated: bool) {
    let rows: Vec<&&Row> = rows
        .iter()
        .filter(|row| row.label.is_some() && row.calibrated == calibrated)
        .collect();
    let n = real(rows.len());
    assert_eq!(found["n"], rows.len());
    let brier: f64 = rows
        .iter()
        .map(|row| (row.confidence - outcome(row)).powi(2))
        .sum();
    assert!(close(&found["brier"], brier / n), "{found}");
    let (mut error, mut bins) = (0.0, Vec::new());
    for bin in 0..10_u8 {
        let (from, to) = (f64::from(bin) / 10.0, f64::from(bin + 1) / 10.0);
        let inside: Vec<_> = rows
            .iter()
            .filter(|row| {
                let hundredths = (row.confidence * 100.0).floor() / 100.0;
                hundredths >= from - 1e-9 && (hundredths < to - 1e-9 || bin == 9)
            })
            .collect();
        let stated: f64 = inside.iter().map(|row| row.confidence).sum();
        let right: f64 = inside.iter().map(|row| outcome(row)).sum();
        error += (stated - right).abs() / n;
        if !inside.is_empty() {
            bins.push((inside.len(), stated / real(inside.len())));
        }
    }
    assert!(close(&found["ece"], error), "{} {error}", found["ece"]);
    let stated = found["bins"].as_array().unwrap();
    assert_eq!(stated.len(), bins.len());
    for (stated, (n, confidence)) in stated.iter().zip(bins) {
        assert_eq!(stated["correct"]["n"], n);
        assert!(close(&stated["confidence"], confidence));
    }
}

pub(super) fn risk_coverage(found: &Value, rows: &[&Row]) {
    let rows: Vec<&&Row> = rows
        .iter()
        .filter(|row| row.label.is_some() && row.let_through)
        .collect();
    let curve = found["calibration"]["risk_coverage"].as_array().unwrap();
    assert!(curve.len() > 20);
    for point in curve {
        let from = point["confidence"].as_f64().unwrap();
        let passing: Vec<_> = rows
            .iter()
            .filter(|row| (row.confidence * 100.0).floor().min(99.0) / 100.0 >= from - 1e-9)
            .collect();
        let wrong = passing
            .iter()
            .filter(|row| row.right() == Some(false))
            .count();
        assert_eq!(
            (&point["n"], &point["wrong"]),
            (&passing.len().into(), &wrong.into())
        );
        assert!(close(
            &point["coverage"],
            real(passing.len()) / real(rows.len())
        ));
        assert!(close(&point["risk"], real(wrong) / real(passing.len())));
        let upper = point["upper"].as_f64().unwrap();
        at_most_one_in_twenty(wrong, passing.len(), upper, "curve");
    }
    assert!(close(&curve.last().unwrap()["coverage"], 1.0));
}

pub(super) fn stability(found: &Value, earlier: &[&Row], rows: &[&Row]) {
    let found = &found["drift"]["actions"];
    let of = |rows: &[&Row], action: &str| rows.iter().filter(|row| row.action == action).count();
    let actions: BTreeSet<&str> = earlier
        .iter()
        .chain(rows)
        .map(|row| row.action.as_str())
        .collect();
    let half_each = real(actions.len()) / 2.0;
    let psi: f64 = actions
        .iter()
        .map(|action| {
            let then = (real(of(earlier, action)) + 0.5) / (real(earlier.len()) + half_each);
            let now = (real(of(rows, action)) + 0.5) / (real(rows.len()) + half_each);
            (now - then) * (now / then).ln()
        })
        .sum();
    assert!(close(&found["psi"], psi), "{found}");
    assert_eq!(
        (&found["reference_n"], &found["n"]),
        (&earlier.len().into(), &rows.len().into())
    );
    let wanted = if psi < 0.1 { "stable" } else { "moved" };
    assert_eq!(found["status"], wanted);
}

pub(super) fn cusum(found: &Value, earlier: &[&Row], rows: &[&Row]) {
    let found = &found["drift"]["errors"];
    let labelled = |rows: &[&Row]| rows.iter().filter(|row| row.label.is_some()).count();
    let wrong = |rows: &[&Row]| rows.iter().filter(|row| row.right() == Some(false)).count();
    let usual = real(wrong(earlier)) / real(labelled(earlier));
    let looked_for = (2.0 * usual).min(f64::midpoint(usual, 1.0));
    assert!(close(&found["usual"], usual) && close(&found["looked_for"], looked_for));
    let weeks: BTreeSet<&str> = rows.iter().map(|row| row.week.as_str()).collect();
    let stated = found["weeks"].as_array().unwrap();
    assert_eq!(stated.len(), weeks.len());
    let (mut sum, mut alarm) = (0.0_f64, Value::Null);
    for (stated, week) in stated.iter().zip(weeks) {
        let of_week: Vec<&Row> = rows
            .iter()
            .copied()
            .filter(|row| row.week == week)
            .collect();
        let (bad, n) = (wrong(&of_week), labelled(&of_week));
        sum += real(bad) * (looked_for / usual).ln();
        sum += real(n - bad) * ((1.0 - looked_for) / (1.0 - usual)).ln();
        sum = sum.max(0.0);
        assert_eq!(
            (&stated["week"], &stated["n"], &stated["wrong"]),
            (&week.into(), &n.into(), &bad.into())
        );
        assert!(close(&stated["sum"], sum), "{stated} {sum}");
        if sum >= 5.0 && alarm.is_null() {
            alarm = week.into();
        }
    }
    assert_eq!(found["alarm"], alarm);
}

pub(super) fn latency(found: &Value, rows: &[&Row]) {
    let check = |found: &Value, rows: Vec<&Row>| {
        let mut times: Vec<f64> = rows.iter().map(|row| row.duration_ms).collect();
        times.sort_by(f64::total_cmp);
        assert_eq!(found["n"], times.len());
        for (name, percent) in [
            ("p50_ms", 50),
            ("p90_ms", 90),
            ("p95_ms", 95),
            ("p99_ms", 99),
        ] {
            let exact = times[(times.len() * percent).div_ceil(100) - 1];
            let stated = found[name].as_f64().unwrap();
            assert!(
                stated >= exact - 1e-9 && stated <= exact * 1.05 + 1e-9,
                "{name} {stated} {exact}"
            );
        }
    };
    check(&found["latency"]["whole"], rows.to_vec());
    let by_model = found["latency"]["by_model"].as_array().unwrap();
    assert_eq!(by_model.len(), 3);
    for stated in by_model {
        let model = stated["model"].as_str();
        let of_model = rows
            .iter()
            .copied()
            .filter(|row| row.model.as_deref() == model);
        check(stated, of_model.collect());
    }
}
