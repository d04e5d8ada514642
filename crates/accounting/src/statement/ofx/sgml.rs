//! OFX as a tree. OFX 1.x is SGML without end tags for values, OFX 2.x is XML; the tags of both
//! are read alike. There are no entities but those of characters, no document type and no
//! attributes, so nothing expands and nothing is fetched.

use crate::statement::error::{FilePlace, StatementError};

/// Most elements of a file.
const MAXIMUM_ELEMENTS: usize = 1_000_000;
/// Deepest nesting.
const MAXIMUM_DEPTH: usize = 32;

/// The elements that contain others and so must be closed. An open element of another name is a
/// value that is empty.
const AGGREGATES: [&str; 31] = [
    "OFX",
    "SIGNONMSGSRSV1",
    "SONRS",
    "STATUS",
    "FI",
    "BANKMSGSRSV1",
    "STMTTRNRS",
    "STMTRS",
    "BANKACCTFROM",
    "BANKACCTTO",
    "BANKTRANLIST",
    "STMTTRN",
    "PAYEE",
    "LEDGERBAL",
    "AVAILBAL",
    "BALLIST",
    "BAL",
    "CURRENCY",
    "ORIGCURRENCY",
    "CREDITCARDMSGSRSV1",
    "CCSTMTTRNRS",
    "CCSTMTRS",
    "CCACCTFROM",
    "CCACCTTO",
    "IMAGEDATA",
    "BANKTRANLISTP",
    "STMTTRNP",
    "INVSTMTMSGSRSV1",
    "INVSTMTTRNRS",
    "INVSTMTRS",
    "SIGNUPMSGSRSV1",
];

/// An element: a value, or what contains others.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Element {
    /// Upper case.
    pub(super) name: String,
    /// Line of its tag.
    pub(super) line: usize,
    /// Its value, white space at the ends removed.
    pub(super) text: String,
    pub(super) children: Vec<Element>,
}

impl Element {
    pub(super) fn place(&self) -> FilePlace {
        FilePlace::Line(self.line)
    }

    /// An error here.
    pub(super) fn error(&self, message: impl AsRef<str>) -> StatementError {
        self.place()
            .error(format!("{}: {}", self.name, message.as_ref()))
    }

    /// The first child of a name.
    pub(super) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The value of the first child of a name, unless it is empty.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        let child = self.child(name)?;
        (!child.text.is_empty()).then_some(child.text.as_str())
    }

    /// Every element of a name from here downwards.
    pub(super) fn descendants<'a>(&'a self, name: &str, found: &mut Vec<&'a Element>) {
        if self.name == name {
            found.push(self);
        }
        for child in &self.children {
            child.descendants(name, found);
        }
    }

    /// Every value below that is not among `taken`, by its path from here.
    pub(super) fn rest(&self, taken: &[&str]) -> Vec<(String, String)> {
        let mut found = Vec::new();
        self.collect("", taken, &mut found);
        found
    }

    fn collect(&self, path: &str, taken: &[&str], found: &mut Vec<(String, String)>) {
        for child in &self.children {
            let below = if path.is_empty() {
                child.name.clone()
            } else {
                format!("{path}/{}", child.name)
            };
            if taken.contains(&below.as_str()) {
                continue;
            }
            if !child.text.is_empty() {
                found.push((below.clone(), child.text.clone()));
            }
            child.collect(&below, taken, found);
        }
    }
}

/// Parses the part of a file that begins with `<OFX>`; `line` is the number of its first line.
///
/// # Errors
/// [`StatementError`] with the line of the first tag that is not of OFX, of an aggregate that is
/// not closed, and beyond the limits.
pub(super) fn parse(text: &str, line: usize) -> Result<Element, StatementError> {
    let mut parser = Parser {
        line,
        open: Vec::new(),
        root: None,
        elements: 0,
    };
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        let (before, from) = rest.split_at(start);
        parser.text(before)?;
        rest = parser.markup(from)?;
    }
    parser.text(rest)?;
    parser.end()
}

struct Parser {
    line: usize,
    open: Vec<Element>,
    root: Option<Element>,
    elements: usize,
}

impl Parser {
    fn error(&self, message: impl Into<String>) -> StatementError {
        FilePlace::Line(self.line).error(message)
    }

    fn pass(&mut self, text: &str) {
        self.line += text.bytes().filter(|byte| *byte == b'\n').count();
    }

    /// Reads the markup that the text begins with, and gives what is behind it.
    fn markup<'a>(&mut self, text: &'a str) -> Result<&'a str, StatementError> {
        let upto = |end: &str| text.find(end).map(|at| text.split_at(at + end.len()));
        if text.starts_with("<!--") {
            let (taken, rest) = upto("-->").ok_or_else(|| self.error("a comment does not end"))?;
            self.pass(taken);
            return Ok(rest);
        }
        if let Some(content) = text.strip_prefix("<![CDATA[") {
            let (taken, rest) = upto("]]>").ok_or_else(|| self.error("a CDATA does not end"))?;
            let content = content.get(..taken.len() - 12).unwrap_or_default();
            self.value(content)?;
            self.pass(taken);
            return Ok(rest);
        }
        if text.starts_with("<!") || text.starts_with("<?") {
            return Err(self.error("declarations are refused inside of OFX"));
        }
        let (tag, rest) = upto(">").ok_or_else(|| self.error("a tag does not end"))?;
        let name = tag.trim_start_matches('<').trim_end_matches('>').trim();
        match name.strip_prefix('/') {
            Some(name) => self.close(name)?,
            None => match name.strip_suffix('/') {
                Some(name) => {
                    self.open(name.trim_end())?;
                    self.close(name.trim_end())?;
                }
                None => self.open(name)?,
            },
        }
        self.pass(tag);
        Ok(rest)
    }

    fn open(&mut self, name: &str) -> Result<(), StatementError> {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        if name.is_empty() || name.len() > 64 || !name.bytes().all(is_name) {
            return Err(self.error(format!("'<{name}>' is no tag of OFX")));
        }
        self.end_value();
        self.elements += 1;
        if self.elements > MAXIMUM_ELEMENTS {
            return Err(self.error(format!("more than {MAXIMUM_ELEMENTS} elements")));
        }
        if self.open.len() >= MAXIMUM_DEPTH {
            return Err(self.error(format!("nested deeper than {MAXIMUM_DEPTH} elements")));
        }
        if self.root.is_some() {
            return Err(self.error("an element stands behind </OFX>"));
        }
        self.open.push(Element {
            name: name.to_ascii_uppercase(),
            line: self.line,
            text: String::new(),
            children: Vec::new(),
        });
        Ok(())
    }

    /// A value ends where the next tag begins, unless its own end tag does it.
    fn end_value(&mut self) {
        if self.open.last().is_some_and(|last| !last.text.is_empty()) {
            self.finish_last();
        }
    }

    fn finish_last(&mut self) {
        let Some(done) = self.open.pop() else {
            return;
        };
        match self.open.last_mut() {
            Some(parent) => parent.children.push(done),
            None => self.root = Some(done),
        }
    }

    fn close(&mut self, name: &str) -> Result<(), StatementError> {
        let name = name.trim().to_ascii_uppercase();
        // The end tag of a value that ended with its text is seen here for the first time.
        let Some(at) = self.open.iter().rposition(|element| element.name == name) else {
            return Err(self.error(format!("</{name}> closes nothing")));
        };
        while self.open.len() > at + 1 {
            self.close_unclosed()?;
        }
        self.finish_last();
        Ok(())
    }

    /// An open element that its parent's end tag meets: a value, perhaps an empty one, which
    /// took what follows it for its children.
    fn close_unclosed(&mut self) -> Result<(), StatementError> {
        let Some(mut value) = self.open.pop() else {
            return Ok(());
        };
        if AGGREGATES.contains(&value.name.as_str()) {
            let message = format!("<{}> is not closed", value.name);
            return Err(FilePlace::Line(value.line).error(message));
        }
        let children = std::mem::take(&mut value.children);
        if let Some(parent) = self.open.last_mut() {
            parent.children.push(value);
            parent.children.extend(children);
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), StatementError> {
        let value = text.trim();
        if !value.is_empty() {
            self.value(&characters(value))?;
        }
        self.pass(text);
        Ok(())
    }

    fn value(&mut self, value: &str) -> Result<(), StatementError> {
        let line = self.line;
        let Some(last) = self.open.last_mut() else {
            return Err(FilePlace::Line(line).error("a text stands outside of <OFX>"));
        };
        if AGGREGATES.contains(&last.name.as_str()) || !last.children.is_empty() {
            let message = format!("a text stands in <{}>, which contains elements", last.name);
            return Err(FilePlace::Line(line).error(message));
        }
        last.text.push_str(value.trim());
        Ok(())
    }

    fn end(mut self) -> Result<Element, StatementError> {
        if let Some(open) = self
            .open
            .iter()
            .rev()
            .find(|open| AGGREGATES.contains(&open.name.as_str()))
        {
            let message = format!("<{}> is not closed: the file is cut off", open.name);
            return Err(FilePlace::Line(open.line).error(message));
        }
        self.root
            .take()
            .ok_or_else(|| self.error("the file has no element"))
    }
}

/// The characters that OFX writes as entities; any other `&` is itself.
fn characters(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let mut found = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, from) = rest.split_at(at);
        found.push_str(before);
        let entity = from[1..]
            .split_once(';')
            .map(|(name, _)| name)
            .filter(|name| name.len() <= 8);
        if let Some((name, character)) = entity.and_then(|name| Some((name, character(name)?))) {
            found.push(character);
            rest = &from[name.len() + 2..];
        } else {
            found.push('&');
            rest = &from[1..];
        }
    }
    found.push_str(rest);
    found
}

fn character(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code).filter(|character| *character != '\0')
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str, path: &str) -> String {
        let mut element = &parse(text, 1).unwrap();
        for name in path.split('/') {
            element = element.child(name).unwrap();
        }
        element.text.clone()
    }

    #[test]
    fn values_need_no_end_tags_and_may_be_empty() {
        let sgml = "<OFX><STMTTRN><MEMO>\n<NAME>A &amp; B\n<REFNUM><FITID>1</STMTTRN></OFX>\n";
        assert_eq!(value(sgml, "STMTTRN/NAME"), "A & B");
        assert_eq!(value(sgml, "STMTTRN/MEMO"), "");
        assert_eq!(value(sgml, "STMTTRN/FITID"), "1");
        let xml = "<OFX><STMTTRN><MEMO/><NAME>A &#38; B</NAME><!-- x --></STMTTRN></OFX>";
        assert_eq!(value(xml, "STMTTRN/NAME"), "A & B");
        assert_eq!(
            value("<OFX><MEMO><![CDATA[1 < 2]]></MEMO></OFX>", "MEMO"),
            "1 < 2"
        );
        assert_eq!(
            value("<OFX><MEMO>AT&T &unknown; &lt;b</OFX>", "MEMO"),
            "AT&T &unknown; <b"
        );
    }

    #[test]
    fn what_is_cut_off_or_foreign_is_refused_with_its_line() {
        let message = |text: &str| parse(text, 1).unwrap_err().to_string();
        assert_eq!(
            message("<OFX>\n<STMTTRN>\n<NAME>A"),
            "line 2: <STMTTRN> is not closed: the file is cut off"
        );
        assert_eq!(
            message("<OFX>\n<STMTTRN><NAME>A\n<STMTTRN><NAME>B</STMTTRN></OFX>"),
            "line 2: <STMTTRN> is not closed"
        );
        assert!(message("<OFX><!DOCTYPE x></OFX>").contains("refused"));
        assert!(message("<OFX></BANK></OFX>").contains("closes nothing"));
        assert!(message("<OFX><NAME a='1'>x</OFX>").contains("no tag"));
        assert!(message(&"<A>".repeat(MAXIMUM_DEPTH + 1)).contains("deeper"));
    }
}
