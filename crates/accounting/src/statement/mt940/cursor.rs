//! Takes a text apart from the left.

/// What is left of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a>(&'a str);

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self(text)
    }

    /// The next `length` bytes, if they are whole characters.
    pub(super) fn take(&mut self, length: usize) -> Option<&'a str> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    /// The next `length` digits; nothing is taken where there are fewer.
    pub(super) fn digits(&mut self, length: usize) -> Option<&'a str> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        if !taken.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        self.0 = rest;
        Some(taken)
    }

    /// The next character, if it is one of `wanted`.
    pub(super) fn one_of(&mut self, wanted: &str) -> Option<char> {
        let first = self.0.chars().next().filter(|c| wanted.contains(*c))?;
        self.0 = &self.0[first.len_utf8()..];
        Some(first)
    }

    /// The next character, if it is a capital letter.
    pub(super) fn letter(&mut self) -> Option<char> {
        self.one_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    }

    /// The characters up to the first that is not of the kind.
    pub(super) fn while_in(&mut self, kind: impl Fn(char) -> bool) -> &'a str {
        let end = self.0.find(|c| !kind(c)).unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at(end);
        self.0 = rest;
        taken
    }

    pub(super) fn rest(&self) -> &'a str {
        self.0
    }
}
