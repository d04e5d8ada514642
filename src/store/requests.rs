//! The SQL of the request log: groups of rows, one array a column.

use sqlx::{Postgres, Transaction};
use time::OffsetDateTime;
use tracing::{error, instrument};
use uuid::Uuid;

use super::request_log::RequestRow;
use super::spool::entry::Entry;
use super::spool::{Appended, SpoolError};
use super::{Store, StoreError, database, to_offset};
use crate::record::BodyPolicy;

impl Store {
    /// Keeps a group of rows; when this returns they are durable, in the database or in the spool.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database refuses, [`StoreError::Spool`] if the spool is full.
    pub(super) async fn keep_requests(&self, rows: &[RequestRow]) -> Result<(), StoreError> {
        let (store, group) = (self.clone(), rows.to_vec());
        let work = async move { store.insert_requests(&group).await };
        let Some(outage) = &self.database.outage else {
            return self.database.ask(work).await;
        };
        // Where the database refuses rows though it is there, the spool sorts out which.
        match self.database.ask(work).await {
            Ok(()) => return Ok(()),
            Err(StoreError::Away | StoreError::Slow) => {}
            Err(cause) => error!(%cause, "a group of the request log was refused"),
        }
        let entries: Vec<Entry> = rows
            .iter()
            .map(|row| Entry::Request(Box::new(row.clone())))
            .collect();
        let appended = outage.keep(&entries).await?;
        if appended.iter().any(|one| matches!(one, Appended::Full)) {
            return Err(SpoolError::Full.into());
        }
        Ok(())
    }

    /// Inserts a group of rows with their bodies, all or none. Rows that are there already are
    /// left alone, so that a group may be tried again.
    #[instrument(skip_all, fields(rows = rows.len()))]
    async fn insert_requests(&self, rows: &[RequestRow]) -> Result<(), StoreError> {
        let mut transaction = database::begin(&self.database.pool).await?;
        insert(&mut transaction, rows).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Inserts rows with their bodies; those that are there already are left alone.
pub(super) async fn insert(
    transaction: &mut Transaction<'_, Postgres>,
    rows: &[RequestRow],
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    insert_rows(transaction, rows).await?;
    insert_bodies(transaction, rows).await
}

fn column<'a, T>(rows: &'a [RequestRow], value: impl Fn(&'a RequestRow) -> T) -> Vec<T> {
    rows.iter().map(value).collect()
}

/// Tokens as the column's type.
fn tokens(count: Option<u32>) -> Option<i32> {
    count.and_then(|count| i32::try_from(count).ok())
}

fn hash(sha256: Option<&[u8; 32]>) -> Option<&[u8]> {
    sha256.map(<[u8; 32]>::as_slice)
}

async fn insert_rows(
    transaction: &mut Transaction<'_, Postgres>,
    rows: &[RequestRow],
) -> Result<(), StoreError> {
    let status = |row: &RequestRow| i16::try_from(row.status).unwrap_or(i16::MAX);
    sqlx::query!(
        "INSERT INTO requests (
             id, received_at, method, route, status, duration_ms, caller, prompt_sha256,
             schema_sha256, error_code, model, model_version, streamed, finish_reason,
             prompt_tokens, completion_tokens, queue_ms, prefill_ms, decode_ms, grammar_ms,
             decision_id)
         SELECT * FROM UNNEST(
             $1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::smallint[],
             $6::double precision[], $7::text[], $8::bytea[], $9::bytea[], $10::text[],
             $11::text[], $12::text[], $13::boolean[], $14::text[], $15::integer[],
             $16::integer[], $17::double precision[], $18::double precision[],
             $19::double precision[], $20::double precision[], $21::uuid[])
         ON CONFLICT DO NOTHING",
        &column(rows, |row| row.id),
        &column(rows, |row| to_offset(row.received_at)),
        &column(rows, |row| row.method.as_str()) as _,
        &column(rows, |row| row.route.as_str()) as _,
        &column(rows, status),
        &column(rows, |row| row.duration_ms),
        &column(rows, |row| row.caller.as_deref()) as _,
        &column(rows, |row| hash(row.prompt_sha256.as_ref())) as _,
        &column(rows, |row| hash(row.schema_sha256.as_ref())) as _,
        &column(rows, |row| row.details.error_code.as_deref()) as _,
        &column(rows, |row| row.details.model.as_deref()) as _,
        &column(rows, |row| row.model_version.as_deref()) as _,
        &column(rows, |row| row.details.streamed),
        &column(rows, |row| row.details.finish_reason.as_deref()) as _,
        &column(rows, |row| tokens(row.details.prompt_tokens)) as _,
        &column(rows, |row| tokens(row.details.completion_tokens)) as _,
        &column(rows, |row| row.details.queue_ms) as _,
        &column(rows, |row| row.details.prefill_ms) as _,
        &column(rows, |row| row.details.decode_ms) as _,
        &column(rows, |row| row.details.grammar_ms) as _,
        &column(rows, |row| row.details.decision_id) as _
    )
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

async fn insert_bodies(
    transaction: &mut Transaction<'_, Postgres>,
    rows: &[RequestRow],
) -> Result<(), StoreError> {
    let kept: Vec<_> = rows
        .iter()
        .filter_map(|row| Some((row, row.bodies.as_ref()?)))
        .collect();
    if kept.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = kept.iter().map(|(row, _)| row.id).collect();
    let moments: Vec<OffsetDateTime> = kept
        .iter()
        .map(|(row, _)| to_offset(row.received_at))
        .collect();
    let policies: Vec<&str> = kept
        .iter()
        .map(|(_, bodies)| policy_name(bodies.policy))
        .collect();
    let requests: Vec<_> = kept
        .iter()
        .map(|(_, bodies)| bodies.request.as_deref())
        .collect();
    let replies: Vec<_> = kept
        .iter()
        .map(|(_, bodies)| bodies.reply.as_deref())
        .collect();
    sqlx::query!(
        "INSERT INTO request_bodies (request_id, received_at, policy, request, reply)
         SELECT * FROM UNNEST($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::text[])
         ON CONFLICT DO NOTHING",
        &ids,
        &moments,
        &policies as _,
        &requests as _,
        &replies as _
    )
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

fn policy_name(policy: BodyPolicy) -> &'static str {
    match policy {
        BodyPolicy::Full => "full",
        BodyPolicy::Redacted => "redacted",
        BodyPolicy::None => "none",
    }
}
