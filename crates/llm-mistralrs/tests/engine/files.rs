//! Files: conversion, damage, and the tokenizer they carry.

use ledgergate_llm::error::ModelFileError;
use ledgergate_llm::gguf::GgufHeader;
use ledgergate_llm::tokenizer::ModelTokenizer;
use ledgergate_llm_mistralrs::requantize;
use ledgergate_llm_mistralrs::{LoadError, LoadOptions, MistralRsEngine};

use crate::{fast_file, folder, shipped_file};

/// `Q8_0` and `F32` by their ggml numbers.
const FAST_TYPES: [u32; 2] = [8, 0];

#[test]
fn requantising_keeps_everything_but_the_types() {
    let (before, after) = (
        GgufHeader::read(&shipped_file()).unwrap(),
        GgufHeader::read(&fast_file()).unwrap(),
    );
    for key in [
        "tokenizer.ggml.tokens",
        "tokenizer.ggml.merges",
        "tokenizer.chat_template",
    ] {
        assert!(
            before.get(key).is_some() && before.get(key) == after.get(key),
            "{key}"
        );
    }
    assert_eq!(before.tensors().len(), after.tensors().len());
    for (before, after) in before.tensors().iter().zip(after.tensors()) {
        assert_eq!(
            (&before.name, &before.dimensions),
            (&after.name, &after.dimensions)
        );
        assert!(FAST_TYPES.contains(&after.ggml_type), "{after:?}");
        assert_eq!(
            after.dimensions.len() == 1,
            after.ggml_type == 0,
            "{after:?}"
        );
    }
    assert_ne!(before.fingerprint(), after.fingerprint());
    let mut told = Vec::new();
    let output = folder().join("again.gguf");
    requantize(&fast_file(), &output, &mut |done, total| {
        told.push((done, total));
    })
    .unwrap();
    assert_eq!(told.last(), Some(&(272, 272)));
    assert_eq!(
        GgufHeader::read(&output).unwrap().tensors(),
        after.tensors()
    );
    std::fs::remove_file(output).unwrap();
}

#[test]
fn damaged_files_are_told_clearly() {
    let whole = std::fs::read(shipped_file()).unwrap();
    let mut flipped = whole[..2_000_000].to_vec();
    flipped[8] = 0xFF;
    for (name, content, says) in [
        ("cut.gguf", &whole[..whole.len() - 1_000], "cut off"),
        ("short.gguf", &whole[..1_000_000], "cut off"),
        ("flipped.gguf", &flipped[..], "damaged"),
        ("text.gguf", &b"Not found"[..], "no GGUF file"),
        ("empty.gguf", &b""[..], "cut off"),
    ] {
        let path = folder().join(name);
        std::fs::write(&path, content).unwrap();
        let options = LoadOptions {
            path: path.clone(),
            quantisation: None,
            context_tokens: None,
            threads: None,
        };
        let error = MistralRsEngine::load(&options).unwrap_err();
        assert!(
            matches!(error, LoadError::File(ModelFileError::Damaged { .. })),
            "{error:?}"
        );
        assert!(error.to_string().contains(says), "{name}: {error}");
        let output = folder().join("never.gguf");
        assert!(requantize(&path, &output, &mut |_, _| {}).is_err());
        assert!(!output.exists());
        std::fs::remove_file(path).unwrap();
    }
    let missing = LoadOptions {
        path: folder().join("missing.gguf"),
        quantisation: None,
        context_tokens: None,
        threads: None,
    };
    let error = MistralRsEngine::load(&missing).unwrap_err();
    assert!(
        matches!(error, LoadError::File(ModelFileError::Read { .. })),
        "{error:?}"
    );
}

/// A header that passes every check and tensors that make no model.
#[test]
fn a_file_that_the_engine_refuses_is_an_error_and_no_panic() {
    let mut content = std::fs::read(shipped_file()).unwrap();
    let name = b"blk.7.attn_q.weight";
    let at = content
        .windows(name.len())
        .position(|window| window == name)
        .unwrap();
    content[at] = b'X';
    let path = folder().join("renamed.gguf");
    std::fs::write(&path, content).unwrap();
    let options = LoadOptions {
        path: path.clone(),
        quantisation: None,
        context_tokens: None,
        threads: None,
    };
    let error = MistralRsEngine::load(&options).unwrap_err();
    assert!(matches!(error, LoadError::Engine { .. }), "{error:?}");
    std::fs::remove_file(path).unwrap();
}

/// Ids as the model's own `tokenizer.json` gives them.
#[test]
fn the_tokenizer_cuts_as_the_models_own() {
    let tokenizer = ModelTokenizer::from_gguf(&GgufHeader::read(&shipped_file()).unwrap()).unwrap();
    assert_eq!(tokenizer.vocabulary_size(), 49_152);
    assert_eq!(tokenizer.end_tokens(), [2, 0]);
    // Digits stand alone, whatever the merges offer.
    let digits = tokenizer.encode_text("2024").unwrap();
    assert_eq!(digits.len(), 4);
    for text in [
        "Hello world",
        "Grüße, 12.345,67 €\n\n\t x",
        "fn main() { /* 😀 */ }",
    ] {
        assert_eq!(
            tokenizer.describe(&tokenizer.encode_text(text).unwrap()),
            text
        );
    }
    assert!(tokenizer.encode_text("Hello world").unwrap().len() == 2);
}
