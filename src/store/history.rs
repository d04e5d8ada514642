//! Earlier documents of one company with one party.

use jiff::civil::Date;
use rust_decimal::Decimal;
use sqlx::PgPool;
use tracing::instrument;
use uuid::Uuid;

use super::{Store, StoreError, from_date};

/// So many earlier documents say what is usual; a duplicate of an older one than these is not found.
const MOST_EARLIER: i64 = 200;

/// Which documents are asked for.
#[derive(Debug, Clone)]
pub struct HistoryKey {
    /// The company's name.
    pub company_name: String,
    /// The company's country, ISO 3166 alpha-2.
    pub company_country: String,
    /// What the document was taken for.
    pub action: String,
    /// The other party's name as it was read.
    pub counterparty: String,
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
    /// [`StoreError::Query`] if the database refuses.
    #[instrument(skip_all)]
    pub async fn earlier_decisions(
        &self,
        key: HistoryKey,
    ) -> Result<Vec<EarlierDecision>, StoreError> {
        let pool = self.pool.clone();
        self.ask_database(async move { find(&pool, &key).await })
            .await
    }
}

async fn find(pool: &PgPool, key: &HistoryKey) -> Result<Vec<EarlierDecision>, StoreError> {
    let mut transaction = pool.begin().await?;
    let rows = sqlx::query!(
        r#"SELECT decisions.id, document_number, issue_date, currency, gross, auto,
             verdict AS "verdict?"
         FROM decisions LEFT JOIN LATERAL (
             SELECT verdict FROM feedback
             WHERE decision_id = decisions.id ORDER BY id DESC LIMIT 1
         ) AS newest ON true
         WHERE operation = 'process' AND company_name = $1 AND company_country = $2
             AND action = $3 AND counterparty = $4
         ORDER BY decisions.id DESC
         LIMIT $5"#,
        key.company_name,
        key.company_country,
        key.action,
        key.counterparty,
        MOST_EARLIER
    )
    .fetch_all(&mut *transaction)
    .await?;
    transaction.commit().await?;
    rows.into_iter()
        .map(|row| {
            Ok(EarlierDecision {
                id: row.id,
                document_number: row.document_number,
                issue_date: row.issue_date.map(from_date).transpose()?,
                currency: row.currency,
                gross: row.gross,
                auto: row.auto.unwrap_or_default(),
                verdict: row.verdict,
            })
        })
        .collect()
}
