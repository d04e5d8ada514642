//! `ledgergate eval` as a command, without a model.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/accounting/tests/golden/dev_cases.jsonl")
}

/// A folder of its own, gone when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("ledgergate-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    fn json(&self, name: &str) -> Value {
        serde_json::from_str(&std::fs::read_to_string(self.0.join(name)).unwrap()).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn eval(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ledgergate"))
        .arg("eval")
        .arg(cases())
        .args(arguments)
        .env_remove("LEDGERGATE_CONFIG")
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_report_has_intervals_kinds_confusion_and_times() {
    let folder = Folder::new("report");
    let (report, predictions) = (folder.file("report.json"), folder.file("predictions.jsonl"));
    let arguments = [
        "--llm",
        "never",
        "--out",
        &report,
        "--predictions",
        &predictions,
    ];
    let done = eval(&arguments);
    let printed = text(&done.stdout);
    assert!(done.status.success(), "{}", text(&done.stderr));
    for part in [
        "95 % interval",
        "by kind: exact",
        "einvoice",
        "wrong action",
        "p99",
    ] {
        assert!(printed.contains(part), "{part} is missing:\n{printed}");
    }
    let report = folder.json("report.json");
    let exact = &report["metrics"]["exact"];
    assert_eq!(exact["n"], 48);
    assert!(
        exact["lo"].as_f64() < exact["p"].as_f64() && exact["p"].as_f64() < exact["hi"].as_f64()
    );
    let times = &report["latency"]["no_model_asked"];
    assert_eq!(times["n"], 48);
    assert!(times["p50_ms"].as_f64() <= times["p99_ms"].as_f64());
    assert_eq!(report["latency"]["model_asked"], Value::Null);
    let confused: u64 = report["confusion"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| pair["n"].as_u64().unwrap())
        .sum();
    assert_eq!(confused, 48);
    let lines = std::fs::read_to_string(folder.file("predictions.jsonl")).unwrap();
    assert_eq!(lines.lines().count(), 48);
}

#[test]
fn two_settings_are_compared_case_by_case() {
    let folder = Folder::new("compare");
    let (report, predictions) = (folder.file("report.json"), folder.file("predictions.jsonl"));
    assert!(
        eval(&["--llm", "never", "--predictions", &predictions])
            .status
            .success()
    );
    // The same predictions with eight of their totals off: only the first is right there.
    let spoilt: Vec<String> = std::fs::read_to_string(&predictions)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .scan(0, |spoilt, mut prediction| {
            if prediction["gross"].is_string() && *spoilt < 8 {
                prediction["gross"] = json!("1.23");
                *spoilt += 1;
            }
            Some(prediction.to_string())
        })
        .collect();
    let other = folder.file("spoilt.jsonl");
    std::fs::write(&other, spoilt.join("\n")).unwrap();
    let done = eval(&["--compare", "never", &other, "--out", &report]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    assert!(text(&done.stdout).contains("McNemar"));
    let report = folder.json("report.json");
    let gross = &report["metrics"]["gross"];
    assert_eq!((&gross["only_a"], &gross["only_b"]), (&json!(8), &json!(0)));
    // 2 / 2^8.
    assert!((gross["p"].as_f64().unwrap() - 2.0 / 256.0).abs() < 1e-9);
    let action = &report["metrics"]["action"];
    assert_eq!((&action["only_a"], &action["p"]), (&json!(0), &json!(1.0)));
    let differing = report["differing"]["only_a_exact"].as_array().unwrap();
    assert_eq!(
        differing.len() as u64,
        report["metrics"]["exact"]["only_a"].as_u64().unwrap()
    );
}

#[test]
fn a_setting_that_is_none_is_named() {
    let done = eval(&["--compare", "never", "no-such-model"]);
    assert!(!done.status.success());
    assert!(
        text(&done.stderr).contains("no-such-model"),
        "{}",
        text(&done.stderr)
    );
    let done = eval(&["--compare", "never", "small:sometimes"]);
    assert!(text(&done.stderr).contains("small:sometimes"));
}
