//! Why a document makes no entry.

use crate::chart::NoAccountForRole;
use crate::checks::Check;
use crate::journal::JournalError;
use crate::money::Currency;

/// Why a document makes no entry.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(crate) enum PostingError {
    /// The action makes no entry; no finding.
    #[error("the action makes no entry")]
    DoesNotPost,
    /// An amount is missing.
    #[error("no entry: the document gives no {0}")]
    NoAmount(&'static str),
    /// No date.
    #[error("no entry: the document gives no date")]
    NoDate,
    /// The goods' cost is not stated; they leave the stock when it is known.
    #[error("no entry yet: the cost of the goods is not stated")]
    CostUnknown,
    /// The voucher's words do not say what is booked.
    #[error("no entry: the words do not say what is booked")]
    NotUnderstood,
    /// A stated account that is not in the chart.
    #[error("no entry: '{0}' is no account of the chart")]
    UnknownAccount(String),
    /// The chart lacks an account.
    #[error("no entry: {0}")]
    NoAccount(#[from] NoAccountForRole),
    /// No exchange rate.
    #[error("no entry: neither the document nor the company gives a rate from {from} to {to}")]
    NoRate {
        /// The document's currency.
        from: Currency,
        /// The company's currency.
        to: Currency,
    },
    /// The lines do not make an entry.
    #[error("no entry: {0}")]
    Journal(#[from] JournalError),
}

impl PostingError {
    /// The finding, `None` where nothing is wrong.
    pub(crate) fn finding(&self) -> Option<Check> {
        let (code, path) = match self {
            Self::DoesNotPost => return None,
            Self::CostUnknown => {
                return Some(Check::review("cost_unknown", "", self.to_string()));
            }
            Self::NoAmount(_) => ("no_amount", ""),
            Self::NoDate => ("no_date", ""),
            Self::NotUnderstood => ("not_understood", ""),
            Self::UnknownAccount(_) => ("unknown_account", ""),
            Self::NoAccount(_) => ("no_account", ""),
            Self::NoRate { .. } => ("no_exchange_rate", ""),
            Self::Journal(error) => (journal_code(error), "/journal"),
        };
        Some(Check::error(code, path, self.to_string()))
    }
}

/// The stable code of a journal error.
pub(crate) fn journal_code(error: &JournalError) -> &'static str {
    match error {
        JournalError::TooFewLines(_) => "too_few_lines",
        JournalError::NotPositive { .. } => "line_not_positive",
        JournalError::Exponent { .. } => "too_many_decimals",
        JournalError::UnknownAccount { .. } => "unknown_account",
        JournalError::NotPostable { .. } => "account_not_postable",
        JournalError::Unbalanced { .. } => "debits_not_credits",
    }
}
