//! Identifiers of the parties.

use super::{Check, Subject};
use crate::catalogue::Action;
use crate::company::{Country, Iban, TaxId};
use crate::determination::known::{contradicting_id, known_party};
use crate::determination::perspective::OurSide;
use crate::facts::{DocumentKind, PartyFact, PartyRole};
use crate::posting::is_invoice;
use crate::tax::has_right_check_digits;

pub(super) fn check(subject: &Subject<'_>) -> Vec<Check> {
    let mut findings = Vec::new();
    for (_, party) in &subject.facts.parties {
        findings.extend(iban(party));
        findings.extend(prefixes(party));
        findings.extend(check_digits(party));
    }
    findings.extend(changed_bank_details(subject));
    findings.extend(other_tax_ids(subject));
    findings.extend(incomplete(subject));
    findings
}

fn iban(party: &PartyFact) -> Option<Check> {
    let printed = party.iban.as_ref()?;
    // Accounts of countries without IBANs are printed under the same label.
    let looks_like_one = printed
        .value
        .chars()
        .take(2)
        .all(|c| c.is_ascii_alphabetic());
    (looks_like_one && Iban::parse(&printed.value).is_none()).then(|| {
        let message = "the IBAN's form or check digits are wrong (ISO 13616)";
        let mut finding = Check::review("iban_invalid", printed.source.path.as_str(), message);
        finding.actual = Some(printed.value.clone());
        finding
    })
}

/// A VAT id begins with its country (EN 16931 BR-CO-9).
fn prefixes(party: &PartyFact) -> Vec<Check> {
    let Some(country) = party
        .country
        .as_ref()
        .and_then(|fact| Country::parse(&fact.value))
    else {
        return Vec::new();
    };
    party
        .tax_ids
        .iter()
        .filter_map(|printed| {
            let prefix = TaxId::parse(&printed.value)?.country()?;
            let differs = prefix != country && country.is_in_eu() && prefix.is_in_eu();
            differs.then(|| {
                let message = "the VAT id begins with another country than the party's";
                Check::warning("vat_id_prefix", printed.source.path.as_str(), message)
                    .with(country, prefix)
            })
        })
        .collect()
}

/// A misread or invented VAT id. Only a warning: the authority may know it all the same.
fn check_digits(party: &PartyFact) -> Vec<Check> {
    party
        .tax_ids
        .iter()
        .filter_map(|printed| {
            let id = TaxId::parse(&printed.value)?;
            (!has_right_check_digits(&id)?).then(|| {
                let message = "the check digits of the VAT id are wrong";
                let path = printed.source.path.as_str();
                let mut finding = Check::warning("vat_id_checksum", path, message);
                finding.actual = Some(printed.value.clone());
                finding
            })
        })
        .collect()
}

fn changed_bank_details(subject: &Subject<'_>) -> Option<Check> {
    let party = subject.decided.counterparty.as_ref()?;
    let printed = party.iban.as_ref()?;
    let found = Iban::parse(&printed.value)?;
    let known = known_party(subject.company, party)?;
    let expected = known.iban.as_ref().filter(|iban| **iban != found)?;
    let message = format!("the bank account of {} is not the known one", known.name);
    let path = printed.source.path.as_str();
    let finding = Check::review("bank_details_changed", path, message);
    Some(finding.with(expected.as_str(), found.as_str()))
}

/// Names can be alike; a tax id is one taxpayer's. Ours, and that of a known party.
fn other_tax_ids(subject: &Subject<'_>) -> Vec<Check> {
    let mut findings = Vec::new();
    let ours = subject.decided.side.map(|side| match side {
        OurSide::Buyer => PartyRole::Buyer,
        OurSide::Seller => PartyRole::Seller,
    });
    if let Some(party) = ours.and_then(|role| subject.facts.party(role)) {
        findings.extend(tax_id_differs(
            party,
            subject.company.tax_ids(),
            subject.company.name(),
        ));
    }
    if let Some(party) = &subject.decided.counterparty
        && let Some(known) = known_party(subject.company, party)
        && let Some(expected) = &known.tax_id
    {
        let expected = std::slice::from_ref(expected);
        findings.extend(tax_id_differs(party, expected, &known.name));
    }
    findings
}

fn tax_id_differs(party: &PartyFact, expected: &[TaxId], name: &str) -> Option<Check> {
    let found = contradicting_id(party, expected)?;
    let path = party
        .tax_ids
        .first()
        .map(|id| id.source.path.clone())
        .unwrap_or_default();
    let message = format!("the tax id of {name} is not the known one");
    let finding = Check::review("tax_id_differs", path, message);
    Some(finding.with(expected.first()?.as_str(), found.as_str()))
}

/// A bill, an invoice or a credit note without another party or without a number cannot be
/// told from another one (Directive 2006/112/EC art. 226 asks for both).
fn incomplete(subject: &Subject<'_>) -> Vec<Check> {
    let numbered = matches!(
        subject.decided.action,
        Action::CreateBill
            | Action::CreateInvoice
            | Action::CreateVendorCredit
            | Action::CreateCreditNote
    );
    let mut findings = Vec::new();
    if is_invoice(subject.decided.action)
        && subject.decided.kind != Some(DocumentKind::Receipt)
        && subject.decided.party_name().is_none()
    {
        let message = "the document does not name the other party";
        findings.push(Check::review("counterparty_missing", "", message));
    }
    if numbered && subject.facts.number.is_none() {
        let message = "the document has no number";
        findings.push(Check::review("document_number_missing", "", message));
    }
    findings
}
