//! What a model comes as: one GGUF file, or a folder of safetensors with its configuration and
//! tokenizer, as Hugging Face lays it out. Both answer the same questions.

mod folder;
mod safetensors;

use std::path::Path;

use crate::error::ModelFileError;
use crate::gguf::GgufHeader;
use crate::template::ChatTemplate;
use crate::tokenizer::ModelTokenizer;
pub use folder::ModelFolder;

/// A model's files, read and checked but for the weights themselves.
#[derive(Debug, Clone)]
pub enum ModelFiles {
    /// A GGUF file.
    Gguf(Box<GgufHeader>),
    /// A folder of safetensors.
    Folder(Box<ModelFolder>),
}

impl ModelFiles {
    /// Reads a folder of safetensors, or a GGUF file.
    ///
    /// # Errors
    /// [`ModelFileError`], naming the file and what is wrong with it or missing.
    pub fn read(path: &Path) -> Result<Self, ModelFileError> {
        if path.is_dir() {
            Ok(Self::Folder(Box::new(ModelFolder::read(path)?)))
        } else {
            Ok(Self::Gguf(Box::new(GgufHeader::read(path)?)))
        }
    }

    /// The model's tokenizer.
    ///
    /// # Errors
    /// [`ModelFileError`] where it is missing, damaged or of a kind that is not known.
    pub fn tokenizer(&self) -> Result<ModelTokenizer, ModelFileError> {
        match self {
            Self::Gguf(header) => ModelTokenizer::from_gguf(header),
            Self::Folder(folder) => folder.tokenizer(),
        }
    }

    /// The model's chat template.
    ///
    /// # Errors
    /// [`ModelFileError::Unsupported`] where it has none or no valid one.
    pub fn template(&self) -> Result<ChatTemplate, ModelFileError> {
        match self {
            Self::Gguf(header) => ChatTemplate::from_gguf(header),
            Self::Folder(folder) => folder.template(),
        }
    }

    /// The context the model was trained for, in tokens.
    pub fn trained_context_tokens(&self) -> Option<u64> {
        match self {
            Self::Gguf(header) => header.trained_context_tokens(),
            Self::Folder(folder) => folder.trained_context_tokens(),
        }
    }

    /// A short hash that differs between models and between quantisations of one model.
    pub fn fingerprint(&self) -> String {
        match self {
            Self::Gguf(header) => header.fingerprint(),
            Self::Folder(folder) => folder.fingerprint().to_owned(),
        }
    }

    /// Who made the model, where its files say.
    pub fn organization(&self) -> Option<&str> {
        match self {
            Self::Gguf(header) => header.text("general.organization"),
            Self::Folder(_) => None,
        }
    }
}
