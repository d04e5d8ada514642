//! One finding.

use std::fmt::Display;

use schemars::JsonSchema;
use serde::Serialize;

use crate::closed_enum::closed_enum;

closed_enum! {
    /// How much a finding weighs.
    Severity {
        /// Blocks posting.
        Error => "error",
        /// Stops automation: a person looks at it.
        Review => "review",
        /// Informs.
        Warning => "warning",
    }
}

/// A finding of the checks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Check {
    /// Stable code, e.g. `debits_not_credits`.
    pub code: String,
    /// How much it weighs.
    pub severity: Severity,
    /// What a person should know.
    pub message: String,
    /// JSON Pointer to the place, an `XPath` in an XML invoice, empty where it concerns the whole
    /// document.
    pub path: String,
    /// What was expected, where that can be said.
    pub expected: Option<String>,
    /// What was found.
    pub actual: Option<String>,
}

impl Check {
    /// A finding without figures.
    pub fn new(
        code: &str,
        severity: Severity,
        path: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            code: code.to_owned(),
            severity,
            message: message.into(),
            path: path.into(),
            expected: None,
            actual: None,
        }
    }

    /// An error.
    pub fn error(code: &str, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, path, message)
    }

    /// A reason for review.
    pub fn review(code: &str, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Review, path, message)
    }

    /// A warning.
    pub fn warning(code: &str, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, path, message)
    }

    /// The same finding with what was expected and what was found.
    #[must_use]
    pub fn with(mut self, expected: impl Display, actual: impl Display) -> Self {
        self.expected = Some(format!("{expected}"));
        self.actual = Some(format!("{actual}"));
        self
    }
}
