//! A build without an in-process engine: the developer's loop.

use std::path::Path;
use std::sync::Arc;

use ledgergate_llm::chat::ChatModel;

use super::{LoadError, ModelSetting};

pub(super) fn load(setting: ModelSetting) -> Result<Arc<dyn ChatModel>, LoadError> {
    let ModelSetting {
        name,
        config,
        environment,
    } = setting;
    // Only an engine has a use for them.
    drop((config, environment));
    Err(LoadError::NoEngine { name })
}

pub(super) fn prepare(
    _input: &Path,
    _output: &Path,
    _progress: &mut dyn FnMut(u64, u64),
) -> Result<(), LoadError> {
    Err(LoadError::Prepare(
        "this build has no in-process engine to prepare for".to_owned(),
    ))
}
