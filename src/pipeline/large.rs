//! Work that takes long for a large body, away from the threads that answer other requests.

use super::PipelineError;

/// A body of so many bytes takes some ten milliseconds to assess; the largest take seconds.
const LARGE_BODY_BYTES: usize = 64 * 1024;

/// Does the work here, or, where it is about a large body, on a thread of its own.
pub(super) async fn work_on<T: Send + 'static>(
    body_bytes: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, PipelineError> {
    if body_bytes < LARGE_BODY_BYTES {
        return Ok(work());
    }
    tokio::task::spawn_blocking(work)
        .await
        .map_err(PipelineError::Interrupted)
}
