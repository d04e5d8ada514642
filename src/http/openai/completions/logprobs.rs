//! Log probabilities in the shape that completions have: parallel lists with offsets.

use std::fmt::Write;

use ledgergate_llm::chat::{PromptToken, TokenLogprob};

use super::wire::{TextLogprobs, TopLogprobs};

/// A token with or without a probability.
#[derive(Debug)]
pub(super) struct TextToken {
    bytes: Vec<u8>,
    logprob: Option<f32>,
    top: Vec<(String, Vec<u8>, f32)>,
}

impl From<TokenLogprob> for TextToken {
    fn from(token: TokenLogprob) -> Self {
        Self {
            bytes: token.bytes,
            logprob: Some(token.logprob),
            top: token.top,
        }
    }
}

impl From<PromptToken> for TextToken {
    fn from(token: PromptToken) -> Self {
        Self {
            bytes: token.bytes,
            logprob: token.logprob,
            top: token.top,
        }
    }
}

/// Counts the characters of a text by its tokens.
#[derive(Debug, Default, Clone)]
pub(super) struct Offsets {
    /// That have begun.
    characters: usize,
    /// The first token's space is not in the text.
    skip_space: bool,
}

impl Offsets {
    /// For a text that begins with these tokens.
    pub(super) fn of_text(text: &str, tokens: &[TextToken]) -> Self {
        let has_space = |bytes: &[u8]| bytes.first() == Some(&b' ');
        Self {
            characters: 0,
            skip_space: !has_space(text.as_bytes())
                && tokens.first().is_some_and(|token| has_space(&token.bytes)),
        }
    }

    /// After a text whose tokens are not told.
    pub(super) fn after(text: &str) -> Self {
        Self {
            characters: text.chars().count(),
            skip_space: false,
        }
    }

    /// Where the next token begins: at its character, even if an earlier token began that.
    fn next(&mut self, bytes: &[u8]) -> usize {
        let skipped = usize::from(std::mem::take(&mut self.skip_space)).min(bytes.len());
        let bytes = &bytes[skipped..];
        let inside = bytes.first().is_some_and(|byte| goes_on(*byte));
        let offset = self.characters.saturating_sub(usize::from(inside));
        self.characters += bytes.iter().filter(|byte| !goes_on(**byte)).count();
        offset
    }

    /// The lists of the next tokens.
    pub(super) fn lists(&mut self, tokens: impl IntoIterator<Item = TextToken>) -> TextLogprobs {
        let mut lists = TextLogprobs::default();
        for token in tokens {
            lists.text_offset.push(self.next(&token.bytes));
            let name = name(&token.bytes);
            lists.top_logprobs.push(token.logprob.map(|logprob| {
                let mut top: Vec<(String, f32)> = token
                    .top
                    .iter()
                    .map(|(_, bytes, logprob)| (self::name(bytes), *logprob))
                    .collect();
                if top.iter().all(|(other, _)| *other != name) {
                    top.push((name.clone(), logprob));
                }
                TopLogprobs(top)
            }));
            lists.token_logprobs.push(token.logprob);
            lists.tokens.push(name);
        }
        lists
    }
}

/// Whether a byte goes on with a character of UTF-8 that another began.
fn goes_on(byte: u8) -> bool {
    byte & 0b1100_0000 == 0b1000_0000
}

/// A token's text, or its bytes where they are no text: two tokens never have one name.
fn name(bytes: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    let mut name = "bytes:".to_owned();
    for byte in bytes {
        // Writing to a String cannot fail.
        let _infallible = write!(name, "\\x{byte:02x}");
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(bytes: &[u8], logprob: Option<f32>) -> TextToken {
        TextToken {
            bytes: bytes.to_vec(),
            logprob,
            top: vec![("x".to_owned(), b"x".to_vec(), -0.5)],
        }
    }

    #[test]
    fn offsets_count_characters() {
        let tokens: Vec<_> = [b"a".as_slice(), &[0xC3], &[0xA9, b'b'], b"c"]
            .into_iter()
            .map(|bytes| token(bytes, Some(-1.0)))
            .collect();
        let mut offsets = Offsets::of_text("aébc", &tokens);
        let lists = offsets.lists(tokens);
        assert_eq!(lists.text_offset, [0, 1, 1, 3]);
        assert_eq!(lists.tokens, ["a", "bytes:\\xc3", "bytes:\\xa9\\x62", "c"]);
        assert_eq!(offsets.lists([token(b"d", None)]).text_offset, [4]);
    }

    #[test]
    fn a_space_of_the_tokenizer_does_not_count() {
        let tokens = vec![token(b" Hi", None), token(b" you", None)];
        let lists = Offsets::of_text("Hi you", &tokens).lists(tokens);
        assert_eq!(lists.text_offset, [0, 2]);
        let tokens = vec![token(b" Hi", None), token(b" you", None)];
        let lists = Offsets::of_text(" Hi you", &tokens).lists(tokens);
        assert_eq!(lists.text_offset, [0, 3]);
    }

    #[test]
    fn the_token_itself_is_always_among_the_likeliest() {
        let lists = Offsets::default().lists([
            token(b"first", None),
            token(b"y", Some(-2.0)),
            token(b"x", Some(-0.5)),
        ]);
        assert_eq!(lists.token_logprobs, [None, Some(-2.0), Some(-0.5)]);
        let top = |pairs: &[(&str, f32)]| {
            let pairs = pairs
                .iter()
                .map(|(name, logprob)| ((*name).to_owned(), *logprob));
            Some(TopLogprobs(pairs.collect()))
        };
        assert_eq!(
            lists.top_logprobs,
            [None, top(&[("x", -0.5), ("y", -2.0)]), top(&[("x", -0.5)])]
        );
    }
}
