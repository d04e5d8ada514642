//! Validation of a finished answer against the caller's whole schema.

use serde_json::Value;

use super::unsupported;
use crate::error::ModelError;

/// Errors that are told at most.
const MOST_ERRORS: usize = 8;

/// What is wrong at one place of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AnswerError {
    /// With the values at fault: for the model, which wrote them.
    pub(crate) for_the_model: String,
    /// Without them: for callers and logs.
    pub(crate) without_text: String,
}

/// A validator of a whole schema, formats included.
///
/// # Errors
/// [`ModelError::UnsupportedSchema`] where it is no valid schema, or refers to another one.
pub(crate) fn validator(schema: &Value) -> Result<jsonschema::Validator, ModelError> {
    jsonschema::options()
        .should_validate_formats(true)
        .build(schema)
        .map_err(|error| unsupported(&error.instance_path().to_string(), error.to_string()))
}

/// What is wrong with an answer; nothing where it validates.
pub(crate) fn errors_of(validator: &jsonschema::Validator, text: &str) -> Vec<AnswerError> {
    let answer: Value = match serde_json::from_str(text) {
        Ok(answer) => answer,
        Err(error) => {
            let message = format!("no JSON: {error}");
            return vec![AnswerError {
                for_the_model: message.clone(),
                without_text: message,
            }];
        }
    };
    validator
        .iter_errors(&answer)
        .take(MOST_ERRORS)
        .map(|error| {
            let place = match error.instance_path().to_string() {
                root if root.is_empty() => "the root".to_owned(),
                pointer => pointer,
            };
            AnswerError {
                for_the_model: format!("at {place}: {}", shortened(&error.to_string())),
                without_text: format!("at {place}: {}", error.masked()),
            }
        })
        .collect()
}

/// One line.
pub(crate) fn joined(errors: &[AnswerError], view: impl Fn(&AnswerError) -> &String) -> String {
    let views: Vec<&str> = errors.iter().map(|error| view(error).as_str()).collect();
    views.join("; ")
}

/// A message may hold a whole object.
fn shortened(message: &str) -> String {
    const MOST_CHARACTERS: usize = 300;
    let mut characters = message.chars();
    let mut short: String = characters.by_ref().take(MOST_CHARACTERS).collect();
    if characters.next().is_some() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn errors_say_where_and_keep_the_text_from_callers() {
        let schema = json!({"properties": {"a": {"type": "integer"}, "b": {"format": "date"}}});
        let validator = validator(&schema).unwrap();
        let errors = errors_of(&validator, r#"{"a": "secret", "b": "2023-02-29"}"#);
        assert_eq!(errors.len(), 2, "{errors:?}");
        assert!(
            errors[0].for_the_model.contains("/a") && errors[0].for_the_model.contains("secret")
        );
        let told = joined(&errors, |error| &error.without_text);
        assert!(told.contains("/a") && told.contains("/b"), "{told}");
        assert!(!told.contains("secret") && !told.contains("2023"), "{told}");
        assert_eq!(errors_of(&validator, "{").len(), 1);
        assert_eq!(errors_of(&validator, r#"{"a": 1}"#), []);
    }
}
