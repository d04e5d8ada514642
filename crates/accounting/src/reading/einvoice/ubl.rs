//! UBL 2.1 Invoice and `CreditNote`: the syntax binding of CEN/TS 16931-3-2.

use super::place::Place;
use super::stated::{self, AllowanceNames, Stated, TaxNames};
use super::values::Values;
use crate::facts::{
    DocumentFacts, DocumentKind, Fact, LineFact, PartyFact, PartyRole, TaxLineFact, WithholdingFact,
};

/// The names in which the two documents differ.
pub(super) struct Names {
    kind: DocumentKind,
    type_code: &'static str,
    due_date: &'static str,
    line: &'static str,
    quantity: &'static str,
}

/// Those of an invoice.
pub(super) const INVOICE: Names = Names {
    kind: DocumentKind::Invoice,
    type_code: "cbc:InvoiceTypeCode",
    due_date: "cbc:DueDate",
    line: "cac:InvoiceLine",
    quantity: "cbc:InvoicedQuantity",
};

/// Those of a credit note.
pub(super) const CREDIT_NOTE: Names = Names {
    kind: DocumentKind::CreditNote,
    type_code: "cbc:CreditNoteTypeCode",
    due_date: "cac:PaymentMeans/cbc:PaymentDueDate",
    line: "cac:CreditNoteLine",
    quantity: "cbc:CreditedQuantity",
};

const TAX_PARTS: TaxNames = TaxNames {
    category: "cbc:ID",
    rate: "cbc:Percent",
};

const ALLOWANCE: AllowanceNames = AllowanceNames {
    indicator: "cbc:ChargeIndicator",
    amount: "cbc:Amount",
    reason: "cbc:AllowanceChargeReason",
    reason_code: "cbc:AllowanceChargeReasonCode",
    tax: "cac:TaxCategory",
    tax_parts: TAX_PARTS,
};

/// Reads a document.
pub(super) fn read(root: &Place<'_>, names: &Names) -> DocumentFacts {
    let mut values = Values::default();
    let mut stated = Stated {
        kind_of_root: Some(names.kind),
        type_code: values.text(root, names.type_code),
        ..Stated::default()
    };
    read_head(root, names, &mut stated, &mut values);
    read_parties(root, &mut stated, &mut values);
    let lines = root.all(names.line);
    stated.facts.lines = lines
        .iter()
        .map(|line| read_line(line, names, &mut stated.facts.texts, &mut values))
        .collect();
    let groups = root.all("cac:AllowanceCharge");
    stated.facts.allowances_charges = stated::allowances_charges(&groups, &ALLOWANCE, &mut values);
    read_totals(root, &mut stated, &mut values);
    read_taxes(root, &mut stated, &mut values);
    read_withholdings(root, &mut stated, &mut values);
    stated.into_facts(root, values)
}

fn read_head(root: &Place<'_>, names: &Names, stated: &mut Stated, values: &mut Values) {
    let facts = &mut stated.facts;
    facts.currency = values.currency(root, "cbc:DocumentCurrencyCode");
    values.currency = facts.currency.as_ref().map(|currency| currency.value);
    facts.number = values.text(root, "cbc:ID");
    facts.issue_date = values.date(root, "cbc:IssueDate");
    facts.due_date = values.date(root, names.due_date);
    facts.period_start = values.date(root, "cac:InvoicePeriod/cbc:StartDate");
    facts.period_end = values.date(root, "cac:InvoicePeriod/cbc:EndDate");
    facts.order_number = values.text(root, "cac:OrderReference/cbc:ID");
    facts.refers_to = values.text(
        root,
        "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID",
    );
    facts.payment_means = stated::payment_means(&root.all("cac:PaymentMeans/cbc:PaymentMeansCode"));
    for name in ["cbc:Note", "cac:PaymentTerms/cbc:Note"] {
        facts.texts.extend(texts(root, name));
    }
}

fn texts(from: &Place<'_>, names: &str) -> Vec<Fact<String>> {
    let places = from.all(names);
    let text = |place: &Place<'_>| place.text().map(|text| place.fact(text.to_owned()));
    places.iter().filter_map(text).collect()
}

fn read_parties(root: &Place<'_>, stated: &mut Stated, values: &mut Values) {
    // Several accounts to choose from are no contradiction: the first one stands.
    let credited = texts(root, "cac:PaymentMeans/cac:PayeeFinancialAccount/cbc:ID");
    let credited_account = credited.into_iter().next();
    let debited_account = values.text(
        root,
        "cac:PaymentMeans/cac:PaymentMandate/cac:PayerFinancialAccount/cbc:ID",
    );
    for (role, names, account) in [
        (
            PartyRole::Seller,
            "cac:AccountingSupplierParty/cac:Party",
            &credited_account,
        ),
        (
            PartyRole::Buyer,
            "cac:AccountingCustomerParty/cac:Party",
            &debited_account,
        ),
        (PartyRole::Payee, "cac:PayeeParty", &credited_account),
        (
            PartyRole::TaxRepresentative,
            "cac:TaxRepresentativeParty",
            &None,
        ),
    ] {
        if let Some(group) = root.first(names) {
            let mut party = read_party(&group, values);
            party.iban.clone_from(account);
            stated.facts.parties.push((role, party));
        }
    }
}

fn read_party(group: &Place<'_>, values: &mut Values) -> PartyFact {
    let legal_name = values.text(group, "cac:PartyLegalEntity/cbc:RegistrationName");
    // Ids of the VAT scheme (BT-31) before other registrations with a tax office (BT-32).
    let (vat, other): (Vec<Place<'_>>, Vec<Place<'_>>) = group
        .all("cac:PartyTaxScheme")
        .into_iter()
        .partition(|scheme| {
            scheme
                .first("cac:TaxScheme/cbc:ID")
                .and_then(|id| id.text())
                == Some("VAT")
        });
    let ids = vat.iter().chain(&other);
    PartyFact {
        name: legal_name.or_else(|| values.text(group, "cac:PartyName/cbc:Name")),
        tax_ids: ids
            .filter_map(|scheme| values.text(scheme, "cbc:CompanyID"))
            .collect(),
        legal_ids: texts(group, "cac:PartyLegalEntity/cbc:CompanyID"),
        country: values.text(
            group,
            "cac:PostalAddress/cac:Country/cbc:IdentificationCode",
        ),
        iban: None,
        address: group.first("cac:PostalAddress").and_then(|address| {
            let parts = [
                "cbc:StreetName",
                "cbc:AdditionalStreetName",
                "cac:AddressLine/cbc:Line",
                "cbc:PostalZone",
                "cbc:CityName",
                "cbc:CountrySubentity",
            ];
            stated::address(&address, &parts)
        }),
    }
}

fn read_line(
    line: &Place<'_>,
    names: &Names,
    notes: &mut Vec<Fact<String>>,
    values: &mut Values,
) -> LineFact {
    notes.extend(texts(line, "cbc:Note"));
    let (tax_category, tax_rate) = line
        .first("cac:Item/cac:ClassifiedTaxCategory")
        .map(|tax| stated::category_and_rate(&tax, &TAX_PARTS, values))
        .unwrap_or_default();
    let price = values.amount(line, "cac:Price/cbc:PriceAmount");
    let base_quantity = values.number(line, "cac:Price/cbc:BaseQuantity");
    let groups = line.all("cac:AllowanceCharge");
    LineFact {
        description: stated::item_text(
            values.text(line, "cac:Item/cbc:Name"),
            values.text(line, "cac:Item/cbc:Description"),
        ),
        quantity: values.number(line, names.quantity),
        unit_price: stated::unit_price(price, base_quantity, values),
        amount: values.amount(line, "cbc:LineExtensionAmount"),
        tax_rate,
        tax_amount: None,
        tax_note: None,
        tax_category,
        allowances_charges: stated::allowances_charges(&groups, &ALLOWANCE, values),
    }
}

fn read_totals(root: &Place<'_>, stated: &mut Stated, values: &mut Values) {
    let mut total = |name: &str| values.amount(root, &format!("cac:LegalMonetaryTotal/cbc:{name}"));
    stated.line_total = total("LineExtensionAmount");
    stated.allowance_total = total("AllowanceTotalAmount");
    stated.charge_total = total("ChargeTotalAmount");
    let totals = &mut stated.facts.totals;
    totals.net = total("TaxExclusiveAmount");
    totals.gross = total("TaxInclusiveAmount");
    totals.prepaid = total("PrepaidAmount");
    totals.rounding = total("PayableRoundingAmount");
    totals.amount_due = total("PayableAmount");
}

/// The total tax in the document's currency (BT-110) with its breakdown, and the one in the
/// currency of the tax return (BT-111), which has none.
fn read_taxes(root: &Place<'_>, stated: &mut Stated, values: &mut Values) {
    let tax_currency = values.currency(root, "cbc:TaxCurrencyCode");
    let (own, facts) = (values.currency, &mut stated.facts);
    let foreign = tax_currency
        .map(|currency| currency.value)
        .filter(|currency| Some(*currency) != own);
    for total in root.all("cac:TaxTotal") {
        let Some(amount) = values.one(&total, "cbc:TaxAmount") else {
            continue;
        };
        let in_foreign = foreign
            .filter(|currency| amount.element.attribute("currencyID") == Some(currency.code()));
        if let Some(currency) = in_foreign {
            let tax = values.number_at(&amount);
            facts.tax_in_currency.extend(tax.map(|tax| (currency, tax)));
            continue;
        }
        let tax = values.amount_at(&amount);
        if facts.totals.tax.is_some() {
            let message = "the total tax (BT-110) is stated more than once";
            values.doubt("conflicting_values", &amount.path, message);
        } else {
            facts.totals.tax = tax;
        }
        for row in total.all("cac:TaxSubtotal") {
            facts.tax_lines.extend(read_tax_line(&row, values));
        }
    }
}

fn read_tax_line(row: &Place<'_>, values: &mut Values) -> Option<TaxLineFact> {
    let group = row.first("cac:TaxCategory");
    let (category, rate) = group
        .as_ref()
        .map(|group| stated::category_and_rate(group, &TAX_PARTS, values))
        .unwrap_or_default();
    let note = group.and_then(|group| {
        let text = values.text(&group, "cbc:TaxExemptionReason");
        let code = values.text(&group, "cbc:TaxExemptionReasonCode");
        stated::exemption_note(text, code)
    });
    stated::keep(TaxLineFact {
        category,
        rate,
        base: values.amount(row, "cbc:TaxableAmount"),
        amount: values.amount(row, "cbc:TaxAmount"),
        note,
    })
}

/// UBL has a withholding, EN 16931 has none: it is read, and a person looks at what is due.
fn read_withholdings(root: &Place<'_>, stated: &mut Stated, values: &mut Values) {
    for total in root.all("cac:WithholdingTaxTotal") {
        let message = "a withholding tax, which EN 16931 does not know: is it deducted?";
        values.doubt("withholding_outside_standard", &total.path, message);
        let rows = total.all("cac:TaxSubtotal");
        let parts = if rows.is_empty() { vec![total] } else { rows };
        for part in parts {
            let Some(amount) = values.amount(&part, "cbc:TaxAmount") else {
                continue;
            };
            let scheme = values.text(&part, "cac:TaxCategory/cac:TaxScheme/cbc:Name");
            stated.facts.withholdings.push(WithholdingFact {
                rate: values.number(&part, "cac:TaxCategory/cbc:Percent"),
                base: values.amount(&part, "cbc:TaxableAmount"),
                amount: amount.map(|amount| amount.abs()),
                name: scheme.map(|scheme| scheme.value),
            });
        }
    }
}
