//! What cases are evaluated with: a model and when it is asked, or predictions made before.

use std::fmt;
use std::path::PathBuf;

use ledgergate_accounting::assessment::LlmUse;

/// What cases are evaluated with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Setting {
    /// The pipeline.
    Ask {
        /// The model; the configured ones if absent.
        model: Option<String>,
        /// When it is asked; as configured if absent.
        llm: Option<LlmUse>,
    },
    /// Predictions, one JSON object a line with the case's `id`.
    Predictions(PathBuf),
}

impl Setting {
    /// Reads `MODEL`, `MODEL:LLM`, `LLM` or the path of a file that exists.
    pub(super) fn parse(text: &str) -> anyhow::Result<Self> {
        let path = PathBuf::from(text);
        if path.is_file() {
            return Ok(Self::Predictions(path));
        }
        if let Some(llm) = LlmUse::from_code(text) {
            return Ok(Self::Ask {
                model: None,
                llm: Some(llm),
            });
        }
        let (model, llm) = match text.rsplit_once(':') {
            Some((model, llm)) => (model, Some(llm)),
            None => (text, None),
        };
        let llm = match llm {
            Some(code) => Some(LlmUse::from_code(code).ok_or_else(|| {
                anyhow::anyhow!(
                    "'{text}': after the model and a colon comes auto, always or never, \
                     and no file has this name"
                )
            })?),
            None => None,
        };
        if model.is_empty() {
            anyhow::bail!("'{text}' names neither a model, nor auto, always or never, nor a file");
        }
        Ok(Self::Ask {
            model: Some(model.to_owned()),
            llm,
        })
    }

    /// Whether a model may be asked; `configured` is what the configuration says.
    pub(super) fn asks(&self, configured: LlmUse) -> bool {
        match self {
            Self::Ask { model, llm } => {
                model.is_some() || llm.unwrap_or(configured) != LlmUse::Never
            }
            Self::Predictions(_) => false,
        }
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ask { model, llm } => {
                let model = model.as_deref().unwrap_or("the configured model");
                match llm {
                    Some(LlmUse::Never) => formatter.write_str("never asked"),
                    Some(llm) => write!(formatter, "{model}, {llm}"),
                    None => formatter.write_str(model),
                }
            }
            Self::Predictions(path) => write!(formatter, "{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_a_model_a_use_or_both() {
        let ask = |model: Option<&str>, llm| Setting::Ask {
            model: model.map(str::to_owned),
            llm,
        };
        let parsed = |text| Setting::parse(text).unwrap();
        assert_eq!(parsed("never"), ask(None, Some(LlmUse::Never)));
        assert_eq!(parsed("small"), ask(Some("small"), None));
        assert_eq!(
            parsed("small:always"),
            ask(Some("small"), Some(LlmUse::Always))
        );
        assert!(Setting::parse("small:sometimes").is_err());
        assert!(Setting::parse("").is_err());
        assert!(!parsed("never").asks(LlmUse::Always));
        assert!(parsed("small").asks(LlmUse::Never));
    }
}
