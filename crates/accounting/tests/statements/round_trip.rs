//! A statement that is printed in a format reads back to the same lines and balances, and a
//! figure that is changed afterwards is found.

use std::collections::HashSet;

use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::printing::{ACCOUNT, Truth, statements};
use crate::{codes, read};

/// The requests of one statement in every format.
fn requests(truth: &Truth) -> Vec<(&'static str, Value)> {
    let (csv, mapping) = truth.csv();
    vec![
        ("mt940", json!({"statement": {"mt940": truth.mt940()}})),
        (
            "camt053",
            json!({"statement": {"camt053": truth.camt053()}}),
        ),
        ("ofx", json!({"statement": {"ofx": truth.ofx()}})),
        (
            "csv",
            json!({"statement": {"csv": csv}, "mapping": mapping}),
        ),
    ]
}

fn without_ids(lines: &Value) -> Vec<Value> {
    let mut lines = lines.as_array().unwrap().clone();
    for line in &mut lines {
        line.as_object_mut().unwrap().shift_remove("id");
    }
    lines
}

fn ids(reply: &Value) -> Vec<String> {
    let lines = reply["statements"][0]["lines"].as_array().unwrap();
    lines
        .iter()
        .map(|line| line["id"].as_str().unwrap().to_owned())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_format_reads_back_to_the_same_statement(truth in statements()) {
        for (format, request) in requests(&truth) {
            let reply = read(&request).unwrap_or_else(|error| panic!("{format}: {error}\n{request:#}"));
            let statement = &reply["statements"][0];
            prop_assert_eq!(without_ids(&statement["lines"]), truth.lines_as_json(), "{}", format);
            prop_assert_eq!(&statement["account"], ACCOUNT);
            prop_assert_eq!(&statement["closing"], &truth.closing_as_json(), "{}", format);
            // OFX has no opening balance, and says so.
            let (opening, found) = if format == "ofx" {
                (Value::Null, vec!["balance_not_stated"])
            } else {
                (truth.opening_as_json(), Vec::new())
            };
            prop_assert_eq!(&statement["opening"], &opening, "{}", format);
            prop_assert_eq!(codes(&reply), found, "{}", format);
            prop_assert_eq!(&reply["valid"], true);
            let once = ids(&reply);
            prop_assert_eq!(once.iter().collect::<HashSet<_>>().len(), truth.lines.len());
            prop_assert_eq!(once, ids(&read(&request).unwrap()));
        }
    }

    #[test]
    fn a_changed_figure_does_not_close(truth in statements(), cents in 1_i64..1000, at in any::<prop::sample::Index>()) {
        let index = at.index(truth.lines.len());
        let mut wrong = truth.clone();
        let decimals = truth.opening.scale();
        let line = &mut wrong.lines[index];
        // Away from zero, so that the line stays a line.
        let cents = if line.amount.is_sign_negative() { -cents } else { cents };
        line.amount += Decimal::new(cents, decimals);
        let corrupted = [
            ("mt940", json!({"statement": {"mt940": with_balances_of(&truth.mt940(), &wrong.mt940(), ":62F:")}})),
            ("camt053", json!({"statement": {"camt053": with_balances_of(&truth.camt053(), &wrong.camt053(), "<Ntry>")}})),
            ("csv", json!({"statement": {"csv": wrong.csv().0}, "mapping": truth.csv().1})),
        ];
        for (format, request) in corrupted {
            let reply = read(&request).unwrap_or_else(|error| panic!("{format}: {error}"));
            prop_assert_eq!(codes(&reply), vec!["statement_does_not_close"], "{}", format);
            prop_assert_eq!(&reply["valid"], false);
        }
    }
}

/// The lines of one text with the balances of another: MT940 has the closing balance behind the
/// lines, camt.053 both before them.
fn with_balances_of(right: &str, wrong: &str, mark: &str) -> String {
    let (right_before, right_after) = right.split_once(mark).unwrap();
    let (wrong_before, wrong_after) = wrong.split_once(mark).unwrap();
    if mark == ":62F:" {
        format!("{wrong_before}{mark}{right_after}")
    } else {
        format!("{right_before}{mark}{wrong_after}")
    }
}

#[test]
fn equal_lines_have_different_ids_and_the_same_line_the_same_in_every_file() {
    let with = |lines: &[&str]| {
        let text = format!(
            ":20:A\n:25:{ACCOUNT}\n:60F:C250101EUR0,00\n{}:62F:C250102EUR{},00\n",
            lines.concat(),
            lines.len()
        );
        ids(&read(&json!({"statement": {"mt940": text}})).unwrap())
    };
    let (one, other) = (
        ":61:250101C1,00NTRFA\n:86:x\n",
        ":61:250101C1,00NTRFB\n:86:x\n",
    );
    let all = with(&[one, one, other]);
    assert_eq!(all[1], format!("{}_2", all[0]));
    assert_eq!(with(&[other]), [all[2].clone()]);
}
