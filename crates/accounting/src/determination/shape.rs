//! The kind of paper: as its own words say, else by what it contains.

use super::reply::Evidence;
use crate::facts::{DocumentFacts, DocumentKind, PartyFact, PartyRole, PaymentMeans};

/// A kind and how much speaks for it.
pub(crate) struct KindFound {
    pub kind: DocumentKind,
    pub weight: f64,
    /// The document itself names its kind.
    pub is_printed: bool,
    pub evidence: Evidence,
}

/// The kind of a document, `None` when neither its words nor its shape say.
pub(crate) fn kind_of(facts: &DocumentFacts) -> Option<KindFound> {
    if let Some(kind) = &facts.kind {
        let evidence = Evidence {
            claim: format!("kind: {:?}", kind.value),
            path: kind.source.path.clone(),
            text: kind.source.text.clone(),
            rule: kind.source.rule.clone(),
        };
        // A kind that reading inferred from contents or texts counts less than a printed title.
        let (weight, is_printed) = match kind.source.rule.as_str() {
            "content" => (0.9, false),
            "text" => (0.8, true),
            rule if rule.starts_with("no ") => (0.6, false),
            _ => (0.97, true),
        };
        let kind_value = if !is_printed && looks_like_a_receipt(facts) {
            DocumentKind::Receipt
        } else {
            kind.value
        };
        return Some(KindFound {
            kind: kind_value,
            weight,
            is_printed,
            evidence,
        });
    }
    let (kind, weight, rule) = by_shape(facts)?;
    let evidence = Evidence {
        claim: format!("kind: {kind:?}"),
        path: String::new(),
        text: String::new(),
        rule: rule.to_owned(),
    };
    Some(KindFound {
        kind,
        weight,
        is_printed: false,
        evidence,
    })
}

/// Paid on the spot, without a number and without a buyer: a till's receipt, where the paper
/// does not call itself an invoice.
fn looks_like_a_receipt(facts: &DocumentFacts) -> bool {
    let on_the_spot = facts
        .payment_means
        .as_ref()
        .is_some_and(|means| matches!(means.value, PaymentMeans::Card | PaymentMeans::Cash));
    let invoice = facts
        .kind
        .as_ref()
        .is_some_and(|kind| kind.value == DocumentKind::Invoice);
    invoice
        && on_the_spot
        && facts.number.is_none()
        && facts.due_date.is_none()
        && facts
            .party(PartyRole::Buyer)
            .is_none_or(PartyFact::is_empty)
}

fn by_shape(facts: &DocumentFacts) -> Option<(DocumentKind, f64, &'static str)> {
    let has_total = facts.totals.gross.is_some() || facts.totals.amount_due.is_some();
    let has_party = facts.parties.iter().any(|(_, party)| !party.is_empty());
    match facts.movements.len() {
        0 => {}
        1 if !has_total || facts.lines.is_empty() => {
            return Some((DocumentKind::BankTransaction, 0.8, "shape: one movement"));
        }
        _ => return Some((DocumentKind::BankStatement, 0.8, "shape: several movements")),
    }
    if !facts.journal_lines.is_empty() {
        return Some((
            DocumentKind::JournalVoucher,
            0.8,
            "shape: debits and credits are stated",
        ));
    }
    if has_total && has_party && facts.number.is_some() {
        return Some((
            DocumentKind::Invoice,
            0.85,
            "shape: a party, a number and a total",
        ));
    }
    if has_total && has_party {
        return Some((DocumentKind::Invoice, 0.6, "shape: a party and a total"));
    }
    None
}
