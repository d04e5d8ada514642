//! Loads a folder of safetensors into mistral.rs, quantising the weights as they are read.

use std::path::PathBuf;
use std::sync::Arc;

use ledgergate_llm::error::ModelFileError;
use ledgergate_llm::model_files::ModelFolder;
use mistralrs::Device;
use mistralrs::core::{
    AdapterPaths, DeviceMapSetting, IsqType, LocalModelPaths, ModelDType, ModelPaths,
    NormalLoaderBuilder, NormalLoaderType, NormalSpecificConfig,
};

use crate::error::LoadError;
use crate::load::Pipeline;

/// How the matrices of a folder of safetensors are kept in memory. Norms and embeddings stay in
/// F32, and so does all arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantisation {
    /// In F32: 4 bytes a weight.
    None,
    /// In about 1.1 bytes a weight.
    Q8_0,
    /// In about 0.8 bytes a weight.
    Q6K,
    /// In about 0.7 bytes a weight.
    Q5K,
    /// In about 0.6 bytes a weight.
    Q4K,
}

impl Quantisation {
    fn engine_type(self) -> Option<IsqType> {
        match self {
            Self::None => None,
            Self::Q8_0 => Some(IsqType::Q8_0),
            Self::Q6K => Some(IsqType::Q6K),
            Self::Q5K => Some(IsqType::Q5K),
            Self::Q4K => Some(IsqType::Q4K),
        }
    }
}

/// The model classes that are tested here.
fn loader_type(folder: &ModelFolder) -> Result<NormalLoaderType, ModelFileError> {
    match folder.architecture() {
        Some("MixtralForCausalLM") => Ok(NormalLoaderType::Mixtral),
        Some("MistralForCausalLM") => Ok(NormalLoaderType::Mistral),
        Some("LlamaForCausalLM") => Ok(NormalLoaderType::Llama),
        other => Err(ModelFileError::unsupported(format!(
            "its config.json names the architecture `{}`; as safetensors MixtralForCausalLM, \
             MistralForCausalLM and LlamaForCausalLM are run",
            other.unwrap_or("none")
        ))),
    }
}

/// Gives the engine the paths of the files, so that it never looks for a repository.
pub(crate) fn load_pipeline(
    folder: &ModelFolder,
    quantisation: Quantisation,
) -> Result<Arc<Pipeline>, LoadError> {
    let refused = |message: String| LoadError::Engine { message };
    let loader_type = loader_type(folder)?;
    let file = |name: &str| {
        folder.file(name).ok_or_else(|| {
            ModelFileError::unsupported(format!("{} has no {name}", folder.path().display()))
        })
    };
    let paths: Box<dyn ModelPaths> = Box::new(LocalModelPaths::<PathBuf> {
        tokenizer_filename: file("tokenizer.json")?,
        config_filename: file("config.json")?,
        // The engine takes the end token from it.
        template_filename: Some(file("tokenizer_config.json")?),
        filenames: folder.weights().to_vec(),
        adapter_paths: AdapterPaths::None,
        gen_conf: folder.file("generation_config.json"),
        preprocessor_config: None,
        processor_config: None,
        chat_template_json_filename: None,
    });
    let loader = NormalLoaderBuilder::new(
        NormalSpecificConfig::default(),
        None,
        None,
        Some(folder.path().display().to_string()),
        false,
        None,
    )
    .build(Some(loader_type))
    .map_err(|error| refused(format!("{error:#}")))?;
    loader
        .load_model_from_path(
            &paths,
            &ModelDType::F32,
            &Device::Cpu,
            true,
            DeviceMapSetting::dummy(),
            quantisation.engine_type(),
            None,
        )
        .map_err(|error| refused(format!("{error:#}")))
}
