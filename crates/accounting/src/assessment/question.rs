//! Questions that only a model can answer, as data: a prompt and a closed set of answers.

use schemars::JsonSchema;
use serde::Serialize;

use crate::closed_enum::closed_enum;

closed_enum! {
    /// What is asked.
    QuestionId {
        /// Which action the document calls for.
        Action => "action",
        /// Who the other party is, in a text that names nobody's part.
        Counterparty => "counterparty",
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
    /// What the choice is kept as: an action's code, an account's code, a name as printed.
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
    /// The probabilities of each asking, in the options' order, where it was asked in two orders.
    pub orders: Vec<Vec<f64>>,
    /// The model's name.
    pub model: String,
}

/// Below this lead over the next option a model's choice is called unsure.
pub(super) const UNSURE_MARGIN: f64 = 0.2;

impl Question {
    /// The same with the options the other way round: small models favour what stands first.
    #[must_use]
    pub fn in_other_order(&self) -> Self {
        let mut question = self.clone();
        question.options.reverse();
        question
    }
}

impl Answer {
    /// Whether the order of the options may have decided: the lead over the next is small, or the
    /// option that stood first was chosen. A model of 135 million parameters was seen to choose
    /// the first of any options, with a lead of 0.4 and more.
    pub fn may_depend_on_order(&self) -> bool {
        self.chosen == 0 || margin(&self.probabilities, self.chosen) < UNSURE_MARGIN
    }

    /// The mean of this answer and the one to [`Question::in_other_order`].
    #[must_use]
    pub fn averaged_with(mut self, mut other: Self) -> Self {
        other.probabilities.reverse();
        if other.probabilities.len() != self.probabilities.len() {
            return self;
        }
        let mean: Vec<f64> = self
            .probabilities
            .iter()
            .zip(&other.probabilities)
            .map(|(one, two)| f64::midpoint(*one, *two))
            .collect();
        self.chosen = likeliest(&mean).unwrap_or(self.chosen);
        self.orders = vec![
            std::mem::replace(&mut self.probabilities, mean),
            other.probabilities,
        ];
        self
    }

    /// Whether it was asked in two orders and another option was ahead in each.
    pub(super) fn depends_on_order(&self) -> bool {
        let mut leaders = self.orders.iter().map(|order| likeliest(order));
        let first = leaders.next();
        leaders.any(|leader| Some(leader) != first)
    }
}

fn likeliest(probabilities: &[f64]) -> Option<usize> {
    let indexed = probabilities.iter().enumerate();
    indexed
        .max_by(|(_, one), (_, two)| one.total_cmp(two))
        .map(|(index, _)| index)
}

/// How far the chosen option is ahead of the next.
pub(super) fn margin(probabilities: &[f64], chosen: usize) -> f64 {
    let others = probabilities
        .iter()
        .enumerate()
        .filter(|(index, _)| *index != chosen)
        .map(|(_, p)| *p);
    probabilities.get(chosen).copied().unwrap_or_default() - others.fold(0.0, f64::max)
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
    /// The model's probability of each, in the same order: the mean where it was asked twice.
    pub probabilities: Vec<f64>,
    /// The probabilities with the options as listed and the other way round, where the order may
    /// have decided the first answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub orders: Vec<Vec<f64>>,
    /// The model.
    pub model: String,
}
