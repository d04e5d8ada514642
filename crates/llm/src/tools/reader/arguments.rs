//! Where a JSON object ends.

/// Follows a JSON object that comes in pieces. It must be valid JSON; only its end is looked for.
#[derive(Debug, Default)]
pub(super) struct ObjectScanner {
    depth: u32,
    in_string: bool,
    after_backslash: bool,
}

impl ObjectScanner {
    /// Takes a piece; the number of its bytes up to the object's end, once it is there.
    pub(super) fn end_in(&mut self, piece: &str) -> Option<usize> {
        piece
            .bytes()
            .position(|byte| self.ends_at(byte))
            .map(|last| last + 1)
    }

    fn ends_at(&mut self, byte: u8) -> bool {
        if self.after_backslash {
            self.after_backslash = false;
        } else if self.in_string {
            match byte {
                b'\\' => self.after_backslash = true,
                b'"' => self.in_string = false,
                _ => {}
            }
        } else {
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    return self.depth == 0;
                }
                _ => {}
            }
        }
        false
    }
}
