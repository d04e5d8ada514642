//! Which side of the document the company is on: tax id before name before IBAN before the part
//! that a key gives to somebody else.

use super::both_sides::{self, Told};
use super::known::known_party;
use super::names::similarity;
use super::reply::Evidence;
use crate::checks::Check;
use crate::company::{Company, Iban, PartyKind, TaxId};
use crate::facts::{DocumentFacts, PartyFact, PartyRole};

/// Our side of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OurSide {
    /// We sell.
    Seller,
    /// We buy.
    Buyer,
}

/// Our side and what it rests on.
#[derive(Debug, Clone)]
pub(crate) struct Perspective {
    /// Our side; the default where `doubt` is set.
    pub side: OurSide,
    /// 0 to 1: how much the evidence says.
    pub weight: f64,
    /// Why a person should look at it.
    pub doubt: Option<Check>,
    /// What the side rests on.
    pub evidence: Vec<Evidence>,
}

/// Evidence that a party is the company itself.
struct Match {
    weight: f64,
    evidence: Vec<Evidence>,
}

const TAX_ID: f64 = 1.0;
const NAME: f64 = 0.9;
const IBAN: f64 = 0.85;
/// From this weight on a party is taken for the company.
const ENOUGH: f64 = 0.7;

/// Decides our side. `default` is what the kind of document suggests when nothing else decides.
pub(crate) fn perspective(
    facts: &DocumentFacts,
    company: &Company,
    default: Option<OurSide>,
) -> Perspective {
    let seller = facts.party(PartyRole::Seller);
    let buyer = facts.party(PartyRole::Buyer);
    let as_seller = seller.map_or_else(Match::none, |party| matches(party, company, "seller"));
    let as_buyer = buyer.map_or_else(Match::none, |party| matches(party, company, "buyer"));
    let (own_seller, own_buyer) = (as_seller.weight >= ENOUGH, as_buyer.weight >= ENOUGH);
    if own_seller && own_buyer && (as_seller.weight - as_buyer.weight).abs() < 0.05 {
        let told = seller
            .zip(buyer)
            .and_then(|(seller, buyer)| both_sides::tell(seller, buyer, company));
        let evidence = [as_seller.evidence, as_buyer.evidence].concat();
        if let Some(told) = told {
            return on_told_side(told, evidence, path_of(buyer));
        }
        let message = "seller and buyer both look like the company: nothing in the document \
                       decides which side it is on, the buyer's side is assumed";
        return Perspective {
            side: OurSide::Buyer,
            weight: 0.5,
            doubt: Some(Check::review(
                "company_on_both_sides",
                path_of(buyer),
                message,
            )),
            evidence,
        };
    }
    if own_seller || own_buyer {
        let is_seller = as_seller.weight > as_buyer.weight;
        let (side, found) = if is_seller {
            (OurSide::Seller, as_seller)
        } else {
            (OurSide::Buyer, as_buyer)
        };
        return Perspective {
            side,
            weight: found.weight,
            doubt: None,
            evidence: found.evidence,
        };
    }
    on_neither_side(facts, company, default)
}

fn on_told_side(told: Told, evidence: Vec<Evidence>, path: String) -> Perspective {
    let side = told.side;
    let message = format!(
        "seller and buyer both look like the company; the {}'s side is likely: {}",
        side_name(side),
        told.evidence.rule
    );
    let doubt = (!told.is_sure).then(|| Check::review("company_on_both_sides", path, message));
    let claim = format!("we are the {}", side_name(side));
    let agreeing = evidence
        .into_iter()
        .filter(|evidence| evidence.claim == claim);
    Perspective {
        side,
        weight: if told.is_sure { 0.85 } else { 0.7 },
        doubt,
        evidence: std::iter::once(told.evidence).chain(agreeing).collect(),
    }
}

fn on_neither_side(
    facts: &DocumentFacts,
    company: &Company,
    default: Option<OurSide>,
) -> Perspective {
    let named = |role| facts.party(role).filter(|party| !party.is_empty());
    let (seller, buyer) = (named(PartyRole::Seller), named(PartyRole::Buyer));
    if let Some(known) = by_known_party(company, seller, buyer) {
        return known;
    }
    // Only one party is named and it is not us: then we are the other one.
    let (side, weight, claim) = match (seller, buyer) {
        (Some(_), None) => (OurSide::Buyer, 0.8, "only a seller is named"),
        (None, Some(_)) => (OurSide::Seller, 0.8, "only a buyer is named"),
        _ => (
            default.unwrap_or(OurSide::Buyer),
            0.5,
            "the company is not named",
        ),
    };
    let party = seller.or(buyer);
    let evidence = Evidence {
        claim: format!("we are the {}", side_name(side)),
        path: path_of(party),
        text: party
            .and_then(|party| party.name.as_ref())
            .map(|name| name.source.text.clone())
            .unwrap_or_default(),
        rule: format!("role of the key: {claim}"),
    };
    let message = format!(
        "'{}' is on neither side of the document ({claim}); the {}'s side is assumed",
        company.name(),
        side_name(side)
    );
    Perspective {
        side,
        weight,
        doubt: Some(Check::review("company_not_named", path_of(party), message)),
        evidence: vec![evidence],
    }
}

/// The company's own master data tell who it buys from and who it sells to.
fn by_known_party(
    company: &Company,
    seller: Option<&PartyFact>,
    buyer: Option<&PartyFact>,
) -> Option<Perspective> {
    let is_known = |party: Option<&PartyFact>, kind: PartyKind| {
        let party = party?;
        let known = known_party(company, party).filter(|known| known.kind == kind)?;
        let printed = party.name.as_ref().or_else(|| party.tax_ids.first())?;
        Some((known.name.clone(), printed.source.clone()))
    };
    let supplier = is_known(seller, PartyKind::Supplier);
    let customer = is_known(buyer, PartyKind::Customer);
    let (side, (known, source)) = match (supplier, customer) {
        (Some(found), None) => (OurSide::Buyer, found),
        (None, Some(found)) => (OurSide::Seller, found),
        _ => return None,
    };
    let evidence = Evidence {
        claim: format!("we are the {}", side_name(side)),
        path: source.path,
        text: source.text,
        rule: format!("known party {known}"),
    };
    let other = match side {
        OurSide::Buyer => buyer,
        OurSide::Seller => seller,
    };
    Some(Perspective {
        side,
        weight: 0.85,
        doubt: other.map(|other| addressed_elsewhere(other, company)),
        evidence: vec![evidence],
    })
}

/// A known supplier's invoice to somebody else is not ours.
fn addressed_elsewhere(other: &PartyFact, company: &Company) -> Check {
    let message = "the document names another company where this one should stand";
    let found = other
        .name
        .as_ref()
        .map_or("a tax id or an IBAN of another", |name| name.value.as_str());
    Check::review(
        "not_addressed_to_the_company",
        path_of(Some(other)),
        message,
    )
    .with(company.name(), found)
}

pub(super) fn side_name(side: OurSide) -> &'static str {
    match side {
        OurSide::Seller => "seller",
        OurSide::Buyer => "buyer",
    }
}

fn path_of(party: Option<&PartyFact>) -> String {
    party
        .and_then(|party| party.name.as_ref())
        .map(|name| name.source.path.clone())
        .unwrap_or_default()
}

impl Match {
    fn none() -> Self {
        Self {
            weight: 0.0,
            evidence: Vec::new(),
        }
    }

    fn add(&mut self, weight: f64, claim: String, source: &crate::facts::Source, rule: &str) {
        self.weight = self.weight.max(weight);
        self.evidence.push(Evidence {
            claim,
            path: source.path.clone(),
            text: source.text.clone(),
            rule: rule.to_owned(),
        });
    }
}

fn matches(party: &PartyFact, company: &Company, role: &str) -> Match {
    let mut found = Match::none();
    let claim = || format!("we are the {role}");
    for printed in &party.tax_ids {
        if let Some(id) = TaxId::parse(&printed.value)
            && company.tax_ids().iter().any(|own| own.is_same(&id))
        {
            found.add(TAX_ID, claim(), &printed.source, "tax id");
        }
    }
    for printed in &party.legal_ids {
        // A register's number is compared whole: its letters are no country's prefix.
        if let Some(id) = TaxId::parse(&printed.value)
            && company.tax_ids().contains(&id)
        {
            found.add(TAX_ID, claim(), &printed.source, "legal id");
        }
    }
    if let Some(name) = &party.name {
        let alike = similarity(&name.value, company.name());
        if alike >= 0.6 {
            found.add(NAME * alike, claim(), &name.source, "name");
        }
    }
    if let Some(printed) = &party.iban
        && let Some(iban) = Iban::parse(&printed.value)
        && company.iban() == Some(&iban)
    {
        found.add(IBAN, claim(), &printed.source, "IBAN");
    }
    found
}

/// Whether a party is the company itself.
pub(crate) fn is_company(party: &PartyFact, company: &Company) -> bool {
    matches(party, company, "party").weight >= ENOUGH
}

/// The other party, given our side: the one in the opposite role, else the first that is named
/// without a role and is not us.
pub(crate) fn counterparty<'a>(
    facts: &'a DocumentFacts,
    company: &Company,
    side: OurSide,
) -> Option<&'a PartyFact> {
    let opposite = match side {
        OurSide::Seller => PartyRole::Buyer,
        OurSide::Buyer => PartyRole::Seller,
    };
    facts
        .party(opposite)
        .filter(|party| !party.is_empty())
        .or_else(|| {
            facts
                .parties
                .iter()
                .filter(|(role, _)| *role == PartyRole::Unclear)
                .map(|(_, party)| party)
                .find(|party| !party.is_empty() && !is_company(party, company))
        })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::facts::{Fact, Source};

    fn fact(value: &str) -> Fact<String> {
        Fact::new(value.to_owned(), Source::new("/x", value, "key"))
    }

    fn party(name: &str, tax_id: Option<&str>) -> PartyFact {
        PartyFact {
            name: Some(fact(name)),
            tax_ids: tax_id.into_iter().map(fact).collect(),
            ..PartyFact::default()
        }
    }

    fn between(seller: PartyFact, buyer: PartyFact) -> DocumentFacts {
        DocumentFacts {
            parties: vec![(PartyRole::Seller, seller), (PartyRole::Buyer, buyer)],
            ..DocumentFacts::default()
        }
    }

    fn company(name: &str) -> Company {
        Company::from_json(&json!({
            "name": name, "country": "DE", "base_currency": "EUR", "tax_id": "DE136695976",
            "chart_of_accounts": "intl_4digit",
            "known_parties": [{"name": "Stadtwerke AG", "kind": "supplier"}],
        }))
        .unwrap()
    }

    fn view(facts: &DocumentFacts, name: &str) -> (OurSide, Option<String>) {
        let view = perspective(facts, &company(name), None);
        (view.side, view.doubt.map(|doubt| doubt.code))
    }

    #[test]
    fn the_tax_id_outweighs_the_name() {
        let facts = between(party("Acme", Some("DE 136 695 976")), party("Acme", None));
        assert_eq!(view(&facts, "Acme GmbH"), (OurSide::Seller, None));
    }

    #[test]
    fn a_longer_name_is_not_ours() {
        let facts = between(party("Legal Name", None), party("Another Legal Name", None));
        assert_eq!(view(&facts, "Legal Name"), (OurSide::Seller, None));
        assert_eq!(view(&facts, "Another Legal Name"), (OurSide::Buyer, None));
    }

    #[test]
    fn one_name_on_both_sides_decides_nothing() {
        let facts = between(party("Acme", None), party("ACME Inc.", None));
        let expected = (OurSide::Buyer, Some("company_on_both_sides".to_owned()));
        assert_eq!(view(&facts, "Acme"), expected);
    }

    #[test]
    fn a_strangers_paper_is_doubtful_unless_the_supplier_is_known() {
        let strange = between(party("Kestrel", None), party("Somebody", None));
        let expected = (OurSide::Buyer, Some("company_not_named".to_owned()));
        assert_eq!(view(&strange, "Acme"), expected);
        let known = between(party("Stadtwerke", None), PartyFact::default());
        assert_eq!(view(&known, "Acme"), (OurSide::Buyer, None));
        let elsewhere = between(party("Stadtwerke", None), party("Zebra Holding Ltd", None));
        let expected = Some("not_addressed_to_the_company".to_owned());
        assert_eq!(view(&elsewhere, "Acme"), (OurSide::Buyer, expected));
    }
}
