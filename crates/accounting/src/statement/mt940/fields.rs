//! From a file's lines to messages of tagged fields.

use crate::statement::error::{FilePlace, StatementError};

/// A field: its tag without colons, and the lines of its value.
#[derive(Debug, Clone)]
pub(super) struct Field<'a> {
    pub(super) tag: &'a str,
    line: usize,
    pub(super) lines: Vec<&'a str>,
}

impl<'a> Field<'a> {
    pub(super) fn place(&self) -> FilePlace {
        FilePlace::Line(self.line)
    }

    /// An error at this field.
    pub(super) fn error(&self, message: impl AsRef<str>) -> StatementError {
        let message = format!("field :{}: {}", self.tag, message.as_ref());
        self.place().error(message)
    }

    /// Its first line.
    pub(super) fn first(&self) -> &'a str {
        self.lines.first().map_or("", |line| line.trim())
    }

    /// The value of a field of one line.
    ///
    /// # Errors
    /// [`StatementError`] when another line with text belongs to it.
    pub(super) fn single(&self) -> Result<&'a str, StatementError> {
        match self
            .lines
            .iter()
            .skip(1)
            .find(|line| !line.trim().is_empty())
        {
            Some(more) => Err(self.error(format!("has one line, and '{}' follows", more.trim()))),
            None => Ok(self.first()),
        }
    }

    /// All its lines.
    pub(super) fn text(&self) -> String {
        self.lines.join("\n").trim().to_owned()
    }
}

/// One statement message, or one page of a statement.
#[derive(Debug, Clone)]
pub(super) struct Message<'a> {
    line: usize,
    pub(super) fields: Vec<Field<'a>>,
}

impl<'a> Message<'a> {
    pub(super) fn place(&self) -> FilePlace {
        FilePlace::Line(self.line)
    }

    /// The field that a statement has exactly once, under one of the tags.
    ///
    /// # Errors
    /// [`StatementError`] when it is missing or there twice.
    pub(super) fn only(&self, tags: &[&str]) -> Result<&Field<'a>, StatementError> {
        let mut found = self.fields.iter().filter(|field| tags.contains(&field.tag));
        let first = found.next().ok_or_else(|| {
            let tag = tags.first().unwrap_or(&"");
            let message = format!("the statement that begins here has no field :{tag}:");
            self.place().error(message)
        })?;
        match found.next() {
            Some(second) => Err(second.error("is there twice in one statement")),
            None => Ok(first),
        }
    }
}

/// The messages of a file, and the lines around them.
#[derive(Debug, Default)]
pub(super) struct Messages<'a> {
    pub(super) messages: Vec<Message<'a>>,
    /// SWIFT's blocks and what banks put before the first field.
    pub(super) envelope: Vec<&'a str>,
}

/// Cuts a file into messages. A message begins with `:20:` and ends with a line `-`, with the
/// next `:20:` or with the file.
///
/// # Errors
/// [`StatementError`] for a file without a message and a field outside of one.
pub(super) fn messages(text: &str) -> Result<Messages<'_>, StatementError> {
    let mut found = Messages::default();
    let mut is_inside = false;
    for (index, line) in lines(text).enumerate() {
        let number = index + 1;
        if let Some((tag, value)) = tagged(line) {
            if tag == "20" {
                found.messages.push(Message {
                    line: number,
                    fields: Vec::new(),
                });
                is_inside = true;
            }
            let message = found.messages.last_mut().filter(|_| is_inside);
            let Some(message) = message else {
                let wrong =
                    format!("field :{tag}: stands outside of a message, which begins with :20:");
                return Err(FilePlace::Line(number).error(wrong));
            };
            message.fields.push(Field {
                tag,
                line: number,
                lines: vec![value],
            });
            continue;
        }
        let is_end = line.trim_end() == "-" || line.starts_with("-}");
        if is_end {
            is_inside = false;
        }
        let open = found.messages.last_mut().filter(|_| is_inside);
        match open.and_then(|message| message.fields.last_mut()) {
            Some(field) => field.lines.push(line),
            None if line.trim().is_empty() || line.trim_end() == "-" => {}
            None => found.envelope.push(line),
        }
    }
    if found.messages.is_empty() {
        let message = "no statement: MT940 begins each with the field :20:";
        return Err(StatementError::File(message.to_owned()));
    }
    Ok(found)
}

/// Lines end with line feed, carriage return, or both.
fn lines(text: &str) -> Box<dyn Iterator<Item = &str> + '_> {
    if text.contains('\n') {
        Box::new(text.lines())
    } else {
        Box::new(text.split('\r'))
    }
}

/// `:61:...` as tag and value. The tags are SWIFT's (two digits and perhaps a letter) and `NS`
/// of German banks; a colon at the beginning of another line is text.
fn tagged(line: &str) -> Option<(&str, &str)> {
    let (tag, value) = line.strip_prefix(':')?.split_once(':')?;
    let is_tag = match tag.as_bytes() {
        b"NS" => true,
        [tens, ones] => tens.is_ascii_digit() && ones.is_ascii_digit(),
        [tens, ones, letter] => {
            tens.is_ascii_digit() && ones.is_ascii_digit() && letter.is_ascii_uppercase()
        }
        _ => false,
    };
    is_tag.then_some((tag, value))
}
