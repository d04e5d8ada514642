//! Two parties that both look like the company: what tells the company from its namesake, a
//! sister company or a branch. Only what one of them says and the other does not decides; two
//! parties that are alike in all of it stay undecided, unless one tax id shows that both are the
//! same person: then the company invoices itself.

use super::known::contradicting_id;
use super::names::differs_in_legal_form;
use super::perspective::OurSide;
use super::reply::Evidence;
use crate::company::{Company, Country, Iban, TaxId};
use crate::facts::{Fact, PartyFact};

/// The side that is ours, and how much the difference says.
#[derive(Debug)]
pub(super) struct Told {
    pub side: OurSide,
    pub evidence: Evidence,
    /// False where it is likely only: somebody should look.
    pub is_sure: bool,
}

/// The differences in the order in which they count, and whether each is sure.
const DIFFERENCES: [(&str, bool); 4] = [
    ("only the other one has another tax id", true),
    ("only this one has our IBAN", true),
    ("only the other one has another legal form", true),
    ("only this one is in our country", false),
];

/// For each of [`DIFFERENCES`], whether `party` can be the company.
fn marks(party: &PartyFact, company: &Company) -> [bool; 4] {
    let iban = party.iban.as_ref();
    let name = party.name.as_ref();
    let country = party.country.as_ref();
    [
        contradicting_id(party, company.tax_ids()).is_none(),
        iban.and_then(|iban| Iban::parse(&iban.value))
            .is_some_and(|iban| company.iban() == Some(&iban)),
        name.is_none_or(|name| !differs_in_legal_form(&name.value, company.name())),
        country
            .and_then(|country| Country::parse(&country.value))
            .is_none_or(|country| country == company.country()),
    ]
}

/// Tells the company from the other party: by the first difference that counts, else by what the
/// paper is if there is no other party.
pub(super) fn tell(seller: &PartyFact, buyer: &PartyFact, company: &Company) -> Option<Told> {
    by_difference(seller, buyer, company).or_else(|| invoice_to_oneself(seller, buyer))
}

/// One tax id is one taxable person, so both sides are the company and the paper is one that it
/// issued itself: a supply to itself (Directive 2006/112/EC, articles 16, 18, 26 and 27) or between
/// its own places. Its issuer owes the tax on it whatever else is true (article 203), while nobody
/// owes himself a bill; so it is read as issued. Only likely: a person decides whether it posts.
fn invoice_to_oneself(seller: &PartyFact, buyer: &PartyFact) -> Option<Told> {
    let ids = |party: &PartyFact| -> Vec<TaxId> {
        let printed = party.tax_ids.iter();
        printed.filter_map(|id| TaxId::parse(&id.value)).collect()
    };
    let (of_seller, of_buyer) = (ids(seller), ids(buyer));
    let is_one_person = of_seller
        .iter()
        .any(|id| of_buyer.iter().any(|other| other.is_same(id)));
    is_one_person.then(|| Told {
        side: OurSide::Seller,
        evidence: evidence(
            OurSide::Seller,
            seller,
            "one tax id on both sides: an invoice to itself, which its issuer owes the tax of",
        ),
        is_sure: false,
    })
}

fn by_difference(seller: &PartyFact, buyer: &PartyFact, company: &Company) -> Option<Told> {
    let (as_seller, as_buyer) = (marks(seller, company), marks(buyer, company));
    DIFFERENCES
        .into_iter()
        .zip(as_seller.into_iter().zip(as_buyer))
        .find_map(|((rule, is_sure), marks)| {
            let (side, ours) = match marks {
                (true, false) => (OurSide::Seller, seller),
                (false, true) => (OurSide::Buyer, buyer),
                _ => return None,
            };
            Some(Told {
                side,
                evidence: evidence(side, ours, rule),
                is_sure,
            })
        })
}

fn evidence(side: OurSide, party: &PartyFact, rule: &str) -> Evidence {
    let source = party.name.as_ref().map(|Fact { source, .. }| source);
    Evidence {
        claim: format!("we are the {}", super::perspective::side_name(side)),
        path: source.map(|source| source.path.clone()).unwrap_or_default(),
        text: source.map(|source| source.text.clone()).unwrap_or_default(),
        rule: format!("both parties have our name; {rule}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::facts::Source;

    fn fact(value: &str) -> Fact<String> {
        Fact::new(value.to_owned(), Source::new("/x", value, "key"))
    }

    fn party(name: &str) -> PartyFact {
        PartyFact {
            name: Some(fact(name)),
            ..PartyFact::default()
        }
    }

    fn told(seller: &PartyFact, buyer: &PartyFact) -> Option<(OurSide, bool)> {
        let company = Company::from_json(&json!({
            "name": "Acme GmbH", "country": "DE", "base_currency": "EUR",
            "tax_id": "DE136695976", "iban": "DE89370400440532013000",
            "chart_of_accounts": "intl_4digit",
        }))
        .unwrap();
        tell(seller, buyer, &company).map(|told| (told.side, told.is_sure))
    }

    #[test]
    fn a_sister_company_has_another_legal_form_or_another_tax_id() {
        let (own, sister) = (party("Acme GmbH"), party("Acme SARL"));
        assert_eq!(told(&sister, &own), Some((OurSide::Buyer, true)));
        assert_eq!(told(&own, &sister), Some((OurSide::Seller, true)));
        let mut namesake = party("Acme GmbH");
        namesake.tax_ids = vec![fact("DE811115368")];
        assert_eq!(told(&own, &namesake), Some((OurSide::Seller, true)));
        // The tax id says more than the name.
        assert_eq!(told(&namesake, &sister), Some((OurSide::Buyer, true)));
    }

    #[test]
    fn our_account_is_on_our_side_and_our_country_is_likely() {
        let mut paid = party("Acme");
        paid.iban = Some(fact("DE89 3704 0044 0532 0130 00"));
        assert_eq!(told(&paid, &party("Acme")), Some((OurSide::Seller, true)));
        let mut abroad = party("Acme");
        abroad.country = Some(fact("FR"));
        assert_eq!(told(&abroad, &party("Acme")), Some((OurSide::Buyer, false)));
    }

    #[test]
    fn parties_that_are_alike_in_everything_decide_nothing() {
        assert_eq!(told(&party("Acme GmbH"), &party("ACME GmbH")), None);
        assert_eq!(told(&party("Acme"), &party("Acme")), None);
        // A form that is left out is no other form.
        assert_eq!(told(&party("Acme"), &party("Acme GmbH")), None);
    }

    #[test]
    fn one_tax_id_on_both_sides_is_an_invoice_to_oneself() {
        let with_id = |id: &str| PartyFact {
            tax_ids: vec![fact(id)],
            ..party("Acme")
        };
        let own = with_id("DE 136 695 976");
        assert_eq!(
            told(&own, &with_id("DE136695976")),
            Some((OurSide::Seller, false))
        );
        // One tax id proves nothing where only one side prints it.
        assert_eq!(told(&own, &party("Acme")), None);
        // A difference says more.
        let mut abroad = with_id("DE136695976");
        abroad.country = Some(fact("FR"));
        assert_eq!(told(&abroad, &own), Some((OurSide::Buyer, false)));
    }
}
