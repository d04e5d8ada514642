//! An XML document as an owned tree of what the mappings look at: elements by namespace and
//! name, their attributes and their text.

use super::error::{Position, XmlError};
use super::guard;

/// Most bytes of an XML document.
pub const MAXIMUM_XML_BYTES: usize = 10 * 1024 * 1024;
/// Deepest nesting of its elements.
pub const MAXIMUM_XML_DEPTH: usize = 64;
/// Most attributes of one element, namespace declarations included.
pub const MAXIMUM_XML_ATTRIBUTES: usize = 64;
/// Most namespace declarations in force at one place.
pub const MAXIMUM_XML_NAMESPACES: usize = 64;
/// Most nodes: elements, texts, comments and processing instructions.
pub const MAXIMUM_XML_NODES: u32 = 500_000;

/// The namespaces of the two syntaxes of EN 16931, whatever prefix a document gives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Namespace {
    /// UBL 2.1 Invoice.
    UblInvoice,
    /// UBL 2.1 `CreditNote`.
    UblCreditNote,
    /// UBL common aggregate components, written `cac`.
    Aggregate,
    /// UBL common basic components, written `cbc`.
    Basic,
    /// CII root, written `rsm`.
    CrossIndustryInvoice,
    /// CII reusable aggregates, written `ram`.
    ReusableAggregate,
    /// CII unqualified data types, written `udt`.
    UnqualifiedType,
    /// CII qualified data types, written `qdt`.
    QualifiedType,
    /// Any other: extensions, signatures.
    Other,
}

impl Namespace {
    fn of_uri(uri: &str) -> Self {
        match uri {
            "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" => Self::UblInvoice,
            "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2" => Self::UblCreditNote,
            "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" => {
                Self::Aggregate
            }
            "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2" => Self::Basic,
            "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100" => {
                Self::CrossIndustryInvoice
            }
            "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100" => {
                Self::ReusableAggregate
            }
            "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100" => Self::UnqualifiedType,
            "urn:un:unece:uncefact:data:standard:QualifiedDataType:100" => Self::QualifiedType,
            _ => Self::Other,
        }
    }

    /// The prefix that paths are written with; the UBL roots have none.
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::UblInvoice | Self::UblCreditNote => "",
            Self::Aggregate => "cac:",
            Self::Basic => "cbc:",
            Self::CrossIndustryInvoice => "rsm:",
            Self::ReusableAggregate => "ram:",
            Self::UnqualifiedType => "udt:",
            Self::QualifiedType => "qdt:",
            Self::Other => "other:",
        }
    }
}

/// One element.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Element {
    pub(crate) namespace: Namespace,
    /// Local name.
    pub(crate) name: String,
    /// Attributes without a namespace.
    attributes: Vec<(String, String)>,
    /// Its own text, without that of its children, white space at the ends removed.
    pub(crate) text: String,
    pub(crate) children: Vec<Element>,
}

impl Element {
    /// The attribute of that name, unless it is blank.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// Whether this is the element that a path writes as `name` (`cbc:ID`).
    pub(crate) fn is(&self, name: &str) -> bool {
        name.strip_prefix(self.namespace.prefix()) == Some(self.name.as_str())
    }
}

/// Parses a document into its root element, within the limits above.
///
/// # Errors
/// [`XmlError`] for what is larger or deeper than the limits, carries a document type
/// declaration or is not well-formed.
pub(crate) fn parse(text: &str) -> Result<(Element, String), XmlError> {
    let document = parse_guarded(text)?;
    let root = document.root_element();
    let uri = root.tag_name().namespace().unwrap_or_default().to_owned();
    Ok((element(root), uri))
}

/// Parses any XML within the limits above: the one way in for XML from outside.
///
/// # Errors
/// As [`parse`].
pub(crate) fn parse_guarded(text: &str) -> Result<roxmltree::Document<'_>, XmlError> {
    guard::check(text)?;
    let options = roxmltree::ParsingOptions {
        // Without a DTD there are no entities but the five of XML: nothing expands, nothing is
        // fetched.
        allow_dtd: false,
        nodes_limit: MAXIMUM_XML_NODES,
        entity_resolver: None,
    };
    roxmltree::Document::parse_with_options(text, options).map_err(|error| {
        use roxmltree::Error;
        match error {
            Error::DtdDetected => XmlError::DocumentType { line: 1 },
            Error::NodesLimitReached => XmlError::TooManyNodes,
            Error::NamespacesLimitReached => XmlError::TooManyNamespaces { line: 1 },
            error => XmlError::Malformed {
                position: Position::of(error.pos()),
                message: error.to_string(),
            },
        }
    })
}

/// Recursion is bounded by [`MAXIMUM_XML_DEPTH`], which the guard has made sure of.
fn element(node: roxmltree::Node<'_, '_>) -> Element {
    let name = node.tag_name();
    let text: String = node
        .children()
        .filter(roxmltree::Node::is_text)
        .filter_map(|child| child.text())
        .collect();
    Element {
        namespace: Namespace::of_uri(name.namespace().unwrap_or_default()),
        name: name.name().to_owned(),
        attributes: node
            .attributes()
            .filter(|attribute| attribute.namespace().is_none())
            .map(|attribute| (attribute.name().to_owned(), attribute.value().to_owned()))
            .collect(),
        text: text.trim().to_owned(),
        children: node
            .children()
            .filter(roxmltree::Node::is_element)
            .map(element)
            .collect(),
    }
}
