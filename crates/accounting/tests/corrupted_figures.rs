//! Any single wrong figure stops automation: a clean invoice with one printed figure changed is
//! never automatic.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

use jiff::civil::date;
use ledgergate_accounting::assessment::{Assessment, LlmUse, Options, Processed};
use ledgergate_accounting::company::Company;
use ledgergate_accounting::document::Document;
use ledgergate_accounting::money::round_half_away;
use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::{Value, json};

/// Rates of the seller's country on the day.
const RATES: [u32; 2] = [19, 7];

#[derive(Debug, Clone)]
struct Clean {
    /// Quantity, price in cents, index of the rate.
    lines: Vec<(u32, u32, usize)>,
    we_buy: bool,
    has_breakdown: bool,
}

fn clean() -> impl Strategy<Value = Clean> {
    let line = (1..20_u32, 100..50_000_u32, 0..RATES.len());
    (
        prop::collection::vec(line, 1..5),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(lines, we_buy, has_breakdown)| Clean {
            lines,
            we_buy,
            has_breakdown,
        })
}

fn print(amount: Decimal) -> Value {
    Value::String(format!("{amount:.2}"))
}

impl Clean {
    fn amount((quantity, cents, _): (u32, u32, usize)) -> Decimal {
        Decimal::from(quantity) * Decimal::new(i64::from(cents), 2)
    }

    fn document(&self) -> Value {
        let (us, them) = (
            json!({"name": "Acme GmbH", "country": "DE", "tax_id": "DE136695976"}),
            json!({"name": "Kestrel GmbH", "country": "DE"}),
        );
        let (seller, buyer) = if self.we_buy { (them, us) } else { (us, them) };
        let rows: Vec<Value> = self
            .lines
            .iter()
            .map(|line| {
                json!({
                    "description": "Copy paper",
                    "quantity": line.0.to_string(),
                    "unit_price": print(Decimal::new(i64::from(line.1), 2)),
                    "amount": print(Self::amount(*line)),
                    "tax_rate": format!("{}%", RATES[line.2]),
                })
            })
            .collect();
        let mut taxes = Vec::new();
        let (mut net, mut tax) = (Decimal::ZERO, Decimal::ZERO);
        for (index, rate) in RATES.iter().enumerate() {
            let of_rate = self.lines.iter().filter(|line| line.2 == index);
            let base: Decimal = of_rate.map(|line| Self::amount(*line)).sum();
            if base.is_zero() {
                continue;
            }
            let part = round_half_away(base * Decimal::from(*rate) / Decimal::ONE_HUNDRED, 2);
            net += base;
            tax += part;
            taxes.push(json!({
                "tax": "VAT", "rate": format!("{rate}%"), "base": print(base), "amount": print(part),
            }));
        }
        let mut document = json!({
            "document_type": "Invoice", "invoice_number": "2025-17", "issue_date": "2025-03-03",
            "due_date": "2025-04-03", "currency": "EUR", "seller": seller, "buyer": buyer,
            "line_items": rows, "subtotal": print(net), "total_tax": print(tax),
            "total": print(net + tax),
        });
        if self.has_breakdown {
            document["tax_breakdown"] = Value::Array(taxes);
        }
        document
    }
}

/// The places of a document's figures.
fn figures(document: &Value) -> Vec<String> {
    let mut places: Vec<String> = ["/subtotal", "/total_tax", "/total"]
        .map(str::to_owned)
        .to_vec();
    for (list, keys) in [
        (
            "line_items",
            ["quantity", "unit_price", "amount", "tax_rate"].as_slice(),
        ),
        ("tax_breakdown", ["base", "amount", "rate"].as_slice()),
    ] {
        let length = document[list].as_array().map_or(0, Vec::len);
        for row in 0..length {
            places.extend(keys.iter().map(|key| format!("/{list}/{row}/{key}")));
        }
    }
    places
}

fn process(document: &Value) -> Processed {
    let company = Company::from_json(&json!({
        "name": "Acme GmbH", "country": "DE", "base_currency": "EUR", "tax_id": "DE136695976",
        "chart_of_accounts": "intl_4digit",
    }))
    .unwrap();
    let options = Options {
        today: date(2025, 6, 1),
        llm: LlmUse::Never,
    };
    Assessment::new(&Document::from_json(document).unwrap(), company, options).finish()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn a_clean_invoice_is_automatic(invoice in clean()) {
        let reply = process(&invoice.document());
        prop_assert!(reply.auto, "{:?} {}", reply.review_reasons, invoice.document());
    }

    #[test]
    fn one_wrong_figure_stops_it(
        invoice in clean(), place in any::<prop::sample::Index>(),
        cents in 7..100_000_i64, upwards in any::<bool>(), flipped in prop::bool::weighted(0.1),
    ) {
        let mut document = invoice.document();
        let places = figures(&document);
        let place = &places[place.index(places.len())];
        let printed = document.pointer(place).unwrap().as_str().unwrap().to_owned();
        let is_rate = printed.ends_with('%');
        let before: Decimal = printed.trim_end_matches('%').parse().unwrap();
        let by = if place.ends_with("quantity") {
            Decimal::from(1 + cents % 50)
        } else {
            Decimal::new(cents, 2)
        };
        let after = match (flipped, upwards) {
            (true, _) => -before,
            (false, true) => before + by,
            (false, false) => before - by,
        };
        // A rate's change counts by what it makes of the tax.
        prop_assume!(!is_rate || (after - before).abs() >= Decimal::new(7, 0));
        let text = if is_rate { format!("{after}%") } else { format!("{after:.2}") };
        *document.pointer_mut(place).unwrap() = Value::String(text);
        let reply = process(&document);
        prop_assert!(!reply.auto, "{place}: {before} became {after} in {document}");
    }
}
