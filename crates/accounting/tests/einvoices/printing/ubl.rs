//! Invoices as UBL 2.1.

use std::fmt::Write as _;

use super::{Invoice, Tax, euros, reason};

/// As UBL 2.1 with the usual prefixes.
pub(crate) fn ubl(invoice: &Invoice) -> String {
    let root = if invoice.is_credit_note() {
        "CreditNote"
    } else {
        "Invoice"
    };
    let mut xml = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<{root} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{root}-2"
  xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
  xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<cbc:ID>R-77</cbc:ID><cbc:IssueDate>2025-03-03</cbc:IssueDate>"#
    );
    if !invoice.is_credit_note() {
        xml += "<cbc:DueDate>2025-04-02</cbc:DueDate>";
    }
    let code = invoice.type_code;
    let _ = write!(
        xml,
        "<cbc:{root}TypeCode>{code}</cbc:{root}TypeCode><cbc:Note>Danke &amp; Gruss</cbc:Note>\
         <cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>"
    );
    if invoice.tax_in_francs.is_some() {
        xml += "<cbc:TaxCurrencyCode>CHF</cbc:TaxCurrencyCode>";
    }
    xml += "<cac:OrderReference><cbc:ID>B-12</cbc:ID></cac:OrderReference>";
    if let Some(original) = invoice.original {
        let _ = write!(
            xml,
            "<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>{original}</cbc:ID>\
             </cac:InvoiceDocumentReference></cac:BillingReference>"
        );
    }
    xml += &parties_and_payment(invoice);
    xml += &adjustments_and_taxes(invoice);
    xml += &totals(invoice);
    xml += &lines(invoice, root);
    let _ = write!(xml, "</{root}>");
    xml
}

fn ubl_tax(element: &str, tax: Tax, reason: Option<&str>) -> String {
    let reason = reason
        .map(|text| format!("<cbc:TaxExemptionReason>{text}</cbc:TaxExemptionReason>"))
        .unwrap_or_default();
    format!(
        "<cac:{element}><cbc:ID>{}</cbc:ID><cbc:Percent>{}</cbc:Percent>{reason}\
         <cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:{element}>",
        tax.category, tax.rate
    )
}

fn parties_and_payment(invoice: &Invoice) -> String {
    let mut xml = String::new();
    for (element, name, id, city) in [
        (
            "AccountingSupplierParty",
            "Seeberg Papier AG",
            "DE811569869",
            "Kiel",
        ),
        (
            "AccountingCustomerParty",
            "Birkenhof Verlag GmbH",
            "DE136695976",
            "Mainz",
        ),
    ] {
        let _ = write!(
            xml,
            "<cac:{element}><cac:Party><cac:PostalAddress><cbc:CityName>{city}</cbc:CityName>\
             <cac:Country><cbc:IdentificationCode>DE</cbc:IdentificationCode></cac:Country>\
             </cac:PostalAddress><cac:PartyTaxScheme><cbc:CompanyID>{id}</cbc:CompanyID>\
             <cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>\
             <cac:PartyLegalEntity><cbc:RegistrationName>{name}</cbc:RegistrationName>\
             </cac:PartyLegalEntity></cac:Party></cac:{element}>"
        );
    }
    let due = if invoice.is_credit_note() {
        "<cbc:PaymentDueDate>2025-04-02</cbc:PaymentDueDate>"
    } else {
        ""
    };
    let _ = write!(
        xml,
        "<cac:PaymentMeans><cbc:PaymentMeansCode>58</cbc:PaymentMeansCode>{due}\
         <cac:PayeeFinancialAccount><cbc:ID>DE89370400440532013000</cbc:ID>\
         </cac:PayeeFinancialAccount></cac:PaymentMeans>"
    );
    xml
}

fn adjustments_and_taxes(invoice: &Invoice) -> String {
    let mut xml = String::new();
    for item in &invoice.adjustments {
        let _ = write!(
            xml,
            "<cac:AllowanceCharge><cbc:ChargeIndicator>{}</cbc:ChargeIndicator>\
             <cbc:AllowanceChargeReason>Anpassung</cbc:AllowanceChargeReason>\
             <cbc:Amount currencyID=\"EUR\">{}</cbc:Amount>{}</cac:AllowanceCharge>",
            item.is_charge,
            euros(item.amount),
            ubl_tax("TaxCategory", item.tax, None),
        );
    }
    let _ = write!(
        xml,
        "<cac:TaxTotal><cbc:TaxAmount currencyID=\"EUR\">{}</cbc:TaxAmount>",
        euros(invoice.tax())
    );
    for (tax, base, amount) in invoice.breakdown() {
        let _ = write!(
            xml,
            "<cac:TaxSubtotal><cbc:TaxableAmount currencyID=\"EUR\">{}</cbc:TaxableAmount>\
             <cbc:TaxAmount currencyID=\"EUR\">{}</cbc:TaxAmount>{}</cac:TaxSubtotal>",
            euros(base),
            euros(amount),
            ubl_tax("TaxCategory", tax, reason(tax)),
        );
    }
    xml += "</cac:TaxTotal>";
    if let Some(francs) = invoice.tax_in_francs {
        let _ = write!(
            xml,
            "<cac:TaxTotal><cbc:TaxAmount currencyID=\"CHF\">{}</cbc:TaxAmount></cac:TaxTotal>",
            euros(francs)
        );
    }
    xml
}

fn totals(invoice: &Invoice) -> String {
    let mut xml = String::new();
    xml += "<cac:LegalMonetaryTotal>";
    for (name, amount) in [
        ("LineExtensionAmount", invoice.line_total()),
        ("TaxExclusiveAmount", invoice.net()),
        ("TaxInclusiveAmount", invoice.gross()),
        ("AllowanceTotalAmount", invoice.sum_of(false)),
        ("ChargeTotalAmount", invoice.sum_of(true)),
        ("PrepaidAmount", invoice.prepaid),
        ("PayableRoundingAmount", invoice.rounding),
        ("PayableAmount", invoice.due()),
    ] {
        let _ = write!(
            xml,
            "<cbc:{name} currencyID=\"EUR\">{}</cbc:{name}>",
            euros(amount)
        );
    }
    xml += "</cac:LegalMonetaryTotal>";
    xml
}

fn lines(invoice: &Invoice, root: &str) -> String {
    let mut xml = String::new();
    let quantity = if invoice.is_credit_note() {
        "CreditedQuantity"
    } else {
        "InvoicedQuantity"
    };
    for (index, line) in invoice.lines.iter().enumerate() {
        let _ = write!(
            xml,
            "<cac:{root}Line><cbc:ID>{}</cbc:ID><cbc:{quantity} unitCode=\"C62\">{}</cbc:{quantity}>\
             <cbc:LineExtensionAmount currencyID=\"EUR\">{}</cbc:LineExtensionAmount>",
            index + 1,
            line.quantity,
            euros(line.amount()),
        );
        if line.allowance != 0 {
            let _ = write!(
                xml,
                "<cac:AllowanceCharge><cbc:ChargeIndicator>false</cbc:ChargeIndicator>\
                 <cbc:AllowanceChargeReasonCode>95</cbc:AllowanceChargeReasonCode>\
                 <cbc:Amount currencyID=\"EUR\">{}</cbc:Amount></cac:AllowanceCharge>",
                euros(line.allowance)
            );
        }
        let _ = write!(
            xml,
            "<cac:Item><cbc:Name>{}</cbc:Name>{}</cac:Item><cac:Price>\
             <cbc:PriceAmount currencyID=\"EUR\">{}</cbc:PriceAmount></cac:Price></cac:{root}Line>",
            line.name,
            ubl_tax("ClassifiedTaxCategory", line.tax, None),
            euros(line.price),
        );
    }
    xml
}
