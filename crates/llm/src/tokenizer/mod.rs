//! Text to token ids and back.
//!
//! Control tokens (`<|im_end|>`, `</s>` …) are kept out of the vocabulary that encodes text, so
//! no text, whatever it spells, becomes a control token; only a chat template places them, by id.

mod byte_alphabet;
mod byte_level;
mod from_gguf;
mod from_json;
mod pre_tokenizers;
mod sentence_piece;

use std::collections::HashMap;

use tokenizers::Tokenizer;
use toktrie::{ApproximateTokEnv, TokEnv, TokRxInfo, TokTrie};

use crate::error::{ModelError, ModelFileError};
pub use from_json::ModelTokens;

/// Control tokens that end an answer, by the names that model makers gave them. A model's own
/// end-of-sequence token ends it whatever its name.
const END_NAMES: [&str; 7] = [
    "<|im_end|>",
    "<|endoftext|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|end_of_text|>",
    "<|end|>",
    "</s>",
];

/// A model's tokenizer.
pub struct ModelTokenizer {
    text_encoder: Tokenizer,
    token_bytes: Vec<Vec<u8>>,
    control_by_text: HashMap<String, u32>,
    control_texts: HashMap<u32, String>,
    end_tokens: Vec<u32>,
    begin_token: Option<u32>,
    begins_prompt: bool,
    drops_first_space: bool,
}

/// What the constructors of [`ModelTokenizer`] find out.
struct Parts {
    /// Encodes plain text; knows no control token.
    text_encoder: Tokenizer,
    /// By id; empty for control tokens and unused ids.
    token_bytes: Vec<Vec<u8>>,
    /// Control tokens by id.
    control: Vec<(u32, String)>,
    /// The model's own end-of-sequence and end-of-turn tokens.
    end_tokens: Vec<u32>,
    /// The beginning-of-sequence token.
    begin_token: Option<u32>,
    /// Whether prompts begin with it.
    begins_prompt: bool,
    /// Whether the first space of an answer belongs to the token and not to the text
    /// (`SentencePiece`).
    drops_first_space: bool,
}

impl ModelTokenizer {
    fn new(parts: Parts) -> Result<Self, ModelFileError> {
        let vocabulary_size = parts.token_bytes.len();
        let known = |id: u32| usize::try_from(id).is_ok_and(|id| id < vocabulary_size);
        let mut end_tokens = parts.end_tokens;
        end_tokens.extend(
            parts
                .control
                .iter()
                .filter(|(_, text)| END_NAMES.contains(&text.as_str()))
                .map(|(id, _)| *id),
        );
        let mut seen = Vec::new();
        end_tokens.retain(|id| {
            let first = !seen.contains(id);
            seen.push(*id);
            first
        });
        if end_tokens.is_empty() {
            return Err(ModelFileError::unsupported(
                "the tokenizer names no end-of-sequence token",
            ));
        }
        let ids = end_tokens.iter().chain(&parts.begin_token);
        let ids = ids.chain(parts.control.iter().map(|(id, _)| id));
        if let Some(id) = ids.copied().find(|id| !known(*id)) {
            return Err(ModelFileError::unsupported(format!(
                "the tokenizer names token {id} and its vocabulary has {vocabulary_size}"
            )));
        }
        Ok(Self {
            text_encoder: parts.text_encoder,
            token_bytes: parts.token_bytes,
            control_by_text: parts
                .control
                .iter()
                .map(|(id, text)| (text.clone(), *id))
                .collect(),
            control_texts: parts.control.into_iter().collect(),
            end_tokens,
            begin_token: parts.begin_token,
            begins_prompt: parts.begins_prompt,
            drops_first_space: parts.drops_first_space,
        })
    }

    /// The number of ids.
    pub fn vocabulary_size(&self) -> usize {
        self.token_bytes.len()
    }

    /// Encodes text as text: control tokens spelled out in it stay text.
    ///
    /// # Errors
    /// [`ModelError::Engine`] where the tokenizer itself fails.
    pub fn encode_text(&self, text: &str) -> Result<Vec<u32>, ModelError> {
        if text.is_empty() {
            return Ok(Vec::new());
        }
        let encoding = self
            .text_encoder
            .encode_fast(text, false)
            .map_err(|error| ModelError::Engine {
                message: format!("tokenizer: {error}"),
            })?;
        Ok(encoding.get_ids().to_vec())
    }

    /// The control tokens' texts.
    pub fn control_texts(&self) -> impl Iterator<Item = &str> {
        self.control_by_text.keys().map(String::as_str)
    }

    /// The id of a control token.
    pub fn control_token(&self, text: &str) -> Option<u32> {
        self.control_by_text.get(text).copied()
    }

    /// The text of a control token.
    pub fn control_text(&self, id: u32) -> Option<&str> {
        self.control_texts.get(&id).map(String::as_str)
    }

    /// The bytes a token adds to the text; empty for control tokens and unknown ids.
    pub fn token_bytes(&self, id: u32) -> &[u8] {
        usize::try_from(id)
            .ok()
            .and_then(|id| self.token_bytes.get(id))
            .map_or(&[], Vec::as_slice)
    }

    /// Tokens that end an answer, the model's own first.
    pub fn end_tokens(&self) -> &[u32] {
        &self.end_tokens
    }

    /// The token that prompts begin with, where the model wants one.
    pub fn prompt_begin(&self) -> Option<u32> {
        self.begin_token.filter(|_| self.begins_prompt)
    }

    /// The beginning-of-sequence token, whether or not prompts begin with it.
    pub fn begin_token(&self) -> Option<u32> {
        self.begin_token
    }

    /// Whether the first space of an answer is the tokenizer's and not the text's.
    pub fn drops_first_space(&self) -> bool {
        self.drops_first_space
    }

    /// Ids that may be generated: those that add text, and those that end.
    pub fn is_generable(&self, id: u32) -> bool {
        !self.token_bytes(id).is_empty() || self.end_tokens.contains(&id)
    }

    /// Token ids as text with control tokens spelled out, for logs and scripted models.
    pub fn describe(&self, ids: &[u32]) -> String {
        let mut bytes = Vec::new();
        for id in ids {
            match self.control_text(*id) {
                Some(text) => bytes.extend(text.as_bytes()),
                None => bytes.extend(self.token_bytes(*id)),
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The vocabulary as llguidance sees it. The end tokens are the model's own, not those of a
    /// list of names.
    pub(crate) fn grammar_vocabulary(&self) -> Result<TokEnv, ModelFileError> {
        let size = u32::try_from(self.vocabulary_size())
            .map_err(|_| ModelFileError::unsupported("the vocabulary has over 2^32 tokens"))?;
        let first_end = *self
            .end_tokens
            .first()
            .ok_or_else(|| ModelFileError::unsupported("no end-of-sequence token"))?;
        let words: Vec<Vec<u8>> = (0..size)
            .map(|id| match self.control_text(id) {
                Some(text) => [&[TokTrie::SPECIAL_TOKEN_MARKER], text.as_bytes()].concat(),
                None => self.token_bytes(id).to_vec(),
            })
            .collect();
        let trie = TokTrie::from(&TokRxInfo::new(size, first_end), &words)
            .with_eos_tokens(&self.end_tokens);
        Ok(std::sync::Arc::new(ApproximateTokEnv::new(trie)))
    }
}

impl std::fmt::Debug for ModelTokenizer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("ModelTokenizer")
            .field("vocabulary_size", &self.vocabulary_size())
            .field("end_tokens", &self.end_tokens)
            .finish_non_exhaustive()
    }
}

/// Whether a token's text looks like one that steers the model: `<tool_call>`, `[INST]`. Models'
/// files do not always mark those.
fn is_bracketed(text: &str) -> bool {
    (text.starts_with('<') && text.ends_with('>')) || (text.starts_with('[') && text.ends_with(']'))
}

/// The shared shape of vocabularies that spell bytes by GPT-2's alphabet.
fn byte_level_encoder(
    vocabulary: HashMap<String, u32>,
    merges: Vec<(String, String)>,
    pre_tokenizer: pre_tokenizers::PreTokenizer,
) -> Result<Tokenizer, ModelFileError> {
    let model = tokenizers::models::bpe::BPE::builder()
        .vocab_and_merges(
            vocabulary.into_iter().collect::<ahash_map::Vocabulary>(),
            merges,
        )
        .ignore_merges(pre_tokenizer.ignores_merges)
        .build()
        .map_err(|error| ModelFileError::unsupported(format!("vocabulary and merges: {error}")))?;
    let mut tokenizer = Tokenizer::new(model);
    tokenizer.with_pre_tokenizer(Some(pre_tokenizer.splitter));
    tokenizer.with_normalizer(pre_tokenizer.normalizer);
    Ok(tokenizer)
}

/// The map type that the tokenizers crate takes.
mod ahash_map {
    pub(super) type Vocabulary = tokenizers::models::bpe::Vocab;
}
