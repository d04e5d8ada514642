//! CII documents written by hand.

use jiff::civil::date;
use ledgergate_accounting::facts::{DocumentKind, PartyRole, PaymentMeans, TaxCategory};
use rust_decimal_macros::dec;

use super::facts;

/// A self-billed invoice with prefixes of its own, reverse charge, a direct debit and a legal id.
const INVOICE: &str = r#"<?xml version='1.0' encoding='UTF-8'?>
<CrossIndustryInvoice xmlns="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
    xmlns:b="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
    xmlns:t="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">
  <ExchangedDocument>
    <b:ID>SB-9</b:ID><b:TypeCode>389</b:TypeCode>
    <b:IssueDateTime><t:DateTimeString format="102">20250115</t:DateTimeString></b:IssueDateTime>
    <b:IncludedNote><b:Content>Gutschriftsverfahren</b:Content></b:IncludedNote>
    <b:IncludedNote><b:Content>Zweite Notiz</b:Content></b:IncludedNote>
  </ExchangedDocument>
  <SupplyChainTradeTransaction>
    <b:IncludedSupplyChainTradeLineItem>
      <b:AssociatedDocumentLineDocument><b:LineID>1</b:LineID><b:IncludedNote><b:Content>Los 4</b:Content></b:IncludedNote></b:AssociatedDocumentLineDocument>
      <b:SpecifiedTradeProduct><b:Name>Montage</b:Name><b:Description>Montage</b:Description></b:SpecifiedTradeProduct>
      <b:SpecifiedLineTradeAgreement><b:NetPriceProductTradePrice><b:ChargeAmount>12.3456</b:ChargeAmount><b:BasisQuantity unitCode="HUR">1</b:BasisQuantity></b:NetPriceProductTradePrice></b:SpecifiedLineTradeAgreement>
      <b:SpecifiedLineTradeDelivery><b:BilledQuantity unitCode="HUR">10.5</b:BilledQuantity></b:SpecifiedLineTradeDelivery>
      <b:SpecifiedLineTradeSettlement>
        <b:ApplicableTradeTax><b:TypeCode>VAT</b:TypeCode><b:CategoryCode>AE</b:CategoryCode><b:RateApplicablePercent>0</b:RateApplicablePercent></b:ApplicableTradeTax>
        <b:SpecifiedTradeAllowanceCharge><b:ChargeIndicator><t:Indicator>true</t:Indicator></b:ChargeIndicator><b:ActualAmount>0.37</b:ActualAmount><b:Reason>Zuschlag</b:Reason></b:SpecifiedTradeAllowanceCharge>
        <b:SpecifiedTradeSettlementLineMonetarySummation><b:LineTotalAmount>130.00</b:LineTotalAmount></b:SpecifiedTradeSettlementLineMonetarySummation>
      </b:SpecifiedLineTradeSettlement>
    </b:IncludedSupplyChainTradeLineItem>
    <b:ApplicableHeaderTradeAgreement>
      <b:SellerTradeParty>
        <b:Name>Monteure &amp; Partner</b:Name>
        <b:SpecifiedLegalOrganization><b:ID schemeID="0002">813456789</b:ID></b:SpecifiedLegalOrganization>
        <b:PostalTradeAddress><b:PostcodeCode>69001</b:PostcodeCode><b:LineOne>Rue 1</b:LineOne><b:CityName>Lyon</b:CityName><b:CountryID>FR</b:CountryID></b:PostalTradeAddress>
        <b:SpecifiedTaxRegistration><b:ID schemeID="FC">12/345</b:ID></b:SpecifiedTaxRegistration>
        <b:SpecifiedTaxRegistration><b:ID schemeID="VA">FR40303265045</b:ID></b:SpecifiedTaxRegistration>
      </b:SellerTradeParty>
      <b:BuyerTradeParty><b:Name>Birkenhof Verlag GmbH</b:Name><b:SpecifiedTaxRegistration><b:ID schemeID="VA">DE136695976</b:ID></b:SpecifiedTaxRegistration></b:BuyerTradeParty>
      <b:BuyerOrderReferencedDocument><b:IssuerAssignedID>B-1</b:IssuerAssignedID></b:BuyerOrderReferencedDocument>
    </b:ApplicableHeaderTradeAgreement>
    <b:ApplicableHeaderTradeDelivery/>
    <b:ApplicableHeaderTradeSettlement>
      <b:InvoiceCurrencyCode>EUR</b:InvoiceCurrencyCode>
      <b:PayeeTradeParty><b:Name>Kasse</b:Name></b:PayeeTradeParty>
      <b:SpecifiedTradeSettlementPaymentMeans>
        <b:TypeCode>59</b:TypeCode>
        <b:PayerPartyDebtorFinancialAccount><b:IBANID>DE89370400440532013000</b:IBANID></b:PayerPartyDebtorFinancialAccount>
      </b:SpecifiedTradeSettlementPaymentMeans>
      <b:ApplicableTradeTax>
        <b:CalculatedAmount>0.00</b:CalculatedAmount><b:TypeCode>VAT</b:TypeCode>
        <b:BasisAmount>130.00</b:BasisAmount><b:CategoryCode>AE</b:CategoryCode>
        <b:ExemptionReasonCode>VATEX-EU-AE</b:ExemptionReasonCode><b:RateApplicablePercent>0</b:RateApplicablePercent>
      </b:ApplicableTradeTax>
      <b:BillingSpecifiedPeriod>
        <b:StartDateTime><t:DateTimeString format="102">20250101</t:DateTimeString></b:StartDateTime>
        <b:EndDateTime><t:DateTimeString format="102">20250114</t:DateTimeString></b:EndDateTime>
      </b:BillingSpecifiedPeriod>
      <b:SpecifiedTradePaymentTerms><b:Description>Einzug</b:Description><b:DueDateDateTime><t:DateTimeString format="102">20250201</t:DateTimeString></b:DueDateDateTime></b:SpecifiedTradePaymentTerms>
      <b:SpecifiedTradeSettlementHeaderMonetarySummation>
        <b:LineTotalAmount>130.00</b:LineTotalAmount><b:TaxBasisTotalAmount>130.00</b:TaxBasisTotalAmount>
        <b:TaxTotalAmount currencyID="EUR">0.00</b:TaxTotalAmount><b:GrandTotalAmount>130.00</b:GrandTotalAmount>
        <b:DuePayableAmount>130.00</b:DuePayableAmount>
      </b:SpecifiedTradeSettlementHeaderMonetarySummation>
      <b:InvoiceReferencedDocument><b:IssuerAssignedID>SB-8</b:IssuerAssignedID></b:InvoiceReferencedDocument>
    </b:ApplicableHeaderTradeSettlement>
  </SupplyChainTradeTransaction>
</CrossIndustryInvoice>"#;

#[test]
fn every_term_is_read_whatever_the_prefixes() {
    let facts = facts(INVOICE);
    assert_eq!(facts.doubts, []);
    assert_eq!(facts.kind.as_ref().unwrap().value, DocumentKind::Invoice);
    assert_eq!(facts.number.as_ref().unwrap().value, "SB-9");
    assert_eq!(facts.issue_date.as_ref().unwrap().value, date(2025, 1, 15));
    assert_eq!(facts.due_date.as_ref().unwrap().value, date(2025, 2, 1));
    assert_eq!(facts.period_start.as_ref().unwrap().value, date(2025, 1, 1));
    assert_eq!(facts.period_end.as_ref().unwrap().value, date(2025, 1, 14));
    assert_eq!(facts.order_number.as_ref().unwrap().value, "B-1");
    assert_eq!(facts.refers_to.as_ref().unwrap().value, "SB-8");
    assert_eq!(
        facts.payment_means.as_ref().unwrap().value,
        PaymentMeans::Bank
    );
    let texts: Vec<&str> = facts.texts.iter().map(|text| text.value.as_str()).collect();
    assert_eq!(
        texts,
        ["Gutschriftsverfahren", "Zweite Notiz", "Einzug", "Los 4"]
    );
    assert_eq!(
        facts.texts[1].source.path,
        "/rsm:CrossIndustryInvoice/rsm:ExchangedDocument/ram:IncludedNote[2]/ram:Content"
    );

    let seller = facts.party(PartyRole::Seller).unwrap();
    assert_eq!(seller.name.as_ref().unwrap().value, "Monteure & Partner");
    let ids: Vec<&str> = seller.tax_ids.iter().map(|id| id.value.as_str()).collect();
    assert_eq!(ids, ["FR40303265045", "12/345"]);
    assert_eq!(seller.legal_ids[0].value, "813456789");
    assert_eq!(seller.country.as_ref().unwrap().value, "FR");
    assert_eq!(seller.address.as_ref().unwrap().value, "Rue 1, 69001, Lyon");
    assert!(seller.iban.is_none());
    let buyer = facts.party(PartyRole::Buyer).unwrap();
    assert_eq!(buyer.iban.as_ref().unwrap().value, "DE89370400440532013000");
    let payee = facts.party(PartyRole::Payee).unwrap();
    assert_eq!(payee.name.as_ref().unwrap().value, "Kasse");

    let line = &facts.lines[0];
    assert_eq!(line.description.as_ref().unwrap().value, "Montage");
    assert_eq!(line.quantity.as_ref().unwrap().value, dec!(10.5));
    assert_eq!(line.unit_price.as_ref().unwrap().value, dec!(12.3456));
    assert_eq!(line.amount.as_ref().unwrap().value, dec!(130));
    assert_eq!(line.tax_category, Some(TaxCategory::AE));
    assert!(line.allowances_charges[0].is_charge);
    assert_eq!(line.allowances_charges[0].amount.value, dec!(0.37));
    let row = &facts.tax_lines[0];
    assert_eq!(row.category, Some(TaxCategory::AE));
    assert_eq!(row.base.as_ref().unwrap().value, dec!(130));
    assert_eq!(row.note.as_ref().unwrap().value, "VATEX-EU-AE");
    assert!(facts.closes(), "{:#?}", facts.equations);
}

#[test]
fn a_date_of_another_format_is_a_doubt() {
    let week = INVOICE.replace(
        "<t:DateTimeString format=\"102\">20250115",
        "<t:DateTimeString format=\"616\">202503",
    );
    let facts = facts(&week);
    assert!(facts.issue_date.is_none());
    let [doubt] = facts.doubts.as_slice() else {
        panic!("one doubt: {:?}", facts.doubts);
    };
    assert_eq!(doubt.code, "unreadable_date");
    assert!(doubt.path.ends_with("ram:IssueDateTime/udt:DateTimeString"));
}

#[test]
fn type_codes_decide_the_kind() {
    for (code, kind) in [
        ("380", DocumentKind::Invoice),
        ("326", DocumentKind::Invoice),
        ("875", DocumentKind::Invoice),
        ("381", DocumentKind::CreditNote),
        ("261", DocumentKind::CreditNote),
        ("386", DocumentKind::DepositInvoice),
        ("325", DocumentKind::Proforma),
        ("384", DocumentKind::Invoice),
    ] {
        let facts = facts(&INVOICE.replace("<b:TypeCode>389", &format!("<b:TypeCode>{code}")));
        assert_eq!(facts.kind.unwrap().value, kind, "{code}");
        let doubts: Vec<&str> = facts
            .doubts
            .iter()
            .map(|doubt| doubt.code.as_str())
            .collect();
        let expected: &[&str] = if code == "384" {
            &["corrected_invoice"]
        } else {
            &[]
        };
        assert_eq!(doubts, expected, "{code}");
    }
    let unknown = facts(&INVOICE.replace("<b:TypeCode>389", "<b:TypeCode>999"));
    assert!(unknown.kind.is_none());
    assert_eq!(unknown.doubts[0].code, "unknown_type_code");
}

#[test]
fn payment_means_are_those_of_the_code_list() {
    for (code, means) in [
        ("10", Some(PaymentMeans::Cash)),
        ("30", Some(PaymentMeans::Bank)),
        ("31", Some(PaymentMeans::Bank)),
        ("42", Some(PaymentMeans::Bank)),
        ("58", Some(PaymentMeans::Bank)),
        ("48", Some(PaymentMeans::Card)),
        ("54", Some(PaymentMeans::Card)),
        ("55", Some(PaymentMeans::Card)),
        ("1", None),
        ("ZZZ", None),
    ] {
        let facts = facts(&INVOICE.replace("<b:TypeCode>59<", &format!("<b:TypeCode>{code}<")));
        assert_eq!(facts.payment_means.map(|fact| fact.value), means, "{code}");
    }
}

#[test]
fn a_negative_correction_is_a_credit_note() {
    let negative = INVOICE
        .replace("<b:TypeCode>389", "<b:TypeCode>384")
        .replace("130.00", "-130.00")
        .replace("10.5", "-10.5")
        .replace("0.37", "-0.37");
    let facts = facts(&negative);
    assert_eq!(facts.doubts, []);
    let kind = facts.kind.as_ref().unwrap();
    assert_eq!(kind.value, DocumentKind::CreditNote);
    assert_eq!(kind.source.rule, "negative totals");
    assert_eq!(facts.totals.gross.as_ref().unwrap().value, dec!(130));
    assert_eq!(facts.lines[0].amount.as_ref().unwrap().value, dec!(130));
    assert_eq!(
        facts.lines[0].allowances_charges[0].amount.value,
        dec!(0.37)
    );
    assert!(facts.closes());
}
