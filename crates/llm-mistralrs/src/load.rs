//! Loads a model's files into mistral.rs.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ledgergate_llm::error::ModelFileError;
use ledgergate_llm::gguf::{GgufHeader, GgufValue};
use ledgergate_llm::model_files::ModelFiles;
use mistralrs::core::{
    DefaultSchedulerMethod, DeviceMapSetting, GGUFLoaderBuilder, GGUFSpecificConfig,
    MistralRsBuilder, ModelDType, SchedulerConfig, TokenSource,
};
use mistralrs::{Device, MistralRs};

use crate::error::LoadError;
use crate::folder::{self, Quantisation};

/// The key-value cache grows by this many tokens; a context that is no multiple of it would be
/// overrun by the last growth.
const CACHE_STEP_TOKENS: u64 = 512;

/// What the engine's loaders give.
pub(crate) type Pipeline = tokio::sync::Mutex<dyn mistralrs::core::Pipeline + Send + Sync>;

/// What to load and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadOptions {
    /// A GGUF file, or a folder of safetensors with `config.json`, `tokenizer.json` and
    /// `tokenizer_config.json`.
    pub path: PathBuf,
    /// How the matrices of a folder of safetensors are kept; must be said for a folder, and left
    /// out for a GGUF file, whose types are its own.
    pub quantisation: Option<Quantisation>,
    /// The most tokens of prompt and answer; never more than the model was trained for. `None`
    /// takes what it was trained for.
    pub context_tokens: Option<u32>,
    /// Threads for arithmetic; `None` takes one a core. They are shared by all engines of the
    /// process, and the first engine's number holds.
    pub threads: Option<NonZeroUsize>,
}

/// A loaded model and what its files say of it.
pub(crate) struct Loaded {
    pub(crate) engine: Arc<MistralRs>,
    pub(crate) context_tokens: u32,
    pub(crate) end_token: u32,
}

/// Loads on a thread of its own: mistral.rs panics on some files, keeps what it is quantising to
/// in the thread, and starts an asynchronous runtime, which is not allowed on every caller's
/// thread.
pub(crate) fn load(options: &LoadOptions) -> Result<Loaded, LoadError> {
    let files = ModelFiles::read(&options.path)?;
    let quantisation = match (&files, options.quantisation) {
        (ModelFiles::Folder(_), Some(quantisation)) => quantisation,
        (ModelFiles::Folder(_), None) => {
            return Err(LoadError::Quantisation(
                "a folder of safetensors needs one: q4k, q5k, q6k, q8_0, or none for F32",
            ));
        }
        (ModelFiles::Gguf(_), None) => Quantisation::None,
        (ModelFiles::Gguf(_), Some(_)) => {
            return Err(LoadError::Quantisation(
                "a GGUF file is quantised as it is; leave it out",
            ));
        }
    };
    let end_token = end_token(&files)?;
    let context_tokens = context_tokens(&files, options.context_tokens)?;
    set_threads(options.threads);

    let outcome = std::thread::Builder::new()
        .name("model-loader".to_owned())
        .spawn(move || load_engine(&files, quantisation))
        .map_err(|error| LoadError::Engine {
            message: error.to_string(),
        })?
        .join();
    let engine = match outcome {
        Ok(engine) => engine?,
        Err(panic) => {
            let message = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or("it gave no reason");
            return Err(LoadError::Engine {
                message: format!("it panicked: {message}"),
            });
        }
    };
    Ok(Loaded {
        engine,
        context_tokens,
        end_token,
    })
}

/// A token that ends a sequence for the engine too, of files that the engine runs right.
fn end_token(files: &ModelFiles) -> Result<u32, LoadError> {
    match files {
        ModelFiles::Gguf(header) => {
            check_rotation(header)?;
            check_experts(header)?;
            header
                .integer("tokenizer.ggml.eos_token_id")
                .and_then(|id| u32::try_from(id).ok())
                .ok_or_else(|| {
                    ModelFileError::unsupported(
                        "the file names no end token (tokenizer.ggml.eos_token_id)",
                    )
                    .into()
                })
        }
        ModelFiles::Folder(folder) => {
            let tokenizer = files.tokenizer()?;
            let known = folder.vocabulary_size().unwrap_or(0);
            let tokens = tokenizer.vocabulary_size() as u64;
            if tokens > known {
                return Err(ModelFileError::unsupported(format!(
                    "its tokenizer.json has {tokens} tokens and its config.json {known}: they \
                     belong to different models"
                ))
                .into());
            }
            tokenizer.end_tokens().first().copied().ok_or_else(|| {
                ModelFileError::unsupported("its tokenizer names no end token").into()
            })
        }
    }
}

/// mistral.rs 0.8.1 reads no scaling of the rotary embedding from GGUF files. A model that was
/// trained with it (Llama 3.1 and later) would answer, and worse than it can.
fn check_rotation(header: &GgufHeader) -> Result<(), LoadError> {
    let architecture = header.architecture().unwrap_or_default();
    let scaling = match header.get(&format!("{architecture}.rope.scaling.type")) {
        Some(GgufValue::Text(kind)) => kind != "none",
        _ => false,
    };
    let frequencies = header
        .tensors()
        .iter()
        .any(|tensor| tensor.name == "rope_freqs.weight");
    if scaling || frequencies {
        return Err(ModelFileError::unsupported(
            "the file scales its rotary embedding (Llama 3.1 and later do), which the engine does \
             not read from GGUF files, so that its answers would be worse than the model's. Take \
             its safetensors and a quantisation instead",
        )
        .into());
    }
    Ok(())
}

/// mistral.rs 0.8.1 cannot run tensors of several experts, see [`crate::experts`].
fn check_experts(header: &GgufHeader) -> Result<(), LoadError> {
    let mut names = header.tensors().iter().map(|tensor| &tensor.name);
    let Some(fused) = names.find(|name| crate::experts::is_fused(name)) else {
        return Ok(());
    };
    Err(ModelFileError::unsupported(format!(
        "the file holds the experts of a layer in one tensor ({fused}), which the engine does not \
         run; `ledgergate model prepare {} OUTPUT` parts them",
        header.path().display()
    ))
    .into())
}

fn context_tokens(files: &ModelFiles, wanted: Option<u32>) -> Result<u32, LoadError> {
    let trained = files.trained_context_tokens().ok_or_else(|| {
        ModelFileError::unsupported("the files do not tell the model's context length")
    })?;
    let usable = trained - trained % CACHE_STEP_TOKENS;
    let chosen = wanted.map_or(usable, |wanted| u64::from(wanted).min(usable));
    // One position is kept free: the engine asks for the one after the last token too.
    match u32::try_from(chosen) {
        Ok(chosen) if chosen > 1 => Ok(chosen - 1),
        _ => Err(ModelFileError::unsupported(format!(
            "a context of {chosen} tokens; the model was trained for {trained}"
        ))
        .into()),
    }
}

fn set_threads(threads: Option<NonZeroUsize>) {
    let Some(threads) = threads else { return };
    if let Err(error) = rayon::ThreadPoolBuilder::new()
        .num_threads(threads.get())
        .build_global()
    {
        tracing::warn!(%error, threads, "the number of threads was set before and stays");
    }
}

fn load_engine(
    files: &ModelFiles,
    quantisation: Quantisation,
) -> Result<Arc<MistralRs>, LoadError> {
    let pipeline = match files {
        ModelFiles::Gguf(header) => gguf_pipeline(header.path())?,
        ModelFiles::Folder(folder) => folder::load_pipeline(folder, quantisation)?,
    };
    let scheduler = SchedulerConfig::DefaultScheduler {
        method: DefaultSchedulerMethod::Fixed(NonZeroUsize::MIN),
    };
    let builder =
        MistralRsBuilder::new(pipeline, scheduler, false, None).with_no_prefix_cache(true);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| LoadError::Engine {
            message: error.to_string(),
        })?;
    Ok(runtime.block_on(builder.build()))
}

fn gguf_pipeline(path: &Path) -> Result<Arc<Pipeline>, LoadError> {
    let refused = |message: String| LoadError::Engine { message };
    let unreadable = |source| ModelFileError::Read {
        path: path.display().to_string(),
        source,
    };
    // An absolute folder that exists keeps the loader from looking for a hub repository.
    let path = path.canonicalize().map_err(unreadable)?;
    let (Some(folder), Some(file)) = (path.parent(), path.file_name()) else {
        return Err(refused(format!(
            "{} is no file in a folder",
            path.display()
        )));
    };
    let (Some(folder), Some(file)) = (folder.to_str(), file.to_str()) else {
        return Err(refused(format!(
            "{} is not written in UTF-8",
            path.display()
        )));
    };
    let loader = GGUFLoaderBuilder::new(
        None,
        None,
        folder.to_owned(),
        vec![file.to_owned()],
        GGUFSpecificConfig { topology: None },
        false,
        None,
    )
    .build();
    loader
        .load_model_from_hf(
            None,
            TokenSource::None,
            &ModelDType::F32,
            &Device::Cpu,
            true,
            DeviceMapSetting::dummy(),
            None,
            None,
        )
        .map_err(|error| refused(format!("{error:#}")))
}
