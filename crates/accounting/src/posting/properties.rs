//! What holds for every entry, whatever the figures.

use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::tests::{bill, company, fact, process};
use crate::assessment::{Journal, Processed};
use crate::facts::{DocumentFacts, DocumentKind, LineFact, TaxCategory, TaxLineFact};
use crate::money::Currency;

fn cents(range: std::ops::Range<i64>) -> impl Strategy<Value = Decimal> {
    range.prop_map(|cents| Decimal::new(cents, 2))
}

prop_compose! {
    /// A bill with up to four lines, in one of three currencies, and whatever can be on it.
    fn any_bill()(
        lines in prop::collection::vec((cents(1..500_000), "(Kopierpapier|Loyer|Audit|zzz)"), 1..5),
        tax in cents(0..100_000),
        prepaid in cents(0..100),
        rounding in cents(-4..5),
        code in "(EUR|USD|JPY)",
        credit in any::<bool>(),
        own_tax in any::<bool>(),
    ) -> DocumentFacts {
        let currency = Currency::from_code(&code).unwrap();
        let mut facts = bill();
        facts.kind = Some(fact(if credit { DocumentKind::CreditNote } else { DocumentKind::Invoice }));
        facts.lines = lines
            .iter()
            .map(|(amount, text)| LineFact {
                description: Some(fact(text.clone())),
                amount: Some(fact(currency.round(*amount) + Decimal::ONE)),
                ..LineFact::default()
            })
            .collect();
        let net: Decimal = facts.lines.iter().filter_map(|l| l.amount.as_ref()).map(|a| a.value).sum();
        let tax = if own_tax { Decimal::ZERO } else { currency.round(tax) };
        if own_tax {
            facts.tax_lines = vec![TaxLineFact {
                category: Some(TaxCategory::K),
                rate: Some(fact(Decimal::ZERO)),
                base: Some(fact(net)),
                amount: Some(fact(Decimal::ZERO)),
                note: None,
            }];
        }
        facts.totals.net = Some(fact(net));
        facts.totals.tax = Some(fact(tax));
        facts.totals.gross = Some(fact(net + tax));
        facts.totals.prepaid = Some(fact(currency.round(prepaid)));
        facts.totals.rounding = Some(fact(currency.round(rounding)));
        facts.currency = Some(fact(currency));
        facts
    }
}

fn books() -> Value {
    json!({"exchange_rates": [
        {"from": "USD", "to": "EUR", "rate": "0.913731", "date": "2025-03-01"},
        {"from": "EUR", "to": "JPY", "rate": "161.37", "date": "2025-03-01"},
    ]})
}

fn sums(reply: &Processed) -> [Decimal; 4] {
    let Journal::Entry(entry) = &reply.journal else {
        panic!("{:?}", reply.review_reasons)
    };
    let sum = |amount: fn(&crate::journal::JournalLine) -> Decimal| {
        entry.lines().iter().map(amount).sum::<Decimal>()
    };
    [
        sum(crate::journal::JournalLine::debit),
        sum(crate::journal::JournalLine::credit),
        sum(crate::journal::JournalLine::base_debit),
        sum(crate::journal::JournalLine::base_credit),
    ]
}

proptest! {
    #[test]
    fn every_entry_balances_in_both_currencies(facts in any_bill()) {
        let reply = process(facts, company(&books()));
        let [debits, credits, base_debits, base_credits] = sums(&reply);
        prop_assert_eq!(debits, credits);
        prop_assert_eq!(base_debits, base_credits);
        prop_assert!(debits > Decimal::ZERO);
    }

    #[test]
    fn a_credit_note_is_its_invoice_with_the_sides_swapped(facts in any_bill()) {
        let lines = |kind| {
            let mut facts = facts.clone();
            facts.kind = Some(fact(kind));
            let reply = process(facts, company(&books()));
            let json = serde_json::to_value(&reply).unwrap();
            json["journal"]["lines"].as_array().unwrap().iter().map(|line| {
                let of = |key: &str| line[key].as_str().unwrap().to_owned();
                (of("account"), of("debit"), of("credit"))
            }).collect::<Vec<_>>()
        };
        let invoice = lines(DocumentKind::Invoice);
        let credit = lines(DocumentKind::CreditNote);
        // A self-assessed tax and all else turns round alike.
        let turned: Vec<_> = invoice.into_iter().map(|(account, d, c)| (account, c, d)).collect();
        prop_assert_eq!(turned, credit);
    }

    #[test]
    fn functional_figures_are_equal_on_both_sides(facts in any_bill()) {
        let reply = process(facts, company(&books()));
        if let Some(functional) = reply.functional {
            prop_assert_eq!(functional.net.unwrap() + functional.tax.unwrap(), functional.gross);
        }
    }
}
