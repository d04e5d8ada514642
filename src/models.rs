//! The configured models by name, and the one place that knows which engine is in the build.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use ledgergate_llm::chat::ChatModel;
use tracing::{info, instrument};

use crate::clock::Environment;
use crate::config::ModelConfig;

/// A model that answers no token within this time is not ready.
const PROBE_TIMEOUT: Duration = Duration::from_secs(10);

/// The configured models.
pub struct Models {
    by_name: BTreeMap<String, Arc<dyn ChatModel>>,
    default: Option<String>,
}

/// What an engine needs to load a model.
struct ModelSetting {
    name: String,
    config: ModelConfig,
    environment: Environment,
}

/// A request for a model that is not configured.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the model '{name}' does not exist here; {known}")]
pub struct UnknownModel {
    /// As asked for.
    pub name: String,
    /// The models there are, in words.
    pub known: String,
}

/// Why a model was not loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file is missing, corrupt, or of a kind that the engine does not run.
    #[error("models.{name}: {message}")]
    Model {
        /// The model's name in the configuration.
        name: String,
        /// What is wrong with its file.
        message: String,
    },
    /// The build has no engine.
    #[error(
        "models.{name}: this build has no in-process engine: build it with the feature 'mistralrs' \
         (it is on by default), or remove the model from the configuration"
    )]
    NoEngine {
        /// The model's name in the configuration.
        name: String,
    },
    /// The file cannot be prepared.
    #[error("{0}")]
    Prepare(String),
}

impl Models {
    /// A registry of given models.
    pub fn new(
        models: impl IntoIterator<Item = Arc<dyn ChatModel>>,
        default: Option<String>,
    ) -> Self {
        let by_name = models
            .into_iter()
            .map(|model| (model.info().id.clone(), model))
            .collect();
        Self { by_name, default }
    }

    /// Loads the configured models, one after the other: memory runs out without warning.
    ///
    /// # Errors
    /// [`LoadError`], naming the model.
    #[instrument(skip_all)]
    pub async fn load(
        configured: &BTreeMap<String, ModelConfig>,
        default: Option<&str>,
        environment: &Environment,
    ) -> Result<Self, LoadError> {
        let mut models = Vec::new();
        for (name, config) in configured {
            info!(model = %name, path = %config.path.display(), "loading");
            let setting = ModelSetting {
                name: name.clone(),
                config: config.clone(),
                environment: environment.clone(),
            };
            let model = tokio::task::spawn_blocking(move || engine::load(setting))
                .await
                .map_err(|error| LoadError::Model {
                    name: name.clone(),
                    message: error.to_string(),
                })??;
            models.push(model);
        }
        Ok(Self::new(models, default.map(str::to_owned)))
    }

    /// The model of a request. `default` is the default model under every configuration.
    ///
    /// # Errors
    /// [`UnknownModel`] if there is none of that name.
    pub fn resolve(&self, name: &str) -> Result<Arc<dyn ChatModel>, UnknownModel> {
        let wanted = if name == "default" {
            self.default.as_deref()
        } else {
            Some(name)
        };
        wanted
            .and_then(|wanted| self.by_name.get(wanted))
            .cloned()
            .ok_or_else(|| {
                let names: Vec<_> = self.names().map(|name| format!("'{name}'")).collect();
                let known = if names.is_empty() {
                    "no model is configured".to_owned()
                } else {
                    format!("there is {}", names.join(", "))
                };
                UnknownModel {
                    name: name.to_owned(),
                    known,
                }
            })
    }

    /// The model for requests that name none.
    pub fn default_model(&self) -> Option<Arc<dyn ChatModel>> {
        self.by_name.get(self.default.as_deref()?).cloned()
    }

    /// Its name.
    pub fn default_name(&self) -> Option<&str> {
        self.default.as_deref()
    }

    /// All names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// All models, in the order of their names.
    pub fn all(&self) -> impl Iterator<Item = &Arc<dyn ChatModel>> {
        self.by_name.values()
    }

    /// Ends all requests of all models, and refuses later ones.
    pub fn close_all(&self, reason: &str) {
        for model in self.by_name.values() {
            model.close(reason);
        }
    }

    /// Asks every model for a token; the reason where one gives none.
    #[instrument(skip_all)]
    pub async fn probe_all(&self) -> Vec<(String, Result<(), String>)> {
        join_all(self.by_name.iter().map(async |(name, model)| {
            let outcome = match tokio::time::timeout(PROBE_TIMEOUT, model.probe()).await {
                Ok(Ok(())) => Ok(()),
                Ok(Err(error)) => Err(error.to_string()),
                Err(_) => Err(format!("no token within {} s", PROBE_TIMEOUT.as_secs())),
            };
            (name.clone(), outcome)
        }))
        .await
    }
}

/// Requantises a GGUF file for the CPU engine.
///
/// # Errors
/// [`LoadError::Prepare`] if the file cannot be read or written, or the build has no engine.
pub fn prepare(
    input: &Path,
    output: &Path,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(), LoadError> {
    engine::prepare(input, output, progress)
}

#[cfg(feature = "mistralrs")]
#[path = "models/mistralrs.rs"]
mod engine;

#[cfg(not(feature = "mistralrs"))]
#[path = "models/no_engine.rs"]
mod engine;
