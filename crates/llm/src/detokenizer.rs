//! Tokens' bytes to text, whole characters only.

/// Joins bytes to characters. A character may be spread over several tokens; its bytes are held
/// until it is whole. Bytes that can be no character become U+FFFD, as
/// [`String::from_utf8_lossy`] writes them.
#[derive(Debug, Default)]
pub(crate) struct Detokenizer {
    held: Vec<u8>,
    /// Set where the first space of the answer belongs to the tokenizer.
    drop_next_space: bool,
}

impl Detokenizer {
    pub(crate) fn new(drops_first_space: bool) -> Self {
        Self {
            held: Vec::new(),
            drop_next_space: drops_first_space,
        }
    }

    /// Takes a token's bytes, gives the characters that are whole now.
    pub(crate) fn push(&mut self, mut bytes: &[u8]) -> String {
        if self.drop_next_space && !bytes.is_empty() {
            self.drop_next_space = false;
            bytes = bytes.strip_prefix(b" ").unwrap_or(bytes);
        }
        self.held.extend(bytes);
        let unfinished = unfinished_at_end(&self.held);
        let rest = self.held.split_off(self.held.len() - unfinished);
        let whole = std::mem::replace(&mut self.held, rest);
        String::from_utf8_lossy(&whole).into_owned()
    }

    /// What is left when no more tokens come: half a character shows as U+FFFD.
    pub(crate) fn finish(&mut self) -> String {
        String::from_utf8_lossy(&std::mem::take(&mut self.held)).into_owned()
    }
}

/// The number of bytes at the end that begin a character and do not finish it.
fn unfinished_at_end(bytes: &[u8]) -> usize {
    // A character has at most four bytes, so its unfinished beginning has at most three.
    (1..=bytes.len().min(3))
        .find(|count| {
            let tail = &bytes[bytes.len() - count..];
            // `error_len` is None where the input merely ends too early.
            std::str::from_utf8(tail)
                .is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none())
        })
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn text_comes_out_whole_however_it_is_cut(text in any::<String>(), cut in 1_usize..5) {
            let mut detokenizer = Detokenizer::default();
            let mut out = String::new();
            for piece in text.as_bytes().chunks(cut) {
                out.push_str(&detokenizer.push(piece));
            }
            prop_assert_eq!(detokenizer.finish(), "");
            prop_assert_eq!(out, text);
        }

        #[test]
        fn any_bytes_come_out_as_the_standard_library_reads_them(
            bytes in proptest::collection::vec(any::<u8>(), 0..24),
            cut in 1_usize..5,
        ) {
            let mut detokenizer = Detokenizer::default();
            let mut out = String::new();
            for piece in bytes.chunks(cut) {
                out.push_str(&detokenizer.push(piece));
            }
            out.push_str(&detokenizer.finish());
            prop_assert_eq!(out, String::from_utf8_lossy(&bytes).into_owned());
        }
    }

    #[test]
    fn half_a_character_waits() {
        let mut detokenizer = Detokenizer::default();
        assert_eq!(detokenizer.push(&[b'a', 0xF0, 0x9F]), "a");
        assert_eq!(detokenizer.push(&[0x98]), "");
        assert_eq!(detokenizer.push(&[0x80, b'b']), "😀b");
        assert_eq!(detokenizer.push(&[0xE2]), "");
        assert_eq!(detokenizer.finish(), "\u{FFFD}");
    }

    #[test]
    fn only_the_first_space_is_dropped() {
        let mut detokenizer = Detokenizer::new(true);
        assert_eq!(detokenizer.push(b" a"), "a");
        assert_eq!(detokenizer.push(b" b"), " b");
    }
}
