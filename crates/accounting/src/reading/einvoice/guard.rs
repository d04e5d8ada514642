//! Limits that hold before the parser runs. The parser compares the attributes of an element
//! pairwise and copies namespaces downwards, so that a small text can cost it much time; this
//! pass is linear and lexical, and leaves well-formedness to the parser.

use super::error::XmlError;
use super::tree::{
    MAXIMUM_XML_ATTRIBUTES, MAXIMUM_XML_BYTES, MAXIMUM_XML_DEPTH, MAXIMUM_XML_NAMESPACES,
};

/// Walks over the markup and refuses what is beyond the limits.
///
/// # Errors
/// [`XmlError`] for a text that is too large, a document type declaration, elements nested too
/// deep, elements of too many attributes and too many namespaces in force at once.
pub(super) fn check(text: &str) -> Result<(), XmlError> {
    if text.len() > MAXIMUM_XML_BYTES {
        return Err(XmlError::TooLarge { bytes: text.len() });
    }
    let bytes = text.as_bytes();
    // Namespace declarations of each open element.
    let mut open: Vec<usize> = Vec::new();
    let mut position = 0;
    while let Some(found) = find(bytes, position, b"<") {
        let rest = &bytes[found..];
        let after = |length: usize, end: &[u8]| {
            find(bytes, found + length, end).map(|place| place + end.len())
        };
        let next = if rest.starts_with(b"<!--") {
            after(4, b"-->")
        } else if rest.starts_with(b"<![CDATA[") {
            after(9, b"]]>")
        } else if rest.starts_with(b"<?") {
            after(2, b"?>")
        } else if rest.starts_with(b"<!") {
            return Err(XmlError::DocumentType {
                line: line_of(bytes, found),
            });
        } else if rest.starts_with(b"</") {
            open.pop();
            after(2, b">")
        } else {
            let tag = Tag::at(bytes, found);
            if tag.attributes > MAXIMUM_XML_ATTRIBUTES {
                let line = line_of(bytes, found);
                return Err(XmlError::TooManyAttributes { line });
            }
            if open.iter().sum::<usize>() + tag.namespaces > MAXIMUM_XML_NAMESPACES {
                let line = line_of(bytes, found);
                return Err(XmlError::TooManyNamespaces { line });
            }
            if open.len() + 1 > MAXIMUM_XML_DEPTH {
                let line = line_of(bytes, found);
                return Err(XmlError::TooDeep { line });
            }
            if !tag.is_empty_element {
                open.push(tag.namespaces);
            }
            tag.end
        };
        // A construct without its end: the parser names it.
        let Some(next) = next else {
            return Ok(());
        };
        position = next;
    }
    Ok(())
}

/// A start tag: quotes hide what looks like markup.
struct Tag {
    attributes: usize,
    /// How many of them declare a namespace.
    namespaces: usize,
    is_empty_element: bool,
    /// The byte behind it, `None` where it does not end.
    end: Option<usize>,
}

impl Tag {
    fn at(bytes: &[u8], start: usize) -> Self {
        let mut tag = Self {
            attributes: 0,
            namespaces: 0,
            is_empty_element: false,
            end: None,
        };
        let mut quote = None;
        for (index, byte) in bytes.iter().enumerate().skip(start + 1) {
            if let Some(open) = quote {
                if byte == open {
                    quote = None;
                }
                continue;
            }
            match byte {
                b'"' | b'\'' => {
                    quote = Some(byte);
                    tag.attributes += 1;
                }
                b'>' => {
                    tag.is_empty_element = bytes[index - 1] == b'/';
                    tag.end = Some(index + 1);
                    break;
                }
                byte if byte.is_ascii_whitespace() => {
                    tag.namespaces += usize::from(bytes[index + 1..].starts_with(b"xmlns"));
                }
                _ => {}
            }
        }
        tag
    }
}

fn find(bytes: &[u8], from: usize, wanted: &[u8]) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.windows(wanted.len())
        .position(|window| window == wanted)
        .map(|place| from + place)
}

fn line_of(bytes: &[u8], position: usize) -> u32 {
    let breaks = bytes[..position].iter().filter(|byte| **byte == b'\n');
    u32::try_from(breaks.count() + 1).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_looks_like_markup_is_not_counted() {
        let many = "<a><b/></a>".repeat(MAXIMUM_XML_DEPTH * 2);
        let text = format!(
            "<?xml version='1.0'?><r x='<<<' y=\"</>'\"><!-- <a><a> --><![CDATA[<!DOCTYPE a>]]>{many}</r>"
        );
        assert_eq!(check(&text), Ok(()));
    }

    #[test]
    fn the_deepest_allowed_nesting_passes_and_one_more_does_not() {
        let nested = |depth| "<a>".repeat(depth) + &"</a>".repeat(depth);
        assert_eq!(check(&nested(MAXIMUM_XML_DEPTH)), Ok(()));
        let deeper = check(&format!("\n{}", nested(MAXIMUM_XML_DEPTH + 1)));
        assert_eq!(deeper, Err(XmlError::TooDeep { line: 2 }));
    }

    #[test]
    fn an_element_of_many_attributes_is_refused() {
        let element = |count: usize| {
            let attributes: Vec<String> = (0..count).map(|index| format!(" a{index}=''")).collect();
            format!("<a{}/>", attributes.concat())
        };
        assert_eq!(check(&element(MAXIMUM_XML_ATTRIBUTES)), Ok(()));
        let refused = check(&element(MAXIMUM_XML_ATTRIBUTES + 1));
        assert_eq!(refused, Err(XmlError::TooManyAttributes { line: 1 }));
    }

    #[test]
    fn namespaces_that_pile_up_are_refused() {
        let level = |depth: usize| format!("<a xmlns:p{depth}='u{depth}' xmlns='v'>");
        let nested = |depth: usize| (0..depth).map(level).collect::<Vec<_>>().concat();
        assert_eq!(check(&nested(MAXIMUM_XML_NAMESPACES / 2)), Ok(()));
        let refused = check(&nested(MAXIMUM_XML_NAMESPACES / 2 + 1));
        assert_eq!(refused, Err(XmlError::TooManyNamespaces { line: 1 }));
        assert_eq!(check(&"<a xmlns='v'/>".repeat(500)), Ok(()));
    }
}
