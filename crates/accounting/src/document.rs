//! A document as a request carries it: what an extractor returned, or its text.

use serde_json::{Map, Value};

use crate::input_error::InputError;
use crate::reading::einvoice::EInvoice;
pub use crate::reading::einvoice::{
    MAXIMUM_XML_ATTRIBUTES, MAXIMUM_XML_BYTES, MAXIMUM_XML_DEPTH, MAXIMUM_XML_NAMESPACES,
    MAXIMUM_XML_NODES, Position, XmlError,
};
use crate::statement::{self, StatementFile};

/// Deepest nesting that is read.
pub const MAXIMUM_DEPTH: usize = 64;
/// Most bytes of text that are read, all values together (some 700 pages).
pub const MAXIMUM_TEXT_BYTES: usize = 2 * 1024 * 1024;
/// Most keys and list elements that are read.
pub const MAXIMUM_KEYS: usize = 100_000;

/// The keys of documents that are a text.
const TEXT_FORMS: [&str; 3] = ["markdown", "raw_text", "xml"];

/// A document that was found readable in form. What it says is the business of
/// [`crate::reading`].
#[derive(Debug, Clone, PartialEq)]
pub struct Document(pub(crate) Form);

/// The forms a document comes in.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Form {
    /// Keys and values of any language and style.
    Structured(Map<String, Value>),
    /// Markdown, as a converter writes it.
    Markdown(String),
    /// Plain text, as OCR or a till writes it.
    RawText(String),
    /// An XML invoice of EN 16931.
    EInvoice(EInvoice),
    /// A bank statement file.
    Statements(StatementFile),
}

/// Why a value is no document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{pointer}: {message}")]
pub struct DocumentError {
    pointer: String,
    message: String,
    #[source]
    xml: Option<XmlError>,
}

impl DocumentError {
    fn new(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            message: message.into(),
            xml: None,
        }
    }

    /// JSON Pointer into the document (empty for the document itself).
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// What is wrong there.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What is wrong with the XML, where that is why the document is refused.
    pub fn xml(&self) -> Option<&XmlError> {
        self.xml.as_ref()
    }
}

impl From<InputError> for DocumentError {
    fn from(error: InputError) -> Self {
        Self::new(error.pointer, error.message)
    }
}

impl Document {
    /// The document of a request: a JSON object of any keys, or exactly one of
    /// `{"markdown": "…"}`, `{"raw_text": "…"}`, `{"xml": "…"}`. The XML is an invoice of
    /// EN 16931 in one of its syntaxes: UBL 2.1 Invoice or `CreditNote`, or UN/CEFACT
    /// `CrossIndustryInvoice` (D16B), whatever its namespace prefixes are. A bank statement file
    /// is one of `{"mt940": "…"}`, `{"camt053": "…"}`, `{"ofx": "…"}`,
    /// `{"csv": "…", "mapping": {…}}` and `{"content_base64": "…"}`, as in [`crate::statement`].
    ///
    /// # Errors
    /// [`DocumentError`] when the value is no object, is empty, is nested deeper than
    /// [`MAXIMUM_DEPTH`] or larger than [`MAXIMUM_KEYS`], has more text than
    /// [`MAXIMUM_TEXT_BYTES`], when a text form is no string, and
    /// with an [`XmlError`] when XML is malformed, has a document type declaration, another root
    /// element or no invoice, or is beyond [`MAXIMUM_XML_BYTES`] and the other limits of XML;
    /// when a statement file cannot be read.
    pub fn from_json(value: &Value) -> Result<Self, DocumentError> {
        let Value::Object(object) = value else {
            return Err(DocumentError::new("", "the document must be a JSON object"));
        };
        if object.is_empty() {
            return Err(DocumentError::new("", "the document is empty"));
        }
        if let (1, Some((key, content))) = (object.len(), object.iter().next()) {
            match key.as_str() {
                "markdown" => {
                    let text = bounded(text_of(key, content)?, "/markdown")?;
                    return Ok(Self(Form::Markdown(text)));
                }
                "raw_text" => {
                    let text = bounded(text_of(key, content)?, "/raw_text")?;
                    return Ok(Self(Form::RawText(text)));
                }
                "xml" => {
                    let text = text_of(key, content)?;
                    let invoice = EInvoice::parse(&text).map_err(|error| DocumentError {
                        xml: Some(error.clone()),
                        ..DocumentError::new("/xml", error.to_string())
                    })?;
                    return Ok(Self(Form::EInvoice(invoice)));
                }
                _ => {}
            }
        }
        if statement::is_statement(object) {
            let file = statement::read_document(object)?;
            return Ok(Self(Form::Statements(file)));
        }
        if object.keys().all(|key| TEXT_FORMS.contains(&key.as_str())) {
            let message = "give one of markdown, raw_text and xml, not several";
            return Err(DocumentError::new("", message));
        }
        measure(value, "", 0, &mut Size::default())?;
        Ok(Self(Form::Structured(object.clone())))
    }
}

fn text_of(key: &str, content: &Value) -> Result<String, DocumentError> {
    match content {
        Value::String(text) if text.trim().is_empty() => {
            Err(DocumentError::new(format!("/{key}"), "the text is empty"))
        }
        Value::String(text) => Ok(text.clone()),
        _ => Err(DocumentError::new(format!("/{key}"), "must be a string")),
    }
}

fn bounded(text: String, pointer: &str) -> Result<String, DocumentError> {
    if text.len() > MAXIMUM_TEXT_BYTES {
        return Err(too_much_text(pointer));
    }
    Ok(text)
}

fn too_much_text(pointer: &str) -> DocumentError {
    let message = format!("more than {MAXIMUM_TEXT_BYTES} bytes of text");
    DocumentError::new(pointer, message)
}

/// What was counted so far.
#[derive(Default)]
struct Size {
    keys: usize,
    text_bytes: usize,
}

fn measure(
    value: &Value,
    pointer: &str,
    depth: usize,
    size: &mut Size,
) -> Result<(), DocumentError> {
    if depth > MAXIMUM_DEPTH {
        let message = format!("nested deeper than {MAXIMUM_DEPTH} levels");
        return Err(DocumentError::new(pointer, message));
    }
    match value {
        Value::Object(object) => {
            for (key, child) in object {
                count(pointer, &mut size.keys)?;
                measure(child, &child_pointer(pointer, key), depth + 1, size)?;
            }
        }
        Value::Array(elements) => {
            for (index, child) in elements.iter().enumerate() {
                count(pointer, &mut size.keys)?;
                measure(child, &format!("{pointer}/{index}"), depth + 1, size)?;
            }
        }
        Value::String(text) => {
            size.text_bytes += text.len();
            if size.text_bytes > MAXIMUM_TEXT_BYTES {
                return Err(too_much_text(pointer));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
    Ok(())
}

fn count(pointer: &str, keys: &mut usize) -> Result<(), DocumentError> {
    *keys += 1;
    if *keys > MAXIMUM_KEYS {
        let message = format!("more than {MAXIMUM_KEYS} keys and elements");
        return Err(DocumentError::new(pointer, message));
    }
    Ok(())
}

/// A pointer one level deeper, escaped by RFC 6901.
pub(crate) fn child_pointer(parent: &str, key: &str) -> String {
    format!("{parent}/{}", key.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn forms_are_told_apart() {
        let form = |value| Document::from_json(&value).map(|document| document.0);
        assert!(matches!(
            form(json!({"markdown": "# A"})),
            Ok(Form::Markdown(_))
        ));
        assert!(matches!(
            form(json!({"raw_text": "A"})),
            Ok(Form::RawText(_))
        ));
        assert!(matches!(
            form(json!({"markdown": "A", "b": 1})),
            Ok(Form::Structured(_))
        ));
        let several = form(json!({"markdown": "A", "raw_text": "B"})).unwrap_err();
        assert!(several.message().contains("give one of"), "{several}");
    }

    #[test]
    fn what_is_no_document_is_refused_with_its_place() {
        let pointer = |value| {
            Document::from_json(&value)
                .unwrap_err()
                .pointer()
                .to_owned()
        };
        assert_eq!(pointer(json!([])), "");
        assert_eq!(pointer(json!({})), "");
        assert_eq!(pointer(json!({"markdown": 3})), "/markdown");
        let xml = Document::from_json(&json!({"xml": "<Order/>"})).unwrap_err();
        assert_eq!(xml.pointer(), "/xml");
        assert!(matches!(xml.xml(), Some(XmlError::UnknownRoot { .. })));
    }

    #[test]
    fn depth_and_size_are_bounded() {
        let mut deep = json!(1);
        for _ in 0..=MAXIMUM_DEPTH {
            deep = json!({ "a": deep });
        }
        assert!(
            Document::from_json(&deep)
                .unwrap_err()
                .message()
                .contains("deeper")
        );
        let wide = json!({"a": vec![0; MAXIMUM_KEYS]});
        assert!(
            Document::from_json(&wide)
                .unwrap_err()
                .message()
                .contains("more than")
        );
        let half = "word ".repeat(MAXIMUM_TEXT_BYTES / 10);
        assert!(Document::from_json(&json!({"raw_text": half})).is_ok());
        for long in [
            json!({"raw_text": half.repeat(3)}),
            json!({"markdown": half.repeat(3)}),
            json!({"a": half, "b": half, "c": "one word more"}),
        ] {
            let error = Document::from_json(&long).unwrap_err();
            assert!(error.message().contains("bytes of text"), "{error}");
        }
    }
}
