//! Tokenizers and chat templates against the makers' own, token for token.
//!
//! `scripts/tokenizer-tests.sh` installs the makers' packages, writes what they make of some
//! 1,500 texts and of conversations (`tests/tokenizers/reference.py`) and names the folder in
//! `LEDGERGATE_TEST_TOKENIZERS`. Without it there is nothing to compare with, so these tests are
//! ignored in a plain run.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a failed step is a failed test"
)]

use std::path::{Path, PathBuf};

use ledgergate_llm::gguf::GgufHeader;
use ledgergate_llm::template::ChatTemplate;
use ledgergate_llm::tokenizer::{ModelTokenizer, ModelTokens};
use ledgergate_llm::{Message, Role};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The models, and whether a `tokenizer.json` was written for them.
const MODELS: [(&str, bool); 5] = [
    ("mixtral", true),
    ("mistral-v3", true),
    ("mistral-v7", true),
    ("llama-3.1", true),
    ("smollm2", false),
];

const GOLDEN: &str = include_str!("../../../tests/tokenizers/golden.json");

#[derive(Deserialize)]
struct TextCase {
    text: String,
    ids: Vec<u32>,
}

#[derive(Deserialize)]
struct ConversationCase {
    messages: Vec<CaseMessage>,
    ids: Vec<u32>,
}

#[derive(Deserialize)]
struct CaseMessage {
    role: String,
    content: String,
}

#[derive(Deserialize)]
struct TokenizerConfig {
    bos_token: String,
    eos_token: String,
    chat_template: String,
    #[serde(default)]
    add_bos_token: bool,
}

fn folder(model: &str) -> PathBuf {
    let folder = std::env::var_os("LEDGERGATE_TEST_TOKENIZERS")
        .expect("LEDGERGATE_TEST_TOKENIZERS is set by scripts/tokenizer-tests.sh");
    PathBuf::from(folder).join(model)
}

fn lines<T: DeserializeOwned>(path: &Path) -> Vec<T> {
    let content = std::fs::read_to_string(path).unwrap();
    let cases: Vec<T> = content
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(!cases.is_empty(), "{}", path.display());
    cases
}

/// A model's tokenizer and template from each file it comes as, with the file's name.
fn forms(model: &str, has_json: bool) -> Vec<(&'static str, ModelTokenizer, ChatTemplate)> {
    let folder = folder(model);
    let header = GgufHeader::read(&folder.join("header.gguf")).unwrap();
    let mut forms = vec![(
        "header.gguf",
        ModelTokenizer::from_gguf(&header).unwrap(),
        ChatTemplate::from_gguf(&header).unwrap(),
    )];
    if has_json {
        let config = std::fs::read(folder.join("tokenizer_config.json")).unwrap();
        let config: TokenizerConfig = serde_json::from_slice(&config).unwrap();
        let tokens = ModelTokens {
            ends: vec![config.eos_token],
            begin: Some(config.bos_token),
            begins_prompt: config.add_bos_token,
        };
        let path = folder.join("tokenizer.json");
        forms.push((
            "tokenizer.json",
            ModelTokenizer::from_tokenizer_json(&path, &tokens).unwrap(),
            ChatTemplate::from_source(&config.chat_template).unwrap(),
        ));
    }
    forms
}

fn compare(what: &str, tokenizer: &ModelTokenizer, case: &TextCase) {
    let ids = tokenizer.encode_text(&case.text).unwrap();
    assert_eq!(ids, case.ids, "{what}: {:?}", case.text);
    let text = tokenizer.describe(&ids);
    let begins_with_space = tokenizer.drops_first_space();
    let back = text.strip_prefix(' ').filter(|_| begins_with_space);
    // SentencePiece writes a space as U+2581 and cannot tell the two apart.
    let expected = if begins_with_space {
        case.text.replace('▁', " ")
    } else {
        case.text.clone()
    };
    assert_eq!(back.unwrap_or(&text), expected, "{what}");
}

#[test]
#[ignore = "run by scripts/tokenizer-tests.sh, which makes the references"]
fn texts_are_cut_as_the_makers_cut_them() {
    for (model, has_json) in MODELS {
        let cases: Vec<TextCase> = lines(&folder(model).join("texts.jsonl"));
        for (file, tokenizer, _) in forms(model, has_json) {
            for case in &cases {
                compare(&format!("{model}/{file}"), &tokenizer, case);
            }
        }
    }
}

#[test]
#[ignore = "run by scripts/tokenizer-tests.sh, which makes the references"]
fn the_committed_ids_hold() {
    let mut golden: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(GOLDEN).unwrap();
    for (model, has_json) in MODELS {
        let cases = golden.remove(model).unwrap();
        let cases: Vec<TextCase> = serde_json::from_value(cases).unwrap();
        assert!(cases.len() > 50, "{model}");
        for (file, tokenizer, _) in forms(model, has_json) {
            for case in &cases {
                compare(&format!("golden {model}/{file}"), &tokenizer, case);
            }
        }
    }
    assert!(golden.is_empty(), "{golden:?}");
}

#[test]
#[ignore = "run by scripts/tokenizer-tests.sh, which makes the references"]
fn conversations_are_written_as_the_makers_write_them() {
    for (model, has_json) in MODELS {
        let cases: Vec<ConversationCase> = lines(&folder(model).join("conversations.jsonl"));
        for (file, tokenizer, template) in forms(model, has_json) {
            for case in &cases {
                let messages: Vec<Message> = case
                    .messages
                    .iter()
                    .map(|message| {
                        let role = match message.role.as_str() {
                            "system" => Role::System,
                            "user" => Role::User,
                            "assistant" => Role::Assistant,
                            other => panic!("{other}"),
                        };
                        Message::new(role, message.content.as_str())
                    })
                    .collect();
                let ids = template.render(&messages, &tokenizer).unwrap();
                assert_eq!(
                    tokenizer.describe(&ids),
                    tokenizer.describe(&case.ids),
                    "{model}/{file}"
                );
                assert_eq!(
                    ids,
                    case.ids,
                    "{model}/{file}: {:?}",
                    tokenizer.describe(&ids)
                );
            }
        }
    }
}

/// Long runs of one kind of character are where regular expressions run out of steps and greedy
/// merging gets slow.
#[test]
#[ignore = "run by scripts/tokenizer-tests.sh, which makes the references"]
fn long_runs_are_encoded() {
    for (model, has_json) in MODELS {
        for (file, tokenizer, _) in forms(model, has_json) {
            for unit in [" ", "\n", "a", "1", "é", "中", "😀", " \n", "a ", "!"] {
                let text = unit.repeat(60_000 / unit.len());
                let ids = tokenizer.encode_text(&text).unwrap();
                let described = tokenizer.describe(&ids);
                let drops = usize::from(tokenizer.drops_first_space());
                assert!(described[drops..] == text, "{model}/{file}: {unit:?}");
            }
        }
    }
}
