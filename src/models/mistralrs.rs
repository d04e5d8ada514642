//! mistral.rs in this process.

use std::path::Path;
use std::sync::Arc;

use ledgergate_llm::chat::{ChatModel, Sampling};
use ledgergate_llm::local::{LocalModel, LocalModelParts, Watchdog};
use ledgergate_llm::model_files::ModelFiles;
use ledgergate_llm_mistralrs::{LoadOptions, MistralRsEngine, requantize};

use super::{LoadError, ModelSetting};
use crate::config::{GenerationDefaults, ModelConfig, ModelKind, Quantisation};

pub(super) fn load(setting: ModelSetting) -> Result<Arc<dyn ChatModel>, LoadError> {
    let max_prompt_tokens = setting.config.prompt_limit();
    let longest_silence = setting.config.longest_silence();
    let ModelConfig {
        kind: ModelKind::InProcess,
        path,
        quantisation,
        context_tokens,
        max_prompt_tokens: _,
        queue,
        stuck_after_seconds: _,
        defaults,
    } = setting.config;
    let failed = |error: &dyn std::fmt::Display| LoadError::Model {
        name: setting.name.clone(),
        message: error.to_string(),
    };
    let files = ModelFiles::read(&path).map_err(|error| failed(&error))?;
    let tokenizer = files.tokenizer().map_err(|error| failed(&error))?;
    let template = files.template().map_err(|error| failed(&error))?;
    if let Some(trained) = files.trained_context_tokens()
        && u64::from(context_tokens) > trained
    {
        return Err(failed(&format!(
            "context_tokens is {context_tokens}, and the model was trained for {trained}"
        )));
    }
    let owned_by = files.organization().unwrap_or("local").to_owned();
    let options = LoadOptions {
        path,
        quantisation: quantisation.map(engine_quantisation),
        context_tokens: Some(context_tokens),
        threads: None,
    };
    let engine = MistralRsEngine::load(&options).map_err(|error| failed(&error))?;
    let rebuild = move || MistralRsEngine::load(&options).map_err(|error| error.to_string());
    let ids = setting.environment.ids;
    let model = LocalModel::new(LocalModelParts {
        id: setting.name.clone(),
        created: setting.environment.clock.now().as_second(),
        owned_by,
        fingerprint: fingerprint(&files, quantisation),
        engine,
        tokenizer,
        template,
        default_sampling: sampling(defaults),
        default_max_tokens: Some(defaults.max_tokens),
        max_prompt_tokens: Some(max_prompt_tokens),
        queue_limit: queue,
        watchdog: Watchdog {
            longest_silence,
            rebuild: Some(Arc::new(rebuild)),
            ..Watchdog::default()
        },
        // A request without a seed wants another answer each time: the random half of a UUID.
        seeds: Box::new(move || ids.next_id().as_u64_pair().1),
    })
    .map_err(|error| failed(&error))?;
    Ok(Arc::new(model))
}

/// Differs with the quantisation too: the same prompt and seed then give another answer.
fn fingerprint(files: &ModelFiles, quantisation: Option<Quantisation>) -> String {
    match quantisation {
        Some(quantisation) => format!("{}_{}", files.fingerprint(), quantisation.name()),
        None => files.fingerprint(),
    }
}

fn engine_quantisation(quantisation: Quantisation) -> ledgergate_llm_mistralrs::Quantisation {
    match quantisation {
        Quantisation::None => ledgergate_llm_mistralrs::Quantisation::None,
        Quantisation::Q8_0 => ledgergate_llm_mistralrs::Quantisation::Q8_0,
        Quantisation::Q6K => ledgergate_llm_mistralrs::Quantisation::Q6K,
        Quantisation::Q5K => ledgergate_llm_mistralrs::Quantisation::Q5K,
        Quantisation::Q4K => ledgergate_llm_mistralrs::Quantisation::Q4K,
    }
}

fn sampling(defaults: GenerationDefaults) -> Sampling {
    Sampling {
        temperature: Some(defaults.temperature),
        top_p: Some(defaults.top_p),
        top_k: Some(defaults.top_k),
        repetition_penalty: Some(defaults.repetition_penalty),
        ..Sampling::default()
    }
}

pub(super) fn prepare(
    input: &Path,
    output: &Path,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(), LoadError> {
    requantize(input, output, progress)
        .map(|_| ())
        .map_err(|error| LoadError::Prepare(error.to_string()))
}
