//! E-invoices of EN 16931 read from their XML: UBL 2.1 Invoice and `CreditNote`, UN/CEFACT
//! `CrossIndustryInvoice` (D16B).
//!
//! The standard's business terms are mapped one by one; nothing is guessed from words, no figure
//! is repaired, and the sums are those of the standard. A value in another form than the
//! schema's is a doubt and stays out of the facts.

mod cii;
mod codes;
mod error;
mod guard;
mod place;
mod rules;
mod sign;
mod stated;
mod tree;
mod ubl;
mod values;

pub use error::{Position, XmlError};
pub(crate) use tree::parse_guarded;
pub use tree::{
    MAXIMUM_XML_ATTRIBUTES, MAXIMUM_XML_BYTES, MAXIMUM_XML_DEPTH, MAXIMUM_XML_NAMESPACES,
    MAXIMUM_XML_NODES,
};
pub(crate) use values::{calendar_date, decimal};

use super::addressing::addressing_doubt;
use crate::facts::DocumentFacts;
use place::Place;
use tree::{Element, Namespace};

/// A parsed invoice of one of the syntaxes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct EInvoice {
    syntax: Syntax,
    root: Element,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Syntax {
    UblInvoice,
    UblCreditNote,
    CrossIndustryInvoice,
}

impl EInvoice {
    /// Parses an invoice.
    ///
    /// # Errors
    /// [`XmlError`] for what is beyond the limits, carries a DTD, is malformed, has another root
    /// element or contains no invoice.
    pub(crate) fn parse(text: &str) -> Result<Self, XmlError> {
        let (root, namespace) = tree::parse(text)?;
        let syntax = match (root.namespace, root.name.as_str()) {
            (Namespace::UblInvoice, "Invoice") => Syntax::UblInvoice,
            (Namespace::UblCreditNote, "CreditNote") => Syntax::UblCreditNote,
            (Namespace::CrossIndustryInvoice, "CrossIndustryInvoice") => {
                Syntax::CrossIndustryInvoice
            }
            _ => {
                return Err(XmlError::UnknownRoot {
                    name: root.name,
                    namespace,
                });
            }
        };
        let missing = match syntax {
            Syntax::UblInvoice | Syntax::UblCreditNote => "cac:LegalMonetaryTotal",
            Syntax::CrossIndustryInvoice => "rsm:SupplyChainTradeTransaction",
        };
        if !root.children.iter().any(|child| child.is(missing)) {
            return Err(XmlError::NoInvoice {
                name: root.name,
                missing,
            });
        }
        Ok(Self { syntax, root })
    }

    /// Reads the facts.
    pub(crate) fn read(&self) -> DocumentFacts {
        let root = Place::root(&self.root);
        let mut facts = match self.syntax {
            Syntax::UblInvoice => ubl::read(&root, &ubl::INVOICE),
            Syntax::UblCreditNote => ubl::read(&root, &ubl::CREDIT_NOTE),
            Syntax::CrossIndustryInvoice => cii::read(&root),
        };
        root.visit_texts(&mut |place| {
            let text = &place.element.text;
            facts.doubts.extend(addressing_doubt(&place.path, text));
        });
        facts
    }
}
