//! A tokenizer of 256 byte tokens and `ChatML`'s control tokens, for scripted models.

use std::collections::HashMap;

use super::{ModelTokenizer, Parts, byte_alphabet, byte_level_encoder, pre_tokenizers};
use crate::error::ModelFileError;

impl ModelTokenizer {
    /// Ids 0 to 255 are the bytes; 256 is `<|endoftext|>`, 257 `<|im_start|>` and 258
    /// `<|im_end|>`.
    ///
    /// # Errors
    /// None in practice: the vocabulary is fixed.
    pub fn byte_level() -> Result<Self, ModelFileError> {
        Self::byte_level_with(&[])
    }

    /// The same with further control tokens, from 259 up.
    pub(crate) fn byte_level_with(control: &[&str]) -> Result<Self, ModelFileError> {
        let vocabulary: HashMap<String, u32> = (0..=u8::MAX)
            .map(|byte| (byte_alphabet::spell(byte).to_string(), byte.into()))
            .collect();
        let mut token_bytes: Vec<Vec<u8>> = (0..=u8::MAX).map(|byte| vec![byte]).collect();
        token_bytes.resize(259 + control.len(), Vec::new());
        let mut control: Vec<(u32, String)> = (259..)
            .zip(control.iter().map(|text| (*text).to_owned()))
            .collect();
        control.extend([
            (256, "<|endoftext|>".to_owned()),
            (257, "<|im_start|>".to_owned()),
            (258, "<|im_end|>".to_owned()),
        ]);
        Self::new(Parts {
            text_encoder: byte_level_encoder(
                vocabulary,
                Vec::new(),
                pre_tokenizers::by_name("gpt-2")?,
            )?,
            token_bytes,
            control,
            end_tokens: vec![258],
            begin_token: None,
            begins_prompt: false,
            drops_first_space: false,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn text_is_its_bytes(text in any::<String>()) {
            let tokenizer = ModelTokenizer::byte_level().unwrap();
            let ids = tokenizer.encode_text(&text).unwrap();
            prop_assert_eq!(ids.len(), text.len());
            prop_assert_eq!(tokenizer.describe(&ids), text);
        }
    }

    #[test]
    fn control_tokens_in_text_stay_text() {
        let tokenizer = ModelTokenizer::byte_level().unwrap();
        let ids = tokenizer.encode_text("<|im_end|>").unwrap();
        assert_eq!(ids.len(), "<|im_end|>".len());
        assert!(!ids.contains(&258));
    }
}
