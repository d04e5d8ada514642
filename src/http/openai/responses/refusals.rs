//! What a request for a response may not ask for, because nothing is stored or done later here.

use super::body::{ReasoningBody, ResponseRequest};
use crate::http::error::ApiError;
use crate::http::openai::fields::{refuse_unknown, unsupported};

/// What to say of fields that ask for something stored or done later.
const REFUSED: [(&str, &str); 6] = [
    (
        "previous_response_id",
        "responses are not stored here; send the items of the conversation as 'input'",
    ),
    (
        "conversation",
        "conversations are not stored here; send their items as 'input'",
    ),
    (
        "prompt",
        "prompt templates are not stored here; send the prompt as 'instructions' and 'input'",
    ),
    (
        "max_tool_calls",
        "limits tools that the server runs, and none runs here; leave it out",
    ),
    (
        "context_management",
        "the input is taken as it is; leave it out",
    ),
    (
        "background_options",
        "responses are not made in the background; leave it out",
    ),
];

impl ResponseRequest {
    /// # Errors
    /// [`ApiError::UnsupportedField`] about the first field that would be ignored.
    pub(super) fn refuse_what_is_not_done(&self) -> Result<(), ApiError> {
        for (key, why) in REFUSED {
            if self.rest.get(key).is_some_and(|value| !value.is_null()) {
                return Err(unsupported(key, &format!("'{key}': {why}")));
            }
        }
        refuse_unknown(&self.rest)?;
        if self.store == Some(true) {
            return Err(unsupported(
                "store",
                "'store': responses are not stored; send false, or leave it out",
            ));
        }
        if self.background == Some(true) {
            return Err(unsupported(
                "background",
                "'background': responses are made while the client waits; leave it out",
            ));
        }
        if let Some(truncation) = &self.truncation
            && truncation != "disabled"
        {
            return Err(unsupported(
                "truncation",
                "'truncation': an input is never cut; send 'disabled', or leave it out",
            ));
        }
        if let Some(verbosity) = self.text.as_ref().and_then(|text| text.verbosity.as_ref())
            && verbosity != "medium"
        {
            return Err(unsupported(
                "text.verbosity",
                "this model has no setting for it; leave 'verbosity' out or send 'medium', and say \
                 in the prompt how long the answer should be",
            ));
        }
        if let Some(options) = &self.stream_options
            && options.include_obfuscation == Some(true)
        {
            return Err(unsupported(
                "stream_options.include_obfuscation",
                "events have no padding; send false, or leave it out",
            ));
        }
        self.reasoning.as_ref().map_or(Ok(()), refuse_reasoning)
    }
}

fn refuse_reasoning(reasoning: &ReasoningBody) -> Result<(), ApiError> {
    let why = "this model does not reason apart from its answer";
    if reasoning
        .effort
        .as_ref()
        .is_some_and(|effort| effort != "none")
    {
        return Err(unsupported(
            "reasoning.effort",
            &format!("{why}; leave it out or send 'none'"),
        ));
    }
    for (param, value) in [
        ("reasoning.summary", &reasoning.summary),
        ("reasoning.generate_summary", &reasoning.generate_summary),
    ] {
        if value.is_some() {
            return Err(unsupported(param, &format!("{why}; leave it out")));
        }
    }
    Ok(())
}
