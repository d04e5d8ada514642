//! A question with a closed set of answers.

use std::time::Instant;

use super::Caller;
use super::answer::{GenerationTimings, Usage};
use super::message::Message;

/// A question with a closed set of answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ChoiceRequest {
    /// The conversation; the last message must be the user's. The options are appended to it,
    /// one a line, as `A) …`, `B) …`.
    pub messages: Vec<Message>,
    /// 2 to 26 options.
    pub options: Vec<String>,
    /// Who asks: the queue is fair between callers.
    pub caller: Caller,
    /// When the caller stops waiting; queueing counts.
    pub deadline: Option<Instant>,
}

/// How likely the model finds each option.
#[derive(Debug, Clone, PartialEq)]
pub struct ChoiceScores {
    /// Index of the likeliest option.
    pub chosen: usize,
    /// Natural logarithms of the options' probabilities, in the order of the options,
    /// renormalised over the options: their exponentials add up to 1.
    pub logprobs: Vec<f64>,
    /// Tokens read and written.
    pub usage: Usage,
    /// Where the time went.
    pub timings: GenerationTimings,
}
