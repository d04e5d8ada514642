//! Invoices as UN/CEFACT CII.

use std::fmt::Write as _;

use super::{Invoice, Line, euros, reason};

/// As UN/CEFACT CII with the usual prefixes.
pub(crate) fn cii(invoice: &Invoice) -> String {
    let mut xml = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
  xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
  xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">
<rsm:ExchangedDocument><ram:ID>R-77</ram:ID><ram:TypeCode>{}</ram:TypeCode>
<ram:IssueDateTime><udt:DateTimeString format="102">20250303</udt:DateTimeString></ram:IssueDateTime>
<ram:IncludedNote><ram:Content>Danke &amp; Gruss</ram:Content></ram:IncludedNote>
</rsm:ExchangedDocument><rsm:SupplyChainTradeTransaction>"#,
        invoice.type_code
    );
    for (index, line) in invoice.lines.iter().enumerate() {
        xml += &cii_line(index, line);
    }
    xml += "<ram:ApplicableHeaderTradeAgreement>";
    for (element, name, id, city) in [
        (
            "SellerTradeParty",
            "Seeberg Papier AG",
            "DE811569869",
            "Kiel",
        ),
        (
            "BuyerTradeParty",
            "Birkenhof Verlag GmbH",
            "DE136695976",
            "Mainz",
        ),
    ] {
        let _ = write!(
            xml,
            "<ram:{element}><ram:Name>{name}</ram:Name><ram:PostalTradeAddress>\
             <ram:CityName>{city}</ram:CityName><ram:CountryID>DE</ram:CountryID>\
             </ram:PostalTradeAddress><ram:SpecifiedTaxRegistration>\
             <ram:ID schemeID=\"VA\">{id}</ram:ID></ram:SpecifiedTaxRegistration></ram:{element}>"
        );
    }
    xml += "<ram:BuyerOrderReferencedDocument><ram:IssuerAssignedID>B-12</ram:IssuerAssignedID>\
            </ram:BuyerOrderReferencedDocument></ram:ApplicableHeaderTradeAgreement>\
            <ram:ApplicableHeaderTradeDelivery/><ram:ApplicableHeaderTradeSettlement>";
    if invoice.tax_in_francs.is_some() {
        xml += "<ram:TaxCurrencyCode>CHF</ram:TaxCurrencyCode>";
    }
    xml += "<ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>\
            <ram:SpecifiedTradeSettlementPaymentMeans><ram:TypeCode>58</ram:TypeCode>\
            <ram:PayeePartyCreditorFinancialAccount><ram:IBANID>DE89370400440532013000</ram:IBANID>\
            </ram:PayeePartyCreditorFinancialAccount></ram:SpecifiedTradeSettlementPaymentMeans>";
    xml += &taxes_and_adjustments(invoice);
    xml += "<ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime>\
            <udt:DateTimeString format=\"102\">20250402</udt:DateTimeString></ram:DueDateDateTime>\
            </ram:SpecifiedTradePaymentTerms>\
            <ram:SpecifiedTradeSettlementHeaderMonetarySummation>";
    xml += &totals(invoice);
    if let Some(original) = invoice.original {
        let _ = write!(
            xml,
            "<ram:InvoiceReferencedDocument><ram:IssuerAssignedID>{original}\
             </ram:IssuerAssignedID></ram:InvoiceReferencedDocument>"
        );
    }
    xml += "</ram:ApplicableHeaderTradeSettlement></rsm:SupplyChainTradeTransaction>\
            </rsm:CrossIndustryInvoice>";
    xml
}

fn taxes_and_adjustments(invoice: &Invoice) -> String {
    let mut xml = String::new();
    for (tax, base, amount) in invoice.breakdown() {
        let reason = reason(tax)
            .map(|text| format!("<ram:ExemptionReason>{text}</ram:ExemptionReason>"))
            .unwrap_or_default();
        let _ = write!(
            xml,
            "<ram:ApplicableTradeTax><ram:CalculatedAmount>{}</ram:CalculatedAmount>\
             <ram:TypeCode>VAT</ram:TypeCode>{reason}<ram:BasisAmount>{}</ram:BasisAmount>\
             <ram:CategoryCode>{}</ram:CategoryCode>\
             <ram:RateApplicablePercent>{}</ram:RateApplicablePercent></ram:ApplicableTradeTax>",
            euros(amount),
            euros(base),
            tax.category,
            tax.rate,
        );
    }
    for item in &invoice.adjustments {
        let _ = write!(
            xml,
            "<ram:SpecifiedTradeAllowanceCharge><ram:ChargeIndicator><udt:Indicator>{}</udt:Indicator>\
             </ram:ChargeIndicator><ram:ActualAmount>{}</ram:ActualAmount><ram:Reason>Anpassung\
             </ram:Reason><ram:CategoryTradeTax><ram:TypeCode>VAT</ram:TypeCode>\
             <ram:CategoryCode>{}</ram:CategoryCode>\
             <ram:RateApplicablePercent>{}</ram:RateApplicablePercent></ram:CategoryTradeTax>\
             </ram:SpecifiedTradeAllowanceCharge>",
            item.is_charge,
            euros(item.amount),
            item.tax.category,
            item.tax.rate,
        );
    }
    xml
}

fn totals(invoice: &Invoice) -> String {
    let mut xml = String::new();
    let total = |name: &str, amount| format!("<ram:{name}>{}</ram:{name}>", euros(amount));
    xml += &total("LineTotalAmount", invoice.line_total());
    xml += &total("ChargeTotalAmount", invoice.sum_of(true));
    xml += &total("AllowanceTotalAmount", invoice.sum_of(false));
    xml += &total("TaxBasisTotalAmount", invoice.net());
    let mut taxes = vec![("EUR", invoice.tax())];
    taxes.extend(invoice.tax_in_francs.map(|francs| ("CHF", francs)));
    for (currency, amount) in taxes {
        let _ = write!(
            xml,
            "<ram:TaxTotalAmount currencyID=\"{currency}\">{}</ram:TaxTotalAmount>",
            euros(amount)
        );
    }
    xml += &total("RoundingAmount", invoice.rounding);
    xml += &total("GrandTotalAmount", invoice.gross());
    xml += &total("TotalPrepaidAmount", invoice.prepaid);
    xml += &total("DuePayableAmount", invoice.due());
    xml += "</ram:SpecifiedTradeSettlementHeaderMonetarySummation>";
    xml
}

fn cii_line(index: usize, line: &Line) -> String {
    let allowance = if line.allowance == 0 {
        String::new()
    } else {
        format!(
            "<ram:SpecifiedTradeAllowanceCharge><ram:ChargeIndicator><udt:Indicator>false\
             </udt:Indicator></ram:ChargeIndicator><ram:ActualAmount>{}</ram:ActualAmount>\
             <ram:ReasonCode>95</ram:ReasonCode></ram:SpecifiedTradeAllowanceCharge>",
            euros(line.allowance)
        )
    };
    format!(
        "<ram:IncludedSupplyChainTradeLineItem><ram:AssociatedDocumentLineDocument>\
         <ram:LineID>{}</ram:LineID></ram:AssociatedDocumentLineDocument>\
         <ram:SpecifiedTradeProduct><ram:Name>{}</ram:Name></ram:SpecifiedTradeProduct>\
         <ram:SpecifiedLineTradeAgreement><ram:NetPriceProductTradePrice>\
         <ram:ChargeAmount>{}</ram:ChargeAmount></ram:NetPriceProductTradePrice>\
         </ram:SpecifiedLineTradeAgreement><ram:SpecifiedLineTradeDelivery>\
         <ram:BilledQuantity unitCode=\"C62\">{}</ram:BilledQuantity></ram:SpecifiedLineTradeDelivery>\
         <ram:SpecifiedLineTradeSettlement><ram:ApplicableTradeTax><ram:TypeCode>VAT</ram:TypeCode>\
         <ram:CategoryCode>{}</ram:CategoryCode>\
         <ram:RateApplicablePercent>{}</ram:RateApplicablePercent></ram:ApplicableTradeTax>{allowance}\
         <ram:SpecifiedTradeSettlementLineMonetarySummation><ram:LineTotalAmount>{}\
         </ram:LineTotalAmount></ram:SpecifiedTradeSettlementLineMonetarySummation>\
         </ram:SpecifiedLineTradeSettlement></ram:IncludedSupplyChainTradeLineItem>",
        index + 1,
        line.name,
        euros(line.price),
        line.quantity,
        line.tax.category,
        line.tax.rate,
        euros(line.amount()),
    )
}
