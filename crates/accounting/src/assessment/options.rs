//! How an assessment is to be made.

use jiff::civil::Date;

use crate::closed_enum::closed_enum;

closed_enum! {
    /// When a model is asked.
    LlmUse {
        /// Where the rules leave a question open.
        Auto => "auto",
        /// For the action and the account of every document, to compare it with the rules.
        Always => "always",
        /// Never: open questions take their default and go to review.
        Never => "never",
    }
}

/// How an assessment is to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// The day of the assessment; ages and future dates are counted from it.
    pub today: Date,
    /// When a model is asked.
    pub llm: LlmUse,
}
