//! How likely a model finds a text that is given to it.

use std::time::Instant;

use super::answer::{GenerationTimings, Usage};
use super::{Caller, Prompt};

/// Asks how likely a model finds each token of a prompt, after those before it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PromptScoreRequest {
    /// A text or tokens; a conversation has no score.
    pub prompt: Prompt,
    /// Alternatives to report with each token.
    pub top_logprobs: u8,
    /// Who asks: the queue is fair between callers.
    pub caller: Caller,
    /// When the caller stops waiting; queueing counts.
    pub deadline: Option<Instant>,
}

/// One token of a prompt.
#[derive(Debug, Clone, PartialEq)]
pub struct PromptToken {
    /// The token's text; bytes that are no UTF-8 on their own show as U+FFFD.
    pub token: String,
    /// The token's bytes.
    pub bytes: Vec<u8>,
    /// Natural logarithm of its probability after the tokens before it; the first has none.
    pub logprob: Option<f32>,
    /// The likeliest tokens there, likeliest first: text, bytes, logprob. Empty for the first.
    pub top: Vec<(String, Vec<u8>, f32)>,
}

/// A prompt's tokens and how likely they are.
#[derive(Debug, Clone, PartialEq)]
pub struct PromptScores {
    /// In order; a token that only marks the beginning of a prompt is not among them.
    pub tokens: Vec<PromptToken>,
    /// Tokens read; none is written.
    pub usage: Usage,
    /// Where the time went.
    pub timings: GenerationTimings,
}
