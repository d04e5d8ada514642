//! Whole answers as OpenAI's body.

use std::sync::Arc;

use axum::Json;
use axum::response::{IntoResponse, Response};
use ledgergate_llm::chat::{ChatModel, Completion, FinishReason, TokenLogprob};

use super::logprobs::TextToken;
use super::prompts::{self, Echo};
use super::request::{ParsedRequest, PlacedPrompt};
use super::wire::{TextChoice, TextCompletion, TextLogprobs};
use crate::http::error::ApiError;
use crate::http::observe::Observed;
use crate::http::openai::answered::{Identity, LogSummary, reason_name};
use crate::http::openai::generations::{complete_all, start_all};

/// Answers the prompts one after another, so that one request takes few places of the queue.
pub(super) async fn reply(
    model: &Arc<dyn ChatModel>,
    request: &ParsedRequest,
    identity: Identity,
) -> Result<Response, ApiError> {
    let mut log = LogSummary::new(&identity.model, false);
    let mut choices = Vec::new();
    for prompt in &request.prompts {
        let mut of_prompt = LogSummary::new(&identity.model, false);
        let echo = prompts::read(&**model, request, prompt, &mut of_prompt).await?;
        for answer in answers(model, request, prompt, &mut of_prompt).await? {
            let index = u32::try_from(choices.len()).unwrap_or(u32::MAX);
            choices.push(choice(index, &echo, answer, request.logprobs.is_some()));
        }
        log.join(&of_prompt);
    }
    let body = TextCompletion {
        id: identity.id,
        object: "text_completion",
        created: identity.created,
        model: identity.model,
        choices,
        usage: log.usage(),
        system_fingerprint: identity.fingerprint,
    };
    Ok((axum::Extension(Observed(log.details)), Json(body)).into_response())
}

/// What is said after a prompt.
struct Answer {
    text: String,
    logprobs: Vec<TokenLogprob>,
    reason: FinishReason,
}

async fn answers(
    model: &Arc<dyn ChatModel>,
    request: &ParsedRequest,
    prompt: &PlacedPrompt,
    log: &mut LogSummary,
) -> Result<Vec<Answer>, ApiError> {
    if request.is_prompt_alone() {
        let nothing = || Answer {
            text: String::new(),
            logprobs: Vec::new(),
            reason: FinishReason::Length,
        };
        return Ok((0..request.n).map(|_| nothing()).collect());
    }
    let refused = |error| prompt.refused(error);
    let generation = request.generation(prompt);
    let started = start_all(model, &generation, request.best_of, false).await;
    let mut completions = complete_all(started.map_err(refused)?)
        .await
        .map_err(refused)?;
    for answer in &completions {
        log.add(answer.reason, answer.usage, answer.timings);
    }
    keep_best(&mut completions, request.n);
    Ok(completions
        .into_iter()
        .map(|answer| Answer {
            text: answer.text,
            logprobs: answer.logprobs,
            reason: answer.reason,
        })
        .collect())
}

/// Keeps the answers with the highest mean log probability, the best first; all of them, in their
/// order, where none is too many.
fn keep_best(completions: &mut Vec<Completion>, n: u32) {
    let n = usize::try_from(n).unwrap_or(usize::MAX);
    if completions.len() > n {
        completions.sort_by(|a, b| mean_logprob(b).total_cmp(&mean_logprob(a)));
        completions.truncate(n);
    }
}

/// An answer without a token has nothing to be judged by.
fn mean_logprob(answer: &Completion) -> f64 {
    let count = u32::try_from(answer.logprobs.len()).unwrap_or(u32::MAX);
    if count == 0 {
        return f64::NEG_INFINITY;
    }
    let sum: f64 = answer
        .logprobs
        .iter()
        .map(|token| f64::from(token.logprob))
        .sum();
    sum / f64::from(count)
}

fn choice(index: u32, echo: &Echo, answer: Answer, with_logprobs: bool) -> TextChoice {
    let logprobs = with_logprobs.then(|| {
        let mut lists = echo.logprobs.clone().unwrap_or_default();
        let tokens = answer.logprobs.into_iter().map(TextToken::from);
        lists.append(echo.offsets.clone().lists(tokens));
        lists
    });
    TextChoice {
        text: echo.text.clone() + &answer.text,
        index,
        logprobs,
        finish_reason: Some(reason_name(answer.reason)),
    }
}

impl TextLogprobs {
    fn append(&mut self, mut more: Self) {
        self.tokens.append(&mut more.tokens);
        self.token_logprobs.append(&mut more.token_logprobs);
        self.top_logprobs.append(&mut more.top_logprobs);
        self.text_offset.append(&mut more.text_offset);
    }
}
