//! The company's master data on a party of a document: by tax id, else by name.

use super::names::similarity;
use crate::company::{Company, KnownParty, TaxId};
use crate::facts::PartyFact;

/// From this likeness on a printed name is a known one.
const SAME_NAME: f64 = 0.9;

/// The known party that a document's party is. A tax id says more than a name.
pub(crate) fn known_party<'a>(company: &'a Company, party: &PartyFact) -> Option<&'a KnownParty> {
    let known = company.known_parties();
    let by_id = known.iter().find(|known| {
        known
            .tax_id
            .as_ref()
            .is_some_and(|own| printed_ids(party).any(|id| own.is_same(&id)))
    });
    by_id.or_else(|| {
        let name = party.name.as_ref()?;
        known
            .iter()
            .find(|known| similarity(&known.name, &name.value) >= SAME_NAME)
    })
}

/// The tax ids that a party prints.
pub(crate) fn printed_ids(party: &PartyFact) -> impl Iterator<Item = TaxId> {
    party
        .tax_ids
        .iter()
        .filter_map(|printed| TaxId::parse(&printed.value))
}

/// The printed id that stands where one of `expected` should: none that is printed is one of
/// them, and it is of their sort (both with a country's prefix, or as long as one of them). A
/// national number beside a VAT id is another sort and contradicts nothing.
pub(crate) fn contradicting_id(party: &PartyFact, expected: &[TaxId]) -> Option<TaxId> {
    let is_expected = |id: &TaxId| expected.iter().any(|own| own.is_same(id));
    if expected.is_empty() || printed_ids(party).any(|id| is_expected(&id)) {
        return None;
    }
    printed_ids(party).find(|id| {
        expected.iter().any(|own| {
            let both_prefixed = id.country().is_some() && own.country().is_some();
            both_prefixed || id.as_str().len() == own.as_str().len()
        })
    })
}
