//! Several independent answers to one request.

use std::sync::Arc;

use ledgergate_llm::chat::{ChatModel, ChatRequest, Completion, Generation};
use ledgergate_llm::error::ModelError;
use ledgergate_llm::repair;

/// Most answers of one request.
pub(super) const MOST_CHOICES: u32 = 16;

/// Starts an answer. With `repair`, one that does not validate is asked for again.
pub(super) async fn start(
    model: &Arc<dyn ChatModel>,
    request: ChatRequest,
    repair: bool,
) -> Result<Generation, ModelError> {
    if repair {
        repair::generate(Arc::clone(model), request).await
    } else {
        model.generate(request).await
    }
}

/// Starts `n` independent answers; with a seed, each has the seed plus its index.
pub(super) async fn start_all(
    model: &Arc<dyn ChatModel>,
    request: &ChatRequest,
    n: u32,
    repair: bool,
) -> Result<Vec<Generation>, ModelError> {
    let mut generations = Vec::new();
    for index in 0..n {
        let mut request = request.clone();
        request.sampling.seed = request
            .sampling
            .seed
            .map(|seed| seed.wrapping_add(u64::from(index)));
        generations.push(start(model, request, repair).await?);
    }
    Ok(generations)
}

/// Waits for all; the first failure drops the others.
pub(super) async fn complete_all(
    generations: Vec<Generation>,
) -> Result<Vec<Completion>, ModelError> {
    futures::future::try_join_all(generations.into_iter().map(Generation::complete)).await
}
