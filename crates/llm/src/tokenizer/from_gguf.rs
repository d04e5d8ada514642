//! The tokenizer that a GGUF file carries: vocabulary, token types, merges and the name of the
//! pre-tokenizer.

use std::collections::HashMap;

use super::{ModelTokenizer, Parts, byte_alphabet, byte_level_encoder, pre_tokenizers};
use crate::error::ModelFileError;
use crate::gguf::{GgufHeader, GgufValue};

/// `llama_token_type` of the GGUF specification, as far as it matters here.
mod token_type {
    pub(super) const UNKNOWN: i64 = 2;
    pub(super) const CONTROL: i64 = 3;
    pub(super) const USER_DEFINED: i64 = 4;
    pub(super) const UNUSED: i64 = 5;
}

impl ModelTokenizer {
    /// Builds the tokenizer from the metadata of a GGUF file.
    ///
    /// # Errors
    /// [`ModelFileError::Unsupported`] for kinds of vocabulary and pre-tokenizers that are not
    /// known (their `tokenizer.json` does then), [`ModelFileError::Damaged`] where lists of
    /// different lengths or ids out of range show that the file is not whole.
    pub fn from_gguf(header: &GgufHeader) -> Result<Self, ModelFileError> {
        let kind = header.text("tokenizer.ggml.model").unwrap_or("none");
        if kind != "gpt2" {
            return Err(ModelFileError::unsupported(format!(
                "the vocabulary is of kind `{kind}` (tokenizer.ggml.model); only byte-level BPE \
                 (`gpt2`) is read from GGUF. Give the model's own tokenizer.json beside the file"
            )));
        }
        let tokens = texts(header, "tokenizer.ggml.tokens")?;
        let merges = texts(header, "tokenizer.ggml.merges")?;
        let Some(GgufValue::Integers(types)) = header.get("tokenizer.ggml.token_type") else {
            return Err(header.damaged("`tokenizer.ggml.token_type` is missing"));
        };
        if types.len() != tokens.len() {
            return Err(header.damaged(format!(
                "it lists {} tokens and {} token types",
                tokens.len(),
                types.len()
            )));
        }
        let pre_name = header.text("tokenizer.ggml.pre").ok_or_else(|| {
            ModelFileError::unsupported(
                "the file does not name its pre-tokenizer (tokenizer.ggml.pre); give the model's \
                 own tokenizer.json beside it",
            )
        })?;

        let mut vocabulary = HashMap::new();
        let mut control = Vec::new();
        let mut token_bytes = Vec::with_capacity(tokens.len());
        for ((id, token), token_type) in (0_u32..).zip(tokens).zip(types) {
            match *token_type {
                token_type::CONTROL | token_type::UNKNOWN => {
                    control.push((id, token.clone()));
                    token_bytes.push(Vec::new());
                }
                token_type::UNUSED => token_bytes.push(Vec::new()),
                // Written out as it is, not in the byte alphabet. It is left out of the encoder:
                // its text is encoded by the ordinary tokens.
                token_type::USER_DEFINED => token_bytes.push(token.clone().into_bytes()),
                _ => {
                    let bytes = byte_alphabet::bytes_of(token).ok_or_else(|| {
                        header.damaged(format!("token {id} (`{token}`) spells no bytes"))
                    })?;
                    vocabulary.insert(token.clone(), id);
                    token_bytes.push(bytes);
                }
            }
        }
        let merges = merges
            .iter()
            .map(|merge| {
                merge
                    .split_once(' ')
                    .map(|(left, right)| (left.to_owned(), right.to_owned()))
                    .ok_or_else(|| header.damaged(format!("the merge `{merge}` is no pair")))
            })
            .collect::<Result<_, _>>()?;
        let id_at = |key: &str| header.integer(key).and_then(|id| u32::try_from(id).ok());
        let end_keys = ["eos_token_id", "eot_token_id", "eom_token_id"];
        Self::new(Parts {
            text_encoder: byte_level_encoder(
                vocabulary,
                merges,
                pre_tokenizers::by_name(pre_name)?,
            )?,
            token_bytes,
            control,
            end_tokens: end_keys
                .iter()
                .filter_map(|key| id_at(&format!("tokenizer.ggml.{key}")))
                .collect(),
            begin_token: id_at("tokenizer.ggml.bos_token_id"),
            begins_prompt: header
                .boolean("tokenizer.ggml.add_bos_token")
                .unwrap_or(false),
            drops_first_space: false,
        })
    }
}

fn texts<'h>(header: &'h GgufHeader, key: &str) -> Result<&'h [String], ModelFileError> {
    match header.get(key) {
        Some(GgufValue::Texts(texts)) => Ok(texts),
        _ => Err(header.damaged(format!("`{key}` is missing or no list of texts"))),
    }
}
