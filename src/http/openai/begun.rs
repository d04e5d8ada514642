//! Holds a streamed reply back until there is something to stream.

use std::time::Duration;

use futures::StreamExt;
use futures::future::{Either, select, select_all};
use ledgergate_llm::chat::Generation;
use ledgergate_llm::error::ModelError;

/// The longest that a reply is held back. Then it begins without a token, so that comments can
/// keep the connection open.
const LONGEST_HOLD: Duration = Duration::from_secs(15);

/// As [`begun`], for one answer.
///
/// # Errors
/// The first event's own error.
pub(super) async fn begun_one(generation: Generation) -> Result<Generation, ModelError> {
    let mut waiting = Box::pin(generation.peekable());
    let first = Box::pin(async { waiting.as_mut().peek().await.cloned() });
    let held = Box::pin(tokio::time::sleep(LONGEST_HOLD));
    if let Either::Left((Some(Err(error)), _)) = select(first, held).await {
        return Err(error);
    }
    Ok(Generation::new(waiting))
}

/// Waits for the first event of one of the answers. What goes wrong before it (in the queue,
/// while the prompt is read) is then an error with a status of its own, which clients understand
/// better than an event after a 200.
///
/// # Errors
/// The first event's own error.
pub(super) async fn begun(generations: Vec<Generation>) -> Result<Vec<Generation>, ModelError> {
    if generations.is_empty() {
        return Ok(generations);
    }
    let mut waiting: Vec<_> = generations
        .into_iter()
        .map(StreamExt::peekable)
        .map(Box::pin)
        .collect();
    {
        let first = select_all(
            waiting
                .iter_mut()
                .map(|events| Box::pin(async move { events.as_mut().peek().await.cloned() })),
        );
        let held = Box::pin(tokio::time::sleep(LONGEST_HOLD));
        if let Either::Left(((Some(Err(error)), ..), _)) = select(first, held).await {
            return Err(error);
        }
    }
    Ok(waiting.into_iter().map(Generation::new).collect())
}
