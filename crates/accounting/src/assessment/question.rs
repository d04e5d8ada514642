//! What an assessment asks a model, and what is kept of the answer.

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

/// A question about a document.
pub type Question = crate::question::Question<QuestionId>;

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
    /// The probabilities with the options as listed and in another order, where the order may
    /// have decided the first answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub orders: Vec<Vec<f64>>,
    /// The model.
    pub model: String,
}
