//! What all of OpenAI's requests check alike.

use serde_json::{Map, Value};

use super::chat::body::Stop;
use crate::http::error::ApiError;

/// OpenAI's limit.
const MOST_STOPS: usize = 4;

/// Fields that change nothing about an answer here and are taken without effect.
const WITHOUT_EFFECT: [&str; 6] = [
    "user",
    "metadata",
    "service_tier",
    "safety_identifier",
    "prompt_cache_key",
    "prompt_cache_retention",
];

/// What to say of fields of OpenAI's that an in-process model cannot honour.
const REFUSED: [(&str, &str); 6] = [
    (
        "prediction",
        "answers are not made from a prediction; leave it out",
    ),
    ("audio", "answers are text; leave it out"),
    (
        "web_search_options",
        "this gateway does not search the web; leave it out",
    ),
    ("functions", "is the old name of 'tools'; send those"),
    (
        "function_call",
        "is the old name of 'tool_choice'; send that",
    ),
    (
        "moderation",
        "answers are not moderated apart; leave it out",
    ),
];

/// Whether a field asks for what happens anyway.
fn asks_for_what_is(key: &str, value: &Value) -> bool {
    match key {
        "reasoning_effort" => value == "none",
        "verbosity" => value == "medium",
        "modalities" => value
            .as_array()
            .is_some_and(|kinds| !kinds.is_empty() && kinds.iter().all(|kind| kind == "text")),
        _ => WITHOUT_EFFECT.contains(&key),
    }
}

/// OpenAI's clients send `null` for what they leave out.
///
/// # Errors
/// [`ApiError::UnsupportedField`] about the first field that would be ignored.
pub(super) fn refuse_unknown(rest: &Map<String, Value>) -> Result<(), ApiError> {
    let refused = rest
        .iter()
        .find(|(key, value)| !value.is_null() && !asks_for_what_is(key, value));
    let Some((key, _)) = refused else {
        return Ok(());
    };
    let message = match REFUSED.iter().find(|(name, _)| name == key) {
        Some((_, why)) => format!("'{key}': {why}"),
        None => match key.as_str() {
            "reasoning_effort" => "this model does not reason apart from its answer; \
                leave 'reasoning_effort' out or send 'none'"
                .to_owned(),
            "verbosity" => "this model has no setting for it; leave 'verbosity' out or send \
                'medium', and say in the prompt how long the answer should be"
                .to_owned(),
            "modalities" => {
                "answers are text: leave 'modalities' out or send [\"text\"]".to_owned()
            }
            _ => format!("this model does not take '{key}'; leave it out"),
        },
    };
    Err(unsupported(key, &message))
}

pub(super) fn unsupported(param: &str, message: &str) -> ApiError {
    ApiError::UnsupportedField {
        param: param.to_owned(),
        message: message.to_owned(),
    }
}

pub(super) fn in_range<N: Copy + PartialOrd + std::fmt::Display>(
    param: &str,
    value: N,
    least: N,
    most: N,
) -> Result<(), ApiError> {
    if value >= least && value <= most {
        Ok(())
    } else {
        Err(ApiError::invalid(
            param,
            format!("{value} is not between {least} and {most}"),
        ))
    }
}

pub(super) fn in_optional_range(
    param: &str,
    value: Option<f32>,
    least: f32,
    most: f32,
) -> Result<(), ApiError> {
    value.map_or(Ok(()), |value| in_range(param, value, least, most))
}

/// The texts that end an answer.
pub(super) fn stop_texts(stop: Option<&Stop>) -> Result<Vec<String>, ApiError> {
    let stops = match stop {
        None => Vec::new(),
        Some(Stop::One(stop)) => vec![stop.clone()],
        Some(Stop::Several(stops)) => stops.clone(),
    };
    if stops.len() > MOST_STOPS {
        return Err(ApiError::invalid(
            "stop",
            format!("at most {MOST_STOPS} texts"),
        ));
    }
    if stops.iter().any(String::is_empty) {
        return Err(ApiError::invalid(
            "stop",
            "an empty text would end every answer",
        ));
    }
    Ok(stops)
}
