//! A chat request, from its body to what a model takes. A field that is
//! not honoured is refused by its name; none is ignored.

use std::collections::BTreeMap;
use std::time::Instant;

use ledgergate_llm::chat::{Caller, ChatRequest, Prompt, Sampling};

use super::body::{ChatCompletionRequest, Stop};
use super::{messages, tools};
use crate::http::error::ApiError;
use crate::http::openai::fields::{in_optional_range, in_range, refuse_unknown, unsupported};

/// Most answers of one request.
const MOST_CHOICES: u32 = 16;
/// OpenAI's limit.
const MOST_STOPS: usize = 4;
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
        let (sampling, max_tokens, stop) = (self.sampling()?, self.max_tokens()?, self.stops()?);
        let (asked, top_logprobs) = (self.take_form()?, self.top_logprobs()?);
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
        in_optional_range("temperature", self.temperature, 0.0, 2.0)?;
        in_optional_range("top_p", self.top_p, f32::MIN_POSITIVE, 1.0)?;
        in_optional_range("min_p", self.min_p, 0.0, 1.0)?;
        in_optional_range("presence_penalty", self.presence_penalty, -2.0, 2.0)?;
        in_optional_range("frequency_penalty", self.frequency_penalty, -2.0, 2.0)?;
        in_optional_range(
            "repetition_penalty",
            self.repetition_penalty,
            f32::MIN_POSITIVE,
            10.0,
        )?;
        let mut logit_bias = BTreeMap::new();
        for (token, bias) in self.logit_bias.iter().flatten() {
            let id = token.parse().map_err(|_| {
                ApiError::invalid("logit_bias", format!("'{token}' is not a token id"))
            })?;
            in_range("logit_bias", *bias, -100.0, 100.0)?;
            logit_bias.insert(id, *bias);
        }
        Ok(Sampling {
            temperature: self.temperature,
            top_p: self.top_p,
            top_k: self.top_k,
            min_p: self.min_p,
            seed: self.seed.map(i64::cast_unsigned),
            repetition_penalty: self.repetition_penalty,
            presence_penalty: self.presence_penalty,
            frequency_penalty: self.frequency_penalty,
            logit_bias,
        })
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

    fn stops(&self) -> Result<Vec<String>, ApiError> {
        let stops = match &self.stop {
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
