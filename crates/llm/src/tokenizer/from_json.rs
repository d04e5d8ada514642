//! The tokenizer of a Hugging Face `tokenizer.json`.

use std::collections::HashSet;
use std::path::Path;

use serde_json::{Value, json};
use tokenizers::Tokenizer;

use super::{ModelTokenizer, Parts, byte_alphabet, is_bracketed, sentence_piece};
use crate::error::ModelFileError;

/// What `tokenizer.json` does not say and a model's configuration does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModelTokens {
    /// The texts of the tokens that end a sequence or a turn, e.g. `</s>`.
    pub ends: Vec<String>,
    /// The text of the token that begins a sequence, e.g. `<s>`.
    pub begin: Option<String>,
    /// Whether prompts begin with it.
    pub begins_prompt: bool,
}

impl ModelTokenizer {
    /// Reads a `tokenizer.json`.
    ///
    /// # Errors
    /// [`ModelFileError::Read`], [`ModelFileError::Damaged`] where it is no tokenizer,
    /// [`ModelFileError::Unsupported`] where its tokens' bytes cannot be told or a named token
    /// is missing.
    pub fn from_tokenizer_json(path: &Path, tokens: &ModelTokens) -> Result<Self, ModelFileError> {
        let shown = path.display().to_string();
        let content = std::fs::read(path).map_err(|source| ModelFileError::Read {
            path: shown.clone(),
            source,
        })?;
        let json = serde_json::from_slice(&content).map_err(|error| ModelFileError::Damaged {
            path: shown.clone(),
            message: error.to_string(),
        })?;
        Self::from_tokenizer_value(json, tokens, &shown)
    }

    /// As [`Self::from_tokenizer_json`], from what is already parsed; `shown` names it in errors.
    pub(crate) fn from_tokenizer_value(
        mut json: Value,
        tokens: &ModelTokens,
        shown: &str,
    ) -> Result<Self, ModelFileError> {
        let damaged = |message: String| ModelFileError::Damaged {
            path: shown.to_owned(),
            message,
        };
        let control = take_control_tokens(&mut json).map_err(&damaged)?;
        // The template places begin tokens; cutting and padding are never wanted.
        for key in ["post_processor", "truncation", "padding"] {
            json[key] = Value::Null;
        }
        add_space_as_sentence_piece(&mut json);
        let spelling = Spelling::of(&json).ok_or_else(|| {
            ModelFileError::unsupported(format!(
                "{shown}: its decoder is neither ByteLevel nor ByteFallback, so its tokens' bytes \
                 cannot be told"
            ))
        })?;
        let text_encoder: Tokenizer =
            serde_json::from_value(json).map_err(|error| damaged(error.to_string()))?;

        let vocabulary = text_encoder.get_vocab(true);
        let highest = vocabulary
            .values()
            .chain(control.iter().map(|(id, _)| id))
            .max();
        let size = highest.map_or(0, |id| *id as usize + 1);
        let mut token_bytes = vec![Vec::new(); size];
        for (token, id) in &vocabulary {
            if control.iter().any(|(control_id, _)| control_id == id) {
                continue;
            }
            token_bytes[*id as usize] = spelling.bytes_of(token);
        }
        let id_of = |text: &String| {
            control
                .iter()
                .find(|(_, known)| known == text)
                .map(|(id, _)| *id)
                .ok_or_else(|| {
                    ModelFileError::unsupported(format!("{shown} has no control token `{text}`"))
                })
        };
        Self::new(Parts {
            text_encoder,
            token_bytes,
            end_tokens: tokens.ends.iter().map(id_of).collect::<Result<_, _>>()?,
            begin_token: tokens.begin.as_ref().map(id_of).transpose()?,
            begins_prompt: tokens.begins_prompt,
            drops_first_space: spelling == Spelling::SentencePiece,
            control,
        })
    }
}

/// Takes the added tokens that steer the model out of the JSON and returns them. Those marked
/// special do, and those in brackets too (`<tool_call>`, `[INST]`), which are not always marked.
/// Others, such as runs of spaces, are ordinary text and stay.
fn take_control_tokens(json: &mut Value) -> Result<Vec<(u32, String)>, String> {
    let unknown = json["model"]["unk_token"].as_str().map(str::to_owned);
    let Some(added) = json["added_tokens"].as_array_mut() else {
        return Err("it has no list `added_tokens`".to_owned());
    };
    let mut control = Vec::new();
    let mut kept = Vec::new();
    for token in added.drain(..) {
        let (Some(id), Some(text)) = (token["id"].as_u64(), token["content"].as_str()) else {
            return Err(format!("the added token {token} has no id and content"));
        };
        let id = u32::try_from(id).map_err(|_| format!("the added token {token} has no id"))?;
        if token["special"].as_bool().unwrap_or(false) || is_bracketed(text) {
            control.push((id, text.to_owned()));
        } else {
            kept.push(token);
        }
    }
    *added = kept;
    drop_merges_of(json, &control)?;
    if let Some(vocabulary) = json["model"]["vocab"].as_object_mut() {
        for (_, text) in &control {
            if unknown.as_ref() != Some(text) {
                vocabulary.remove(text);
            }
        }
    }
    Ok(control)
}

/// Puts a space in front of every text, whatever it begins with, where the file puts one in front
/// of those that do not begin with a space: the makers' `SentencePiece` does so, and older files
/// of the same models too.
fn add_space_as_sentence_piece(json: &mut Value) {
    let pre_tokenizer = &json["pre_tokenizer"];
    let replaces_spaces = pre_tokenizer["type"] == "Metaspace"
        && pre_tokenizer["split"] == false
        && pre_tokenizer["prepend_scheme"] != "never"
        && json["normalizer"].is_null();
    if let (true, Some(space)) = (replaces_spaces, pre_tokenizer["replacement"].as_str()) {
        json["normalizer"] = json!({"type": "Sequence", "normalizers": [
            {"type": "Prepend", "prepend": space},
            {"type": "Replace", "pattern": {"String": " "}, "content": space}]});
        json["pre_tokenizer"] = Value::Null;
    }
}

/// Leaves out the merges that make a control token of ordinary ones (`<` and `s>`): they would
/// name a token that the vocabulary no longer has.
fn drop_merges_of(json: &mut Value, control: &[(u32, String)]) -> Result<(), String> {
    let texts: HashSet<&str> = control.iter().map(|(_, text)| text.as_str()).collect();
    let Some(merges) = json["model"]["merges"].as_array_mut() else {
        return Err("its model has no list `merges`: only BPE models are read".to_owned());
    };
    merges.retain(|merge| {
        let pair = match merge {
            Value::String(pair) => pair.split_once(' '),
            other => other[0].as_str().zip(other[1].as_str()),
        };
        // What is no pair is told by the tokenizers crate.
        pair.is_none_or(|(left, right)| {
            !texts.contains(left)
                && !texts.contains(right)
                && !texts.contains(format!("{left}{right}").as_str())
        })
    });
    Ok(())
}

/// How a vocabulary writes bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spelling {
    /// GPT-2's alphabet.
    ByteLevel,
    /// UTF-8 with `▁` for a space and `<0xNN>` for single bytes.
    SentencePiece,
}

impl Spelling {
    fn of(json: &Value) -> Option<Self> {
        fn names(decoder: &Value) -> Vec<&str> {
            let own = decoder["type"].as_str().into_iter();
            let inner = decoder["decoders"]
                .as_array()
                .into_iter()
                .flatten()
                .flat_map(names);
            own.chain(inner).collect()
        }
        let names = names(&json["decoder"]);
        if names.contains(&"ByteLevel") {
            Some(Self::ByteLevel)
        } else if names.contains(&"ByteFallback") {
            Some(Self::SentencePiece)
        } else {
            None
        }
    }

    /// The bytes of an ordinary token. A token that the alphabet does not spell (an added one)
    /// is its own text.
    fn bytes_of(self, token: &str) -> Vec<u8> {
        match self {
            Self::ByteLevel => {
                byte_alphabet::bytes_of(token).unwrap_or_else(|| token.as_bytes().to_vec())
            }
            Self::SentencePiece => match sentence_piece::byte_of(token) {
                Some(byte) => vec![byte],
                None => sentence_piece::bytes_of(token),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence_piece() -> Value {
        let mut vocabulary =
            json!({"<unk>": 0, "<s>": 1, "</s>": 2, "▁": 259, "a": 260, "▁a": 261});
        for byte in 0..=255_u32 {
            vocabulary[format!("<0x{byte:02X}>")] = json!(byte + 3);
        }
        json!({
            "version": "1.0",
            "added_tokens": [
                {"id": 0, "content": "<unk>", "special": true, "single_word": false,
                 "lstrip": false, "rstrip": false, "normalized": false},
                {"id": 1, "content": "<s>", "special": true, "single_word": false,
                 "lstrip": false, "rstrip": false, "normalized": false},
                {"id": 2, "content": "</s>", "special": true, "single_word": false,
                 "lstrip": false, "rstrip": false, "normalized": false}
            ],
            "normalizer": {"type": "Sequence", "normalizers": [
                {"type": "Prepend", "prepend": "▁"},
                {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
            "pre_tokenizer": null,
            "post_processor": null,
            "decoder": {"type": "Sequence", "decoders": [
                {"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
                {"type": "ByteFallback"}, {"type": "Fuse"}]},
            "model": {"type": "BPE", "unk_token": "<unk>", "fuse_unk": true, "byte_fallback": true,
                "vocab": vocabulary, "merges": [["▁", "a"]]}
        })
    }

    fn tokens() -> ModelTokens {
        ModelTokens {
            ends: vec!["</s>".to_owned()],
            begin: Some("<s>".to_owned()),
            begins_prompt: true,
        }
    }

    #[test]
    fn byte_tokens_are_bytes_and_control_text_is_text() {
        let tokenizer =
            ModelTokenizer::from_tokenizer_value(sentence_piece(), &tokens(), "x").unwrap();
        assert_eq!(tokenizer.encode_text("a").unwrap(), [261]);
        assert_eq!(tokenizer.token_bytes(261), b" a");
        assert_eq!(tokenizer.token_bytes(3 + 0xE9), [0xE9]);
        assert_eq!(tokenizer.prompt_begin(), Some(1));
        assert!(tokenizer.drops_first_space());
        let ids = tokenizer.encode_text("</s>").unwrap();
        assert!(!ids.contains(&2), "{ids:?}");
        assert_eq!(tokenizer.describe(&ids), " </s>");
    }

    #[test]
    fn a_missing_end_token_is_told() {
        let wanted = ModelTokens {
            ends: vec!["<|im_end|>".to_owned()],
            ..tokens()
        };
        let error =
            ModelTokenizer::from_tokenizer_value(sentence_piece(), &wanted, "x").unwrap_err();
        assert!(error.to_string().contains("<|im_end|>"), "{error}");
    }
}
