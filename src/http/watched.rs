//! A streamed body that is listened to, and whose end waits for its row of the request log.

use axum::body::Body;
use futures::StreamExt;
use futures::stream;
use tokio::sync::oneshot;

/// The largest streamed reply that is kept.
const LARGEST_KEPT: usize = 4 * 1024 * 1024;

/// What is heard of a body.
pub(super) struct Heard {
    /// All bytes, if they were to be kept and are not too many. Broken if the client goes.
    pub(super) ended: oneshot::Receiver<Option<Vec<u8>>>,
    /// To be dropped when the body may end.
    pub(super) release: oneshot::Sender<()>,
}

struct Watched {
    inner: axum::body::BodyDataStream,
    kept: Option<Vec<u8>>,
    ended: oneshot::Sender<Option<Vec<u8>>>,
    released: oneshot::Receiver<()>,
}

/// The same body, heard. `keep`: whether its bytes are kept.
pub(super) fn watch(body: Body, keep: bool) -> (Body, Heard) {
    let (ended, heard_end) = oneshot::channel();
    let (release, released) = oneshot::channel();
    let watched = Watched {
        inner: body.into_data_stream(),
        kept: keep.then(Vec::new),
        ended,
        released,
    };
    let frames = stream::unfold(Some(watched), |state| async move {
        let mut watched = state?;
        if let Some(frame) = watched.inner.next().await {
            if let (Some(kept), Ok(bytes)) = (&mut watched.kept, &frame) {
                if kept.len() + bytes.len() <= LARGEST_KEPT {
                    kept.extend_from_slice(bytes);
                } else {
                    watched.kept = None;
                }
            }
            return Some((frame, Some(watched)));
        }
        if watched.ended.send(watched.kept).is_ok() {
            // Ends with an error when the row is durable and the sender dropped.
            let _released = watched.released.await;
        }
        None
    });
    let heard = Heard {
        ended: heard_end,
        release,
    };
    (Body::from_stream(frames), heard)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::to_bytes;

    #[tokio::test]
    async fn a_body_ends_when_it_is_released() {
        let (body, heard) = watch(Body::from("abc"), true);
        let read = tokio::spawn(to_bytes(body, usize::MAX));
        assert_eq!(heard.ended.await.unwrap().as_deref(), Some(&b"abc"[..]));
        tokio::task::yield_now().await;
        assert!(!read.is_finished());
        drop(heard.release);
        assert_eq!(read.await.unwrap().unwrap(), "abc");
    }

    #[tokio::test]
    async fn a_body_that_is_dropped_or_too_large_is_not_kept() {
        let (body, heard) = watch(Body::from("abc"), true);
        drop(body);
        assert!(heard.ended.await.is_err());
        let (body, heard) = watch(Body::from(vec![0; LARGEST_KEPT + 1]), true);
        drop(heard.release);
        let read = to_bytes(body, usize::MAX).await.unwrap();
        assert_eq!(read.len(), LARGEST_KEPT + 1);
        assert_eq!(heard.ended.await.unwrap(), None);
    }
}
