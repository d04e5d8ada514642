//! A chat request, from its body to what a model takes. A field that is
//! not honoured is refused by its name; none is ignored.

use std::time::Instant;

use ledgergate_llm::chat::{Caller, ChatRequest, Prompt, Sampling};

use super::body::ChatCompletionRequest;
use super::form::ResponseFormat;
use super::{messages, tools};
use crate::http::error::ApiError;
use crate::http::openai::fields::{in_range, refuse_unknown, stop_texts, unsupported};
use crate::http::openai::form::{AskedForm, FormFields};
use crate::http::openai::generations::MOST_CHOICES;
use crate::http::openai::sampling::SamplingFields;

/// OpenAI's limit.
const MOST_TOP_LOGPROBS: u8 = 20;

/// A request, understood.
#[derive(Debug)]
pub(super) struct ParsedRequest {
    /// The model's name as asked for.
    pub(super) model: String,
    /// What to generate, once for each of `n`, with the seed of each.
    pub(super) generation: ChatRequest,
    /// Whether to ask again where an answer does not validate; `None` leaves it to the
    /// configuration.
    pub(super) repair: Option<bool>,
    /// How many answers.
    pub(super) n: u32,
    /// As a stream.
    pub(super) stream: bool,
    /// With a usage chunk.
    pub(super) include_usage: bool,
}

impl ChatCompletionRequest {
    /// Checks every field.
    pub(super) fn parse(mut self, deadline: Instant) -> Result<ParsedRequest, ApiError> {
        refuse_unknown(&self.rest)?;
        if self.store == Some(true) {
            return Err(unsupported(
                "store",
                "completions are not stored; leave it out",
            ));
        }
        let stream = self.stream.unwrap_or(false);
        if self.stream_options.is_some() && !stream {
            return Err(ApiError::invalid(
                "stream_options",
                "only goes with 'stream': true",
            ));
        }
        let n = self.n.unwrap_or(1);
        in_range("n", n, 1, MOST_CHOICES)?;
        let (sampling, max_tokens, stop) = (
            self.sampling()?,
            self.max_tokens()?,
            stop_texts(self.stop.as_ref())?,
        );
        let (asked, top_logprobs) = (self.form()?, self.top_logprobs()?);
        let (tools, tool_choice) = tools::parse(self.tools, self.tool_choice)?;
        let generation = ChatRequest {
            prompt: Prompt::Conversation(messages::parse(self.messages)?),
            sampling,
            max_tokens,
            stop,
            output: asked.output,
            output_field: asked.field,
            tools,
            tool_choice,
            parallel_tool_calls: self.parallel_tool_calls.unwrap_or(true),
            top_logprobs,
            caller: Caller::default(),
            deadline: Some(deadline),
        };
        Ok(ParsedRequest {
            model: self.model,
            generation,
            repair: self.x_repair,
            n,
            stream,
            include_usage: self
                .stream_options
                .is_some_and(|options| options.include_usage),
        })
    }

    fn sampling(&self) -> Result<Sampling, ApiError> {
        SamplingFields {
            temperature: self.temperature,
            top_p: self.top_p,
            top_k: self.top_k,
            min_p: self.min_p,
            repetition_penalty: self.repetition_penalty,
            presence_penalty: self.presence_penalty,
            frequency_penalty: self.frequency_penalty,
            logit_bias: self.logit_bias.as_ref(),
            seed: self.seed,
        }
        .parse()
    }

    fn form(&mut self) -> Result<AskedForm, ApiError> {
        FormFields {
            own: self
                .response_format
                .take()
                .and_then(ResponseFormat::into_output),
            own_name: "response_format",
            structured_outputs: self.structured_outputs.take(),
            guided_json: self.guided_json.take(),
            guided_regex: self.guided_regex.take(),
            guided_choice: self.guided_choice.take(),
            guided_grammar: self.guided_grammar.take(),
            x_repair: self.x_repair,
        }
        .parse()
    }

    fn max_tokens(&self) -> Result<Option<u32>, ApiError> {
        let (param, value) = match (self.max_completion_tokens, self.max_tokens) {
            (Some(new), Some(old)) if new != old => {
                return Err(ApiError::invalid(
                    "max_tokens",
                    "differs from max_completion_tokens; send one of the two",
                ));
            }
            (Some(value), _) => ("max_completion_tokens", value),
            (None, Some(value)) => ("max_tokens", value),
            (None, None) => return Ok(None),
        };
        in_range(param, value, 1, u32::MAX)?;
        Ok(Some(value))
    }

    fn top_logprobs(&self) -> Result<Option<u8>, ApiError> {
        match (self.logprobs.unwrap_or(false), self.top_logprobs) {
            (false, Some(count)) if count > 0 => Err(ApiError::invalid(
                "top_logprobs",
                "only goes with 'logprobs': true",
            )),
            (false, _) => Ok(None),
            (true, count) => {
                let count = count.unwrap_or(0);
                in_range("top_logprobs", count, 0, MOST_TOP_LOGPROBS)?;
                Ok(Some(count))
            }
        }
    }
}
