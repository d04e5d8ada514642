//! What is known of a company's earlier documents, for the document at hand: those of the log, and
//! those that are still under way to it.

use std::sync::Arc;

use ledgergate_accounting::assessment::Assessment;
use ledgergate_accounting::history::{EarlierDocument, Standing, number_essence, party_line};
use ledgergate_accounting::money::Currency;
use sha2::{Digest, Sha256};
use tracing::{instrument, warn};

use super::assess::Assessed;
use super::keep::result_id;
use super::under_way::Place;
use crate::store::Store;
use crate::store::history::{EarlierDecision, HistoryKey};

/// Which earlier documents a document is held against: those of its company that are the same sort
/// of paper, with the same party or, as it has none, without one.
pub(super) fn history_key(assessed: &Assessed) -> HistoryKey {
    let assessment = &assessed.assessment;
    let determination = assessment.determination();
    let party = party_line(
        &assessed.company,
        determination.action,
        determination.counterparty.as_deref(),
    );
    let number = assessment.facts().number.as_ref();
    HistoryKey {
        of_number: number.map(|number| {
            let essence = number_essence(&number.value);
            Sha256::digest(format!("{party}\nnumber {essence}")).into()
        }),
        of_party: Sha256::digest(party).into(),
    }
}

/// Gives an assessment the earlier documents of its company and party. Where the log does not
/// answer, or one of them cannot be read, that is a finding: nobody can say that the document is
/// no duplicate.
#[instrument(skip_all)]
pub(super) async fn compare_with_earlier(
    assessment: &mut Assessment,
    place: &mut Place,
    store: &Store,
) {
    let kept = store.earlier_decisions(place.key().clone()).await;
    let under_way = place.those_before().await;
    let kept = kept.unwrap_or_else(|cause| {
        warn!(%cause, "earlier documents are not known");
        assessment.cannot_compare();
        Arc::default()
    });
    let not_yet_kept = under_way
        .iter()
        .map(|decision| &**decision)
        .filter(|decision| kept.iter().all(|one| one.id != decision.id));
    // It is the same party's, however that one's name was printed.
    let counterparty = assessment.determination().counterparty;
    let mut earlier = Vec::with_capacity(kept.len());
    for decision in kept.iter().chain(not_yet_kept) {
        if let Ok(document) = earlier_document(decision, counterparty.as_deref()) {
            earlier.extend(document);
        } else {
            warn!(decision = %decision.id, "an earlier document's currency is not known");
            assessment.cannot_compare();
        }
    }
    assessment.compare_with(earlier);
}

/// A decision has a currency that this version does not know.
struct UnknownCurrency;

/// None where a person rejected it: it is not in the books.
fn earlier_document(
    decision: &EarlierDecision,
    counterparty: Option<&str>,
) -> Result<Option<EarlierDocument>, UnknownCurrency> {
    let standing = match decision.verdict.as_deref() {
        Some("rejected") => return Ok(None),
        Some(_) => Standing::Approved,
        None if decision.auto => Standing::Automatic,
        None => Standing::Open,
    };
    let currency = decision.currency.as_deref().map(Currency::from_code);
    Ok(Some(EarlierDocument {
        result_id: result_id(decision.id),
        counterparty: counterparty.map(str::to_owned),
        document_number: decision.document_number.clone(),
        issue_date: decision.issue_date,
        currency: currency.transpose().map_err(|_| UnknownCurrency)?,
        gross: decision.gross,
        standing,
    }))
}
