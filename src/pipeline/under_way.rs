//! Documents that are being processed now, so that those that come at the same time are held
//! against each other though none of them is in the log yet.
//!
//! A document enters the line of its company, sort of paper and party before it asks the log for earlier
//! ones, and leaves it when its own decision is durable. So of two the second to enter finds the
//! first, either in the line or in the log. It waits until the first is decided, which waits for
//! nobody behind it. Documents that other gateways process at the same time are not seen.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::store::history::{CommonHash, EarlierDecision, HistoryKey};

/// What a document under way is decided to be, once it is.
type Decided = Option<Arc<EarlierDecision>>;

/// The documents under way, in lines.
#[derive(Default)]
pub struct UnderWay {
    lines: Mutex<Lines>,
}

#[derive(Default)]
struct Lines {
    entered: u64,
    by_party: HashMap<CommonHash, Vec<Entered>>,
}

struct Entered {
    number: u64,
    idempotency_key: Option<String>,
    decided: watch::Receiver<Decided>,
}

/// A document's place in its line, until it is dropped.
pub(super) struct Place {
    under_way: Arc<UnderWay>,
    key: HistoryKey,
    number: u64,
    decided: watch::Sender<Decided>,
    before: Vec<watch::Receiver<Decided>>,
}

impl UnderWay {
    /// Enters the end of a line. Those before it with the same idempotency key are the same
    /// request: one of them is kept, so none is an earlier document.
    pub(super) fn enter(self: &Arc<Self>, key: HistoryKey, idempotency_key: Option<&str>) -> Place {
        let (decided, told) = watch::channel(None);
        let mut lines = self.lock();
        lines.entered += 1;
        let number = lines.entered;
        let line = lines.by_party.entry(key.of_party).or_default();
        let before = line
            .iter()
            .filter(|one| {
                idempotency_key.is_none() || one.idempotency_key.as_deref() != idempotency_key
            })
            .map(|one| one.decided.clone())
            .collect();
        line.push(Entered {
            number,
            idempotency_key: idempotency_key.map(str::to_owned),
            decided: told,
        });
        drop(lines);
        Place {
            under_way: Arc::clone(self),
            key,
            number,
            decided,
            before,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Which line it is in.
    pub(super) fn key(&self) -> &HistoryKey {
        &self.key
    }

    /// Those that entered before and were still under way then, as they were decided. One that
    /// broke off before is none of them.
    pub(super) async fn those_before(&mut self) -> Vec<Arc<EarlierDecision>> {
        let mut decided = Vec::with_capacity(self.before.len());
        for mut before in std::mem::take(&mut self.before) {
            if let Ok(one) = before.wait_for(Option::is_some).await {
                decided.extend(one.clone());
            }
        }
        decided
    }

    /// Tells those behind it what it was decided to be.
    pub(super) fn decide(&self, decision: EarlierDecision) {
        self.decided.send_replace(Some(Arc::new(decision)));
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut lines = self.under_way.lock();
        if let Some(line) = lines.by_party.get_mut(&self.key.of_party) {
            line.retain(|one| one.number != self.number);
            if line.is_empty() {
                lines.by_party.remove(&self.key.of_party);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};
    use uuid::Uuid;

    use super::*;

    fn key(party: &str) -> HistoryKey {
        HistoryKey {
            of_party: Sha256::digest(party).into(),
            of_number: None,
        }
    }

    fn decision(id: u128) -> EarlierDecision {
        EarlierDecision {
            id: Uuid::from_u128(id),
            document_number: None,
            issue_date: None,
            currency: None,
            gross: None,
            auto: true,
            verdict: None,
        }
    }

    async fn ids(place: &mut Place) -> Vec<u128> {
        let before = place.those_before().await;
        before.iter().map(|one| one.id.as_u128()).collect()
    }

    #[tokio::test]
    async fn the_later_one_waits_for_the_earlier_one_and_not_the_other_way_round() {
        let under_way = Arc::new(UnderWay::default());
        let mut first = under_way.enter(key("A"), None);
        let mut second = under_way.enter(key("A"), None);
        let mut other = under_way.enter(key("B"), None);
        assert!(ids(&mut first).await.is_empty() && ids(&mut other).await.is_empty());
        let waiting = tokio::spawn(async move { ids(&mut second).await });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        first.decide(decision(1));
        // It left the line since, and is told all the same.
        drop(first);
        assert_eq!(waiting.await.unwrap(), [1]);
    }

    #[tokio::test]
    async fn one_that_breaks_off_and_the_same_request_again_are_no_earlier_documents() {
        let under_way = Arc::new(UnderWay::default());
        let broken = under_way.enter(key("A"), None);
        let first = under_way.enter(key("A"), Some("k"));
        let mut again = under_way.enter(key("A"), Some("k"));
        let mut other = under_way.enter(key("A"), Some("l"));
        drop(broken);
        first.decide(decision(2));
        again.decide(decision(3));
        assert!(ids(&mut again).await.is_empty());
        assert_eq!(ids(&mut other).await, [2, 3]);
        drop((first, again, other));
        assert!(under_way.lock().by_party.is_empty());
    }
}
