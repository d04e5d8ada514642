//! Identifiers of the parties.

use super::{Check, Subject};
use crate::company::{Country, Iban, TaxId};
use crate::determination::names;
use crate::facts::PartyFact;

pub(super) fn check(subject: &Subject<'_>) -> Vec<Check> {
    let mut findings = Vec::new();
    for (_, party) in &subject.facts.parties {
        findings.extend(iban(party));
        findings.extend(prefixes(party));
    }
    findings.extend(changed_bank_details(subject));
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

fn changed_bank_details(subject: &Subject<'_>) -> Option<Check> {
    let party = subject.decided.counterparty.as_ref()?;
    let name = party.name.as_ref()?;
    let printed = party.iban.as_ref()?;
    let found = Iban::parse(&printed.value)?;
    let known = subject
        .company
        .known_parties()
        .iter()
        .find(|known| names::similarity(&known.name, &name.value) >= 0.9)?;
    let expected = known.iban.as_ref().filter(|iban| **iban != found)?;
    let message = format!("the bank account of {} is not the known one", known.name);
    Some(
        Check::review(
            "bank_details_changed",
            printed.source.path.as_str(),
            message,
        )
        .with(expected.as_str(), found.as_str()),
    )
}
