//! The first answer to an idempotency key, which every later request with it gets.

use std::collections::HashMap;
use std::sync::Arc;

use sqlx::{PgPool, Postgres, Transaction};
use tracing::instrument;
use uuid::Uuid;

use super::Operation;
use crate::store::spool::entry::{Entry, UsedKey};
use crate::store::{Store, StoreError, database, questions};

/// The first answer to an idempotency key.
#[derive(Debug, Clone)]
pub struct FirstAnswer {
    /// The decision.
    pub decision: Uuid,
    /// The model that was there to be asked.
    pub model: Option<String>,
    /// Its reply, as it was sent: JSON.
    pub reply: String,
}

impl Store {
    /// The reply that an idempotency key got before, if it was used. While the database is away
    /// only keys of the outage are known.
    ///
    /// # Errors
    /// As [`Store::insert_decision`].
    #[instrument(skip_all)]
    pub async fn find_idempotent(
        &self,
        operation: Operation,
        key: &str,
        request_sha256: &[u8; 32],
    ) -> Result<Option<FirstAnswer>, StoreError> {
        let used = UsedKey::new(operation.name(), key, *request_sha256);
        if let Some(outage) = &self.database.outage
            && outage.holds_entries()
            && let Some(first) = outage.spool.find_key(used.clone()).await?
        {
            return first_in_spool(first, Some(&used)).map(Some);
        }
        let question = (operation.name(), key.to_owned());
        match questions::ask(&self.keys, question).await {
            Ok(first) => first
                .map(|first| first.given_to(request_sha256))
                .transpose(),
            Err(StoreError::Away) => Ok(None),
            Err(cause) => Err(cause),
        }
    }
}

/// The first use of each key.
pub(in crate::store) async fn find_each(
    pool: &PgPool,
    keys: &[KeyOf],
) -> Result<Vec<Option<Arc<FirstUse>>>, StoreError> {
    let mut transaction = database::begin(pool).await?;
    let asked: Vec<(&str, &str)> = keys
        .iter()
        .map(|(operation, key)| (*operation, key.as_str()))
        .collect();
    let mut first_uses = find(&mut transaction, &asked).await?;
    transaction.commit().await?;
    let uses = keys.iter().map(|(operation, key)| {
        let first = first_uses.remove(&((*operation).to_owned(), key.clone()))?;
        Some(Arc::new(first))
    });
    Ok(uses.collect())
}

/// The operation that an idempotency key is for, and the key.
pub(in crate::store) type KeyOf = (&'static str, String);

/// What a key was used for first.
pub(in crate::store) struct FirstUse {
    pub(super) answer: FirstAnswer,
    request_sha256: Vec<u8>,
}

impl FirstUse {
    /// The answer, for the very request that it was made for.
    pub(super) fn given_to(&self, request_sha256: &[u8; 32]) -> Result<FirstAnswer, StoreError> {
        if self.request_sha256 == request_sha256 {
            Ok(self.answer.clone())
        } else {
            Err(StoreError::IdempotencyKeyReused)
        }
    }
}

/// First uses by operation and key.
pub(super) type FirstUses = HashMap<(String, String), FirstUse>;

/// The first uses of keys.
#[instrument(skip_all, fields(keys = keys.len()))]
pub(super) async fn find(
    transaction: &mut Transaction<'_, Postgres>,
    keys: &[(&str, &str)],
) -> Result<FirstUses, StoreError> {
    let (operations, names): (Vec<&str>, Vec<&str>) = keys.iter().copied().unzip();
    let rows = sqlx::query!(
        r#"SELECT used.operation, used.key, used.request_sha256, used.decision_id,
             decisions.model, decisions.reply::text AS "reply!"
         FROM UNNEST($1::text[], $2::text[]) AS asked (operation, key)
         JOIN idempotency_keys AS used USING (operation, key)
         JOIN decisions ON decisions.id = used.decision_id"#,
        &operations as _,
        &names as _
    )
    .fetch_all(&mut **transaction)
    .await?;
    let first_uses = rows.into_iter().map(|row| {
        let first = FirstUse {
            answer: FirstAnswer {
                decision: row.decision_id,
                model: row.model,
                reply: row.reply,
            },
            request_sha256: row.request_sha256,
        };
        ((row.operation, row.key), first)
    });
    Ok(first_uses.collect())
}

/// The answer of a spooled decision, if its key was used for this very request.
pub(super) fn first_in_spool(
    first: Entry,
    used: Option<&UsedKey>,
) -> Result<FirstAnswer, StoreError> {
    match first {
        Entry::Decision(first) if first.used_key().as_ref() == used => Ok(FirstAnswer {
            decision: first.id,
            model: first.model,
            reply: first.reply,
        }),
        // Rows of the request log have no keys.
        Entry::Decision(_) | Entry::Request(_) => Err(StoreError::IdempotencyKeyReused),
    }
}
