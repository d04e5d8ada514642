//! One invoice says the same in both syntaxes, and its sums hold.

use ledgergate_accounting::facts::{DocumentFacts, DocumentKind};
use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::Value;

use super::facts;
use super::printing::{
    Adjustment, EXEMPT, Invoice, Line, REDUCED, REVERSE, STANDARD, Tax, cii, ubl,
};

/// The facts without where they stand and how that is printed.
fn without_places(facts: &DocumentFacts) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                fields.remove("source");
                fields.remove("path");
                fields.values_mut().for_each(strip);
            }
            Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut value = serde_json::to_value(facts).unwrap();
    strip(&mut value);
    value
}

fn tax() -> impl Strategy<Value = Tax> {
    prop_oneof![Just(STANDARD), Just(REDUCED), Just(EXEMPT), Just(REVERSE)]
}

fn line() -> impl Strategy<Value = Line> {
    (
        "[A-Za-z]{3,12}",
        1..200_i64,
        100..50_000_i64,
        0..100_i64,
        tax(),
    )
        .prop_map(|(name, quantity, price, allowance, tax)| Line {
            allowance,
            ..Line::new(&name, quantity, price, tax)
        })
}

fn adjustment() -> impl Strategy<Value = Adjustment> {
    (any::<bool>(), 1..50_i64, tax()).prop_map(|(is_charge, amount, tax)| Adjustment {
        is_charge,
        amount,
        tax,
    })
}

fn invoice() -> impl Strategy<Value = Invoice> {
    let code = prop_oneof![
        Just("380"),
        Just("381"),
        Just("384"),
        Just("386"),
        Just("389"),
        Just("326"),
        Just("875")
    ];
    let lines = prop::collection::vec(line(), 2..8);
    let adjustments = prop::collection::vec(adjustment(), 0..4);
    let francs = prop::option::of(0..10_000_i64);
    (code, lines, adjustments, 0..100_i64, -4..5_i64, francs).prop_map(
        |(type_code, lines, adjustments, prepaid, rounding, tax_in_francs)| Invoice {
            type_code,
            adjustments,
            prepaid,
            rounding,
            tax_in_francs,
            original: (type_code == "381").then_some("R-70"),
            ..Invoice::of(lines)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn both_syntaxes_give_equal_facts_whose_sums_hold(invoice in invoice()) {
        let (by_ubl, by_cii) = (facts(&ubl(&invoice)), facts(&cii(&invoice)));
        prop_assert_eq!(without_places(&by_ubl), without_places(&by_cii));
        for facts in [&by_ubl, &by_cii] {
            prop_assert!(facts.closes(), "{:#?}", facts.equations);
            prop_assert_eq!(facts.lines.len(), invoice.lines.len());
            let gross = facts.totals.gross.as_ref().map(|gross| gross.value);
            prop_assert_eq!(gross, Some(Decimal::new(invoice.gross(), 2)));
            let corrected = facts.doubts.iter().all(|doubt| doubt.code == "corrected_invoice");
            prop_assert!(corrected, "{:#?}", facts.doubts);
            let kind = match invoice.type_code {
                "381" => DocumentKind::CreditNote,
                "386" => DocumentKind::DepositInvoice,
                _ => DocumentKind::Invoice,
            };
            prop_assert_eq!(facts.kind.as_ref().map(|kind| kind.value), Some(kind));
        }
    }
}
