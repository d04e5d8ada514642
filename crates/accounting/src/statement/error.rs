//! Why a file is no statement that can be read, and where in it.

use std::fmt;

use super::format::StatementFormat;
use crate::document::XmlError;
use crate::input_error::InputError;

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilePlace {
    /// A line of a text, counted from 1.
    Line(usize),
    /// An `XPath` in an XML document.
    Element(String),
}

impl FilePlace {
    /// An error here.
    pub(super) fn error(&self, message: impl Into<String>) -> StatementError {
        StatementError::Record {
            place: self.clone(),
            message: message.into(),
        }
    }

    /// As checks name it: the `XPath`, or `/mt940#12` for line 12 of a text.
    pub(super) fn path(&self, format: StatementFormat) -> String {
        match self {
            Self::Line(line) => format!("/{format}#{line}"),
            Self::Element(path) => path.clone(),
        }
    }
}

impl fmt::Display for FilePlace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(formatter, "line {line}"),
            Self::Element(path) => formatter.write_str(path),
        }
    }
}

/// Why a file is no statement that can be read. Nothing is skipped: the first record that cannot
/// be read refuses the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// A record that is not of the format.
    #[error("{place}: {message}")]
    Record {
        /// Where.
        place: FilePlace,
        /// What is wrong, and what would be right.
        message: String,
    },
    /// The file as a whole.
    #[error("{0}")]
    File(String),
    /// XML that is malformed or beyond its limits.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// A member of the CSV mapping is missing, wrong, or not decided by the file.
    #[error("{}: {}", .0.pointer, .0.message)]
    Mapping(InputError),
}

impl StatementError {
    /// An error of a member of the mapping, by its pointer within it (`/columns/date`).
    pub(super) fn mapping(member: &str, message: impl Into<String>) -> Self {
        Self::Mapping(InputError::new(format!("/mapping{member}"), message))
    }
}
