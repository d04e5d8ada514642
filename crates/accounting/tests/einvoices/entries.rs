//! From the XML to a balanced entry, in the books of the buyer and in those of the seller.

use ledgergate_accounting::assessment::Processed;
use ledgergate_accounting::catalogue::Action;
use rust_decimal::Decimal;
use rust_decimal_macros::dec;
use serde_json::{Value, json};

use super::printing::{Adjustment, EXEMPT, Invoice, Line, REDUCED, REVERSE, STANDARD, cii, ubl};
use super::{buyer, codes, entry, process, seller};

fn paper() -> Line {
    Line::new("Kopierpapier", 2, 5_000, STANDARD)
}

/// The reply of both syntaxes, which must be the same but for places.
fn both(invoice: &Invoice, company: &Value) -> Processed {
    let reply = process(&ubl(invoice), company);
    let other = process(&cii(invoice), company);
    assert_eq!(entry(&reply), entry(&other));
    assert_eq!(codes(&reply), codes(&other));
    let (_, debit, credit) = entry(&reply);
    assert_eq!(debit, credit);
    reply
}

/// The entry's amounts: debits positive, credits negative, in order of size.
fn amounts(reply: &Processed) -> Vec<Decimal> {
    let (lines, ..) = entry(reply);
    let mut amounts: Vec<Decimal> = lines.iter().map(|line| line.1 - line.2).collect();
    amounts.sort();
    amounts
}

#[test]
fn an_invoice_is_the_buyers_bill_and_the_sellers_invoice() {
    let invoice = Invoice {
        adjustments: vec![Adjustment {
            is_charge: false,
            amount: 1_000,
            tax: STANDARD,
        }],
        ..Invoice::of(vec![paper(), Line::new("Kopierpapier", 1, 2_000, REDUCED)])
    };
    // 90.00 at 19 % and 20.00 at 7 %.
    let bill = both(&invoice, &buyer());
    assert_eq!(bill.determination.action, Action::CreateBill);
    assert!(bill.auto, "{:?}", bill.review_reasons);
    assert_eq!(
        (bill.net, bill.tax, bill.gross),
        (Some(dec!(110)), Some(dec!(18.50)), Some(dec!(128.50)))
    );
    assert_eq!(amounts(&bill), [dec!(-128.50), dec!(18.50), dec!(110)]);
    let sale = both(&invoice, &seller());
    assert_eq!(sale.determination.action, Action::CreateInvoice);
    assert!(sale.valid, "{:?}", sale.checks);
    assert_eq!(amounts(&sale), [dec!(-110), dec!(-18.50), dec!(128.50)]);
}

#[test]
fn a_credit_note_swaps_the_sides() {
    let credit = Invoice {
        type_code: "381",
        original: Some("R-70"),
        ..Invoice::of(vec![paper()])
    };
    let received = both(&credit, &buyer());
    assert_eq!(received.determination.action, Action::CreateVendorCredit);
    assert_eq!(amounts(&received), [dec!(-100), dec!(-19), dec!(119)]);
    let given = both(&credit, &seller());
    assert_eq!(given.determination.action, Action::CreateCreditNote);
    assert_eq!(amounts(&given), [dec!(-119), dec!(19), dec!(100)]);
    assert!(received.valid && given.valid);
}

#[test]
fn what_is_prepaid_and_rounded_has_its_own_lines() {
    let invoice = Invoice {
        prepaid: 4_000,
        rounding: 2,
        ..Invoice::of(vec![paper()])
    };
    let bill = both(&invoice, &buyer());
    assert!(bill.valid, "{:?}", bill.checks);
    assert_eq!(bill.amount_due, Some(dec!(79.02)));
    // Payable 79.02, deposit 40.00; expense 100.00, tax 19.00, rounding 0.02.
    assert_eq!(
        amounts(&bill),
        [dec!(-79.02), dec!(-40), dec!(0.02), dec!(19), dec!(100)]
    );
}

#[test]
fn the_buyer_owes_the_tax_of_a_reverse_charge() {
    let invoice = Invoice::of(vec![Line::new("Kopierpapier", 2, 5_000, REVERSE)]);
    let bill = both(&invoice, &buyer());
    let reply = serde_json::to_value(&bill).unwrap();
    assert_eq!(reply["tax_treatment"], "reverse_charge");
    assert!(bill.valid, "{:?}", bill.checks);
    assert_eq!(amounts(&bill), [dec!(-100), dec!(-19), dec!(19), dec!(100)]);
}

#[test]
fn taxed_and_exempt_lines_are_mixed() {
    let invoice = Invoice::of(vec![paper(), Line::new("Kopierpapier", 1, 2_000, EXEMPT)]);
    let reply = serde_json::to_value(both(&invoice, &buyer())).unwrap();
    assert_eq!(reply["tax_treatment"], "mixed");
    assert_eq!(reply["tax_lines"][1]["category"], "E");
}

#[test]
fn the_tax_in_the_companys_currency_gives_the_rate() {
    let mut company = buyer();
    company["base_currency"] = json!("CHF");
    let invoice = Invoice {
        tax_in_francs: Some(1_786),
        ..Invoice::of(vec![paper()])
    };
    let bill = both(&invoice, &company);
    let functional = bill.functional.as_ref().unwrap();
    assert_eq!(functional.rate, dec!(0.94));
    let functional = serde_json::to_value(functional).unwrap();
    assert_eq!(functional["rate_source"], "document_tax_currency");
    assert_eq!(functional["tax"], "17.86");
    assert_eq!(functional["gross"], "111.86");
}

#[test]
fn a_prepayment_invoice_is_a_deposit() {
    let invoice = Invoice {
        type_code: "386",
        ..Invoice::of(vec![paper()])
    };
    let bill = both(&invoice, &buyer());
    assert!(bill.valid, "{:?}", bill.checks);
    assert_eq!(amounts(&bill), [dec!(-119), dec!(19), dec!(100)]);
    let plain = both(&Invoice::of(vec![paper()]), &buyer());
    assert_ne!(entry(&bill).0, entry(&plain).0, "its net is no expense");
}

#[test]
fn a_reverse_charge_needs_an_id_of_either_side() {
    let invoice = Invoice::of(vec![Line::new("Kopierpapier", 2, 5_000, REVERSE)]);
    let xml = cii(&invoice);
    let registration = |id: &str| {
        format!(
            "<ram:SpecifiedTaxRegistration><ram:ID schemeID=\"VA\">{id}</ram:ID>\
             </ram:SpecifiedTaxRegistration>"
        )
    };
    let missing =
        |xml: &str| codes(&process(xml, &buyer())).contains(&"reverse_charge_without_ids");
    let without_buyer = xml.replace(&registration("DE136695976"), "");
    assert!(!missing(&xml) && missing(&without_buyer));
    // A number in the register is enough for the buyer (BR-AE-2), and stands for the company.
    let registered = without_buyer.replace(
        "<ram:Name>Birkenhof Verlag GmbH</ram:Name>",
        "<ram:Name>Verlag</ram:Name><ram:SpecifiedLegalOrganization><ram:ID>DE136695976</ram:ID>\
         </ram:SpecifiedLegalOrganization>",
    );
    assert!(!missing(&registered));
    let bill = process(&registered, &buyer());
    assert_eq!(bill.determination.action, Action::CreateBill);
    assert!(!codes(&bill).contains(&"company_not_named"));
    // The tax representative's id stands for the seller's.
    let without_seller = xml.replace(&registration("DE811569869"), "");
    assert!(missing(&without_seller));
    let represented = without_seller.replace(
        "</ram:BuyerTradeParty>",
        &format!(
            "</ram:BuyerTradeParty><ram:SellerTaxRepresentativeTradeParty><ram:Name>S</ram:Name>{}\
             </ram:SellerTaxRepresentativeTradeParty>",
            registration("DE811569869")
        ),
    );
    assert!(!missing(&represented));
}
