//! What a grammar is made from, and the last check of what was written under it.

use llguidance::api::TopLevelGrammar;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::lark;
use crate::error::ModelError;
use crate::schema::{self, AdmittedSchema};

/// Bytes of a regular expression, of all choices together, or of a grammar.
const MOST_BYTES: usize = 64 * 1024;
/// Choices of one request.
const MOST_CHOICES: usize = 4_096;

pub(super) type SourceHash = [u8; 32];

/// What a grammar is made from.
#[derive(Debug, Clone)]
pub(super) enum GrammarSource {
    JsonSchema(Value),
    Regex(String),
    Choice(Vec<String>),
    Lark(String),
}

/// A source that has been looked through.
pub(super) struct PreparedSource {
    /// For the grammar engine.
    pub(super) grammar: TopLevelGrammar,
    /// For afterwards.
    pub(super) check: AnswerCheck,
}

/// The last check of a finished answer.
#[derive(Debug)]
pub(super) enum AnswerCheck {
    Schema(Box<AdmittedSchema>),
    Regex(regex::Regex),
    Choice(Vec<String>),
    /// The grammar is the only judge.
    Lark,
}

impl GrammarSource {
    /// Equal for equal sources of one kind only.
    pub(super) fn hash(&self) -> SourceHash {
        let (kind, text) = match self {
            Self::JsonSchema(schema) => (0_u8, schema.to_string()),
            Self::Regex(regex) => (1, regex.clone()),
            Self::Choice(choices) => (2, Value::from(choices.clone()).to_string()),
            Self::Lark(grammar) => (3, grammar.clone()),
        };
        Sha256::new()
            .chain_update([kind])
            .chain_update(text)
            .finalize()
            .into()
    }

    /// Its length as text.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::JsonSchema(schema) => schema.to_string().len(),
            Self::Regex(text) | Self::Lark(text) => text.len(),
            Self::Choice(choices) => choices.iter().map(String::len).sum(),
        }
    }

    /// Checks everything that can be checked before the grammar engine compiles.
    ///
    /// # Errors
    /// [`ModelError::UnsupportedSchema`].
    pub(super) fn prepared(self) -> Result<PreparedSource, ModelError> {
        match self {
            Self::JsonSchema(schema) => {
                let admitted = AdmittedSchema::admit(&schema)?;
                Ok(PreparedSource {
                    grammar: TopLevelGrammar::from_json_schema(schema::lowered(
                        admitted.enforced(),
                    )),
                    check: AnswerCheck::Schema(Box::new(admitted)),
                })
            }
            Self::Regex(regex) => prepare_regex(&regex),
            Self::Choice(choices) => prepare_choice(choices),
            Self::Lark(grammar) => prepare_lark(grammar),
        }
    }
}

impl AnswerCheck {
    /// Whether the answer is JSON.
    pub(super) fn is_json(&self) -> bool {
        matches!(self, Self::Schema(_))
    }

    /// # Errors
    /// [`ModelError::AnswerInvalid`]: the grammar should have made this impossible.
    pub(super) fn check(&self, text: &str) -> Result<(), ModelError> {
        let holds = match self {
            Self::Schema(admitted) => return admitted.check_answer(text),
            Self::Regex(regex) => regex.is_match(text),
            Self::Choice(choices) => choices.iter().any(|choice| choice == text),
            Self::Lark => true,
        };
        if holds {
            return Ok(());
        }
        Err(ModelError::AnswerInvalid {
            attempts: 1,
            message: "it is none of the texts that the grammar allows".to_owned(),
        })
    }
}

fn refused(message: impl Into<String>) -> ModelError {
    ModelError::unsupported_schema("", message)
}

fn check_size(bytes: usize) -> Result<(), ModelError> {
    if bytes > MOST_BYTES {
        return Err(refused(format!("it is over {MOST_BYTES} bytes long")));
    }
    Ok(())
}

fn prepare_regex(regex: &str) -> Result<PreparedSource, ModelError> {
    check_size(regex.len())?;
    let whole = regex::Regex::new(&format!("\\A(?:{regex})\\z"))
        .map_err(|error| refused(format!("the regular expression cannot be used: {error}")))?;
    Ok(PreparedSource {
        grammar: TopLevelGrammar::from_regex(without_anchors(regex)),
        check: AnswerCheck::Regex(whole),
    })
}

/// The expression matches the whole answer, so that these two ask for nothing; the grammar engine
/// does not know them.
fn without_anchors(regex: &str) -> &str {
    let regex = regex.strip_prefix('^').unwrap_or(regex);
    match regex.strip_suffix('$') {
        Some(before) => {
            let backslashes = before.len() - before.trim_end_matches('\\').len();
            if backslashes % 2 == 0 { before } else { regex }
        }
        None => regex,
    }
}

fn prepare_choice(choices: Vec<String>) -> Result<PreparedSource, ModelError> {
    if choices.is_empty() || choices.len() > MOST_CHOICES {
        return Err(refused(format!("1 to {MOST_CHOICES} texts to choose from")));
    }
    if choices.iter().any(String::is_empty) {
        return Err(refused("an empty text is no answer to choose"));
    }
    check_size(choices.iter().map(String::len).sum())?;
    let literals: Vec<String> = choices.iter().map(|choice| literal(choice)).collect();
    Ok(PreparedSource {
        grammar: TopLevelGrammar::from_regex(&literals.join("|")),
        check: AnswerCheck::Choice(choices),
    })
}

/// A regular expression of one text. Nothing in it needs quoting again.
fn literal(text: &str) -> String {
    text.chars()
        .map(|character| {
            if character.is_ascii_alphanumeric() {
                character.to_string()
            } else {
                format!("\\x{{{:x}}}", u32::from(character))
            }
        })
        .collect()
}

fn prepare_lark(grammar: String) -> Result<PreparedSource, ModelError> {
    check_size(grammar.len())?;
    if let Some(option) = lark::option_not_taken(&grammar) {
        return Err(refused(format!("`{option}` is not taken in a grammar")));
    }
    Ok(PreparedSource {
        grammar: TopLevelGrammar::from_lark(grammar),
        check: AnswerCheck::Lark,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_that_ask_for_nothing_are_left_out() {
        assert_eq!(without_anchors("^a|b$"), "a|b");
        assert_eq!(without_anchors(r"a\$"), r"a\$");
        assert_eq!(without_anchors(r"a\\$"), r"a\\");
    }

    #[test]
    fn kinds_with_the_same_text_have_different_hashes() {
        let regex = GrammarSource::Regex("a".to_owned());
        let grammar = GrammarSource::Lark("a".to_owned());
        assert_ne!(regex.hash(), grammar.hash());
        assert_eq!(regex.hash(), GrammarSource::Regex("a".to_owned()).hash());
    }
}
