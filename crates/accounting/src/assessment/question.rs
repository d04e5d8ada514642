//! Questions that only a model can answer, as data: a prompt and a closed set of answers.

use schemars::JsonSchema;
use serde::Serialize;

use crate::closed_enum::closed_enum;

closed_enum! {
    /// What is asked.
    QuestionId {
        /// Which action the document calls for.
        Action => "action",
        /// Which account the purchase or sale belongs to.
        Account => "account",
    }
}

/// A question with a closed set of answers. Whoever asks a model lists the options after the
/// prompt, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Question {
    /// What is asked.
    pub id: QuestionId,
    /// The system prompt.
    pub prompt_system: String,
    /// The user prompt: the document's relevant words and the question. Long texts are clipped
    /// for the question alone; the reading always sees the whole document.
    pub prompt_user: String,
    /// At most 20 options.
    pub options: Vec<QuestionOption>,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuestionOption {
    /// What the choice is kept as: an action's code, an account's code.
    pub key: String,
    /// What the model reads.
    pub label: String,
}

/// A model's answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Index of the chosen option.
    pub chosen: usize,
    /// The model's probability of each option, in the options' order, summing to 1.
    pub probabilities: Vec<f64>,
    /// The model's name.
    pub model: String,
}

/// An answer that does not fit its question.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// The question is not open.
    #[error("the question '{0}' is not open")]
    NotOpen(QuestionId),
    /// No such option.
    #[error("option {chosen} of {options} was chosen")]
    NoSuchOption {
        /// Index given.
        chosen: usize,
        /// Number of options.
        options: usize,
    },
    /// As many probabilities as options are needed, none negative, with a positive sum.
    #[error("{given} probabilities were given for {options} options, or they do not sum to 1")]
    Probabilities {
        /// Number given.
        given: usize,
        /// Number of options.
        options: usize,
    },
}

/// A model's choice, kept in the reply.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ModelChoice {
    /// What was asked.
    pub question: QuestionId,
    /// The key of the chosen option.
    pub chosen: String,
    /// The keys of all options.
    pub options: Vec<String>,
    /// The model's probability of each, in the same order.
    pub probabilities: Vec<f64>,
    /// The model.
    pub model: String,
}
