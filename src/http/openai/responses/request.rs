//! A request for a response, from its body to what a model takes. A field that is not honoured is
//! refused by its name; none is ignored.

use std::time::Instant;

use ledgergate_llm::chat::{Caller, ChatRequest, OutputFormat, Prompt};
use serde_json::{Map, Value};

use super::body::{ResponseRequest, TextFormat};
use super::tools::{FunctionToolEcho, ToolChoiceBody};
use super::{input, tools};
use crate::http::error::ApiError;
use crate::http::openai::fields::{in_range, unsupported};
use crate::http::openai::form::FormFields;
use crate::http::openai::sampling::SamplingFields;

/// OpenAI's limit.
const MOST_TOP_LOGPROBS: u8 = 20;
/// The one thing that `include` can add here.
const LOGPROBS: &str = "message.output_text.logprobs";
/// OpenAI's limits.
const MOST_METADATA: usize = 16;
const LONGEST_METADATA_KEY: usize = 64;
const LONGEST_METADATA_VALUE: usize = 512;

/// A request, understood.
#[derive(Debug)]
pub(super) struct ParsedRequest {
    /// The model's name as asked for.
    pub(super) model: String,
    /// What to generate.
    pub(super) generation: ChatRequest,
    /// Whether to ask again where an answer does not validate; `None` leaves it to the
    /// configuration.
    pub(super) repair: Option<bool>,
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
        let asked = FormFields {
            own: output(&format),
            own_name: "text.format",
            structured_outputs: self.structured_outputs,
            guided_json: self.guided_json,
            guided_regex: self.guided_regex,
            guided_choice: self.guided_choice,
            guided_grammar: self.guided_grammar,
            x_repair: self.x_repair,
        }
        .parse()?;
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
                output: asked.output,
                output_field: asked.field,
                tools: tools.tools,
                tool_choice: tools.choice,
                parallel_tool_calls,
                top_logprobs,
                caller: Caller::default(),
                deadline: Some(deadline),
                ..ChatRequest::default()
            },
            repair: self.x_repair,
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

/// What a format asks for; nothing where any text will do.
fn output(format: &TextFormat) -> Option<OutputFormat> {
    match format {
        TextFormat::Text {} => None,
        TextFormat::JsonObject {} => Some(OutputFormat::JsonObject),
        TextFormat::JsonSchema { schema, .. } => Some(OutputFormat::JsonSchema(schema.clone())),
    }
}
