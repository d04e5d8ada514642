//! The SQL that keeps decisions: one statement for a whole group, one array a column.

use std::collections::HashMap;

use serde_json::Value;
use sqlx::{Postgres, Transaction};
use tracing::instrument;
use uuid::Uuid;

use super::NewDecision;
use crate::store::{StoreError, to_date, to_offset};

/// What happens to a decision whose idempotency key belongs to another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum TakenKey {
    /// It is not written: its client gets the first answer.
    LeaveOut,
    /// It is written without the key: its client has its answer.
    WriteWithout,
}

/// What became of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Written {
    /// It is there now, with its key if it has one.
    Whole,
    /// It is there now, and its key belongs to another one.
    WithoutKey,
    /// It was not written: it was there before, or its key was taken.
    Not,
}

/// Inserts decisions with their keys, checks and choices. Of two with one key the first has it.
/// What is there already is left alone by its id, so that a group may be written again.
#[expect(clippy::too_many_lines, reason = "it is one statement")]
#[instrument(skip_all, fields(decisions = decisions.len()))]
pub(in crate::store) async fn insert(
    transaction: &mut Transaction<'_, Postgres>,
    decisions: &[&NewDecision],
    taken_key: TakenKey,
) -> Result<Vec<Written>, StoreError> {
    if decisions.is_empty() {
        return Ok(Vec::new());
    }
    let checks = parts(decisions, |decision| &decision.checks);
    let choices = parts(decisions, |decision| &decision.choices);
    let issued = decisions
        .iter()
        .map(|decision| decision.summary.issue_date.map(to_date).transpose())
        .collect::<Result<Vec<_>, _>>()?;
    // Keys are taken in one order by all gateways, so that two with the same keys in their groups
    // wait for each other and do not deadlock.
    let written = sqlx::query!(
        r#"WITH given AS (
             SELECT * FROM UNNEST(
                 $1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[],
                 $7::text[], $8::text[], $9::bytea[], $10::text[], $11::text[], $12::text[],
                 $13::text[], $14::text[], $15::date[], $16::text[], $17::numeric[],
                 $18::double precision[], $19::boolean[], $20::boolean[], $21::text[],
                 $22::text[], $23::double precision[], $24::text[], $25::double precision[],
                 $26::text[], $27::boolean[], $28::integer[], $29::text[], $30::bytea[],
                 $45::bytea[], $46::bytea[])
             WITH ORDINALITY AS given (
                 id, created_at, operation, schema_version, gateway_version, company_name,
                 company_country, model, document_sha256, module, action, direction,
                 counterparty, document_number, issue_date, currency, gross, confidence, valid,
                 auto, request, reply, duration_ms, kind, score, stratum, let_through,
                 calibration, key, request_sha256, party_hash, number_hash, place)
         ), claimed AS (
             INSERT INTO idempotency_keys (operation, key, request_sha256, decision_id)
             SELECT operation, key, request_sha256, id FROM given
             WHERE key IS NOT NULL ORDER BY operation, key, place
             ON CONFLICT ON CONSTRAINT idempotency_keys_unique DO NOTHING
             RETURNING decision_id
         ), written AS (
             INSERT INTO decisions (
                 id, created_at, operation, schema_version, gateway_version, company_name,
                 company_country, model, document_sha256, module, action, direction,
                 counterparty, document_number, issue_date, currency, gross, confidence, valid,
                 auto, request, reply, duration_ms, kind, score, stratum, let_through,
                 calibration, party_hash, number_hash)
             SELECT id, created_at, operation, schema_version, gateway_version, company_name,
                 company_country, model, document_sha256, module, action, direction,
                 counterparty, document_number, issue_date, currency, gross, confidence, valid,
                 auto, request::json, reply::json, duration_ms, kind, score, stratum,
                 let_through, calibration, party_hash, number_hash
             FROM given
             WHERE $31 OR key IS NULL OR id IN (SELECT decision_id FROM claimed)
             ORDER BY place
             ON CONFLICT (id) DO NOTHING
             RETURNING id
         ), checked AS (
             INSERT INTO decision_checks (decision_id, position, code, severity, path, message)
             SELECT checks.* FROM UNNEST(
                 $32::uuid[], $33::integer[], $34::text[], $35::text[], $36::text[], $37::text[]
             ) AS checks (decision_id, position, code, severity, path, message)
             WHERE decision_id IN (SELECT id FROM written)
         ), chosen AS (
             INSERT INTO decision_choices
                 (decision_id, position, question, chosen, model, options, probabilities)
             SELECT choices.* FROM UNNEST(
                 $38::uuid[], $39::integer[], $40::text[], $41::text[], $42::text[],
                 $43::jsonb[], $44::jsonb[]
             ) AS choices (decision_id, position, question, chosen, model, options, probabilities)
             WHERE decision_id IN (SELECT id FROM written)
         )
         SELECT id AS "id!", id IN (SELECT decision_id FROM claimed) AS "has_key!"
         FROM written"#,
        &column(decisions, |decision| decision.id),
        &column(decisions, |decision| to_offset(decision.created_at)),
        &column(decisions, |decision| decision.operation.name()) as _,
        &column(decisions, |decision| &*decision.schema_version) as _,
        &column(decisions, |decision| &*decision.gateway_version) as _,
        &column(decisions, |decision| Some(
            &*decision.company.as_ref()?.name
        )) as _,
        &column(decisions, |decision| Some(
            &*decision.company.as_ref()?.country
        )) as _,
        &column(decisions, |decision| decision.model.as_deref()) as _,
        &column(decisions, |decision| decision.document_sha256.as_slice()) as _,
        &column(decisions, |decision| decision.summary.module.as_deref()) as _,
        &column(decisions, |decision| decision.summary.action.as_deref()) as _,
        &column(decisions, |decision| decision.summary.direction.as_deref()) as _,
        &column(decisions, |decision| decision
            .summary
            .counterparty
            .as_deref()) as _,
        &column(decisions, |decision| decision
            .summary
            .document_number
            .as_deref()) as _,
        &issued as _,
        &column(decisions, |decision| decision.summary.currency.as_deref()) as _,
        &column(decisions, |decision| decision.summary.gross) as _,
        &column(decisions, |decision| decision.summary.confidence) as _,
        &column(decisions, |decision| decision.summary.valid) as _,
        &column(decisions, |decision| decision.summary.auto) as _,
        &column(decisions, |decision| &*decision.request) as _,
        &column(decisions, |decision| &*decision.reply) as _,
        &column(decisions, |decision| decision.duration_ms),
        &column(decisions, |decision| decision.summary.kind.as_deref()) as _,
        &column(decisions, |decision| decision.summary.score) as _,
        &column(decisions, |decision| decision.summary.stratum.as_deref()) as _,
        &column(decisions, |decision| decision.summary.let_through) as _,
        &column(decisions, |decision| decision.summary.calibration) as _,
        &column(decisions, |decision| Some(
            &*decision.idempotency.as_ref()?.0
        )) as _,
        &column(decisions, |decision| Some(
            &decision.idempotency.as_ref()?.1[..]
        )) as _,
        taken_key == TakenKey::WriteWithout,
        &column(&checks, |(decision, _, _)| *decision),
        &column(&checks, |(_, position, _)| *position),
        &column(&checks, |(_, _, check)| check.code.as_str()) as _,
        &column(&checks, |(_, _, check)| check.severity.as_str()) as _,
        &column(&checks, |(_, _, check)| check.path.as_str()) as _,
        &column(&checks, |(_, _, check)| check.message.as_str()) as _,
        &column(&choices, |(decision, _, _)| *decision),
        &column(&choices, |(_, position, _)| *position),
        &column(&choices, |(_, _, choice)| choice.question.as_str()) as _,
        &column(&choices, |(_, _, choice)| choice.chosen.as_str()) as _,
        &column(&choices, |(_, _, choice)| choice.model.as_str()) as _,
        &column::<_, &Value>(&choices, |(_, _, choice)| &choice.options) as _,
        &column::<_, &Value>(&choices, |(_, _, choice)| &choice.probabilities) as _,
        &column(decisions, |decision| Some(
            &decision.summary.history.as_ref()?.of_party[..]
        )) as _,
        &column(decisions, |decision| Some(
            &decision.summary.history.as_ref()?.of_number.as_ref()?[..]
        )) as _
    )
    .fetch_all(&mut **transaction)
    .await?;
    let has_key: HashMap<Uuid, bool> = written
        .into_iter()
        .map(|row| (row.id, row.has_key))
        .collect();
    Ok(decisions
        .iter()
        .map(|decision| match has_key.get(&decision.id) {
            Some(false) if decision.idempotency.is_some() => Written::WithoutKey,
            Some(_) => Written::Whole,
            None => Written::Not,
        })
        .collect())
}

fn column<'a, Row, T>(rows: &'a [Row], value: impl Fn(&'a Row) -> T) -> Vec<T> {
    rows.iter().map(value).collect()
}

/// The parts of all decisions, each with its decision and its position in it.
fn parts<'a, Part>(
    decisions: &[&'a NewDecision],
    of: impl Fn(&'a NewDecision) -> &'a [Part],
) -> Vec<(Uuid, i32, &'a Part)> {
    decisions
        .iter()
        .flat_map(|decision| {
            let parts = (0_i32..).zip(of(decision));
            parts.map(|(position, part)| (decision.id, position, part))
        })
        .collect()
}
