//! The configuration: one TOML file, environment variables over it, defaults under it.
//!
//! `LEDGERGATE_SERVER__LISTEN=0.0.0.0:80` overrides `listen` in `[server]`: two underscores go
//! one table down, capitals or not. `DATABASE_URL` is read as `store.database_url`. A key that does not exist is
//! an error that names the key, and the line of the file or the variable it came from.

mod calibration;
mod cors;
mod environment;
mod sections;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

pub use calibration::CalibrationConfig;
pub use cors::CorsOrigins;
pub use sections::{
    AccountingConfig, GenerationDefaults, LogConfig, LogFormat, ModelConfig, ModelKind, OnFull,
    Quantisation, ServerConfig, SpoolConfig, StoreConfig, StructuredOutputConfig,
};

/// A day: no answer takes longer.
const LONGEST_TIMEOUT_SECONDS: u64 = 24 * 60 * 60;

/// The whole configuration.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The listener and its limits.
    pub server: ServerConfig,
    /// Where decisions and requests are logged.
    pub store: StoreConfig,
    /// Where they go while the database is away.
    pub spool: SpoolConfig,
    /// What the gateway itself logs.
    pub log: LogConfig,
    /// The accounting endpoints.
    pub accounting: AccountingConfig,
    /// Confidence fitted to labels.
    pub calibration: CalibrationConfig,
    /// Answers in a form.
    pub structured_output: StructuredOutputConfig,
    /// The model of a chat request that names `default`; the only model when there is one.
    pub default_model: Option<String>,
    /// Models by the name that clients use.
    pub models: BTreeMap<String, ModelConfig>,
}

/// Why a configuration was refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration file {path}: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The file has a syntax error, an unknown key or a value of the wrong type.
    #[error("{path}: {message}")]
    Invalid {
        /// The file.
        path: PathBuf,
        /// Line, column, key and what was expected.
        message: String,
    },
    /// An environment variable names no key or has a value of the wrong type.
    #[error("environment variable {variable}: {message}")]
    Environment {
        /// The variable.
        variable: String,
        /// What is wrong with it.
        message: String,
    },
    /// The parts do not fit together.
    #[error("{key}: {message}")]
    Inconsistent {
        /// The key that must change.
        key: String,
        /// What is wrong with it.
        message: String,
    },
}

impl Config {
    /// Reads `file` (none: defaults only), lays `variables` over it, and checks the whole.
    /// Relative paths count from the file's folder, `~/` from `HOME`.
    ///
    /// # Errors
    /// [`ConfigError`], naming file and line, or variable, or key.
    pub fn load(
        file: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut table = toml::Table::new();
        if let Some(path) = file {
            let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
                path: path.to_owned(),
                source,
            })?;
            let invalid = |error: &toml::de::Error| ConfigError::Invalid {
                path: path.to_owned(),
                message: error.to_string().trim_end().to_owned(),
            };
            // Read into the typed form first, from the text: only there does an error know its line.
            toml::from_str::<Self>(&text).map_err(|error| invalid(&error))?;
            table = toml::from_str(&text).map_err(|error| invalid(&error))?;
        }
        let variables: Vec<_> = variables.into_iter().collect();
        let home = variables
            .iter()
            .find(|(name, _)| name == "HOME")
            .map(|(_, path)| Path::new(path));
        let mut config = environment::overlay(table, &variables)?;
        config.anchor_paths(file.and_then(Path::parent), home);
        config.check()?;
        Ok(config)
    }

    fn anchor_paths(&mut self, folder: Option<&Path>, home: Option<&Path>) {
        let anchor = |path: &mut PathBuf| {
            if let (Ok(rest), Some(home)) = (path.strip_prefix("~"), home) {
                *path = home.join(rest);
            } else if let (true, Some(folder)) = (path.is_relative(), folder) {
                *path = folder.join(&*path);
            }
        };
        anchor(&mut self.store.data_directory);
        anchor(&mut self.spool.directory);
        for model in self.models.values_mut() {
            anchor(&mut model.path);
        }
    }

    fn check(&self) -> Result<(), ConfigError> {
        for (key, named) in [
            ("default_model", &self.default_model),
            ("accounting.model", &self.accounting.model),
            (
                "accounting.determine_model",
                &self.accounting.determine_model,
            ),
            ("accounting.process_model", &self.accounting.process_model),
        ] {
            if let Some(name) = named
                && !self.models.contains_key(name)
            {
                return Err(ConfigError::Inconsistent {
                    key: key.to_owned(),
                    message: format!(
                        "names the model '{name}', but [models] has {}",
                        listed(self.models.keys())
                    ),
                });
            }
        }
        let mut at_least_one = vec![
            (
                "store.max_connections".to_owned(),
                u64::from(self.store.max_connections),
            ),
            ("spool.max_bytes".to_owned(), self.spool.max_bytes),
            (
                "server.max_body_bytes".to_owned(),
                self.server.max_body_bytes as u64,
            ),
            (
                "server.request_timeout_seconds".to_owned(),
                self.server.request_timeout_seconds,
            ),
        ];
        for (name, model) in &self.models {
            at_least_one.extend([
                (
                    format!("models.{name}.defaults.max_tokens"),
                    u64::from(model.defaults.max_tokens),
                ),
                (
                    format!("models.{name}.max_prompt_tokens"),
                    model.max_prompt_tokens.map_or(1, u64::from),
                ),
                (
                    format!("models.{name}.stuck_after_seconds"),
                    model.stuck_after_seconds.unwrap_or(1),
                ),
            ]);
        }
        if let Some((key, _)) = at_least_one.into_iter().find(|(_, value)| *value == 0) {
            return Err(ConfigError::Inconsistent {
                key,
                message: "must be at least 1".to_owned(),
            });
        }
        if self.server.request_timeout_seconds > LONGEST_TIMEOUT_SECONDS {
            return Err(ConfigError::Inconsistent {
                key: "server.request_timeout_seconds".to_owned(),
                message: format!("must be at most {LONGEST_TIMEOUT_SECONDS}"),
            });
        }
        for (name, model) in &self.models {
            if let Some(most) = model.max_prompt_tokens
                && most >= model.context_tokens
            {
                return Err(ConfigError::Inconsistent {
                    key: format!("models.{name}.max_prompt_tokens"),
                    message: format!(
                        "is {most}, which leaves no room for an answer in a context of {}",
                        model.context_tokens
                    ),
                });
            }
        }
        Ok(())
    }

    /// The model for a request that names none of its own.
    pub fn default_model_name(&self) -> Option<&str> {
        self.default_model.as_deref().or_else(|| {
            let mut names = self.models.keys();
            match (names.next(), names.next()) {
                (Some(only), None) => Some(only.as_str()),
                _ => None,
            }
        })
    }
}

fn listed<'a>(names: impl Iterator<Item = &'a String>) -> String {
    let names: Vec<_> = names.map(|name| format!("'{name}'")).collect();
    if names.is_empty() {
        "no models".to_owned()
    } else {
        names.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let folder = std::env::temp_dir().join(format!("ledgergate-config-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join(format!("{:x}.toml", text.len() * 31 + variables.len()));
        std::fs::write(&file, text).unwrap();
        let variables = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::load(Some(&file), variables)
    }

    #[test]
    fn a_wrong_key_is_named_with_its_line() {
        let error = load("[server]\nlisten = \"127.0.0.1:1\"\nlisen = 3\n", &[]).unwrap_err();
        let message = error.to_string();
        assert!(message.contains("line 3"), "{message}");
        assert!(message.contains("lisen"), "{message}");
    }

    #[test]
    fn a_wrong_key_of_a_model_is_named_with_its_line() {
        let text = "[models.m]\nkind = \"in_process\"\npath = \"m\"\nqueues = 3\n";
        let message = load(text, &[]).unwrap_err().to_string();
        assert!(
            message.contains("line 4") && message.contains("queues"),
            "{message}"
        );
    }

    #[test]
    fn origins_come_from_the_file_or_a_variable_and_are_checked() {
        let config = load("[server]\ncors_origins = [\"https://a.example\"]\n", &[]).unwrap();
        let listed = |origin: &str| CorsOrigins::Listed(vec![origin.to_owned()]);
        assert_eq!(config.server.cors_origins, listed("https://a.example"));
        let variable = ("LEDGERGATE_SERVER__CORS_ORIGINS", "https://b.example");
        let config = load("[server]\ncors_origins = [\"*\"]\n", &[variable]).unwrap();
        assert_eq!(config.server.cors_origins, listed("https://b.example"));
        let wrong = "[server]\ncors_origins = [\"https://a.example/\"]\n";
        let message = load(wrong, &[]).unwrap_err().to_string();
        assert!(message.contains("line 2"), "{message}");
        assert!(message.contains("'https://a.example/'"), "{message}");
    }

    #[test]
    fn a_models_limits_follow_from_its_context() {
        let model = |more: &str| {
            let text = format!("[models.m]\nkind = \"in_process\"\npath = \"m\"\n{more}");
            load(&text, &[]).map(|config| config.models["m"].clone())
        };
        let limits = |more: &str| {
            let model = model(more).unwrap();
            (model.prompt_limit(), model.longest_silence().as_secs())
        };
        assert_eq!(limits(""), (1_536, 90));
        assert_eq!(limits("context_tokens = 8192"), (7_680, 384));
        assert_eq!(limits("context_tokens = 1000"), (750, 90));
        assert_eq!(
            limits("max_prompt_tokens = 2000\nstuck_after_seconds = 5\n"),
            (2_000, 5)
        );
        for (wrong, key) in [
            ("max_prompt_tokens = 2048\n", "models.m.max_prompt_tokens"),
            ("max_prompt_tokens = 0\n", "models.m.max_prompt_tokens"),
            ("stuck_after_seconds = 0", "models.m.stuck_after_seconds"),
        ] {
            let message = model(wrong).unwrap_err().to_string();
            assert!(message.contains(key), "{message}");
        }
    }

    #[test]
    fn quantisations_are_read_by_their_names() {
        for quantisation in ["none", "q8_0", "q6k", "q5k", "q4k"] {
            let text = format!(
                "[models.m]\nkind = \"in_process\"\npath = \"m\"\nquantisation = \"{quantisation}\"\n"
            );
            let read = load(&text, &[]).unwrap().models["m"].quantisation;
            assert_eq!(read.map(Quantisation::name), Some(quantisation));
        }
        let text = "[models.m]\nkind = \"in_process\"\npath = \"m\"\nquantisation = \"q4\"\n";
        let message = load(text, &[]).unwrap_err().to_string();
        assert!(
            message.contains("line 4") && message.contains("q4k"),
            "{message}"
        );
    }

    #[test]
    fn a_limit_of_nothing_is_refused() {
        let message = load("[server]\nrequest_timeout_seconds = 0\n", &[])
            .unwrap_err()
            .to_string();
        assert!(
            message.contains("server.request_timeout_seconds"),
            "{message}"
        );
    }

    #[test]
    fn a_value_of_the_wrong_type_is_named_with_its_line() {
        let message = load("[server]\nmax_body_bytes = \"many\"\n", &[])
            .unwrap_err()
            .to_string();
        assert!(
            message.contains("line 2") && message.contains("max_body_bytes"),
            "{message}"
        );
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let config = load(
            "[server]\nlisten = \"127.0.0.1:1\"\n",
            &[
                ("LEDGERGATE_SERVER__LISTEN", "127.0.0.1:2"),
                ("LEDGERGATE_SERVER__MAX_BODY_BYTES", "5"),
                ("DATABASE_URL", "postgres://u@h/d"),
                ("PATH", "/bin"),
            ],
        )
        .unwrap();
        assert_eq!(config.server.listen.port(), 2);
        assert_eq!(config.server.max_body_bytes, 5);
        assert_eq!(
            config.store.database_url.as_deref(),
            Some("postgres://u@h/d")
        );
    }

    #[test]
    fn variables_alone_can_make_a_model() {
        let config = load(
            "",
            &[
                ("LEDGERGATE_MODELS__TINY__KIND", "in_process"),
                ("LEDGERGATE_MODELS__TINY__PATH", "/t.gguf"),
                ("LEDGERGATE_MODELS__TINY__QUEUE", "3"),
            ],
        )
        .unwrap();
        let tiny = &config.models["tiny"];
        assert_eq!((tiny.path.as_path(), tiny.queue), (Path::new("/t.gguf"), 3));
    }

    #[test]
    fn a_wrong_variable_is_named() {
        let message = load("", &[("LEDGERGATE_SERVER__LISEN", "x")])
            .unwrap_err()
            .to_string();
        assert!(message.contains("LEDGERGATE_SERVER__LISEN"), "{message}");
        let message = load("", &[("LEDGERGATE_SERVER__LISTEN", "nowhere")])
            .unwrap_err()
            .to_string();
        assert!(message.contains("LEDGERGATE_SERVER__LISTEN"), "{message}");
    }

    #[test]
    fn a_default_model_must_exist() {
        let message = load("default_model = \"gpt\"\n", &[])
            .unwrap_err()
            .to_string();
        assert!(
            message.contains("default_model") && message.contains("gpt"),
            "{message}"
        );
    }

    #[test]
    fn paths_count_from_the_file() {
        let config = load(
            "[models.small]\nkind = \"in_process\"\npath = \"m.gguf\"\n[store]\ndata_directory='/d'",
            &[("HOME", "/home/a")],
        )
        .unwrap();
        let path = &config.models["small"].path;
        assert!(path.is_absolute() && path.ends_with("m.gguf"));
        assert_eq!(config.store.data_directory, Path::new("/d"));
        assert_eq!(config.default_model_name(), Some("small"));
    }
}
