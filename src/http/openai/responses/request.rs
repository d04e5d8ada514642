//! A request for a response, from its body to what a model takes. A field that is not honoured is
//! refused by its name; none is ignored.

use std::time::Instant;

use ledgergate_llm::chat::{Caller, ChatRequest, OutputFormat, Prompt};
use serde_json::{Map, Value};

use super::body::{ReasoningBody, ResponseRequest, TextFormat};
use super::tools::{FunctionToolEcho, ToolChoiceBody};
use super::{input, tools};
use crate::http::error::ApiError;
use crate::http::openai::fields::{in_range, refuse_unknown, unsupported};
use crate::http::openai::sampling::SamplingFields;

/// OpenAI's limit.
const MOST_TOP_LOGPROBS: u8 = 20;
/// The one thing that `include` can add here.
const LOGPROBS: &str = "message.output_text.logprobs";
/// OpenAI's limits.
const MOST_METADATA: usize = 16;
const LONGEST_METADATA_KEY: usize = 64;
const LONGEST_METADATA_VALUE: usize = 512;

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

/// A request, understood.
#[derive(Debug)]
pub(super) struct ParsedRequest {
    /// The model's name as asked for.
    pub(super) model: String,
    /// What to generate.
    pub(super) generation: ChatRequest,
    /// What the response tells of the request.
    pub(super) echo: Echo,
    /// As a stream.
    pub(super) stream: bool,
}

/// What a response tells of its request.
#[derive(Debug)]
pub(super) struct Echo {
    pub(super) instructions: Option<String>,
    pub(super) max_output_tokens: Option<u32>,
    pub(super) metadata: Map<String, Value>,
    pub(super) parallel_tool_calls: bool,
    pub(super) prompt_cache_key: Option<String>,
    pub(super) safety_identifier: Option<String>,
    pub(super) temperature: Option<f32>,
    pub(super) format: TextFormat,
    pub(super) tool_choice: ToolChoiceBody,
    pub(super) tools: Vec<FunctionToolEcho>,
    pub(super) top_logprobs: u8,
    pub(super) top_p: Option<f32>,
    pub(super) user: Option<String>,
}

impl ResponseRequest {
    /// Checks every field.
    pub(super) fn parse(self, deadline: Instant) -> Result<ParsedRequest, ApiError> {
        self.refuse_what_is_not_done()?;
        let stream = self.stream.unwrap_or(false);
        if self.stream_options.is_some() && !stream {
            return Err(ApiError::invalid(
                "stream_options",
                "only goes with 'stream': true",
            ));
        }
        if let Some(count) = self.max_output_tokens {
            in_range("max_output_tokens", count, 1, u32::MAX)?;
        }
        let sampling = SamplingFields {
            temperature: self.temperature,
            top_p: self.top_p,
            top_k: self.top_k,
            min_p: self.min_p,
            repetition_penalty: self.repetition_penalty,
            seed: self.seed,
            ..SamplingFields::default()
        }
        .parse()?;
        let top_logprobs = self.logprobs()?;
        check_metadata(self.metadata.as_ref())?;
        let format = self
            .text
            .and_then(|text| text.format)
            .unwrap_or(TextFormat::Text {});
        let tool_choice = self
            .tool_choice
            .clone()
            .unwrap_or_else(|| ToolChoiceBody::Mode("auto".to_owned()));
        let tools = tools::parse(self.tools, self.tool_choice)?;
        let parallel_tool_calls = self.parallel_tool_calls.unwrap_or(true);
        let messages = input::parse(self.instructions.as_deref(), self.input)?;
        Ok(ParsedRequest {
            model: self.model,
            generation: ChatRequest {
                prompt: Prompt::Conversation(messages),
                sampling,
                max_tokens: self.max_output_tokens,
                output: output(&format),
                tools: tools.tools,
                tool_choice: tools.choice,
                parallel_tool_calls,
                top_logprobs,
                caller: Caller::default(),
                deadline: Some(deadline),
                ..ChatRequest::default()
            },
            echo: Echo {
                instructions: self.instructions,
                max_output_tokens: self.max_output_tokens,
                metadata: self.metadata.unwrap_or_default(),
                parallel_tool_calls,
                prompt_cache_key: self.prompt_cache_key,
                safety_identifier: self.safety_identifier,
                temperature: self.temperature,
                format,
                tool_choice,
                tools: tools.echo,
                top_logprobs: top_logprobs.unwrap_or(0),
                top_p: self.top_p,
                user: self.user,
            },
            stream,
        })
    }

    fn refuse_what_is_not_done(&self) -> Result<(), ApiError> {
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

    /// Alternatives to tell with each token, if log probabilities are wanted.
    fn logprobs(&self) -> Result<Option<u8>, ApiError> {
        let include = self.include.as_deref().unwrap_or_default();
        if let Some((index, other)) = include
            .iter()
            .enumerate()
            .find(|(_, name)| *name != LOGPROBS)
        {
            return Err(unsupported(
                &format!("include[{index}]"),
                &format!("a response has no '{other}' here; only '{LOGPROBS}' can be included"),
            ));
        }
        match (include.is_empty(), self.top_logprobs) {
            (true, Some(count)) if count > 0 => Err(ApiError::invalid(
                "top_logprobs",
                format!("only goes with 'include': [\"{LOGPROBS}\"]"),
            )),
            (true, _) => Ok(None),
            (false, count) => {
                let count = count.unwrap_or(0);
                in_range("top_logprobs", count, 0, MOST_TOP_LOGPROBS)?;
                Ok(Some(count))
            }
        }
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

fn check_metadata(metadata: Option<&Map<String, Value>>) -> Result<(), ApiError> {
    let Some(metadata) = metadata else {
        return Ok(());
    };
    if metadata.len() > MOST_METADATA {
        return Err(ApiError::invalid(
            "metadata",
            format!("at most {MOST_METADATA} texts"),
        ));
    }
    let fits = |(key, value): (&String, &Value)| {
        key.chars().count() <= LONGEST_METADATA_KEY
            && value
                .as_str()
                .is_some_and(|text| text.chars().count() <= LONGEST_METADATA_VALUE)
    };
    match metadata.iter().find(|entry| !fits(*entry)) {
        None => Ok(()),
        Some((key, _)) => Err(ApiError::invalid(
            format!("metadata.{key}"),
            format!(
                "is a text of at most {LONGEST_METADATA_VALUE} characters by a name of at most \
                 {LONGEST_METADATA_KEY}"
            ),
        )),
    }
}

fn output(format: &TextFormat) -> OutputFormat {
    match format {
        TextFormat::Text {} => OutputFormat::Text,
        TextFormat::JsonObject {} => OutputFormat::JsonObject,
        TextFormat::JsonSchema { schema, .. } => OutputFormat::JsonSchema(schema.clone()),
    }
}
