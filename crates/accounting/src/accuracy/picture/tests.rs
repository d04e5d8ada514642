use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{Picture, draw};
use crate::accuracy::report::{
    AccuracyReport, CellCounts, ConfidenceCounts, Counts, Dimension, Period, ReportInput,
};
use crate::accuracy::{ConfidenceCount, WeekOfErrors};

fn report(companies: &[(&str, u64, u64)]) -> AccuracyReport {
    let period = Period {
        from: jiff::civil::date(2025, 4, 1),
        to: jiff::civil::date(2025, 6, 30),
    };
    let cells = companies.iter().map(|(name, correct, n)| CellCounts {
        keys: vec![Some((*name).to_owned())],
        counts: Counts {
            decisions: *n,
            labelled: *n,
            correct: *correct,
            amounts: BTreeMap::from([("EUR".to_owned(), (Decimal::ONE_HUNDRED, Decimal::ONE))]),
            ..Counts::default()
        },
    });
    let confidences = (0..400).map(|i| ConfidenceCounts {
        calibrated: i % 2 == 0,
        let_through: true,
        count: ConfidenceCount::of(if i < 200 { 0.95 } else { 0.85 }, i % 10 != 0),
    });
    AccuracyReport::of(ReportInput {
        period,
        reference: period,
        by: vec![Dimension::Company],
        cells: cells.collect(),
        actions: BTreeMap::new(),
        weeks: vec![WeekOfErrors {
            week: "2025-W20".to_owned(),
            n: 1,
            wrong: 0,
        }],
        reference_errors: (0, 0),
        confusion: Vec::new(),
        confidences: confidences.collect(),
        latency: Vec::new(),
    })
}

#[test]
fn every_picture_is_well_formed_whatever_a_company_is_called() {
    let hostile = "</text><script>alert(1)</script>&\"'\u{1}";
    let report = report(&[(hostile, 30, 40), ("Few", 3, 4)]);
    for picture in Picture::ALL {
        let drawn = draw(*picture, &report);
        let parsed = roxmltree::Document::parse(&drawn).unwrap();
        let names: Vec<_> = parsed
            .descendants()
            .filter(roxmltree::Node::is_element)
            .map(|node| node.tag_name().name().to_owned())
            .collect();
        assert!(!names.iter().any(|name| name == "script"), "{picture}");
        assert!(
            names.iter().any(|name| name == "circle"),
            "{picture}: {drawn}"
        );
    }
}

#[test]
fn a_cell_shows_its_share_where_it_has_one() {
    let drawn = draw(
        Picture::Cells,
        &report(&[("Enough", 30, 40), ("Few", 3, 4)]),
    );
    assert!(drawn.contains("75.0 % (30 of 40)"), "{drawn}");
    assert!(drawn.contains("insufficient (3 of 4)"));
    // A dot for all cells together and one for the sufficient cell.
    assert_eq!(drawn.matches("<circle").count(), 2);
}

#[test]
fn cells_that_do_not_fit_are_told_of() {
    let names: Vec<String> = (0..70).map(|index| format!("Company {index}")).collect();
    let cells: Vec<_> = names.iter().map(|name| (name.as_str(), 20, 20)).collect();
    assert!(draw(Picture::Cells, &report(&cells)).contains("10 more cells are in the table"));
}

#[test]
fn a_table_has_a_row_for_each_cell_and_no_formula() {
    let table = report(&[("=1+1, \"Ltd\"", 30, 40), ("Few", 3, 4)])
        .to_csv()
        .unwrap();
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let heading = reader.headers().unwrap().clone();
    let column = |name: &str| heading.iter().position(|found| found == name).unwrap();
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 2);
    assert_eq!(&rows[0][column("company")], "'=1+1, \"Ltd\"");
    assert_eq!(&rows[0][column("p")], "0.75");
    assert_eq!(
        (&rows[1][column("status")], &rows[1][column("p")]),
        ("insufficient", "")
    );
    assert_eq!(&rows[0][column("labelled_EUR")], "100");
}
