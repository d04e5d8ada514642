//! What the log knows of a company's earlier documents, for the document at hand.

use ledgergate_accounting::assessment::Assessment;
use ledgergate_accounting::company::Company;
use ledgergate_accounting::history::{EarlierDocument, Standing};
use ledgergate_accounting::money::Currency;
use tracing::instrument;

use super::keep::result_id;
use crate::store::Store;
use crate::store::history::{EarlierDecision, HistoryKey};

/// Gives an assessment the earlier documents of its company and party. Where the log does not
/// answer, that is a finding: nobody can say that the document is no duplicate.
#[instrument(skip_all)]
pub(super) async fn compare_with_earlier(
    assessment: &mut Assessment,
    company: &Company,
    store: &Store,
) {
    let determination = assessment.determination();
    let Some(counterparty) = determination.counterparty else {
        return;
    };
    let key = HistoryKey {
        company_name: company.name().to_owned(),
        company_country: company.country().to_string(),
        action: determination.action.to_string(),
        counterparty: counterparty.clone(),
    };
    match store.earlier_decisions(key).await {
        Ok(earlier) => {
            let known = earlier
                .into_iter()
                .filter_map(|decision| earlier_document(decision, &counterparty));
            assessment.compare_with(known.collect());
        }
        Err(cause) => {
            tracing::warn!(%cause, "earlier documents are not known");
            assessment.cannot_compare();
        }
    }
}

/// None where a person rejected it: it is not in the books.
fn earlier_document(decision: EarlierDecision, counterparty: &str) -> Option<EarlierDocument> {
    let standing = match decision.verdict.as_deref() {
        Some("rejected") => return None,
        Some(_) => Standing::Approved,
        None if decision.auto => Standing::Automatic,
        None => Standing::Open,
    };
    Some(EarlierDocument {
        result_id: result_id(decision.id),
        counterparty: Some(counterparty.to_owned()),
        document_number: decision.document_number,
        issue_date: decision.issue_date,
        currency: decision
            .currency
            .and_then(|code| Currency::from_code(&code).ok()),
        gross: decision.gross,
        standing,
    })
}
