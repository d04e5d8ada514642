//! What the request log learns of a body, from the one place that reads bodies.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::task::JoinHandle;
use tracing::error;

use crate::record::notes::Notes;
use crate::record::{self, BodyPolicy, KeptBodies};

/// More bytes than this are not worked on where requests are served.
const LARGE: usize = 32 * 1024;

/// What is noted of a request's body; put into the request's extensions, and filled when the body
/// is read.
#[derive(Clone)]
pub(super) struct Noted {
    policy: BodyPolicy,
    body: Arc<Mutex<Option<NotedBody>>>,
}

/// The bytes are kept only where the policy keeps bodies.
pub(super) enum NotedBody {
    Whole(Bytes),
    Notes(Notes),
    /// Of a large body, being made.
    NotesToCome(JoinHandle<Notes>),
}

impl Noted {
    pub(super) fn new(policy: BodyPolicy) -> Self {
        Self {
            policy,
            body: Arc::default(),
        }
    }

    /// Takes the body; the first time only, since a request has one.
    pub(super) fn take(&self, body: &Bytes) {
        let mut noted = self.lock();
        if noted.is_some() {
            return;
        }
        *noted = Some(if self.policy != BodyPolicy::None {
            NotedBody::Whole(body.clone())
        } else if body.len() > LARGE {
            let body = body.clone();
            NotedBody::NotesToCome(tokio::task::spawn_blocking(move || Notes::of(&body)))
        } else {
            NotedBody::Notes(Notes::of(body))
        });
    }

    /// Whether the body was read and is kept.
    pub(super) fn has_bytes(&self) -> bool {
        matches!(*self.lock(), Some(NotedBody::Whole(_)))
    }

    /// What was noted; leaves nothing.
    pub(super) fn noted(&self) -> Option<NotedBody> {
        self.lock().take()
    }

    fn lock(&self) -> MutexGuard<'_, Option<NotedBody>> {
        self.body.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl NotedBody {
    /// The hashes, and the bodies as the policy says.
    pub(super) async fn read(
        self,
        policy: BodyPolicy,
        reply: Option<Bytes>,
    ) -> (Notes, Option<KeptBodies>) {
        match self {
            Self::Notes(notes) => (notes, None),
            Self::NotesToCome(notes) => (ended(notes).await, None),
            Self::Whole(request) => {
                let bytes = request.len() + reply.as_ref().map_or(0, Bytes::len);
                let read = move || record::of_request(policy, &request, reply.as_deref());
                if bytes > LARGE {
                    ended(tokio::task::spawn_blocking(read)).await
                } else {
                    read()
                }
            }
        }
    }
}

async fn ended<T: Default>(work: JoinHandle<T>) -> T {
    work.await.unwrap_or_else(|cause| {
        error!(%cause, "a body could not be read for the request log; its row is kept without");
        T::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(policy: BodyPolicy, body: &Bytes) -> Noted {
        let noted = Noted::new(policy);
        noted.take(body);
        noted
    }

    #[tokio::test]
    async fn bytes_are_kept_only_where_bodies_are() {
        let small = Bytes::from(r#"{"input":"x"}"#.to_owned());
        let large = Bytes::from(format!("{{\"input\":\"{}\"}}", "x".repeat(LARGE)));
        for body in [small, large] {
            let of_body = taken(BodyPolicy::None, &body);
            assert!(!of_body.has_bytes());
            let (notes, kept) = of_body.noted().unwrap().read(BodyPolicy::None, None).await;
            assert_eq!((&notes, &kept), (&Notes::of(&body), &None));
            // Nobody but the test has them any more.
            assert!(body.is_unique());

            let of_body = taken(BodyPolicy::Full, &body);
            assert!(of_body.has_bytes());
            let read = of_body
                .noted()
                .unwrap()
                .read(BodyPolicy::Full, Some(body.clone()));
            let (notes_of_kept, kept) = read.await;
            assert_eq!(notes_of_kept, notes);
            let kept = kept.unwrap();
            assert_eq!(kept.request.as_deref().map(str::as_bytes), Some(&*body));
            assert_eq!(kept.reply, kept.request);
        }
    }
}
