//! The accuracy report against a slow, obvious recomputation from the rows themselves.

mod calibration;
mod recomputed;
mod world;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::accounting::invoice;
use crate::harness::TestApp;
use recomputed::{Row, close, figures, rows};

const ACCURACY: &str = "/v1/accounting/accuracy";
const PERIOD: &str = "from=2025-05-01&to=2025-06-30";

fn in_period(row: &Row) -> bool {
    ("2025-05-01".."2025-07-01").contains(&row.day.as_str())
}

async fn report(app: &TestApp, query: &str) -> Value {
    app.get(&format!("{ACCURACY}?{query}")).await.ok()
}

#[tokio::test]
async fn every_cell_is_what_the_rows_say() {
    let app = TestApp::without_model().await;
    world::fill(&app.rows).await;
    let all = rows(&app.rows).await;
    let period: Vec<&Row> = all.iter().filter(|row| in_period(row)).collect();
    assert!(period.len() > 500 && period.len() < all.len());
    for merged in [false, true] {
        if merged {
            world::merge(&app.rows).await;
        }
        let whole = report(&app, PERIOD).await;
        figures(&whole, &period, "all");
        assert_eq!(whole["cells"].as_array().unwrap().len(), 1);
        for by in [
            "module,action",
            "company,week",
            "model",
            "version,country,kind",
            "action,model,kind",
        ] {
            let found = report(&app, &format!("{PERIOD}&by={by}")).await;
            let names: Vec<&str> = by.split(',').collect();
            let mut groups: BTreeMap<Vec<Option<String>>, Vec<&Row>> = BTreeMap::new();
            for row in &period {
                let keys = names.iter().map(|name| row.key(name)).collect();
                groups.entry(keys).or_default().push(row);
            }
            let cells = found["cells"].as_array().unwrap();
            assert_eq!(cells.len(), groups.len(), "{by}");
            for (cell, (keys, rows)) in cells.iter().zip(&groups) {
                let stated: Vec<Option<String>> = names
                    .iter()
                    .map(|name| cell["keys"][name].as_str().map(str::to_owned))
                    .collect();
                assert_eq!(&stated, keys, "{by}");
                figures(cell, rows, &format!("{by} {keys:?}"));
            }
        }
    }
}

#[tokio::test]
async fn confusion_calibration_drift_and_latency_are_what_the_rows_say() {
    let app = TestApp::without_model().await;
    world::fill(&app.rows).await;
    let all = rows(&app.rows).await;
    let period: Vec<&Row> = all.iter().filter(|row| in_period(row)).collect();
    let earlier: Vec<&Row> = all
        .iter()
        .filter(|row| ("2025-03-01".."2025-05-01").contains(&row.day.as_str()))
        .collect();
    for merged in [false, true] {
        if merged {
            world::merge(&app.rows).await;
        }
        let found = report(&app, PERIOD).await;
        recomputed::confusion(&found, &period);
        recomputed::reliability(&found["calibration"]["calibrated"], &period, true);
        recomputed::reliability(&found["calibration"]["uncalibrated"], &period, false);
        recomputed::risk_coverage(&found, &period);
        recomputed::stability(&found, &earlier, &period);
        recomputed::cusum(&found, &earlier, &period);
        recomputed::latency(&found, &period);
        assert_eq!(
            found["drift"]["reference"],
            json!({"from": "2025-03-01", "to": "2025-04-30"})
        );
    }
}

#[tokio::test]
async fn what_the_endpoints_keep_is_counted() {
    let app = TestApp::without_model().await;
    let mut results = Vec::new();
    for number in 0..3 {
        let body = invoice(&format!("A-{number}"));
        results.push(app.post("/v1/accounting/process", &body).await.ok());
    }
    app.post("/v1/accounting/determine", &invoice("A-3"))
        .await
        .ok();
    let say = async |result: &Value, verdict: &str| {
        let body = json!({"result_id": result["id"], "verdict": verdict, "reason": "so",
            "reviewer": "a"});
        app.post("/v1/accounting/feedback", &body).await.ok();
    };
    say(&results[0], "correct").await;
    say(&results[1], "correct").await;
    say(&results[1], "rejected").await;
    let found = report(&app, "by=kind,action,week").await;
    assert_eq!(found["cells"].as_array().unwrap().len(), 1);
    let cell = &found["cells"][0];
    assert_eq!(
        cell["keys"],
        json!({"kind": "invoice", "action": "create_bill", "week": "2025-W27"})
    );
    assert_eq!(
        (&cell["decisions"], &cell["n"], &cell["correct"]),
        (&json!(4), &json!(2), &json!(1))
    );
    assert_eq!(
        (&cell["status"], &cell["p"]),
        (&json!("insufficient"), &Value::Null)
    );
    assert_eq!(
        (&cell["stp"]["n"], &cell["stp"]["count"]),
        (&json!(3), &json!(3))
    );
    assert_eq!(cell["auto_error"]["wrong"], 1);
    let amounts = &cell["amount_error"][0];
    assert_eq!(
        (&amounts["labelled"], &amounts["wrong"]),
        (&json!("214.20"), &json!("107.10"))
    );
    assert_eq!(
        found["confusion"],
        json!([{"expected": "create_bill", "predicted": "create_bill", "n": 1},
            {"expected": "unknown", "predicted": "create_bill", "n": 1}])
    );
    assert!(close(&cell["unlabelled_share"], 0.5));
}

#[tokio::test]
async fn two_who_speak_of_one_decision_at_once_count_once() {
    let app = TestApp::without_model().await;
    let result = app
        .post("/v1/accounting/process", &invoice("B-1"))
        .await
        .ok();
    let say = |verdict: &'static str| {
        let body = json!({"result_id": result["id"], "verdict": verdict, "reason": "so",
            "reviewer": verdict});
        let app = &app;
        async move { app.post("/v1/accounting/feedback", &body).await.ok() }
    };
    for _ in 0..5 {
        tokio::join!(
            say("correct"),
            say("rejected"),
            say("correct"),
            say("rejected")
        );
    }
    let label: bool = sqlx::query_scalar("SELECT correct FROM labels")
        .fetch_one(&app.rows)
        .await
        .unwrap();
    let found = report(&app, "").await;
    assert_eq!(
        (&found["n"], &found["correct"]),
        (&json!(1), &json!(u8::from(label)))
    );
}

#[tokio::test]
async fn tables_and_pictures_are_sent_as_what_they_are() {
    let app = TestApp::without_model().await;
    world::fill(&app.rows).await;
    let table = app
        .get(&format!("{ACCURACY}?{PERIOD}&by=action&format=csv"))
        .await;
    assert_eq!(
        table.headers["content-type"],
        "text/csv; charset=utf-8; header=present"
    );
    let json = report(&app, &format!("{PERIOD}&by=action")).await;
    let lines: Vec<&str> = table.text.lines().collect();
    assert!(
        lines[0].starts_with("action,decisions,n,correct,status,p,lo,hi,"),
        "{}",
        lines[0]
    );
    assert_eq!(lines.len(), json["cells"].as_array().unwrap().len() + 1);
    let first = &json["cells"][0];
    let begin = format!(
        "{},{},{},{},",
        first["keys"]["action"].as_str().unwrap(),
        first["decisions"],
        first["n"],
        first["correct"]
    );
    assert!(lines[1].starts_with(&begin), "{}", lines[1]);
    for picture in ["cells", "reliability", "risk_coverage"] {
        let path = format!("{ACCURACY}?{PERIOD}&by=action&format=svg&picture={picture}");
        let drawn = app.get(&path).await;
        assert_eq!(drawn.headers["content-type"], "image/svg+xml");
        assert!(drawn.text.starts_with("<svg "), "{}", drawn.text);
        assert!(drawn.text.contains("<circle"), "{picture}");
    }
}

#[tokio::test]
async fn a_wrong_parameter_is_named() {
    let app = TestApp::without_model().await;
    for (query, param) in [
        ("by=colour", "by"),
        ("by=action,action", "by"),
        ("from=yesterday", "from"),
        ("from=2025-06-30&to=2025-06-01", "from"),
        ("from=2011-01-01&to=2025-06-01", "from"),
        ("from=1999-01-01&to=1999-06-01", "from"),
        ("to=2025-02-30", "to"),
        ("format=pdf", "format"),
        ("picture=cells", "picture"),
        ("format=svg&picture=pie", "picture"),
        ("company=Acme", "company"),
        ("by=action&by=module", "by"),
    ] {
        let error = app.get(&format!("{ACCURACY}?{query}")).await.error(400);
        assert_eq!(error["param"], param, "{query}");
    }
    // Nothing decided yet is a report as well.
    let empty = report(&app, "").await;
    assert_eq!(
        (&empty["decisions"], &empty["unlabelled_share"]),
        (&json!(0), &Value::Null)
    );
    assert_eq!(
        (&empty["from"], &empty["to"]),
        (&json!("2025-04-08"), &json!("2025-06-30"))
    );
    assert_eq!(empty["drift"]["actions"]["status"], "insufficient");
}

#[tokio::test]
async fn the_report_validates_against_its_schema() {
    let app = TestApp::without_model().await;
    world::fill(&app.rows).await;
    let schema = ledgergate::schemas::all()
        .iter()
        .find(|schema| schema.component == "AccuracyReply")
        .unwrap();
    let validator = jsonschema::validator_for(&schema.schema).unwrap();
    for query in ["by=module,action,model,week", ""] {
        let found = report(&app, query).await;
        let errors: Vec<_> = validator
            .iter_errors(&found)
            .map(|error| error.to_string())
            .collect();
        assert_eq!(errors, Vec::<String>::new());
    }
}
