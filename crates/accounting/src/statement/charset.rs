//! From the bytes of a file to its text.
//!
//! What decides, in this order: the caller's word; a byte order mark; an XML declaration; being
//! valid UTF-8, which other text of more than ASCII practically never is; an OFX header; and
//! else Windows-1252, whose letters are those of Latin-1, if every byte is a character of it.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// A text with the name of its character set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decoded {
    pub(super) text: String,
    /// The name of the Encoding Standard, lower case.
    pub(super) charset: String,
    /// Neither the caller nor the file says it, and it is not UTF-8.
    pub(super) is_assumed: bool,
}

/// Why bytes are no text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum CharsetError {
    /// No such character set.
    #[error("'{0}' is no character set of the Encoding Standard")]
    Unknown(String),
    /// The bytes are not of the character set.
    #[error("the file is not text in {0}")]
    NotOf(String),
    /// The bytes are of no character set that is tried.
    #[error("the file is neither UTF-8 nor Windows-1252; say its charset")]
    Undecided,
}

/// Decodes a file.
///
/// # Errors
/// [`CharsetError`] when the bytes are not text of the character set that the caller or the file
/// names, or of none that is tried.
pub(super) fn decode(bytes: &[u8], said: Option<&str>) -> Result<Decoded, CharsetError> {
    if let Some(label) = said {
        return exactly(known(label)?, bytes);
    }
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return exactly(encoding, bytes.get(length..).unwrap_or_default());
    }
    if let Some(label) = declared_in_xml(bytes) {
        return exactly(known(&label)?, bytes);
    }
    if let Ok(decoded) = exactly(UTF_8, bytes) {
        return Ok(decoded);
    }
    if let Some(label) = declared_in_ofx(bytes) {
        return exactly(known(&label)?, bytes);
    }
    let decoded = exactly(WINDOWS_1252, bytes).map_err(|_| CharsetError::Undecided)?;
    Ok(Decoded {
        is_assumed: true,
        ..decoded
    })
}

fn known(label: &str) -> Result<&'static Encoding, CharsetError> {
    Encoding::for_label(label.as_bytes()).ok_or_else(|| CharsetError::Unknown(label.to_owned()))
}

fn exactly(encoding: &'static Encoding, bytes: &[u8]) -> Result<Decoded, CharsetError> {
    let wrong = || CharsetError::NotOf(encoding.name().to_owned());
    let text = encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .ok_or_else(wrong)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    // The Encoding Standard maps the holes of Windows code pages to control characters, and
    // every byte to something: such a result shows that it was another character set.
    if text.chars().any(|c| matches!(c, '\u{80}'..='\u{9f}')) {
        return Err(wrong());
    }
    Ok(Decoded {
        text: text.to_owned(),
        charset: encoding.name().to_ascii_lowercase(),
        is_assumed: false,
    })
}

/// The beginning of a file, where declarations are.
fn head(bytes: &[u8]) -> String {
    let head = bytes.get(..1024).unwrap_or(bytes);
    String::from_utf8_lossy(head).into_owned()
}

fn declared_in_xml(bytes: &[u8]) -> Option<String> {
    let head = head(bytes);
    let declaration = head.trim_start().strip_prefix("<?xml")?.split_once("?>")?.0;
    let value = declaration.split_once("encoding")?.1.trim_start();
    let value = value.strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    value[1..].split(quote).next().map(str::to_owned)
}

/// `CHARSET:1252` of OFX 1.x means a Windows code page.
fn declared_in_ofx(bytes: &[u8]) -> Option<String> {
    let head = head(bytes);
    let value = head.split_once("CHARSET:")?.1;
    let label: String = value
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '-')
        .collect();
    match label.as_str() {
        "" | "NONE" => None,
        page if page.bytes().all(|byte| byte.is_ascii_digit()) => Some(format!("windows-{page}")),
        "8859-1" => Some("iso-8859-1".to_owned()),
        other => Some(other.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn charset(bytes: &[u8], said: Option<&str>) -> String {
        decode(bytes, said).unwrap().charset
    }

    #[test]
    fn the_bytes_decide_where_nothing_else_does() {
        let decoded = decode("Büro €".as_bytes(), None).unwrap();
        assert_eq!(
            (decoded.text.as_str(), decoded.is_assumed),
            ("Büro €", false)
        );
        let decoded = decode(b"B\xfcro \x80", None).unwrap();
        assert_eq!(
            (decoded.text.as_str(), decoded.is_assumed),
            ("Büro €", true)
        );
        assert_eq!(decoded.charset, "windows-1252");
        // 0x81 is the ü of the DOS code pages and a hole of Windows-1252.
        assert_eq!(decode(b"B\x81ro", None), Err(CharsetError::Undecided));
    }

    #[test]
    fn a_declaration_and_the_callers_word_are_kept_to() {
        let xml = b"<?xml version='1.0' encoding='ISO-8859-2'?><a>\xb3</a>";
        assert!(decode(xml, None).unwrap().text.contains('ł'));
        let wrong = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?><a>\xfc</a>";
        assert!(matches!(decode(wrong, None), Err(CharsetError::NotOf(_))));
        assert_eq!(
            charset(b"OFXHEADER:100\nCHARSET:1250\n\xb3", None),
            "windows-1250"
        );
        assert_eq!(charset(b"\xff\xfeA\0", None), "utf-16le");
        assert_eq!(decode(b"\xb3", Some("windows-1250")).unwrap().text, "ł");
        assert!(matches!(
            decode(b"a", Some("klingon")),
            Err(CharsetError::Unknown(_))
        ));
    }
}
