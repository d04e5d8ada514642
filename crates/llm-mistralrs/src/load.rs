//! Loads a GGUF file into mistral.rs.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ledgergate_llm::error::ModelFileError;
use ledgergate_llm::gguf::GgufHeader;
use mistralrs::core::{
    DefaultSchedulerMethod, DeviceMapSetting, GGUFLoaderBuilder, GGUFSpecificConfig,
    MistralRsBuilder, ModelDType, SchedulerConfig, TokenSource,
};
use mistralrs::{Device, MistralRs};

use crate::error::LoadError;

/// The key-value cache grows by this many tokens; a context that is no multiple of it would be
/// overrun by the last growth.
const CACHE_STEP_TOKENS: u64 = 512;

/// What to load and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadOptions {
    /// The GGUF file.
    pub gguf_path: PathBuf,
    /// The most tokens of prompt and answer; never more than the model was trained for. `None`
    /// takes what it was trained for.
    pub context_tokens: Option<u32>,
    /// Threads for arithmetic; `None` takes one a core. They are shared by all engines of the
    /// process, and the first engine's number holds.
    pub threads: Option<NonZeroUsize>,
}

/// A loaded model and what its file says of it.
pub(crate) struct Loaded {
    pub(crate) engine: Arc<MistralRs>,
    pub(crate) context_tokens: u32,
    pub(crate) end_token: u32,
}

/// Loads on a thread of its own: mistral.rs panics on some files, and starts an asynchronous
/// runtime, which is not allowed on every caller's thread.
pub(crate) fn load(options: &LoadOptions) -> Result<Loaded, LoadError> {
    let header = GgufHeader::read(&options.gguf_path)?;
    let end_token = header
        .integer("tokenizer.ggml.eos_token_id")
        .and_then(|id| u32::try_from(id).ok())
        .ok_or_else(|| {
            ModelFileError::unsupported("the file names no end token (tokenizer.ggml.eos_token_id)")
        })?;
    let context_tokens = context_tokens(&header, options.context_tokens)?;
    set_threads(options.threads);

    let path = options.gguf_path.clone();
    let outcome = std::thread::Builder::new()
        .name("model-loader".to_owned())
        .spawn(move || load_engine(&path))
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

fn context_tokens(header: &GgufHeader, wanted: Option<u32>) -> Result<u32, LoadError> {
    let trained = header.trained_context_tokens().ok_or_else(|| {
        ModelFileError::unsupported("the file does not tell the model's context length")
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

fn load_engine(path: &Path) -> Result<Arc<MistralRs>, LoadError> {
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
    let pipeline = loader
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
        .map_err(|error| refused(format!("{error:#}")))?;
    let scheduler = SchedulerConfig::DefaultScheduler {
        method: DefaultSchedulerMethod::Fixed(NonZeroUsize::MIN),
    };
    let builder =
        MistralRsBuilder::new(pipeline, scheduler, false, None).with_no_prefix_cache(true);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| refused(error.to_string()))?;
    Ok(runtime.block_on(builder.build()))
}
