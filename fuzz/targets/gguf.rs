//! The header of a model file, and the tokenizer and chat template in it.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use ledgergate_llm::gguf::GgufHeader;
use ledgergate_llm::template::ChatTemplate;
use ledgergate_llm::tokenizer::ModelTokenizer;
use ledgergate_llm::{Message, Role};
use libfuzzer_sys::fuzz_target;

/// Memory, not a disk; one file a process.
static FILE: LazyLock<PathBuf> = LazyLock::new(|| {
    let name = format!("ledgergate-fuzz-{}.gguf", std::process::id());
    let shared = PathBuf::from("/dev/shm");
    if shared.is_dir() {
        shared
    } else {
        std::env::temp_dir()
    }
    .join(name)
});

fuzz_target!(|data: &[u8]| {
    std::fs::write(&*FILE, data).expect("a file in memory");
    let Ok(header) = GgufHeader::read(&FILE) else {
        return;
    };
    assert!(header.fingerprint().starts_with("fp_"));
    let Ok(tokenizer) = ModelTokenizer::from_gguf(&header) else {
        return;
    };
    let text = "12.50 Grüße 😀 <|im_end|>";
    if let Ok(ids) = tokenizer.encode_text(text) {
        let known = |id: &u32| (*id as usize) < tokenizer.vocabulary_size();
        assert!(ids.iter().all(known), "an id outside of the vocabulary");
    }
    if let Ok(template) = ChatTemplate::from_gguf(&header) {
        // A refusal is an answer.
        let _rendered = template.render(&[Message::new(Role::User, text)], &tokenizer);
    }
});
