//! The prompts of a request: whether the model can take them, and what `echo` gives of them.

use ledgergate_llm::chat::{ChatModel, FinishReason};
use ledgergate_llm::error::ModelError;

use super::logprobs::{Offsets, TextToken};
use super::request::{ParsedRequest, PlacedPrompt};
use super::wire::TextLogprobs;
use crate::http::error::ApiError;
use crate::http::openai::answered::LogSummary;

/// What an answer's text begins with.
#[derive(Debug, Clone, Default)]
pub(super) struct Echo {
    /// The prompt, with `echo`.
    pub(super) text: String,
    /// Its tokens' log probabilities, if asked for.
    pub(super) logprobs: Option<TextLogprobs>,
    /// Where the answer's own tokens begin.
    pub(super) offsets: Offsets,
}

/// Refuses what the model cannot take before anything is generated.
pub(super) async fn check(model: &dyn ChatModel, request: &ParsedRequest) -> Result<(), ApiError> {
    let info = model.info();
    for prompt in &request.prompts {
        let counted = model.prompt_tokens(&prompt.prompt).await;
        let Some(prompt_tokens) = counted.map_err(|error| prompt.refused(error))? else {
            continue;
        };
        let context_tokens = info.context_tokens;
        let fits = if !request.is_prompt_alone() {
            info.room_after(prompt_tokens).map(drop)
        } else if prompt_tokens > context_tokens {
            Err(ModelError::ContextLengthExceeded {
                prompt_tokens,
                context_tokens,
            })
        } else {
            Ok(())
        };
        fits.map_err(|error| prompt.refused(error))?;
    }
    Ok(())
}

/// Reads a prompt as far as its own text is asked for.
pub(super) async fn read(
    model: &dyn ChatModel,
    request: &ParsedRequest,
    prompt: &PlacedPrompt,
    log: &mut LogSummary,
) -> Result<Echo, ApiError> {
    if !request.echo {
        return Ok(Echo::default());
    }
    let refused = |error| prompt.refused(error);
    let text = model
        .prompt_text(&prompt.prompt)
        .await
        .map_err(refused)?
        .ok_or_else(|| ApiError::invalid("echo", "this model does not tell a prompt's text"))?;
    let Some(score) = request.score(prompt) else {
        if request.is_prompt_alone() {
            let counted = model.prompt_tokens(&prompt.prompt).await.map_err(refused)?;
            log.read_prompt(counted.unwrap_or(0));
        }
        return Ok(Echo {
            offsets: Offsets::after(&text),
            text,
            logprobs: None,
        });
    };
    let scores = model.score_prompt(score).await.map_err(refused)?;
    log.add(FinishReason::Length, scores.usage, scores.timings);
    let tokens: Vec<TextToken> = scores.tokens.into_iter().map(TextToken::from).collect();
    let mut offsets = Offsets::of_text(&text, &tokens);
    let logprobs = Some(offsets.lists(tokens));
    Ok(Echo {
        text,
        logprobs,
        offsets,
    })
}
