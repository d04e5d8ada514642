use serde_json::json;

use super::*;

/// A folder that is removed at the end.
struct Folder(PathBuf);

impl Folder {
    /// A whole small folder, without a model that would run.
    fn whole(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("ledgergate-folder-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        let folder = Self(path);
        folder.write(
            "config.json",
            &json!({"architectures": ["MixtralForCausalLM"], "vocab_size": 300,
                "max_position_embeddings": 4096, "sliding_window": null, "eos_token_id": 2}),
        );
        folder.write("tokenizer.json", &tokenizer());
        folder.write(
            "tokenizer_config.json",
            &json!({"bos_token": "<s>", "eos_token": {"content": "</s>"}, "add_bos_token": true,
                "chat_template": "{{ '[INST]' }}"}),
        );
        folder.write_weights("model.safetensors", 16);
        folder
    }

    fn write(&self, name: &str, value: &Value) {
        std::fs::write(self.0.join(name), value.to_string()).unwrap();
    }

    fn write_weights(&self, name: &str, bytes: usize) {
        let header = json!({"w": {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}});
        let header = header.to_string();
        let mut content = (header.len() as u64).to_le_bytes().to_vec();
        content.extend(header.as_bytes());
        content.extend(vec![0; bytes]);
        std::fs::write(self.0.join(name), content).unwrap();
    }

    fn error(&self) -> String {
        ModelFolder::read(&self.0).unwrap_err().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

fn tokenizer() -> Value {
    let mut vocabulary = json!({"<unk>": 0, "<s>": 1, "</s>": 2, "▁": 259, "a": 260, "▁a": 261});
    for byte in 0..=255_u32 {
        vocabulary[format!("<0x{byte:02X}>")] = json!(byte + 3);
    }
    let added = |id: u32, content: &str| {
        json!({"id": id, "content": content, "special": true, "single_word": false,
            "lstrip": false, "rstrip": false, "normalized": false})
    };
    json!({
        "version": "1.0",
        "added_tokens": [added(0, "<unk>"), added(1, "<s>"), added(2, "</s>")],
        "normalizer": null,
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first",
            "split": false},
        "post_processor": null,
        "decoder": {"type": "Sequence", "decoders": [{"type": "ByteFallback"}, {"type": "Fuse"}]},
        "model": {"type": "BPE", "unk_token": "<unk>", "fuse_unk": true, "byte_fallback": true,
            "vocab": vocabulary, "merges": [["▁", "a"]]}
    })
}

#[test]
fn a_whole_folder_is_read() {
    let folder = Folder::whole("whole");
    let model = ModelFolder::read(&folder.0).unwrap();
    assert_eq!(model.architecture(), Some("MixtralForCausalLM"));
    assert_eq!(model.trained_context_tokens(), Some(4096));
    assert_eq!(model.vocabulary_size(), Some(300));
    assert_eq!(model.weights().len(), 1);
    let tokenizer = model.tokenizer().unwrap();
    assert_eq!(tokenizer.end_tokens(), [2]);
    assert_eq!(tokenizer.prompt_begin(), Some(1));
    // A space goes in front of every text, as SentencePiece has it.
    assert_eq!(tokenizer.encode_text("a").unwrap(), [261]);
    assert_eq!(tokenizer.encode_text(" a").unwrap(), [259, 261]);
    assert!(matches!(
        model.template().unwrap(),
        ChatTemplate::MistralInstruct
    ));
    let before = model.fingerprint().to_owned();
    assert_eq!(ModelFolder::read(&folder.0).unwrap().fingerprint(), before);
    folder.write_weights("model.safetensors", 17);
    assert_ne!(ModelFolder::read(&folder.0).unwrap().fingerprint(), before);
}

#[test]
fn what_is_missing_is_named() {
    for name in ["config.json", "tokenizer.json", "tokenizer_config.json"] {
        let folder = Folder::whole(name);
        std::fs::remove_file(folder.0.join(name)).unwrap();
        let error = folder.error();
        assert!(error.contains(&format!("has no {name};")), "{error}");
    }
    let folder = Folder::whole("weights");
    std::fs::remove_file(folder.0.join("model.safetensors")).unwrap();
    assert!(folder.error().contains("has no model.safetensors and no"));
    folder.write_weights("consolidated.safetensors", 16);
    assert!(folder.error().contains("consolidated.safetensors"));
    folder.write(
        "model.safetensors.index.json",
        &json!({"weight_map": {"w": "model-00001-of-00002.safetensors",
            "v": "model-00002-of-00002.safetensors"}}),
    );
    folder.write_weights("model-00001-of-00002.safetensors", 16);
    let error = folder.error();
    assert!(
        error.contains("has no model-00002-of-00002.safetensors"),
        "{error}"
    );
    folder.write_weights("model-00002-of-00002.safetensors", 16);
    let model = ModelFolder::read(&folder.0).unwrap();
    assert_eq!(model.weights().len(), 2);
}

#[test]
fn damaged_files_are_told() {
    let folder = Folder::whole("damaged");
    folder.write_weights("model.safetensors", 15);
    let error = folder.error();
    assert!(error.contains("cut off"), "{error}");
    std::fs::write(folder.0.join("model.safetensors"), b"short").unwrap();
    assert!(folder.error().contains("cut off"));
    std::fs::write(folder.0.join("model.safetensors"), b"version https://git").unwrap();
    assert!(folder.error().contains("no safetensors file"));
    folder.write_weights("model.safetensors", 16);
    std::fs::write(folder.0.join("config.json"), b"{").unwrap();
    let error = folder.error();
    assert!(error.contains("config.json is damaged"), "{error}");
}

#[test]
fn an_end_token_that_does_not_exist_is_told() {
    let folder = Folder::whole("ends");
    folder.write("generation_config.json", &json!({"eos_token_id": [2, 77]}));
    let model = ModelFolder::read(&folder.0).unwrap();
    let error = model.tokenizer().unwrap_err().to_string();
    assert!(error.contains("77"), "{error}");
}

#[test]
fn a_sliding_window_bounds_the_context() {
    let folder = Folder::whole("window");
    folder.write(
        "config.json",
        &json!({"max_position_embeddings": 32768, "sliding_window": 4096}),
    );
    let model = ModelFolder::read(&folder.0).unwrap();
    assert_eq!(model.trained_context_tokens(), Some(4096));
}
