//! Earlier documents of one company with one party. Questions that come at one time are asked in
//! one statement.

use std::sync::Arc;

use jiff::civil::Date;
use rust_decimal::Decimal;
use sqlx::PgPool;
use tracing::instrument;
use uuid::Uuid;

use super::{Store, StoreError, database, from_date, questions};

/// So many earlier documents say what is usual; a duplicate of an older one than these is not found.
const MOST_EARLIER: i64 = 200;

/// Which documents are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HistoryKey {
    /// The company's name.
    pub company_name: String,
    /// The company's country, ISO 3166 alpha-2.
    pub company_country: String,
    /// What the document was taken for.
    pub action: String,
    /// The other party's name as it was read; none where none was.
    pub counterparty: Option<String>,
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
    /// The newest documents that were processed for a company, of one party and action.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database refuses, [`StoreError::Away`] if it is away.
    #[instrument(skip_all)]
    pub async fn earlier_decisions(
        &self,
        key: HistoryKey,
    ) -> Result<Arc<[EarlierDecision]>, StoreError> {
        questions::ask(&self.history, key).await
    }
}

/// The earlier documents of each key.
#[instrument(skip_all, fields(keys = keys.len()))]
pub(super) async fn find(
    pool: &PgPool,
    keys: &[HistoryKey],
) -> Result<Vec<Arc<[EarlierDecision]>>, StoreError> {
    let texts = |of: fn(&HistoryKey) -> &str| -> Vec<&str> { keys.iter().map(of).collect() };
    let parties: Vec<Option<&str>> = keys.iter().map(|key| key.counterparty.as_deref()).collect();
    let mut transaction = database::begin(pool).await?;
    // Each half uses the index of its own form of the condition.
    let rows = sqlx::query!(
        r#"SELECT asked.place AS "place!", found.id AS "id!", document_number, issue_date,
             currency, gross, auto, verdict AS "verdict?"
         FROM UNNEST($1::text[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY
             AS asked (company, country, action, party, place)
         CROSS JOIN LATERAL (
             (SELECT id, document_number, issue_date, currency, gross, auto FROM decisions
              WHERE operation = 'process' AND company_name = asked.company
                  AND company_country = asked.country AND decisions.action = asked.action
                  AND counterparty = asked.party
              ORDER BY id DESC LIMIT $5)
             UNION ALL
             (SELECT id, document_number, issue_date, currency, gross, auto FROM decisions
              WHERE asked.party IS NULL
                  AND operation = 'process' AND company_name = asked.company
                  AND company_country = asked.country AND decisions.action = asked.action
                  AND counterparty IS NULL
              ORDER BY id DESC LIMIT $5)
         ) AS found
         LEFT JOIN LATERAL (
             SELECT verdict FROM feedback
             WHERE decision_id = found.id ORDER BY id DESC LIMIT 1
         ) AS newest ON true
         ORDER BY asked.place, found.id DESC"#,
        &texts(|key| &key.company_name) as _,
        &texts(|key| &key.company_country) as _,
        &texts(|key| &key.action) as _,
        &parties as _,
        MOST_EARLIER
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
