//! How text is cut before merging, by the names of `tokenizer.ggml.pre`. A GGUF file keeps only
//! the name; what it means is what the model's original `tokenizer.json` says.

use tokenizers::normalizers::{NFC, NormalizerWrapper};
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::digits::Digits;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::tokenizer::SplitDelimiterBehavior;

use crate::error::ModelFileError;

/// A normalizer, a splitter and how whole words are treated.
pub(super) struct PreTokenizer {
    pub(super) splitter: PreTokenizerWrapper,
    pub(super) normalizer: Option<NormalizerWrapper>,
    /// A word that is a token stays whole without looking at the merges.
    pub(super) ignores_merges: bool,
}

/// Llama 3: at most three digits a piece, contractions in any case.
const LLAMA_3_PATTERN: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

/// Qwen 2: as Llama 3 with single digits.
const QWEN_2_PATTERN: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

/// Names that [`by_name`] knows, for error messages.
const KNOWN: &str = "gpt-2, smollm, starcoder, refact, command-r, llama-bpe, qwen2";

/// The pre-tokenizer that a GGUF file names.
pub(super) fn by_name(name: &str) -> Result<PreTokenizer, ModelFileError> {
    match name {
        "gpt-2" => Ok(PreTokenizer {
            splitter: ByteLevel::new(false, true, true).into(),
            normalizer: None,
            ignores_merges: false,
        }),
        "smollm" | "starcoder" | "refact" | "command-r" => Ok(PreTokenizer {
            splitter: Sequence::new(vec![
                Digits::new(true).into(),
                ByteLevel::new(false, true, true).into(),
            ])
            .into(),
            normalizer: None,
            ignores_merges: false,
        }),
        "llama-bpe" => by_pattern(LLAMA_3_PATTERN, None, true),
        "qwen2" => by_pattern(QWEN_2_PATTERN, Some(NFC.into()), false),
        other => Err(ModelFileError::unsupported(format!(
            "the pre-tokenizer `{other}` (tokenizer.ggml.pre) is not known; known are {KNOWN}. \
             Give the model's own tokenizer.json beside the GGUF file instead"
        ))),
    }
}

fn by_pattern(
    pattern: &str,
    normalizer: Option<NormalizerWrapper>,
    ignores_merges: bool,
) -> Result<PreTokenizer, ModelFileError> {
    let split = Split::new(
        SplitPattern::Regex(pattern.to_owned()),
        SplitDelimiterBehavior::Isolated,
        false,
    )
    .map_err(|error| ModelFileError::unsupported(format!("pre-tokenizer pattern: {error}")))?;
    Ok(PreTokenizer {
        splitter: Sequence::new(vec![
            split.into(),
            ByteLevel::new(false, true, false).into(),
        ])
        .into(),
        normalizer,
        ignores_merges,
    })
}
