//! A writer that is held up by a lock while decisions come, so that they make one group.

use std::time::Duration;

use ledgergate::store::StoreError;
use ledgergate::store::decisions::{CompanyColumns, FirstAnswer, NewDecision, Operation, Summary};
use sqlx::{Postgres, Transaction};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::harness::TestApp;

type Outcome = Result<Option<FirstAnswer>, StoreError>;

/// A decision of this id.
pub(super) fn decision(id: u128) -> NewDecision {
    NewDecision {
        id: Uuid::from_u128(id),
        created_at: "2025-06-30T12:00:00Z".parse().unwrap(),
        operation: Operation::Process,
        schema_version: "1".into(),
        gateway_version: "0".into(),
        company: Some(CompanyColumns {
            name: "Our Company".to_owned(),
            country: "DE".to_owned(),
        }),
        model: None,
        document_sha256: [0; 32],
        summary: Summary::default(),
        request: "{}".to_owned(),
        reply: format!(r#"{{"n":  {id}}}"#),
        duration_ms: 1.0,
        idempotency: None,
        checks: Vec::new(),
        choices: Vec::new(),
    }
}

/// One with an idempotency key, of a request that this stands for.
pub(super) fn keyed(id: u128, key: &str, request: u8) -> NewDecision {
    NewDecision {
        idempotency: Some((key.to_owned(), [request; 32])),
        ..decision(id)
    }
}

/// Decision 0 waits for a lock, and those that were given wait behind it.
pub(super) struct HeldUp {
    lock: Transaction<'static, Postgres>,
    first: JoinHandle<Outcome>,
    given: Vec<JoinHandle<Outcome>>,
}

impl HeldUp {
    pub(super) async fn start(app: &TestApp, given: impl IntoIterator<Item = NewDecision>) -> Self {
        let mut lock = app.rows.begin().await.unwrap();
        sqlx::query("LOCK TABLE decisions IN ACCESS EXCLUSIVE MODE")
            .execute(&mut *lock)
            .await
            .unwrap();
        let insert = |decision: NewDecision| {
            let store = app.store().clone();
            tokio::spawn(async move { store.insert_decision(decision).await })
        };
        let first = insert(decision(0));
        // Until the database has it: whatever comes now waits for the next group.
        while waiting(app).await == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let mut held_up = Self {
            lock,
            first,
            given: Vec::new(),
        };
        for decision in given {
            held_up.given.push(insert(decision));
            // In this order.
            tokio::task::yield_now().await;
        }
        held_up
    }

    /// Breaks the caller of one off.
    pub(super) fn abandon(&mut self, place: usize) {
        self.given.remove(place).abort();
    }

    /// Lets them all through; the outcomes of those that were given.
    pub(super) async fn release(self) -> Vec<Outcome> {
        self.lock.rollback().await.unwrap();
        assert!(matches!(self.first.await.unwrap(), Ok(None)));
        let mut outcomes = Vec::new();
        for given in self.given {
            outcomes.push(given.await.unwrap());
        }
        outcomes
    }
}

/// How many wait for a lock of this database.
async fn waiting(app: &TestApp) -> i64 {
    sqlx::query_scalar(
        "SELECT count(*) FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock'",
    )
    .fetch_one(&app.rows)
    .await
    .unwrap()
}
