//! Postings of hand-built facts, against the entries that the rules of bookkeeping give.

use jiff::civil::date;
use rust_decimal::Decimal;
use rust_decimal_macros::dec;
use serde_json::{Value, json};

use crate::assessment::{Assessment, LlmUse, Options, Processed};
use crate::company::Company;
use crate::facts::{
    AmountConcept, DocumentFacts, DocumentKind, Fact, LabelledAmount, LineFact, MovementFact,
    PartyFact, PartyRole, PaymentMeans, RateFact, Source, TaxCategory, TaxLineFact,
    WithholdingFact,
};
use crate::money::Currency;

pub(crate) fn fact<T>(value: T) -> Fact<T> {
    Fact::new(value, Source::new("/x", "x", "key"))
}

fn euro() -> Currency {
    Currency::from_code("EUR").unwrap()
}

pub(crate) fn company(changes: &Value) -> Company {
    let mut company = json!({
        "name": "Our Company GmbH", "country": "DE", "base_currency": "EUR",
        "chart_of_accounts": "intl_4digit",
    });
    for (key, value) in changes.as_object().unwrap() {
        company[key] = value.clone();
    }
    Company::from_json(&company).unwrap()
}

pub(crate) fn document(kind: DocumentKind) -> DocumentFacts {
    DocumentFacts {
        kind: Some(fact(kind)),
        issue_date: Some(fact(date(2025, 3, 3))),
        number: Some(fact("1".to_owned())),
        currency: Some(fact(euro())),
        ..DocumentFacts::default()
    }
}

fn party(name: &str) -> PartyFact {
    PartyFact {
        name: Some(fact(name.to_owned())),
        ..PartyFact::default()
    }
}

/// An invoice of 1000.00 at 19 %, from a supplier to us.
pub(crate) fn bill() -> DocumentFacts {
    let mut facts = document(DocumentKind::Invoice);
    facts.parties = vec![
        (PartyRole::Seller, party("Kestrel Ltd")),
        (PartyRole::Buyer, party("Our Company")),
    ];
    facts.lines = vec![LineFact {
        description: Some(fact("Kopierpapier A4".to_owned())),
        amount: Some(fact(dec!(1000))),
        ..LineFact::default()
    }];
    totals(&mut facts, dec!(1000), dec!(190));
    facts
}

fn totals(facts: &mut DocumentFacts, net: Decimal, tax: Decimal) {
    facts.totals.net = Some(fact(net));
    facts.totals.tax = Some(fact(tax));
    facts.totals.gross = Some(fact(net + tax));
}

pub(crate) fn process(facts: DocumentFacts, company: Company) -> Processed {
    let options = Options {
        today: date(2025, 6, 1),
        llm: LlmUse::Never,
    };
    Assessment::from_facts(facts, company, options).finish()
}

/// The entry as `role side amount`, sorted.
fn entry(reply: &Processed) -> Vec<String> {
    let json = serde_json::to_value(reply).unwrap();
    let mut lines: Vec<String> = json["journal"]["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| {
            let role = line["role"].as_str().unwrap();
            match line["debit"].as_str().unwrap() {
                "0.00" => format!("{role} Cr {}", line["credit"].as_str().unwrap()),
                debit => format!("{role} Dr {debit}"),
            }
        })
        .collect();
    lines.sort();
    lines
}

fn has(reply: &Processed, code: &str) -> bool {
    reply.checks.iter().any(|check| check.code == code)
}

#[test]
fn a_bill_debits_expense_and_input_tax() {
    let reply = process(bill(), company(&json!({})));
    assert_eq!(
        entry(&reply),
        [
            "ap_control Cr 1190.00",
            "input_tax Dr 190.00",
            "office_supplies Dr 1000.00"
        ]
    );
    assert!(reply.auto, "{:?}", reply.review_reasons);
}

#[test]
fn a_credit_note_swaps_the_sides() {
    let mut facts = bill();
    facts.kind = Some(fact(DocumentKind::CreditNote));
    let reply = process(facts.clone(), company(&json!({})));
    assert_eq!(
        entry(&reply),
        [
            "ap_control Dr 1190.00",
            "input_tax Cr 190.00",
            "office_supplies Cr 1000.00"
        ]
    );
    assert!(has(&reply, "credit_without_original"));
    let ours = process(facts, company(&json!({"name": "Kestrel"})));
    assert_eq!(
        entry(&ours),
        [
            "ar_control Cr 1190.00",
            "output_tax Dr 190.00",
            "sales_returns Dr 1000.00"
        ]
    );
}

#[test]
fn withheld_and_prepaid_parts_leave_the_control_account() {
    let mut facts = bill();
    facts.withholdings = vec![WithholdingFact {
        rate: None,
        base: None,
        amount: fact(dec!(200)),
        name: None,
    }];
    facts.totals.prepaid = Some(fact(dec!(90)));
    facts.totals.rounding = Some(fact(dec!(0.01)));
    let reply = process(facts, company(&json!({})));
    assert_eq!(
        entry(&reply),
        [
            "ap_control Cr 900.01",
            "input_tax Dr 190.00",
            "office_supplies Dr 1000.00",
            "rounding_difference Dr 0.01",
            "vendor_deposits Cr 90.00",
            "withholding_tax_payable Cr 200.00",
        ]
    );
}

#[test]
fn the_buyer_assesses_reverse_charge_at_its_own_rate_of_the_day() {
    let mut facts = bill();
    totals(&mut facts, dec!(1000), dec!(0));
    facts.tax_lines = vec![TaxLineFact {
        category: Some(TaxCategory::AE),
        rate: Some(fact(dec!(0))),
        base: Some(fact(dec!(1000))),
        amount: Some(fact(dec!(0))),
        note: Some(fact("Reverse charge".to_owned())),
    }];
    facts.issue_date = Some(fact(date(2020, 8, 1)));
    let reply = process(facts, company(&json!({})));
    assert_eq!(
        entry(&reply),
        [
            "ap_control Cr 1000.00",
            "office_supplies Dr 1000.00",
            "reverse_charge_input_tax Dr 160.00",
            "reverse_charge_output_tax Cr 160.00",
        ]
    );
    assert!(has(&reply, "reverse_charge_without_ids"));
}

#[test]
fn a_foreign_bill_balances_in_both_currencies() {
    let mut facts = bill();
    totals(&mut facts, dec!(94.57), dec!(18.07));
    facts.currency = Some(fact(Currency::from_code("USD").unwrap()));
    let rates = json!({"exchange_rates": [
        {"from": "USD", "to": "EUR", "rate": "0.9137", "date": "2025-03-01"}]});
    let reply = process(facts.clone(), company(&rates));
    let functional = reply.functional.as_ref().unwrap();
    assert_eq!(functional.gross, dec!(102.92));
    assert_eq!(
        functional.net.unwrap() + functional.tax.unwrap(),
        functional.gross
    );
    let without = process(facts, company(&json!({})));
    assert!(!without.valid && has(&without, "no_exchange_rate"));
    assert!(entry(&without).is_empty());
}

#[test]
fn a_stated_total_tax_in_our_currency_gives_the_rate() {
    let mut facts = bill();
    facts.currency = Some(fact(Currency::from_code("RON").unwrap()));
    facts.tax_in_currency = vec![(euro(), fact(dec!(38.45)))];
    let functional = process(facts, company(&json!({}))).functional.unwrap();
    assert_eq!(functional.tax, Some(dec!(38.45)));
    assert_eq!(functional.rate, dec!(0.202368));
    assert_eq!(functional.net, Some(dec!(202.37)));
}

#[test]
fn without_a_total_nothing_is_posted() {
    let mut facts = bill();
    facts.totals = crate::facts::Totals::default();
    let reply = process(facts, company(&json!({})));
    assert!(!reply.valid && has(&reply, "no_amount"));
    assert!(entry(&reply).is_empty());
    let mut undated = bill();
    undated.issue_date = None;
    assert!(has(&process(undated, company(&json!({}))), "no_date"));
}

#[test]
fn a_locked_period_is_an_error() {
    let locked = json!({"lock_dates": [{"module": "AP", "until": "2025-03-31"}]});
    assert!(has(&process(bill(), company(&locked)), "locked_period"));
    let other = json!({"lock_dates": [{"module": "AR", "until": "2025-03-31"}]});
    assert!(!has(&process(bill(), company(&other)), "locked_period"));
}

#[test]
fn a_receipt_credits_what_paid_it() {
    let mut facts = bill();
    facts.kind = Some(fact(DocumentKind::Receipt));
    facts.payment_means = Some(fact(PaymentMeans::Card));
    let reply = process(facts, company(&json!({})));
    assert_eq!(
        entry(&reply),
        [
            "credit_card Cr 1190.00",
            "input_tax Dr 190.00",
            "office_supplies Dr 1000.00"
        ]
    );
}

fn bank_line(amount: Decimal, text: &str) -> DocumentFacts {
    let mut facts = document(DocumentKind::BankTransaction);
    facts.movements = vec![MovementFact {
        date: Some(fact(date(2025, 3, 3))),
        amount: fact(amount),
        description: Some(fact(text.to_owned())),
        counterparty: None,
    }];
    facts
}

#[test]
fn bank_lines_follow_their_words_and_sign() {
    let post = |amount, text| entry(&process(bank_line(amount, text), company(&json!({}))));
    assert_eq!(
        post(dec!(-4.9), "Kontoführung März"),
        ["bank Cr 4.90", "bank_charges Dr 4.90"]
    );
    assert_eq!(
        post(dec!(1.2), "Interest earned"),
        ["bank Dr 1.20", "interest_income Cr 1.20"]
    );
    assert_eq!(
        post(dec!(-50), "GELDAUTOMAT BERLIN"),
        ["bank Cr 50.00", "cash Dr 50.00"]
    );
    assert_eq!(
        post(dec!(-9), "Check Paid #1001"),
        ["bank Cr 9.00", "suspense Dr 9.00"]
    );
    let mut known = bank_line(dec!(-9), "RE 2201");
    known.movements[0].counterparty = Some(fact("Kestrel".to_owned()));
    let reply = process(known, company(&json!({})));
    assert_eq!(entry(&reply), ["ap_control Dr 9.00", "bank Cr 9.00"]);
}

fn labelled(concept: AmountConcept, amount: Decimal, currency: &str) -> LabelledAmount {
    LabelledAmount {
        concept,
        amount: fact(amount),
        currency: Currency::from_code(currency).ok(),
        label: "x".to_owned(),
    }
}

#[test]
fn a_settled_foreign_item_leaves_its_exchange_difference() {
    let mut facts = document(DocumentKind::PaymentAdvice);
    facts.parties = vec![(PartyRole::Buyer, party("Borealis AS"))];
    facts.amounts = vec![
        labelled(AmountConcept::InvoiceAmount, dec!(100000), "NOK"),
        labelled(AmountConcept::AmountSettled, dec!(8900), "EUR"),
    ];
    facts.rates = vec![RateFact {
        from: Currency::from_code("NOK").ok(),
        to: Some(euro()),
        rate: fact(dec!(0.087)),
        booked: true,
    }];
    let reply = process(facts.clone(), company(&json!({})));
    assert_eq!(
        entry(&reply),
        [
            "ar_control Cr 8700.00",
            "bank Dr 8900.00",
            "fx_gain Cr 200.00"
        ]
    );
    facts.parties[0].0 = PartyRole::Seller;
    let paid = process(facts, company(&json!({})));
    assert_eq!(
        entry(&paid),
        [
            "ap_control Dr 8700.00",
            "bank Cr 8900.00",
            "fx_loss Dr 200.00"
        ]
    );
}

#[test]
fn a_single_rate_that_does_not_give_the_money_is_the_booked_one() {
    let mut facts = document(DocumentKind::PaymentAdvice);
    facts.currency = Some(fact(Currency::from_code("NOK").unwrap()));
    facts.parties = vec![(PartyRole::Buyer, party("Oslo AS"))];
    facts.amounts = vec![
        labelled(AmountConcept::InvoiceAmount, dec!(50000), "NOK"),
        labelled(AmountConcept::AmountSettled, dec!(4350), "EUR"),
    ];
    let rate = |rate| RateFact {
        from: Currency::from_code("NOK").ok(),
        to: Some(euro()),
        rate: fact(rate),
        booked: false,
    };
    facts.rates = vec![rate(dec!(0.086))];
    let reply = process(facts.clone(), company(&json!({})));
    assert_eq!(
        entry(&reply),
        [
            "ar_control Cr 4300.00",
            "bank Dr 4350.00",
            "fx_gain Cr 50.00"
        ]
    );
    facts.rates = vec![rate(dec!(0.087))];
    let unknown = process(facts, company(&json!({})));
    assert_eq!(
        entry(&unknown),
        ["ar_control Cr 4350.00", "bank Dr 4350.00"]
    );
    assert!(has(&unknown, "booked_rate_unknown"));
    assert_eq!(unknown.currency, Some(euro()));
}

#[test]
fn straight_line_depreciation_is_cost_less_residual_over_life() {
    let mut facts = document(DocumentKind::Depreciation);
    facts.amounts = vec![
        labelled(AmountConcept::AssetCost, dec!(10000), "EUR"),
        labelled(AmountConcept::ResidualValue, dec!(1000), "EUR"),
    ];
    facts.useful_life_months = Some(fact(dec!(36)));
    let reply = process(facts, company(&json!({})));
    assert_eq!(
        entry(&reply),
        [
            "accumulated_depreciation Cr 250.00",
            "depreciation Dr 250.00"
        ]
    );
    assert_eq!(reply.gross, Some(dec!(250.00)));
}

#[test]
fn a_disposal_above_book_value_is_a_gain() {
    let mut facts = document(DocumentKind::AssetDisposal);
    facts.amounts = vec![
        labelled(AmountConcept::AssetCost, dec!(10000), "EUR"),
        labelled(AmountConcept::AccumulatedDepreciation, dec!(9000), "EUR"),
        labelled(AmountConcept::Proceeds, dec!(1500), "EUR"),
    ];
    let reply = process(facts, company(&json!({})));
    assert_eq!(
        entry(&reply),
        [
            "accumulated_depreciation Dr 9000.00",
            "bank Dr 1500.00",
            "fixed_asset_equipment Cr 10000.00",
            "gain_on_disposal Cr 500.00",
        ]
    );
}

#[test]
fn payroll_that_does_not_add_up_is_refused() {
    let mut facts = document(DocumentKind::Payroll);
    facts.amounts = vec![
        labelled(AmountConcept::GrossPay, dec!(100), "EUR"),
        labelled(AmountConcept::PayrollTax, dec!(20), "EUR"),
        labelled(AmountConcept::EmployerSocial, dec!(15), "EUR"),
    ];
    let reply = process(facts.clone(), company(&json!({})));
    assert_eq!(
        entry(&reply),
        [
            "employer_contributions Dr 15.00",
            "payroll_payable Cr 80.00",
            "payroll_tax_payable Cr 20.00",
            "social_security_payable Cr 15.00",
            "wages Dr 100.00",
        ]
    );
    facts
        .amounts
        .push(labelled(AmountConcept::NetPay, dec!(70), "EUR"));
    let refused = process(facts, company(&json!({})));
    assert!(!refused.valid && has(&refused, "debits_not_credits"));
}

#[test]
fn an_order_posts_nothing_and_our_side_names_it() {
    let mut facts = bill();
    facts.kind = Some(fact(DocumentKind::Order));
    let reply = process(facts.clone(), company(&json!({})));
    assert_eq!(reply.determination.action.code(), "create_purchase_order");
    assert!(entry(&reply).is_empty() && reply.valid);
    let sale = process(facts, company(&json!({"name": "Kestrel"})));
    assert_eq!(sale.determination.action.code(), "create_sales_order");
}
