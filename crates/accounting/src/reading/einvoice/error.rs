//! Why a text is no XML invoice that can be read.

use std::fmt;

use super::tree::{
    MAXIMUM_XML_ATTRIBUTES, MAXIMUM_XML_BYTES, MAXIMUM_XML_DEPTH, MAXIMUM_XML_NAMESPACES,
    MAXIMUM_XML_NODES,
};

/// A place in the text, both counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Line.
    pub line: u32,
    /// Column, in characters.
    pub column: u32,
}

impl Position {
    pub(super) fn of(position: roxmltree::TextPos) -> Self {
        Self {
            line: position.row,
            column: position.col,
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}, column {}", self.line, self.column)
    }
}

/// Why a text is no XML invoice that can be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum XmlError {
    /// Larger than is read.
    #[error("the XML has {bytes} bytes, more than {MAXIMUM_XML_BYTES}")]
    TooLarge {
        /// Size of the text in UTF-8.
        bytes: usize,
    },
    /// Nested deeper than is read.
    #[error("line {line}: the XML is nested deeper than {MAXIMUM_XML_DEPTH} elements")]
    TooDeep {
        /// Line of the element.
        line: u32,
    },
    /// More nodes than are read.
    #[error("the XML has more than {MAXIMUM_XML_NODES} nodes")]
    TooManyNodes,
    /// An element with more attributes than are read.
    #[error("line {line}: an element has more than {MAXIMUM_XML_ATTRIBUTES} attributes")]
    TooManyAttributes {
        /// Line of the element.
        line: u32,
    },
    /// More namespace declarations in force at one place than are read.
    #[error("line {line}: more than {MAXIMUM_XML_NAMESPACES} namespaces are declared")]
    TooManyNamespaces {
        /// Line of the element.
        line: u32,
    },
    /// A document type declaration, which could define entities: refused whatever it says.
    #[error("line {line}: a document type declaration (DTD) is refused")]
    DocumentType {
        /// Line of the declaration.
        line: u32,
    },
    /// Not well-formed.
    #[error("malformed XML at {position}: {message}")]
    Malformed {
        /// Where.
        position: Position,
        /// What the parser says.
        message: String,
    },
    /// Well-formed, but of a root element that is no invoice of EN 16931.
    #[error(
        "the root element '{name}' of namespace '{namespace}' is none of UBL 2.1 Invoice, \
         UBL 2.1 CreditNote and UN/CEFACT CrossIndustryInvoice"
    )]
    UnknownRoot {
        /// Local name of the element.
        name: String,
        /// Its namespace, empty where it has none.
        namespace: String,
    },
    /// The right root element around nothing of an invoice.
    #[error("'{name}' contains no invoice: it has no '{missing}'")]
    NoInvoice {
        /// Local name of the root element.
        name: String,
        /// The element that every invoice has.
        missing: &'static str,
    },
}
