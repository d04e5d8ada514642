//! Parties in the parts that the document gives them.

use super::collect::{Cell, Collected};
use super::field::Field;
use super::normalise::compact;
use super::style::Reader;
use super::value::country::{of_tax_id, read_country};
use crate::facts::{Fact, PartyFact, PartyRole, Source};

/// The parties of the document. A counterparty without a part of its own that bears the
/// seller's name, or stands where no seller is named, is the seller: who issues a document
/// prints his own data on it.
pub(crate) fn read_parties(collected: &Collected<'_>) -> Vec<(PartyRole, PartyFact)> {
    let mut seller = party(collected, Field::Seller);
    let mut buyer = party(collected, Field::Buyer);
    let mut unclear = party(collected, Field::Counterparty);
    let mut loose = loose_attributes(collected);
    let issued = seller.name.is_some() || buyer.name.is_some();
    if names_agree(&seller, &unclear) {
        fill(&mut seller, std::mem::take(&mut unclear));
    } else if names_agree(&buyer, &unclear) {
        fill(&mut buyer, std::mem::take(&mut unclear));
    } else if unclear.name.is_none() && issued {
        fill(&mut seller, std::mem::take(&mut unclear));
    }
    if seller.is_empty() && !unclear.is_empty() {
        fill(&mut unclear, std::mem::take(&mut loose));
    } else {
        fill(&mut seller, std::mem::take(&mut loose));
    }
    [
        (PartyRole::Seller, seller),
        (PartyRole::Buyer, buyer),
        (PartyRole::Unclear, unclear),
    ]
    .into_iter()
    .filter(|(_, party)| !party.is_empty())
    .collect()
}

/// The seller's country for deciding styles, before values are read.
pub(crate) fn country_hint(collected: &Collected<'_>) -> Option<String> {
    read_parties(collected).into_iter().find_map(|(_, party)| {
        let printed = party.country.map(|country| country.value);
        printed.or_else(|| {
            party
                .tax_ids
                .iter()
                .find_map(|tax_id| of_tax_id(&tax_id.value))
        })
    })
}

fn party(collected: &Collected<'_>, role: Field) -> PartyFact {
    let mut party = PartyFact::default();
    for (_, cells) in collected.parties.iter().filter(|(found, _)| *found == role) {
        let mut part = PartyFact::default();
        for cell in cells {
            add(&mut part, cell, role);
        }
        address_parts(&mut part, cells);
        fill(&mut party, part);
    }
    party
}

fn add(party: &mut PartyFact, cell: &Cell<'_>, role: Field) {
    let Some(text) = Reader::text(cell.node) else {
        return;
    };
    let fact = Reader::fact(cell.node, text.clone());
    match cell.meaning.field {
        Field::Name => set(&mut party.name, fact),
        // `"customer": "Borealis AS"`: the value is the name.
        field if field == role || field.is_role() => add_block(party, cell, &text),
        Field::TaxId | Field::Tax | Field::TaxAmount
            if text.chars().any(|character| character.is_ascii_digit()) =>
        {
            party.tax_ids.push(fact);
        }
        Field::Iban => set(&mut party.iban, fact),
        Field::Address => set(&mut party.address, fact),
        Field::Country => {
            if let Some(code) = read_country(&text) {
                set(&mut party.country, Fact::new(code, fact.source));
            }
        }
        _ => {}
    }
}

/// A role's value: a name, or a name with its address over several lines.
fn add_block(party: &mut PartyFact, cell: &Cell<'_>, text: &str) {
    let printed = cell.node.printed().unwrap_or_default();
    let mut lines = printed
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    let Some(first) = lines.next() else {
        return;
    };
    let source = |part: &str| Source::new(cell.node.path.clone(), part, cell.node.rule);
    let rest: Vec<&str> = lines.collect();
    if rest.is_empty() {
        set(&mut party.name, Fact::new(text.to_owned(), source(text)));
        return;
    }
    set(&mut party.name, Fact::new(first.to_owned(), source(first)));
    let mut address = Vec::new();
    for line in rest {
        match read_country(line) {
            Some(code) if party.country.is_none() => {
                party.country = Some(Fact::new(code, source(line)));
            }
            _ if is_tax_id_line(line) => {
                party
                    .tax_ids
                    .push(Fact::new(after_label(line).to_owned(), source(line)));
            }
            _ => address.push(line),
        }
    }
    if !address.is_empty() {
        let joined = address.join(", ");
        set(
            &mut party.address,
            Fact::new(joined.clone(), source(&joined)),
        );
    }
}

/// True for a line that is a VAT id, alone or behind a label.
pub(crate) fn is_tax_id_line(line: &str) -> bool {
    let value = after_label(line);
    let compacted: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
    let digits = compacted.chars().filter(char::is_ascii_digit).count();
    of_tax_id(&compacted).is_some() && digits >= 7 && compacted.len() <= 16
}

fn after_label(line: &str) -> &str {
    line.split_once(':').map_or(line, |(_, value)| value).trim()
}

/// Street, city and postal code printed apart make the address.
fn address_parts(party: &mut PartyFact, cells: &[Cell<'_>]) {
    if party.address.is_some() {
        return;
    }
    let mut pieces = Vec::new();
    for field in [Field::Street, Field::PostalCode, Field::City] {
        for cell in cells.iter().filter(|cell| cell.meaning.field == field) {
            pieces.extend(Reader::text(cell.node).map(|text| (text, cell.node)));
        }
    }
    let Some((_, first)) = pieces.first() else {
        return;
    };
    let joined = pieces
        .iter()
        .map(|(text, _)| text.as_str())
        .collect::<Vec<_>>()
        .join(", ");
    let source = Source::new(first.path.clone(), &joined, first.rule);
    party.address = Some(Fact::new(joined, source));
}

/// Tax ids, IBANs and countries that stand beside no party.
fn loose_attributes(collected: &Collected<'_>) -> PartyFact {
    let mut party = PartyFact::default();
    for cell in &collected.scalars {
        if matches!(
            cell.meaning.field,
            Field::TaxId | Field::Iban | Field::Country
        ) {
            add(&mut party, cell, Field::Counterparty);
        }
    }
    party
}

fn set<T>(place: &mut Option<Fact<T>>, fact: Fact<T>) {
    if place.is_none() {
        *place = Some(fact);
    }
}

/// Adds to a party what it lacks.
fn fill(party: &mut PartyFact, other: PartyFact) {
    party.name = party.name.take().or(other.name);
    party.country = party.country.take().or(other.country);
    party.iban = party.iban.take().or(other.iban);
    party.address = party.address.take().or(other.address);
    for tax_id in other.tax_ids {
        if !party
            .tax_ids
            .iter()
            .any(|known| compact(&known.value) == compact(&tax_id.value))
        {
            party.tax_ids.push(tax_id);
        }
    }
}

/// Names agree when one begins with the other, without case and punctuation.
fn names_agree(one: &PartyFact, other: &PartyFact) -> bool {
    let (Some(one), Some(other)) = (&one.name, &other.name) else {
        return false;
    };
    let (one, other) = (compact(&one.value), compact(&other.value));
    !one.is_empty() && !other.is_empty() && (one.starts_with(&other) || other.starts_with(&one))
}
