//! Names and numbers as banks and payers leave them, each on the smallest ledger that shows it.

use serde_json::{Value, json};

use crate::rules::{answer_to, item, line};

const PARTY: &str = "Nordwind Bau GmbH";

fn invoice(id: &str, number: &str, amount: &str) -> Value {
    item(id, number, &json!({"name": PARTY}), "EUR", amount)
}

fn paid(id: &str, date: &str, amount: &str, text: &str) -> Value {
    line(id, date, amount, text, PARTY)
}

#[test]
fn what_a_bank_prints_behind_a_name_does_not_hide_twins() {
    let party = json!({"name": "Åkeri Nodad AB"});
    let twins = [
        item("a", "2025-01079", &party, "EUR", "272.87"),
        item("b", "2025-01075", &party, "EUR", "272.87"),
    ];
    for name in [
        "AKERI NODAD AB ANDERSSON",
        "AKERI NODAD AB FILIAL GOETEBORG HAMNEN",
        "AKERI NODAD NORRA HAMNGATAN 14 GOETEBORG",
    ] {
        let answer = answer_to(
            &[line("l", "2025-03-01", "272.87", "faktura", name)],
            &twins,
            &json!({}),
        );
        assert_eq!(
            answer["ambiguous"][0]["alternatives"],
            json!([{"items": ["a"]}, {"items": ["b"]}]),
            "{name}: {answer}"
        );
    }
}

#[test]
fn the_longer_of_two_names_that_begin_the_banks_is_meant() {
    let short = json!({"name": "Nordwind Bau GmbH"});
    let long = json!({"name": "Nordwind Bau Service GmbH"});
    let items = [
        item("a", "A-20345", &short, "EUR", "100.00"),
        item("b", "B-77812", &long, "EUR", "100.00"),
    ];
    let name = "NORDWIND BAU SERVICE GMBH NIEDERLASSUNG HAMBURG";
    let answer = answer_to(
        &[line("l", "2025-03-01", "100.00", "", name)],
        &items,
        &json!({}),
    );
    assert_eq!(answer["matches"][0]["items"], json!(["b"]), "{answer}");
}

#[test]
fn lines_that_name_an_item_badly_are_told_by_their_exact_sum() {
    // A digit wrong in each: alone it may as well be another document of the series.
    let items = [
        invoice("a", "INV-2025-00123", "900.00"),
        invoice("b", "INV-2025-00177", "700.00"),
    ];
    let lines = [
        paid("l1", "2025-03-01", "410.10", "INV-2025-00133"),
        paid("l2", "2025-03-08", "489.90", "INV-2025-00153"),
    ];
    let answer = answer_to(&lines, &items, &json!({}));
    let found = &answer["matches"][0];
    assert_eq!(found["lines"], json!(["l1", "l2"]), "{answer}");
    assert_eq!(found["items"], json!(["a"]));
    assert_eq!(
        (&found["kind"], &found["auto"]),
        (&json!("many_to_one"), &json!(false))
    );

    // Both items fit, so neither does.
    let twins = [
        invoice("a", "INV-2025-00123", "900.00"),
        invoice("b", "INV-2025-00143", "900.00"),
    ];
    let answer = answer_to(&lines, &twins, &json!({}));
    assert_eq!(answer["matches"], json!([]), "{answer}");
}

#[test]
fn a_number_that_is_somebody_elses_may_be_a_misprint() {
    let other = json!({"name": "Meierhof Holz AG"});
    let items = [
        invoice("a", "INV-2025-00123", "900.00"),
        item("b", "INV-2025-00132", &other, "EUR", "55.55"),
    ];
    let lines = [
        paid("l1", "2025-03-01", "400.00", "INV-2025-00123"),
        paid("l2", "2025-03-08", "500.00", "INV-2025-00132"),
    ];
    let answer = answer_to(&lines, &items, &json!({}));
    assert_eq!(
        answer["matches"][0]["lines"],
        json!(["l1", "l2"]),
        "{answer}"
    );
    assert_eq!(answer["matches"][0]["auto"], false);
    assert_eq!(answer["unmatched_items"], json!(["b"]));
}

#[test]
fn instalments_are_told_by_what_they_say_and_by_their_amount() {
    let items = [invoice("a", "INV-2025-00123", "900.00")];
    let lines = |second: &str, text: &str| {
        [
            paid(
                "l1",
                "2025-03-01",
                "300.00",
                "INV-2025-00153 instalment 1 of 3",
            ),
            paid("l2", "2025-03-15", second, text),
        ]
    };
    let answer = answer_to(&lines("300.00", "INV-2025-00163 2/3"), &items, &json!({}));
    let found = &answer["matches"][0];
    assert_eq!(found["lines"], json!(["l1", "l2"]), "{answer}");
    assert_eq!(
        (&found["kind"], &found["auto"]),
        (&json!("many_to_one"), &json!(false))
    );
    // Not of the amount that a third has.
    let answer = answer_to(&lines("310.00", "INV-2025-00163 2/3"), &items, &json!({}));
    assert_eq!(answer["matches"], json!([]), "{answer}");
}

#[test]
fn a_part_like_the_one_before_it_belongs_to_the_same_item() {
    let items = [invoice("a", "INV-2025-00123", "900.00")];
    let lines = |second: &str| {
        [
            paid("l1", "2025-03-01", "250.00", "INV-2025-00123"),
            paid("l2", "2025-03-15", second, "INV-2025-00163"),
        ]
    };
    let answer = answer_to(&lines("250.00"), &items, &json!({}));
    assert_eq!(
        answer["matches"][0]["lines"],
        json!(["l1", "l2"]),
        "{answer}"
    );
    assert_eq!(answer["matches"][0]["auto"], false);
    let answer = answer_to(&lines("270.00"), &items, &json!({}));
    assert_eq!(answer["matches"][0]["lines"], json!(["l1"]), "{answer}");
}

#[test]
fn an_item_that_a_tied_line_may_pay_leaves_its_twin_in_doubt() {
    // `tied` names a number of two items; `silent` is of the amount of one of them and of `c`.
    let items = [
        invoice("a", "INV-20345", "500.00"),
        invoice("b", "INV-20345", "800.00"),
        invoice("c", "INV-60718", "500.00"),
    ];
    let lines = [
        paid("tied", "2025-03-01", "1300.00", "INV-20345"),
        paid("silent", "2025-03-02", "500.00", ""),
    ];
    let answer = answer_to(&lines, &items, &json!({}));
    for found in answer["matches"].as_array().unwrap() {
        let is_of_silent = found["lines"] == json!(["silent"]);
        assert!(!is_of_silent || found["auto"] == false, "{answer}");
    }
}

#[test]
fn a_payment_repeated_where_the_first_went_elsewhere_is_for_a_person() {
    // `first` swaps two digits, which makes it a part payment of the other invoice.
    let items = [
        invoice("a", "INV-470440", "527.37"),
        invoice("b", "INV-470404", "2000.00"),
    ];
    let lines = [
        paid("first", "2025-03-01", "527.37", "INV-470404"),
        paid("second", "2025-03-05", "527.37", ""),
    ];
    let answer = answer_to(&lines, &items, &json!({}));
    for found in answer["matches"].as_array().unwrap() {
        assert_eq!(found["auto"], false, "{answer}");
    }
}
