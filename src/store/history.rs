//! Earlier documents of one company with one party, found by hashes of what they have in common, so
//! that names may be long and be printed in more than one way. Questions that come at one time are asked in
//! one statement.

use std::sync::Arc;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use tracing::instrument;
use uuid::Uuid;

use super::{Store, StoreError, database, from_date, questions};

/// So many earlier documents of a party say what is usual, and are looked through for one that is
/// nearly the same.
const MOST_EARLIER: i64 = 200;
/// So many of one number are looked at, however old they are.
const MOST_OF_A_NUMBER: i64 = 20;

/// SHA-256 of what documents have in common.
pub type CommonHash = [u8; 32];

/// Which documents are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct HistoryKey {
    /// Of one company, party and sort of paper.
    pub of_party: CommonHash,
    /// Those of them with one number; none where the document has none.
    pub of_number: Option<CommonHash>,
}

/// An earlier document as its decision has it.
#[derive(Debug, Clone)]
pub struct EarlierDecision {
    /// The decision.
    pub id: Uuid,
    /// The document's number.
    pub document_number: Option<String>,
    /// Its date of issue.
    pub issue_date: Option<Date>,
    /// Its currency, ISO 4217.
    pub currency: Option<String>,
    /// Its total with tax.
    pub gross: Option<Decimal>,
    /// Whether it might have been posted with no person looking.
    pub auto: bool,
    /// What a person last said of it.
    pub verdict: Option<String>,
}

impl Store {
    /// The newest documents that were processed for a company, of one party and sort of paper, and
    /// all of them with one number.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database refuses, [`StoreError::Away`] if it is away, or if
    /// decisions may still be on their way to it from the spool.
    #[instrument(skip_all)]
    pub async fn earlier_decisions(
        &self,
        key: HistoryKey,
    ) -> Result<Arc<[EarlierDecision]>, StoreError> {
        let outage = self.database.outage.as_ref();
        if outage.is_some_and(|outage| outage.holds_entries()) {
            return Err(StoreError::Away);
        }
        questions::ask(&self.history, key).await
    }
}

/// The earlier documents of each key.
#[instrument(skip_all, fields(keys = keys.len()))]
pub(super) async fn find(
    pool: &PgPool,
    keys: &[HistoryKey],
) -> Result<Vec<Arc<[EarlierDecision]>>, StoreError> {
    let of_party: Vec<&[u8]> = keys.iter().map(|key| &key.of_party[..]).collect();
    let of_number: Vec<Option<&[u8]>> = keys
        .iter()
        .map(|key| key.of_number.as_ref().map(|hash| &hash[..]))
        .collect();
    let mut transaction = database::begin(pool).await?;
    let rows = sqlx::query!(
        r#"SELECT asked.place AS "place!", found.id AS "id!", document_number, issue_date,
             currency, gross, auto, verdict AS "verdict?"
         FROM UNNEST($1::bytea[], $2::bytea[]) WITH ORDINALITY AS asked (party, number, place)
         CROSS JOIN LATERAL (
             (SELECT id, document_number, issue_date, currency, gross, auto FROM decisions
              WHERE party_hash = asked.party ORDER BY id DESC LIMIT $3)
             UNION
             (SELECT id, document_number, issue_date, currency, gross, auto FROM decisions
              WHERE number_hash = asked.number ORDER BY id DESC LIMIT $4)
         ) AS found
         LEFT JOIN LATERAL (
             SELECT verdict FROM feedback
             WHERE decision_id = found.id ORDER BY id DESC LIMIT 1
         ) AS newest ON true
         ORDER BY asked.place, found.id DESC"#,
        &of_party as _,
        &of_number as _,
        MOST_EARLIER,
        MOST_OF_A_NUMBER
    )
    .fetch_all(&mut *transaction)
    .await?;
    transaction.commit().await?;
    let mut found: Vec<Vec<EarlierDecision>> = keys.iter().map(|_| Vec::new()).collect();
    for row in rows {
        let earlier = EarlierDecision {
            id: row.id,
            document_number: row.document_number,
            issue_date: row.issue_date.map(from_date).transpose()?,
            currency: row.currency,
            gross: row.gross,
            auto: row.auto.unwrap_or_default(),
            verdict: row.verdict,
        };
        let place = usize::try_from(row.place - 1).unwrap_or(usize::MAX);
        if let Some(of_key) = found.get_mut(place) {
            of_key.push(earlier);
        }
    }
    Ok(found.into_iter().map(Arc::from).collect())
}
