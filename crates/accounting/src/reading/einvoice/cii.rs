//! UN/CEFACT `CrossIndustryInvoice` D16B: the syntax binding of CEN/TS 16931-3-3.

use super::place::Place;
use super::stated::{self, AllowanceNames, Stated, TaxNames};
use super::values::Values;
use crate::facts::{DocumentFacts, Fact, LineFact, PartyFact, PartyRole, TaxLineFact};

const TRANSACTION: &str = "rsm:SupplyChainTradeTransaction";

const TAX_PARTS: TaxNames = TaxNames {
    category: "ram:CategoryCode",
    rate: "ram:RateApplicablePercent",
};

const ALLOWANCE: AllowanceNames = AllowanceNames {
    indicator: "ram:ChargeIndicator/udt:Indicator",
    amount: "ram:ActualAmount",
    reason: "ram:Reason",
    reason_code: "ram:ReasonCode",
    tax: "ram:CategoryTradeTax",
    tax_parts: TAX_PARTS,
};

/// Reads a document.
pub(super) fn read(root: &Place<'_>) -> DocumentFacts {
    let mut values = Values::default();
    let mut stated = Stated {
        type_code: values.text(root, "rsm:ExchangedDocument/ram:TypeCode"),
        ..Stated::default()
    };
    let currency =
        format!("{TRANSACTION}/ram:ApplicableHeaderTradeSettlement/ram:InvoiceCurrencyCode");
    stated.facts.currency = values.currency(root, &currency);
    values.currency = stated
        .facts
        .currency
        .as_ref()
        .map(|currency| currency.value);
    read_document(root, &mut stated, &mut values);
    for transaction in root.all(TRANSACTION) {
        for agreement in transaction.all("ram:ApplicableHeaderTradeAgreement") {
            read_agreement(&agreement, &mut stated, &mut values);
        }
        for settlement in transaction.all("ram:ApplicableHeaderTradeSettlement") {
            read_settlement(&settlement, &mut stated, &mut values);
        }
        for line in transaction.all("ram:IncludedSupplyChainTradeLineItem") {
            let line = read_line(&line, &mut stated.facts.texts, &mut values);
            stated.facts.lines.push(line);
        }
    }
    stated.into_facts(root, values)
}

fn read_document(root: &Place<'_>, stated: &mut Stated, values: &mut Values) {
    let facts = &mut stated.facts;
    facts.number = values.text(root, "rsm:ExchangedDocument/ram:ID");
    facts.issue_date = values.date_102(root, "rsm:ExchangedDocument/ram:IssueDateTime");
    facts.texts = texts(root, "rsm:ExchangedDocument/ram:IncludedNote/ram:Content");
}

fn texts(from: &Place<'_>, names: &str) -> Vec<Fact<String>> {
    let places = from.all(names);
    let text = |place: &Place<'_>| place.text().map(|text| place.fact(text.to_owned()));
    places.iter().filter_map(text).collect()
}

fn read_agreement(agreement: &Place<'_>, stated: &mut Stated, values: &mut Values) {
    let facts = &mut stated.facts;
    facts.order_number = values.text(
        agreement,
        "ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID",
    );
    for (role, name) in [
        (PartyRole::Seller, "ram:SellerTradeParty"),
        (PartyRole::Buyer, "ram:BuyerTradeParty"),
        (
            PartyRole::TaxRepresentative,
            "ram:SellerTaxRepresentativeTradeParty",
        ),
    ] {
        if let Some(group) = agreement.first(name) {
            facts.parties.push((role, read_party(&group, values)));
        }
    }
}

fn read_party(group: &Place<'_>, values: &mut Values) -> PartyFact {
    // VAT ids (BT-31, scheme VA) before other registrations with a tax office (BT-32, FC).
    let (vat, other): (Vec<Place<'_>>, Vec<Place<'_>>) = group
        .all("ram:SpecifiedTaxRegistration/ram:ID")
        .into_iter()
        .partition(|id| id.element.attribute("schemeID") == Some("VA"));
    let legal_name = values.text(group, "ram:Name");
    PartyFact {
        name: legal_name.or_else(|| {
            values.text(
                group,
                "ram:SpecifiedLegalOrganization/ram:TradingBusinessName",
            )
        }),
        tax_ids: vat
            .iter()
            .chain(&other)
            .filter_map(|id| id.text().map(|text| id.fact(text.to_owned())))
            .collect(),
        legal_ids: texts(group, "ram:SpecifiedLegalOrganization/ram:ID"),
        country: values.text(group, "ram:PostalTradeAddress/ram:CountryID"),
        iban: None,
        address: group.first("ram:PostalTradeAddress").and_then(|address| {
            let parts = [
                "ram:LineOne",
                "ram:LineTwo",
                "ram:LineThree",
                "ram:PostcodeCode",
                "ram:CityName",
                "ram:CountrySubDivisionName",
            ];
            stated::address(&address, &parts)
        }),
    }
}

fn read_settlement(settlement: &Place<'_>, stated: &mut Stated, values: &mut Values) {
    let facts = &mut stated.facts;
    facts.due_date = values.date_102(
        settlement,
        "ram:SpecifiedTradePaymentTerms/ram:DueDateDateTime",
    );
    let period = "ram:BillingSpecifiedPeriod";
    facts.period_start = values.date_102(settlement, &format!("{period}/ram:StartDateTime"));
    facts.period_end = values.date_102(settlement, &format!("{period}/ram:EndDateTime"));
    facts.refers_to = values.text(
        settlement,
        "ram:InvoiceReferencedDocument/ram:IssuerAssignedID",
    );
    let terms = "ram:SpecifiedTradePaymentTerms/ram:Description";
    facts.texts.extend(texts(settlement, terms));
    let means = "ram:SpecifiedTradeSettlementPaymentMeans";
    facts.payment_means = stated::payment_means(&settlement.all(&format!("{means}/ram:TypeCode")));
    if let Some(payee) = settlement.first("ram:PayeeTradeParty") {
        let party = read_party(&payee, values);
        // After the buyer, as in the other syntax.
        let place = facts
            .parties
            .iter()
            .position(|(role, _)| *role == PartyRole::TaxRepresentative);
        let place = place.unwrap_or(facts.parties.len());
        facts.parties.insert(place, (PartyRole::Payee, party));
    }
    // Several accounts to choose from are no contradiction: the first one stands.
    let account = format!("{means}/ram:PayeePartyCreditorFinancialAccount");
    let credited_account = texts(settlement, &format!("{account}/ram:IBANID"))
        .into_iter()
        .chain(texts(settlement, &format!("{account}/ram:ProprietaryID")))
        .next();
    let debited_account = format!("{means}/ram:PayerPartyDebtorFinancialAccount/ram:IBANID");
    let debited_account = values.text(settlement, &debited_account);
    for (role, party) in &mut facts.parties {
        match role {
            PartyRole::Seller | PartyRole::Payee => party.iban.clone_from(&credited_account),
            PartyRole::Buyer => party.iban.clone_from(&debited_account),
            PartyRole::TaxRepresentative | PartyRole::Unclear => {}
        }
    }
    let groups = settlement.all("ram:SpecifiedTradeAllowanceCharge");
    facts.allowances_charges = stated::allowances_charges(&groups, &ALLOWANCE, values);
    let rows = settlement.all("ram:ApplicableTradeTax");
    facts.tax_lines = rows
        .iter()
        .filter_map(|row| read_tax_line(row, values))
        .collect();
    read_totals(settlement, stated, values);
}

fn read_tax_line(row: &Place<'_>, values: &mut Values) -> Option<TaxLineFact> {
    let (category, rate) = stated::category_and_rate(row, &TAX_PARTS, values);
    let text = values.text(row, "ram:ExemptionReason");
    let code = values.text(row, "ram:ExemptionReasonCode");
    stated::keep(TaxLineFact {
        category,
        rate,
        base: values.amount(row, "ram:BasisAmount"),
        amount: values.amount(row, "ram:CalculatedAmount"),
        note: stated::exemption_note(text, code),
    })
}

fn read_totals(settlement: &Place<'_>, stated: &mut Stated, values: &mut Values) {
    const SUMMATION: &str = "ram:SpecifiedTradeSettlementHeaderMonetarySummation";
    let mut total = |name: &str| values.amount(settlement, &format!("{SUMMATION}/ram:{name}"));
    stated.line_total = total("LineTotalAmount");
    stated.allowance_total = total("AllowanceTotalAmount");
    stated.charge_total = total("ChargeTotalAmount");
    let totals = &mut stated.facts.totals;
    totals.net = total("TaxBasisTotalAmount");
    totals.gross = total("GrandTotalAmount");
    totals.prepaid = total("TotalPrepaidAmount");
    totals.rounding = total("RoundingAmount");
    totals.amount_due = total("DuePayableAmount");
    let tax_currency = values.currency(settlement, "ram:TaxCurrencyCode");
    let own = values.currency;
    let foreign = tax_currency
        .map(|currency| currency.value)
        .filter(|currency| Some(*currency) != own);
    let facts = &mut stated.facts;
    for amount in settlement.all(&format!("{SUMMATION}/ram:TaxTotalAmount")) {
        let in_foreign = foreign
            .filter(|currency| amount.element.attribute("currencyID") == Some(currency.code()));
        if let Some(currency) = in_foreign {
            let tax = values.number_at(&amount);
            facts.tax_in_currency.extend(tax.map(|tax| (currency, tax)));
        } else if facts.totals.tax.is_some() {
            let message = "the total tax (BT-110) is stated more than once";
            values.doubt("conflicting_values", &amount.path, message);
        } else {
            facts.totals.tax = values.amount_at(&amount);
        }
    }
}

fn read_line(line: &Place<'_>, notes: &mut Vec<Fact<String>>, values: &mut Values) -> LineFact {
    let note = "ram:AssociatedDocumentLineDocument/ram:IncludedNote/ram:Content";
    notes.extend(texts(line, note));
    let settlement = "ram:SpecifiedLineTradeSettlement";
    let price = "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice";
    let (tax_category, tax_rate) = line
        .first(&format!("{settlement}/ram:ApplicableTradeTax"))
        .map(|tax| stated::category_and_rate(&tax, &TAX_PARTS, values))
        .unwrap_or_default();
    let base_quantity = values.number(line, &format!("{price}/ram:BasisQuantity"));
    let price = values.amount(line, &format!("{price}/ram:ChargeAmount"));
    let groups = line.all(&format!("{settlement}/ram:SpecifiedTradeAllowanceCharge"));
    let summation = "ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount";
    LineFact {
        description: stated::item_text(
            values.text(line, "ram:SpecifiedTradeProduct/ram:Name"),
            values.text(line, "ram:SpecifiedTradeProduct/ram:Description"),
        ),
        quantity: values.number(line, "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity"),
        unit_price: stated::unit_price(price, base_quantity, values),
        amount: values.amount(line, &format!("{settlement}/{summation}")),
        tax_rate,
        tax_amount: None,
        tax_note: None,
        tax_category,
        allowances_charges: stated::allowances_charges(&groups, &ALLOWANCE, values),
    }
}
