//! What all replies of OpenAI's API are made of: who answers, why an answer ended, the log
//! probabilities, and what the request log keeps.

use ledgergate_llm::chat::{FinishReason, GenerationTimings, TokenLogprob, Usage};

use super::wire::{AlternativeBody, LogprobsBody, TokenBody, UsageBody};
use crate::store::request_log::RequestDetails;

/// What every chunk of one reply has in common.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    pub(super) id: String,
    pub(super) created: i64,
    pub(super) model: String,
    pub(super) fingerprint: String,
}

/// What the request log keeps of the answers of one request.
#[derive(Debug)]
pub(super) struct LogSummary {
    pub(super) details: RequestDetails,
    /// Of the prompt that the answers share.
    prompt_tokens: u32,
    /// Of the prompts that asked for some of them again.
    repair_prompt_tokens: u32,
}

impl LogSummary {
    pub(super) fn new(model: &str, streamed: bool) -> Self {
        Self {
            details: RequestDetails {
                model: Some(model.to_owned()),
                streamed,
                ..RequestDetails::default()
            },
            prompt_tokens: 0,
            repair_prompt_tokens: 0,
        }
    }

    /// Answers of one request share their prompt, so its tokens count once, however many answers
    /// there are. What was read to repair one of them, and all that was written, counts for each.
    pub(super) fn add(&mut self, reason: FinishReason, usage: Usage, timings: GenerationTimings) {
        let details = &mut self.details;
        details.finish_reason = Some(reason_name(reason).to_owned());
        self.prompt_tokens = usage.prompt_tokens;
        self.repair_prompt_tokens += usage.repair_prompt_tokens;
        details.prompt_tokens = Some(self.prompt_tokens + self.repair_prompt_tokens);
        details.completion_tokens =
            Some(details.completion_tokens.unwrap_or(0) + usage.completion_tokens);
        let longest = |known: Option<f64>, new: u64| {
            let new = std::time::Duration::from_millis(new).as_secs_f64() * 1_000.0;
            Some(known.unwrap_or(0.0).max(new))
        };
        details.queue_ms = longest(details.queue_ms, timings.queue_ms);
        details.prefill_ms = longest(details.prefill_ms, timings.prefill_ms);
        details.decode_ms = longest(details.decode_ms, timings.decode_ms);
        details.grammar_ms = longest(details.grammar_ms, timings.grammar_ms);
    }

    /// A prompt was read and nothing generated.
    pub(super) fn read_prompt(&mut self, tokens: u32) {
        self.details.finish_reason = Some(reason_name(FinishReason::Length).to_owned());
        self.details.prompt_tokens = Some(tokens);
    }

    /// Takes up the answers to another prompt of the same request.
    pub(super) fn join(&mut self, other: &Self) {
        let (own, other) = (&mut self.details, &other.details);
        own.finish_reason.clone_from(&other.finish_reason);
        let sum = |one: Option<u32>, two: Option<u32>| {
            Some(one.unwrap_or(0).saturating_add(two.unwrap_or(0)))
        };
        own.prompt_tokens = sum(own.prompt_tokens, other.prompt_tokens);
        own.completion_tokens = sum(own.completion_tokens, other.completion_tokens);
        // One prompt after another.
        let add =
            |one: Option<f64>, two: Option<f64>| Some(one.unwrap_or(0.0) + two.unwrap_or(0.0));
        own.queue_ms = add(own.queue_ms, other.queue_ms);
        own.prefill_ms = add(own.prefill_ms, other.prefill_ms);
        own.decode_ms = add(own.decode_ms, other.decode_ms);
        own.grammar_ms = add(own.grammar_ms, other.grammar_ms);
    }

    pub(super) fn usage(&self) -> UsageBody {
        let prompt_tokens = self.details.prompt_tokens.unwrap_or(0);
        let completion_tokens = self.details.completion_tokens.unwrap_or(0);
        UsageBody {
            prompt_tokens,
            completion_tokens,
            total_tokens: prompt_tokens + completion_tokens,
        }
    }
}

pub(super) fn reason_name(reason: FinishReason) -> &'static str {
    match reason {
        FinishReason::Stop => "stop",
        FinishReason::Length => "length",
        FinishReason::ToolCalls => "tool_calls",
    }
}

pub(super) fn logprobs_body(tokens: Vec<TokenLogprob>) -> Option<LogprobsBody> {
    if tokens.is_empty() {
        return None;
    }
    Some(LogprobsBody {
        content: token_bodies(tokens),
        refusal: None,
    })
}

pub(super) fn token_bodies(tokens: Vec<TokenLogprob>) -> Vec<TokenBody> {
    tokens
        .into_iter()
        .map(|token| TokenBody {
            token: token.token,
            logprob: token.logprob,
            bytes: token.bytes,
            top_logprobs: token
                .top
                .into_iter()
                .map(|(token, bytes, logprob)| AlternativeBody {
                    token,
                    logprob,
                    bytes,
                })
                .collect(),
        })
        .collect()
}
