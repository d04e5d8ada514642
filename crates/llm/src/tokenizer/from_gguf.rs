//! The tokenizer that a GGUF file carries: vocabulary, token types, merges or scores, and the
//! name of the pre-tokenizer.

use std::collections::HashMap;

use tokenizers::{AddedToken, Tokenizer};

use super::sentence_piece::{self, Pieces};
use super::{
    ModelTokenizer, Parts, byte_alphabet, byte_level_encoder, is_bracketed, pre_tokenizers,
};
use crate::error::ModelFileError;
use crate::gguf::{GgufHeader, GgufValue};

/// `llama_token_type` of the GGUF specification.
mod token_type {
    pub(super) const UNKNOWN: i64 = 2;
    pub(super) const CONTROL: i64 = 3;
    pub(super) const USER_DEFINED: i64 = 4;
    pub(super) const UNUSED: i64 = 5;
    pub(super) const BYTE: i64 = 6;
}

impl ModelTokenizer {
    /// Builds the tokenizer from the metadata of a GGUF file.
    ///
    /// # Errors
    /// [`ModelFileError::Unsupported`] for kinds of vocabulary and pre-tokenizers that are not
    /// known (their `tokenizer.json` does then), [`ModelFileError::Damaged`] where lists of
    /// different lengths or ids out of range show that the file is not whole.
    pub fn from_gguf(header: &GgufHeader) -> Result<Self, ModelFileError> {
        let vocabulary = Vocabulary::read(header)?;
        let kind = header.text("tokenizer.ggml.model").unwrap_or("none");
        let (text_encoder, token_bytes, begins_by_default) = match kind {
            "gpt2" => {
                let (encoder, bytes) = byte_level(header, &vocabulary)?;
                (encoder, bytes, false)
            }
            "llama" => {
                let (encoder, bytes) = sentence_piece(header, &vocabulary)?;
                (encoder, bytes, true)
            }
            other => {
                return Err(ModelFileError::unsupported(format!(
                    "the vocabulary is of kind `{other}` (tokenizer.ggml.model); byte-level BPE \
                     (`gpt2`) and SentencePiece BPE (`llama`) are read from GGUF"
                )));
            }
        };
        let id_at = |key: &str| header.integer(key).and_then(|id| u32::try_from(id).ok());
        let end_keys = ["eos_token_id", "eot_token_id", "eom_token_id"];
        Self::new(Parts {
            text_encoder,
            token_bytes,
            control: vocabulary.control(),
            end_tokens: end_keys
                .iter()
                .filter_map(|key| id_at(&format!("tokenizer.ggml.{key}")))
                .collect(),
            begin_token: id_at("tokenizer.ggml.bos_token_id"),
            begins_prompt: header
                .boolean("tokenizer.ggml.add_bos_token")
                .unwrap_or(begins_by_default),
            drops_first_space: kind == "llama" && adds_space(header),
        })
    }
}

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Ordinary text.
    Text,
    /// One byte, in `SentencePiece` vocabularies.
    Byte,
    /// Steers the model.
    Control,
    /// Text that is never cut, e.g. a run of spaces.
    Whole,
    /// Stands for what cannot be encoded.
    Unknown,
    /// A free place.
    Unused,
}

struct Vocabulary<'h>(Vec<(u32, &'h str, Kind)>);

impl<'h> Vocabulary<'h> {
    fn read(header: &'h GgufHeader) -> Result<Self, ModelFileError> {
        let tokens = texts(header, "tokenizer.ggml.tokens")?;
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
        let kind_of = |token: &str, token_type: i64| match token_type {
            token_type::CONTROL => Kind::Control,
            token_type::UNKNOWN => Kind::Unknown,
            token_type::UNUSED => Kind::Unused,
            token_type::BYTE => Kind::Byte,
            // Converters mark the control tokens of fine-tuned models (`<|im_end|>`) as well as
            // runs of spaces so.
            token_type::USER_DEFINED if is_bracketed(token) => Kind::Control,
            token_type::USER_DEFINED => Kind::Whole,
            _ => Kind::Text,
        };
        let entries = (0_u32..).zip(tokens).zip(types);
        Ok(Self(
            entries
                .map(|((id, token), kind)| (id, token.as_str(), kind_of(token, *kind)))
                .collect(),
        ))
    }

    fn of(&self, kind: Kind) -> impl Iterator<Item = (&'h str, u32)> {
        self.0
            .iter()
            .filter(move |(_, _, its_kind)| *its_kind == kind)
            .map(|(id, token, _)| (*token, *id))
    }

    fn control(&self) -> Vec<(u32, String)> {
        let placed = self.of(Kind::Control).chain(self.of(Kind::Unknown));
        placed.map(|(token, id)| (id, token.to_owned())).collect()
    }
}

type Encoder = (Tokenizer, Vec<Vec<u8>>);

fn byte_level(header: &GgufHeader, vocabulary: &Vocabulary) -> Result<Encoder, ModelFileError> {
    let pre_name = header.text("tokenizer.ggml.pre").ok_or_else(|| {
        ModelFileError::unsupported(
            "the file does not name its pre-tokenizer (tokenizer.ggml.pre), so its words cannot \
             be told",
        )
    })?;
    let merges = texts(header, "tokenizer.ggml.merges")?
        .iter()
        .map(|merge| {
            merge
                .split_once(' ')
                .map(|(left, right)| (left.to_owned(), right.to_owned()))
                .ok_or_else(|| header.damaged(format!("the merge `{merge}` is no pair")))
        })
        .collect::<Result<_, _>>()?;
    let mut known = HashMap::new();
    let mut token_bytes = Vec::with_capacity(vocabulary.0.len());
    for (id, token, kind) in &vocabulary.0 {
        token_bytes.push(match kind {
            Kind::Control | Kind::Unknown | Kind::Unused => Vec::new(),
            // Written out as it is, not in the byte alphabet.
            Kind::Whole => {
                known.insert((*token).to_owned(), *id);
                token.as_bytes().to_vec()
            }
            Kind::Text | Kind::Byte => {
                let bytes = byte_alphabet::bytes_of(token).ok_or_else(|| {
                    header.damaged(format!("token {id} (`{token}`) spells no bytes"))
                })?;
                known.insert((*token).to_owned(), *id);
                bytes
            }
        });
    }
    let mut encoder = byte_level_encoder(known, merges, pre_tokenizers::by_name(pre_name)?)?;
    let whole: Vec<AddedToken> = vocabulary
        .of(Kind::Whole)
        .map(|(text, _)| AddedToken::from(text, false).normalized(false))
        .collect();
    encoder.add_tokens(&whole);
    Ok((encoder, token_bytes))
}

fn sentence_piece(header: &GgufHeader, vocabulary: &Vocabulary) -> Result<Encoder, ModelFileError> {
    let Some(GgufValue::Floats(scores)) = header.get("tokenizer.ggml.scores") else {
        return Err(header.damaged("`tokenizer.ggml.scores` is missing"));
    };
    if scores.len() != vocabulary.0.len() {
        return Err(header.damaged(format!(
            "it lists {} tokens and {} scores",
            vocabulary.0.len(),
            scores.len()
        )));
    }
    let mut pieces = Pieces {
        normal: Vec::new(),
        bytes: Vec::new(),
        unknown: vocabulary.of(Kind::Unknown).next(),
        adds_space: adds_space(header),
    };
    let mut token_bytes = Vec::with_capacity(vocabulary.0.len());
    for ((id, token, kind), score) in vocabulary.0.iter().zip(scores) {
        token_bytes.push(match kind {
            Kind::Control | Kind::Unknown | Kind::Unused => Vec::new(),
            Kind::Byte => {
                let byte = sentence_piece::byte_of(token).ok_or_else(|| {
                    header.damaged(format!("token {id} (`{token}`) is a byte and names none"))
                })?;
                pieces.bytes.push((*token, *id));
                vec![byte]
            }
            Kind::Text | Kind::Whole => {
                pieces.normal.push((*token, *id, *score));
                sentence_piece::bytes_of(token)
            }
        });
    }
    Ok((sentence_piece::encoder(&pieces)?, token_bytes))
}

/// Whether a space is put in front of every text.
fn adds_space(header: &GgufHeader) -> bool {
    header
        .boolean("tokenizer.ggml.add_space_prefix")
        .unwrap_or(true)
}

fn texts<'h>(header: &'h GgufHeader, key: &str) -> Result<&'h [String], ModelFileError> {
    match header.get(key) {
        Some(GgufValue::Texts(texts)) => Ok(texts),
        _ => Err(header.damaged(format!("`{key}` is missing or no list of texts"))),
    }
}
