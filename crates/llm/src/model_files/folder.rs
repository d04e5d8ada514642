//! A folder of safetensors: which of its files are the model, and what they say of it.

use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::safetensors;
use crate::error::ModelFileError;
use crate::template::ChatTemplate;
use crate::tokenizer::{ModelTokenizer, ModelTokens};

/// The files that every folder has, for error messages.
const WANTED: &str =
    "a model's folder has config.json, tokenizer.json, tokenizer_config.json and *.safetensors";

/// A model's folder. Its small files are read, its weights' headers checked.
#[derive(Debug, Clone)]
pub struct ModelFolder {
    path: PathBuf,
    config: Value,
    tokenizer_config: Value,
    tokenizer: Value,
    generation_config: Option<Value>,
    template: Option<String>,
    weights: Vec<PathBuf>,
    fingerprint: String,
}

impl ModelFolder {
    /// Reads the folder and checks that every file of weights is there and whole.
    ///
    /// # Errors
    /// [`ModelFileError::Unsupported`] where files are missing or the weights are in another
    /// format, [`ModelFileError::Damaged`] where a file is cut off or no JSON,
    /// [`ModelFileError::Read`] where it cannot be read.
    pub fn read(path: &Path) -> Result<Self, ModelFileError> {
        // Absolute, so that no loader takes it for the name of a repository.
        let path = path.canonicalize().map_err(|source| ModelFileError::Read {
            path: path.display().to_string(),
            source,
        })?;
        let weights = weight_files(&path)?;
        let mut digest = Sha256::new();
        let mut required = |name: &str| {
            let content = read_file(&path, name)?.ok_or_else(|| missing(&path, name))?;
            digest.update(&content);
            parse(&path, name, &content)
        };
        let config = required("config.json")?;
        let tokenizer = required("tokenizer.json")?;
        let tokenizer_config = required("tokenizer_config.json")?;
        let optional = |name: &str| read_file(&path, name);
        let generation_config = optional("generation_config.json")?
            .map(|content| parse(&path, "generation_config.json", &content))
            .transpose()?;
        let template = optional("chat_template.jinja")?
            .map(|content| {
                String::from_utf8(content).map_err(|_| ModelFileError::Damaged {
                    path: shown(&path, "chat_template.jinja"),
                    message: "it is not UTF-8".to_owned(),
                })
            })
            .transpose()?;
        for file in &weights {
            digest.update(safetensors::check(file)?);
        }
        let fingerprint = digest
            .finalize()
            .iter()
            .take(6)
            .fold("fp_".to_owned(), |text, byte| format!("{text}{byte:02x}"));
        Ok(Self {
            path,
            config,
            tokenizer_config,
            tokenizer,
            generation_config,
            template,
            weights,
            fingerprint,
        })
    }

    /// The folder, absolute.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The files of weights, in order.
    pub fn weights(&self) -> &[PathBuf] {
        &self.weights
    }

    /// A file of the folder, where there is one of that name.
    pub fn file(&self, name: &str) -> Option<PathBuf> {
        Some(self.path.join(name)).filter(|file| file.is_file())
    }

    /// The class of the model in the transformers package, e.g. `MixtralForCausalLM`.
    pub fn architecture(&self) -> Option<&str> {
        self.config["architectures"][0].as_str()
    }

    /// The number of token ids that the model knows.
    pub fn vocabulary_size(&self) -> Option<u64> {
        self.config["vocab_size"].as_u64()
    }

    /// The context the model was trained for; at most its sliding window, beyond which tokens
    /// are forgotten.
    pub fn trained_context_tokens(&self) -> Option<u64> {
        let positions = self.config["max_position_embeddings"].as_u64()?;
        let window = self.config["sliding_window"].as_u64();
        Some(window.map_or(positions, |window| window.min(positions)))
    }

    pub(super) fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    pub(super) fn tokenizer(&self) -> Result<ModelTokenizer, ModelFileError> {
        let begin = self.named_token("bos_token");
        let mut ends: Vec<String> = self.named_token("eos_token").into_iter().collect();
        ends.extend(self.end_texts()?);
        ends.dedup();
        let tokens = ModelTokens {
            begins_prompt: self.begins_prompt(begin.as_deref()),
            ends,
            begin,
        };
        ModelTokenizer::from_tokenizer_value(
            self.tokenizer.clone(),
            &tokens,
            &shown(&self.path, "tokenizer.json"),
        )
    }

    pub(super) fn template(&self) -> Result<ChatTemplate, ModelFileError> {
        let written = &self.tokenizer_config["chat_template"];
        // Several templates are a list of names and texts.
        let default = written.as_array().and_then(|named| {
            let default = named.iter().find(|named| named["name"] == "default");
            default.and_then(|named| named["template"].as_str())
        });
        let source = self.template.as_deref();
        match source.or(written.as_str()).or(default) {
            Some(source) => ChatTemplate::from_source(source),
            None => Err(ModelFileError::unsupported(format!(
                "{} has no chat template (`chat_template` in tokenizer_config.json, or \
                 chat_template.jinja): it is no chat model, or its template must be put there",
                self.path.display()
            ))),
        }
    }

    /// A token of `tokenizer_config.json`, which is a text or an object with its text.
    fn named_token(&self, key: &str) -> Option<String> {
        let token = &self.tokenizer_config[key];
        let text = token.as_str().or_else(|| token["content"].as_str());
        text.map(str::to_owned)
    }

    /// The texts of the tokens that the configuration names by id.
    fn end_texts(&self) -> Result<Vec<String>, ModelFileError> {
        let configs = [self.generation_config.as_ref(), Some(&self.config)];
        let mut named = configs
            .into_iter()
            .flatten()
            .map(|config| &config["eos_token_id"])
            .filter(|ids| !ids.is_null());
        let Some(ids) = named.next() else {
            return Ok(Vec::new());
        };
        let ids: Vec<&Value> = match ids.as_array() {
            Some(ids) => ids.iter().collect(),
            None => vec![ids],
        };
        ids.into_iter()
            .map(|id| {
                self.added_tokens()
                    .find(|token| &token["id"] == id)
                    .and_then(|token| token["content"].as_str())
                    .map(str::to_owned)
                    .ok_or_else(|| ModelFileError::Damaged {
                        path: shown(&self.path, "tokenizer.json"),
                        message: format!("the end token {id} is not among its added tokens"),
                    })
            })
            .collect()
    }

    fn added_tokens(&self) -> impl Iterator<Item = &Value> {
        self.tokenizer["added_tokens"]
            .as_array()
            .into_iter()
            .flatten()
    }

    /// Whether prompts begin with the begin token: the configuration says so, or the tokenizer
    /// puts it there.
    fn begins_prompt(&self, begin: Option<&str>) -> bool {
        self.tokenizer_config["add_bos_token"]
            .as_bool()
            .unwrap_or_else(|| {
                begin.is_some_and(|begin| names(&self.tokenizer["post_processor"], begin))
            })
    }
}

/// Whether a text occurs anywhere in a value.
fn names(value: &Value, text: &str) -> bool {
    match value {
        Value::String(own) => own == text,
        Value::Array(items) => items.iter().any(|item| names(item, text)),
        Value::Object(fields) => fields.values().any(|field| names(field, text)),
        _ => false,
    }
}

fn shown(folder: &Path, name: &str) -> String {
    folder.join(name).display().to_string()
}

fn missing(folder: &Path, name: &str) -> ModelFileError {
    ModelFileError::unsupported(format!("{} has no {name}; {WANTED}", folder.display()))
}

/// A file's content; `None` where there is no such file.
fn read_file(folder: &Path, name: &str) -> Result<Option<Vec<u8>>, ModelFileError> {
    match std::fs::read(folder.join(name)) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(ModelFileError::Read {
            path: shown(folder, name),
            source,
        }),
    }
}

fn parse(folder: &Path, name: &str, content: &[u8]) -> Result<Value, ModelFileError> {
    serde_json::from_slice(content).map_err(|error| ModelFileError::Damaged {
        path: shown(folder, name),
        message: error.to_string(),
    })
}

/// The files of weights: those of the index, else the one file.
fn weight_files(folder: &Path) -> Result<Vec<PathBuf>, ModelFileError> {
    const INDEX: &str = "model.safetensors.index.json";
    const SINGLE: &str = "model.safetensors";
    if let Some(content) = read_file(folder, INDEX)? {
        let index = parse(folder, INDEX, &content)?;
        let Some(map) = index["weight_map"].as_object() else {
            return Err(ModelFileError::Damaged {
                path: shown(folder, INDEX),
                message: "it has no object `weight_map`".to_owned(),
            });
        };
        let mut files: Vec<&str> = map.values().filter_map(Value::as_str).collect();
        files.sort_unstable();
        files.dedup();
        return files
            .into_iter()
            .map(|name| {
                let path = folder.join(name);
                if !path.is_file() {
                    return Err(ModelFileError::unsupported(format!(
                        "{} has no {name}, which its {INDEX} lists",
                        folder.display()
                    )));
                }
                Ok(path)
            })
            .collect();
    }
    let single = folder.join(SINGLE);
    if single.is_file() {
        return Ok(vec![single]);
    }
    if folder.join("consolidated.safetensors").is_file() {
        return Err(ModelFileError::unsupported(format!(
            "{} has weights in Mistral's own layout alone (consolidated.safetensors); the layout \
             of the transformers package is read ({SINGLE}, or {INDEX} and its files)",
            folder.display()
        )));
    }
    Err(missing(folder, &format!("{SINGLE} and no {INDEX}")))
}

#[cfg(test)]
mod tests;
