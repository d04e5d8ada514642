//! UBL documents written by hand.

use jiff::civil::date;
use ledgergate_accounting::facts::{DocumentKind, PartyRole, PaymentMeans, TaxCategory};
use rust_decimal_macros::dec;

use super::facts;

/// An invoice with prefixes of its own, of three categories, with a payee and a tax
/// representative.
const INVOICE: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<!-- made by hand -->
<inv:Invoice xmlns:inv="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
    xmlns:a="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
    xmlns="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
  <CustomizationID>urn:cen.eu:en16931:2017</CustomizationID>
  <ID> RE/2025/0815 </ID>
  <IssueDate>2025-02-28</IssueDate>
  <DueDate>2025-03-30+01:00</DueDate>
  <InvoiceTypeCode>380</InvoiceTypeCode>
  <Note><![CDATA[Lieferung <frei> Haus]]></Note>
  <DocumentCurrencyCode>EUR</DocumentCurrencyCode>
  <TaxCurrencyCode>DKK</TaxCurrencyCode>
  <a:InvoicePeriod><StartDate>2025-02-01</StartDate><EndDate>2025-02-28</EndDate></a:InvoicePeriod>
  <a:OrderReference><ID>PO-5</ID></a:OrderReference>
  <a:BillingReference><a:InvoiceDocumentReference><ID>AN-1</ID></a:InvoiceDocumentReference></a:BillingReference>
  <a:AccountingSupplierParty><a:Party>
    <a:PartyName><Name>Fjord Trading</Name></a:PartyName>
    <a:PostalAddress>
      <StreetName>Havnegade 3</StreetName><CityName>Odense</CityName><PostalZone>5000</PostalZone>
      <a:Country><IdentificationCode>DK</IdentificationCode></a:Country>
    </a:PostalAddress>
    <a:PartyTaxScheme><CompanyID>77-1</CompanyID><a:TaxScheme><ID>TAX</ID></a:TaxScheme></a:PartyTaxScheme>
    <a:PartyTaxScheme><CompanyID>DK13585628</CompanyID><a:TaxScheme><ID>VAT</ID></a:TaxScheme></a:PartyTaxScheme>
    <a:PartyLegalEntity><RegistrationName>Fjord Handel ApS</RegistrationName><CompanyID schemeID="0184">13585628</CompanyID></a:PartyLegalEntity>
  </a:Party></a:AccountingSupplierParty>
  <a:AccountingCustomerParty><a:Party>
    <a:PartyLegalEntity><RegistrationName>Birkenhof Verlag GmbH</RegistrationName></a:PartyLegalEntity>
  </a:Party></a:AccountingCustomerParty>
  <a:PayeeParty><a:PartyName><Name>Factor A/S</Name></a:PartyName></a:PayeeParty>
  <a:TaxRepresentativeParty>
    <a:PartyName><Name>Steuerhaus</Name></a:PartyName>
    <a:PartyTaxScheme><CompanyID>DE129273398</CompanyID><a:TaxScheme><ID>VAT</ID></a:TaxScheme></a:PartyTaxScheme>
  </a:TaxRepresentativeParty>
  <a:PaymentMeans><PaymentMeansCode>1</PaymentMeansCode></a:PaymentMeans>
  <a:PaymentMeans>
    <PaymentMeansCode name="SEPA">58</PaymentMeansCode>
    <a:PayeeFinancialAccount><ID>DK5000400440116243</ID></a:PayeeFinancialAccount>
  </a:PaymentMeans>
  <a:PaymentTerms><Note>30 Tage netto</Note></a:PaymentTerms>
  <a:AllowanceCharge>
    <ChargeIndicator>false</ChargeIndicator><AllowanceChargeReason>Treuerabatt</AllowanceChargeReason>
    <Amount currencyID="EUR">10.00</Amount>
    <a:TaxCategory><ID>S</ID><Percent>25</Percent><a:TaxScheme><ID>VAT</ID></a:TaxScheme></a:TaxCategory>
  </a:AllowanceCharge>
  <a:AllowanceCharge>
    <ChargeIndicator>true</ChargeIndicator><AllowanceChargeReasonCode>FC</AllowanceChargeReasonCode>
    <Amount currencyID="EUR">15.00</Amount>
    <a:TaxCategory><ID>S</ID><Percent>25</Percent><a:TaxScheme><ID>VAT</ID></a:TaxScheme></a:TaxCategory>
  </a:AllowanceCharge>
  <a:TaxTotal><TaxAmount currencyID="DKK">204.88</TaxAmount></a:TaxTotal>
  <a:TaxTotal>
    <TaxAmount currencyID="EUR">27.50</TaxAmount>
    <a:TaxSubtotal>
      <TaxableAmount currencyID="EUR">110.00</TaxableAmount><TaxAmount currencyID="EUR">27.50</TaxAmount>
      <a:TaxCategory><ID>S</ID><Percent>25.00</Percent><a:TaxScheme><ID>VAT</ID></a:TaxScheme></a:TaxCategory>
    </a:TaxSubtotal>
    <a:TaxSubtotal>
      <TaxableAmount currencyID="EUR">40.00</TaxableAmount><TaxAmount currencyID="EUR">0</TaxAmount>
      <a:TaxCategory><ID>E</ID><Percent>0</Percent><TaxExemptionReasonCode>VATEX-EU-132</TaxExemptionReasonCode><TaxExemptionReason>Fortbildung</TaxExemptionReason><a:TaxScheme><ID>VAT</ID></a:TaxScheme></a:TaxCategory>
    </a:TaxSubtotal>
    <a:TaxSubtotal>
      <TaxableAmount currencyID="EUR">2.50</TaxableAmount><TaxAmount currencyID="EUR">0.00</TaxAmount>
      <a:TaxCategory><ID>O</ID><TaxExemptionReason>Pfand</TaxExemptionReason><a:TaxScheme><ID>VAT</ID></a:TaxScheme></a:TaxCategory>
    </a:TaxSubtotal>
  </a:TaxTotal>
  <a:LegalMonetaryTotal>
    <LineExtensionAmount currencyID="EUR">147.50</LineExtensionAmount>
    <TaxExclusiveAmount currencyID="EUR">152.50</TaxExclusiveAmount>
    <TaxInclusiveAmount currencyID="EUR">180.00</TaxInclusiveAmount>
    <AllowanceTotalAmount currencyID="EUR">10.00</AllowanceTotalAmount>
    <ChargeTotalAmount currencyID="EUR">15.00</ChargeTotalAmount>
    <PrepaidAmount currencyID="EUR">50.00</PrepaidAmount>
    <PayableRoundingAmount currencyID="EUR">-0.02</PayableRoundingAmount>
    <PayableAmount currencyID="EUR">129.98</PayableAmount>
  </a:LegalMonetaryTotal>
  <a:InvoiceLine>
    <ID>1</ID><Note>Charge 7</Note><InvoicedQuantity unitCode="C62">250</InvoicedQuantity>
    <LineExtensionAmount currencyID="EUR">105.00</LineExtensionAmount>
    <a:AllowanceCharge><ChargeIndicator>0</ChargeIndicator><Amount currencyID="EUR">20.00</Amount></a:AllowanceCharge>
    <a:Item><Description>weiss, A4</Description><Name>Kopierpapier</Name>
      <a:ClassifiedTaxCategory><ID>S</ID><Percent>25</Percent><a:TaxScheme><ID>VAT</ID></a:TaxScheme></a:ClassifiedTaxCategory></a:Item>
    <a:Price><PriceAmount currencyID="EUR">50.00</PriceAmount><BaseQuantity unitCode="C62">100</BaseQuantity></a:Price>
  </a:InvoiceLine>
  <a:InvoiceLine>
    <ID>2</ID><InvoicedQuantity unitCode="HUR">1</InvoicedQuantity>
    <LineExtensionAmount currencyID="EUR">40.00</LineExtensionAmount>
    <a:Item><Name>Schulung</Name>
      <a:ClassifiedTaxCategory><ID>E</ID><Percent>0</Percent><a:TaxScheme><ID>VAT</ID></a:TaxScheme></a:ClassifiedTaxCategory></a:Item>
    <a:Price><PriceAmount currencyID="EUR">40</PriceAmount></a:Price>
  </a:InvoiceLine>
  <a:InvoiceLine>
    <ID>3</ID><InvoicedQuantity unitCode="C62">1</InvoicedQuantity>
    <LineExtensionAmount currencyID="EUR">2.50</LineExtensionAmount>
    <a:Item><Name>Pfand</Name>
      <a:ClassifiedTaxCategory><ID>O</ID><a:TaxScheme><ID>VAT</ID></a:TaxScheme></a:ClassifiedTaxCategory></a:Item>
    <a:Price><PriceAmount currencyID="EUR">2.50</PriceAmount></a:Price>
  </a:InvoiceLine>
</inv:Invoice>"#;

#[test]
fn head_and_parties_are_read_whatever_the_prefixes() {
    let facts = facts(INVOICE);
    assert_eq!(facts.doubts, []);
    let number = facts.number.unwrap();
    assert_eq!(number.value, "RE/2025/0815");
    assert_eq!(number.source.path, "/Invoice/cbc:ID");
    assert_eq!(number.source.rule, "xml");
    assert_eq!(facts.kind.unwrap().value, DocumentKind::Invoice);
    assert_eq!(facts.issue_date.unwrap().value, date(2025, 2, 28));
    assert_eq!(facts.due_date.unwrap().value, date(2025, 3, 30));
    assert_eq!(facts.period_start.unwrap().value, date(2025, 2, 1));
    assert_eq!(facts.period_end.unwrap().value, date(2025, 2, 28));
    assert_eq!(facts.order_number.unwrap().value, "PO-5");
    assert_eq!(facts.refers_to.unwrap().value, "AN-1");
    assert_eq!(facts.currency.unwrap().value.code(), "EUR");
    let means = facts.payment_means.unwrap();
    assert_eq!(means.value, PaymentMeans::Bank);
    assert_eq!(
        means.source.path,
        "/Invoice/cac:PaymentMeans[2]/cbc:PaymentMeansCode"
    );
    let texts: Vec<&str> = facts.texts.iter().map(|text| text.value.as_str()).collect();
    assert_eq!(
        texts,
        ["Lieferung <frei> Haus", "30 Tage netto", "Charge 7"]
    );

    let of = |role| {
        let found = facts.parties.iter().find(|(known, _)| *known == role);
        found.unwrap().1.clone()
    };
    let values = |ids: Vec<ledgergate_accounting::facts::Fact<String>>| {
        ids.into_iter().map(|id| id.value).collect::<Vec<_>>()
    };
    let seller = of(PartyRole::Seller);
    assert_eq!(seller.name.unwrap().value, "Fjord Handel ApS");
    assert_eq!(values(seller.tax_ids), ["DK13585628", "77-1"]);
    assert_eq!(values(seller.legal_ids), ["13585628"]);
    assert_eq!(seller.country.unwrap().value, "DK");
    assert_eq!(seller.iban.unwrap().value, "DK5000400440116243");
    assert_eq!(seller.address.unwrap().value, "Havnegade 3, 5000, Odense");
    assert_eq!(
        of(PartyRole::Buyer).name.unwrap().value,
        "Birkenhof Verlag GmbH"
    );
    assert!(of(PartyRole::Buyer).iban.is_none());
    assert_eq!(of(PartyRole::Payee).name.unwrap().value, "Factor A/S");
    let representative = of(PartyRole::TaxRepresentative);
    assert_eq!(values(representative.tax_ids), ["DE129273398"]);
}

#[test]
fn lines_allowances_and_taxes_are_read_exactly() {
    let facts = facts(INVOICE);
    let paper = &facts.lines[0];
    assert_eq!(
        paper.description.as_ref().unwrap().value,
        "Kopierpapier, weiss, A4"
    );
    assert_eq!(paper.quantity.as_ref().unwrap().value, dec!(250));
    let price = paper.unit_price.as_ref().unwrap();
    assert_eq!((price.value, price.source.is_derived()), (dec!(0.5), true));
    let amount = paper.amount.as_ref().unwrap();
    assert_eq!(amount.value, dec!(105));
    assert_eq!(
        amount.source.path,
        "/Invoice/cac:InvoiceLine[1]/cbc:LineExtensionAmount"
    );
    assert_eq!(paper.tax_category, Some(TaxCategory::S));
    assert_eq!(paper.tax_rate.as_ref().unwrap().value, dec!(25));
    assert_eq!(paper.allowances_charges[0].amount.value, dec!(20));
    assert!(!paper.allowances_charges[0].is_charge);
    assert_eq!(facts.lines[2].tax_category, Some(TaxCategory::O));
    assert!(facts.lines[2].tax_rate.is_none());

    let items = &facts.allowances_charges;
    assert_eq!(items.len(), 2);
    assert_eq!(
        (items[0].is_charge, items[0].amount.value),
        (false, dec!(10))
    );
    assert_eq!(items[0].reason.as_deref(), Some("Treuerabatt"));
    assert_eq!(
        (items[1].is_charge, items[1].amount.value),
        (true, dec!(15))
    );
    assert_eq!(items[1].reason.as_deref(), Some("FC"));

    let rows: Vec<_> = facts
        .tax_lines
        .iter()
        .map(|row| {
            let value = |fact: &Option<ledgergate_accounting::facts::Fact<_>>| {
                fact.as_ref().map(|fact| fact.value)
            };
            let note = row.note.as_ref().map(|note| note.value.as_str());
            (
                row.category.unwrap(),
                value(&row.rate),
                value(&row.base),
                value(&row.amount),
                note,
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            (
                TaxCategory::S,
                Some(dec!(25)),
                Some(dec!(110)),
                Some(dec!(27.5)),
                None
            ),
            (
                TaxCategory::E,
                Some(dec!(0)),
                Some(dec!(40)),
                Some(dec!(0)),
                Some("Fortbildung (VATEX-EU-132)")
            ),
            (
                TaxCategory::O,
                None,
                Some(dec!(2.5)),
                Some(dec!(0)),
                Some("Pfand")
            ),
        ]
    );
}

#[test]
fn totals_close_and_the_tax_in_its_own_currency_is_kept_apart() {
    let facts = facts(INVOICE);
    let totals = &facts.totals;
    let value = |fact: &Option<ledgergate_accounting::facts::Fact<_>>| fact.as_ref().unwrap().value;
    assert_eq!(value(&totals.net), dec!(152.50));
    assert_eq!(value(&totals.tax), dec!(27.50));
    assert_eq!(value(&totals.gross), dec!(180));
    assert_eq!(value(&totals.prepaid), dec!(50));
    assert_eq!(value(&totals.rounding), dec!(-0.02));
    assert_eq!(value(&totals.amount_due), dec!(129.98));
    assert_eq!(
        totals.amount_due.as_ref().unwrap().source.path,
        "/Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount"
    );
    assert_eq!(totals.lines_include_tax, Some(false));
    let [(currency, tax)] = facts.tax_in_currency.as_slice() else {
        panic!("one tax in another currency");
    };
    assert_eq!((currency.code(), tax.value), ("DKK", dec!(204.88)));
    assert!(facts.closes(), "{:#?}", facts.equations);
    for rule in 10..=17 {
        let name = format!("BR-CO-{rule}:");
        let tried = facts
            .equations
            .iter()
            .filter(|equation| equation.name.starts_with(&name));
        assert!(tried.count() > 0, "{name}");
    }
}

/// A credit note whose figures are positive, as the standard has them.
const CREDIT_NOTE: &str = r#"<CreditNote xmlns="urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2"
    xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
    xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
  <cbc:ID>G-3</cbc:ID><cbc:IssueDate>2025-03-01</cbc:IssueDate>
  <cbc:CreditNoteTypeCode>381</cbc:CreditNoteTypeCode>
  <cbc:DocumentCurrencyCode>SEK</cbc:DocumentCurrencyCode>
  <cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>F-9</cbc:ID></cac:InvoiceDocumentReference></cac:BillingReference>
  <cac:PaymentMeans><cbc:PaymentMeansCode>30</cbc:PaymentMeansCode><cbc:PaymentDueDate>2025-03-15</cbc:PaymentDueDate></cac:PaymentMeans>
  <cac:TaxTotal><cbc:TaxAmount currencyID="SEK">25</cbc:TaxAmount><cac:TaxSubtotal>
    <cbc:TaxableAmount currencyID="SEK">100</cbc:TaxableAmount><cbc:TaxAmount currencyID="SEK">25</cbc:TaxAmount>
    <cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>25</cbc:Percent></cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal>
  <cac:LegalMonetaryTotal>
    <cbc:LineExtensionAmount currencyID="SEK">100</cbc:LineExtensionAmount>
    <cbc:TaxExclusiveAmount currencyID="SEK">100</cbc:TaxExclusiveAmount>
    <cbc:TaxInclusiveAmount currencyID="SEK">125</cbc:TaxInclusiveAmount>
    <cbc:PayableAmount currencyID="SEK">125</cbc:PayableAmount>
  </cac:LegalMonetaryTotal>
  <cac:CreditNoteLine><cbc:ID>1</cbc:ID><cbc:CreditedQuantity>4</cbc:CreditedQuantity>
    <cbc:LineExtensionAmount currencyID="SEK">100</cbc:LineExtensionAmount>
    <cac:Item><cbc:Name>Papper</cbc:Name><cac:ClassifiedTaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>25</cbc:Percent></cac:ClassifiedTaxCategory></cac:Item>
    <cac:Price><cbc:PriceAmount currencyID="SEK">25</cbc:PriceAmount></cac:Price></cac:CreditNoteLine>
</CreditNote>"#;

#[test]
fn a_credit_note_is_read_by_its_own_names() {
    let facts = facts(CREDIT_NOTE);
    assert_eq!(facts.doubts, []);
    assert_eq!(facts.kind.as_ref().unwrap().value, DocumentKind::CreditNote);
    assert_eq!(facts.refers_to.as_ref().unwrap().value, "F-9");
    assert_eq!(facts.due_date.as_ref().unwrap().value, date(2025, 3, 15));
    assert_eq!(facts.lines[0].quantity.as_ref().unwrap().value, dec!(4));
    assert_eq!(facts.totals.gross.as_ref().unwrap().value, dec!(125));
    assert!(facts.closes());
}

#[test]
fn a_credit_note_of_negative_figures_is_turned_and_doubtful() {
    let negative = [
        "100<",
        "125<",
        "25</cbc:TaxAmount",
        "4</cbc:CreditedQuantity",
    ]
    .iter()
    .fold(CREDIT_NOTE.to_owned(), |xml, figure| {
        xml.replace(&format!(">{figure}"), &format!(">-{figure}"))
    });
    let (turned, positive) = (facts(&negative), facts(CREDIT_NOTE));
    assert_eq!(turned.doubts.len(), 1);
    assert_eq!(turned.doubts[0].code, "negative_credit_note");
    assert_eq!(turned.totals.gross.as_ref().unwrap().value, dec!(125));
    assert_eq!(turned.totals.tax.as_ref().unwrap().value, dec!(25));
    assert_eq!(turned.tax_lines[0].base.as_ref().unwrap().value, dec!(100));
    let line = &turned.lines[0];
    assert_eq!(line.quantity.as_ref().unwrap().value, dec!(4));
    assert_eq!(line.unit_price.as_ref().unwrap().value, dec!(25));
    assert_eq!(line.amount.as_ref().unwrap().value, dec!(100));
    assert!(turned.closes());
    assert_eq!(turned.equations.len(), positive.equations.len());
}

#[test]
fn a_withholding_is_read_and_left_to_a_person() {
    let withheld = CREDIT_NOTE.replace(
        "<cac:LegalMonetaryTotal>",
        "<cac:WithholdingTaxTotal><cbc:TaxAmount currencyID=\"SEK\">15</cbc:TaxAmount>\
         </cac:WithholdingTaxTotal><cac:LegalMonetaryTotal>",
    );
    let facts = facts(&withheld);
    assert_eq!(facts.withheld(), dec!(15));
    assert_eq!(facts.doubts[0].code, "withholding_outside_standard");
}
