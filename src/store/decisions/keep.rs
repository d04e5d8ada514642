//! Keeps decisions: those of requests that come at one time go in one transaction, to the database
//! or, while it is away, to the spool.

use std::ops::Range;
use std::sync::Arc;

use tracing::{error, instrument};

use super::first_answer::{self, FirstUses, first_in_spool};
use super::insert::{TakenKey, Written, insert};
use super::{FirstAnswer, NewDecision};
use crate::store::availability::is_away;
use crate::store::database::{self, Database};
use crate::store::groups::{GroupReceiver, Limits};
use crate::store::spool::entry::Entry;
use crate::store::spool::{Appended, SpoolError};
use crate::store::{Store, StoreError};

/// A group is written well within the time after which the database is taken for away.
pub(in crate::store) const LIMITS: Limits = Limits {
    waiting: 1024,
    waiting_kib: 64 * 1024,
    group: 128,
    group_kib: 4 * 1024,
};

/// What became of a decision: nothing to say, or the first answer to its idempotency key.
pub(in crate::store) type KeptOutcome = Result<Option<FirstAnswer>, StoreError>;

impl Store {
    /// Keeps a decision; when this returns, it is durable: in the database, or in the spool while
    /// the database is away. If the idempotency key was used before for the same request, nothing
    /// is written and the first reply is given back. A caller that goes does not break it off.
    ///
    /// # Errors
    /// [`StoreError::IdempotencyKeyReused`] if the key belongs to a different request,
    /// [`StoreError::Query`] if the database refuses, [`StoreError::Spool`] if the spool is full.
    #[instrument(skip_all, fields(decision = %decision.id))]
    pub async fn insert_decision(&self, decision: NewDecision) -> KeptOutcome {
        let size = decision.size();
        match self.decisions.send(decision, size).await {
            Some(outcome) => outcome.await.unwrap_or(Err(StoreError::Stopped)),
            None => Err(StoreError::Stopped),
        }
    }
}

/// Keeps one group after another until all senders are gone.
pub(in crate::store) async fn write_all(
    database: Database,
    mut queue: GroupReceiver<NewDecision, KeptOutcome>,
) {
    while let Some(group) = queue.next().await {
        let outcomes = keep(&database, group.items.into()).await;
        for (answer, outcome) in group.answers.into_iter().zip(outcomes) {
            answer.tell(outcome);
        }
    }
}

/// One outcome for each decision.
#[instrument(skip_all, fields(decisions = decisions.len()))]
async fn keep(database: &Database, decisions: Arc<[NewDecision]>) -> Vec<KeptOutcome> {
    let all = 0..decisions.len();
    match write(database, &decisions, all.clone()).await {
        Ok(outcomes) => outcomes,
        Err(StoreError::Away | StoreError::Slow) => spool(database, &decisions).await,
        Err(cause) if all.len() == 1 || is_away(&cause) => for_each(&decisions, cause),
        Err(cause) => {
            error!(%cause, "a group of decisions was refused; they are written one by one");
            keep_one_by_one(database, &decisions).await
        }
    }
}

/// One decision that the database refuses does no harm to the others.
async fn keep_one_by_one(database: &Database, decisions: &Arc<[NewDecision]>) -> Vec<KeptOutcome> {
    let mut outcomes = Vec::with_capacity(decisions.len());
    for place in 0..decisions.len() {
        match write(database, decisions, place..place + 1).await {
            Ok(written) => outcomes.extend(written),
            Err(StoreError::Away | StoreError::Slow) => {
                outcomes.extend(spool(database, &decisions[place..]).await);
                break;
            }
            Err(cause) => outcomes.push(Err(cause)),
        }
    }
    outcomes
}

/// Writes some of a group in one transaction, all or none.
async fn write(
    database: &Database,
    group: &Arc<[NewDecision]>,
    some: Range<usize>,
) -> Result<Vec<KeptOutcome>, StoreError> {
    let (pool, group) = (database.pool.clone(), Arc::clone(group));
    let work = async move {
        let decisions: Vec<&NewDecision> = group[some].iter().collect();
        let mut transaction = database::begin(&pool).await?;
        let written = insert(&mut transaction, &decisions, TakenKey::LeaveOut).await?;
        let left_out: Vec<(&str, &str)> = decisions
            .iter()
            .zip(&written)
            .filter(|(_, written)| **written == Written::Not)
            .filter_map(|(decision, _)| decision.operation_and_key())
            .collect();
        let first_uses = if left_out.is_empty() {
            FirstUses::default()
        } else {
            first_answer::find(&mut transaction, &left_out).await?
        };
        transaction.commit().await?;
        let outcomes = decisions.iter().zip(written);
        Ok(outcomes
            .map(|(decision, written)| outcome(decision, written, &first_uses))
            .collect())
    };
    database.ask(work).await
}

fn outcome(decision: &NewDecision, written: Written, first_uses: &FirstUses) -> KeptOutcome {
    let (Written::Not, Some((key, request_sha256))) = (written, &decision.idempotency) else {
        return Ok(None);
    };
    let operation = decision.operation.name().to_owned();
    match first_uses.get(&(operation, key.clone())) {
        // Written before, by a try whose outcome was not known.
        Some(first) if first.answer.decision == decision.id => Ok(None),
        Some(first) => first.given_to(request_sha256).map(Some),
        // It was not written, and nobody has its key: nothing is durable.
        None => Err(StoreError::Query(sqlx::Error::RowNotFound)),
    }
}

/// Takes decisions into the spool, where there is one.
async fn spool(database: &Database, decisions: &[NewDecision]) -> Vec<KeptOutcome> {
    let Some(outage) = &database.outage else {
        return for_each(decisions, StoreError::Away);
    };
    let entries: Vec<Entry> = decisions
        .iter()
        .map(|decision| Entry::Decision(Box::new(decision.clone())))
        .collect();
    match outage.keep(&entries).await {
        Ok(appended) => appended
            .into_iter()
            .zip(decisions)
            .map(|(appended, decision)| match appended {
                Appended::First(first) => {
                    first_in_spool(*first, decision.used_key().as_ref()).map(Some)
                }
                Appended::Kept | Appended::Lost => Ok(None),
                Appended::Full => Err(SpoolError::Full.into()),
            })
            .collect(),
        Err(cause) => for_each(decisions, cause),
    }
}

/// The same for all of a group.
fn for_each(decisions: &[NewDecision], cause: StoreError) -> Vec<KeptOutcome> {
    let causes = cause.for_each_of(decisions.len());
    causes.into_iter().map(Err).collect()
}
