//! The header of a GGUF file: key-value metadata and the table of tensors, without the weights.
//!
//! Follows the GGUF specification, versions 2 and 3, little-endian
//! (<https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>). The reader is strict: a length
//! that the file cannot hold, an unknown value type or a tensor beyond the end of the file is an
//! error, so that a cut-off download is told as such before any engine sees it.

mod reader;
mod tensors;

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::ModelFileError;
use reader::Reader;
pub use tensors::TensorEntry;

/// A metadata value. Arrays of strings and of integers, which hold vocabularies, have their own
/// forms; other arrays are kept as values.
#[derive(Debug, Clone, PartialEq)]
pub enum GgufValue {
    /// Any unsigned integer type.
    Unsigned(u64),
    /// Any signed integer type.
    Signed(i64),
    /// Either float type.
    Float(f64),
    /// A boolean.
    Bool(bool),
    /// UTF-8 text.
    Text(String),
    /// An array of strings.
    Texts(Vec<String>),
    /// An array of any integer type.
    Integers(Vec<i64>),
    /// An array of floats.
    Floats(Vec<f64>),
    /// An array of booleans.
    Bools(Vec<bool>),
}

/// What the header of a GGUF file says.
#[derive(Debug, Clone)]
pub struct GgufHeader {
    path: PathBuf,
    values: HashMap<String, GgufValue>,
    tensors: Vec<TensorEntry>,
}

impl GgufHeader {
    /// Reads the header and checks that the file is long enough for every tensor it lists.
    ///
    /// # Errors
    /// [`ModelFileError::Read`] where the file cannot be opened, [`ModelFileError::Damaged`]
    /// where it is no whole GGUF file, [`ModelFileError::Unsupported`] for other versions.
    pub fn read(path: &Path) -> Result<Self, ModelFileError> {
        let shown = path.display().to_string();
        let unreadable = |source| ModelFileError::Read {
            path: shown.clone(),
            source,
        };
        let file = File::open(path).map_err(unreadable)?;
        let length = file.metadata().map_err(unreadable)?.len();
        Self::from_source(BufReader::new(file), length, path)
    }

    /// Reads from any source of `length` bytes; `path` names it in errors.
    fn from_source(source: impl Read, length: u64, path: &Path) -> Result<Self, ModelFileError> {
        let mut reader = Reader::new(source, length);
        let shown = path.display();
        let (values, tensors) = parse(&mut reader).map_err(|problem| match problem {
            HeaderProblem::Damaged(message) => ModelFileError::Damaged {
                path: shown.to_string(),
                message,
            },
            HeaderProblem::Unsupported(message) => ModelFileError::Unsupported {
                message: format!("{shown}: {message}"),
            },
        })?;
        Ok(Self {
            path: path.to_owned(),
            values,
            tensors,
        })
    }

    /// The file the header was read from.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The tensors in the file's order.
    pub fn tensors(&self) -> &[TensorEntry] {
        &self.tensors
    }

    /// A value by its key.
    pub fn get(&self, key: &str) -> Option<&GgufValue> {
        self.values.get(key)
    }

    /// A text value.
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.get(key)? {
            GgufValue::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A non-negative integer value of any width.
    pub fn integer(&self, key: &str) -> Option<u64> {
        match self.get(key)? {
            GgufValue::Unsigned(value) => Some(*value),
            GgufValue::Signed(value) => u64::try_from(*value).ok(),
            _ => None,
        }
    }

    /// A boolean value.
    pub fn boolean(&self, key: &str) -> Option<bool> {
        match self.get(key)? {
            GgufValue::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// `general.architecture`, e.g. `llama`.
    pub fn architecture(&self) -> Option<&str> {
        self.text("general.architecture")
    }

    /// The context the model was trained for, in tokens.
    pub fn trained_context_tokens(&self) -> Option<u64> {
        self.integer(&format!("{}.context_length", self.architecture()?))
    }

    /// A short hash of the metadata and the tensor table: it differs between models and between
    /// quantisations of one model.
    pub fn fingerprint(&self) -> String {
        let mut keys: Vec<_> = self.values.iter().collect();
        keys.sort_unstable_by_key(|(key, _)| key.as_str());
        let digest = Sha256::digest(format!("{keys:?}{:?}", self.tensors));
        digest
            .iter()
            .take(6)
            .fold("fp_".to_owned(), |text, byte| format!("{text}{byte:02x}"))
    }

    /// A [`ModelFileError::Damaged`] about this file.
    pub(crate) fn damaged(&self, message: impl Into<String>) -> ModelFileError {
        ModelFileError::Damaged {
            path: self.path.display().to_string(),
            message: message.into(),
        }
    }
}

/// What the parser found wrong; the path is added by the caller.
#[derive(Debug)]
enum HeaderProblem {
    Damaged(String),
    Unsupported(String),
}

type Parsed = (HashMap<String, GgufValue>, Vec<TensorEntry>);

/// Far above any real model, far below what would exhaust memory.
const MOST_ENTRIES: u64 = 1 << 20;

fn parse<R: Read>(reader: &mut Reader<R>) -> Result<Parsed, HeaderProblem> {
    let magic = reader.bytes(4, "the magic number")?;
    if magic != b"GGUF" {
        return Err(HeaderProblem::Damaged(
            "it does not begin with `GGUF`, so it is no GGUF file".to_owned(),
        ));
    }
    let version = reader.u32("the version")?;
    if !(2..=3).contains(&version) {
        return Err(HeaderProblem::Unsupported(format!(
            "GGUF version {version}; versions 2 and 3 (little-endian) are read"
        )));
    }
    let tensor_count = reader.u64("the number of tensors")?;
    let value_count = reader.u64("the number of metadata values")?;
    for (count, what) in [(tensor_count, "tensors"), (value_count, "metadata values")] {
        if count > MOST_ENTRIES {
            return Err(HeaderProblem::Damaged(format!(
                "its header counts {count} {what}"
            )));
        }
    }
    let mut values = HashMap::new();
    for _ in 0..value_count {
        let key = reader.text("a metadata key")?;
        let value = reader.value(&key)?;
        if values.insert(key.clone(), value).is_some() {
            return Err(HeaderProblem::Damaged(format!(
                "the metadata key `{key}` comes twice"
            )));
        }
    }
    let alignment = match values.get("general.alignment") {
        None => 32,
        Some(GgufValue::Unsigned(alignment)) if alignment.is_power_of_two() => *alignment,
        Some(other) => {
            return Err(HeaderProblem::Damaged(format!(
                "`general.alignment` is {other:?}"
            )));
        }
    };
    let tensors = tensors::read_table(reader, tensor_count)?;
    tensors::check_extents(&tensors, reader.position(), alignment, reader.length())?;
    Ok((values, tensors))
}

#[cfg(test)]
mod tests;
