//! A chat request, from its body to what a model takes. A field that is
//! not honoured is refused by its name; none is ignored.

use std::collections::BTreeMap;
use std::time::Instant;

use ledgergate_llm::chat::{ChatRequest, Message, OutputFormat, Role, Sampling};
use serde_json::{Map, Value};

use super::body::{ChatCompletionRequest, Content, MessageBody, ResponseFormat, Stop};
use crate::http::error::ApiError;

/// Fields that change nothing about an answer here and are taken without effect.
const WITHOUT_EFFECT: [&str; 6] = [
    "user",
    "metadata",
    "service_tier",
    "safety_identifier",
    "prompt_cache_key",
    "prompt_cache_retention",
];

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
    /// How many answers.
    pub(super) n: u32,
    /// As a stream.
    pub(super) stream: bool,
    /// With a usage chunk.
    pub(super) include_usage: bool,
}

impl ChatCompletionRequest {
    /// Checks every field.
    pub(super) fn parse(self, deadline: Instant) -> Result<ParsedRequest, ApiError> {
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
        let generation = ChatRequest {
            messages: parse_messages(&self.messages)?,
            sampling: self.sampling()?,
            max_tokens: self.max_tokens()?,
            stop: self.stops()?,
            output: self.output(),
            top_logprobs: self.top_logprobs()?,
            deadline: Some(deadline),
        };
        Ok(ParsedRequest {
            model: self.model,
            generation,
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

    fn output(&self) -> OutputFormat {
        match &self.response_format {
            None | Some(ResponseFormat::Text {}) => OutputFormat::Text,
            Some(ResponseFormat::JsonObject {}) => OutputFormat::JsonObject,
            Some(ResponseFormat::JsonSchema { json_schema }) => OutputFormat::JsonSchema {
                name: json_schema.name.clone(),
                schema: json_schema.schema.clone(),
                strict: json_schema.strict.unwrap_or(false),
            },
        }
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

/// OpenAI's clients send `null` for what they leave out.
fn refuse_unknown(rest: &Map<String, Value>) -> Result<(), ApiError> {
    let refused = rest
        .iter()
        .find(|(key, value)| !value.is_null() && !WITHOUT_EFFECT.contains(&key.as_str()));
    match refused {
        None => Ok(()),
        Some((key, _)) => Err(unsupported(
            key,
            &format!("this model does not take '{key}'; leave it out"),
        )),
    }
}

fn parse_messages(bodies: &[MessageBody]) -> Result<Vec<Message>, ApiError> {
    if bodies.is_empty() {
        return Err(ApiError::invalid("messages", "at least one message"));
    }
    bodies
        .iter()
        .enumerate()
        .map(|(index, body)| {
            if body.role == Role::Tool {
                return Err(unsupported(
                    &format!("messages[{index}].role"),
                    "tool messages are not taken yet",
                ));
            }
            if body.name.is_some() {
                return Err(unsupported(
                    &format!("messages[{index}].name"),
                    "this model's chat template knows no names; say it in the content",
                ));
            }
            Ok(Message {
                role: body.role,
                content: text_of(&body.content, index)?,
                name: None,
            })
        })
        .collect()
}

fn text_of(content: &Content, index: usize) -> Result<String, ApiError> {
    match content {
        Content::Text(text) => Ok(text.clone()),
        Content::Parts(parts) => parts
            .iter()
            .enumerate()
            .map(|(part_index, part)| {
                let param = format!("messages[{index}].content[{part_index}]");
                match (part.r#type.as_str(), &part.text) {
                    ("text", Some(text)) => Ok(text.as_str()),
                    ("text", None) => Err(ApiError::invalid(param, "a text part needs 'text'")),
                    (other, _) => Err(unsupported(
                        &param,
                        &format!("parts of type '{other}' are not taken"),
                    )),
                }
            })
            .collect(),
    }
}

fn unsupported(param: &str, message: &str) -> ApiError {
    ApiError::UnsupportedField {
        param: param.to_owned(),
        message: message.to_owned(),
    }
}

fn in_range<N: Copy + PartialOrd + std::fmt::Display>(
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

fn in_optional_range(
    param: &str,
    value: Option<f32>,
    least: f32,
    most: f32,
) -> Result<(), ApiError> {
    value.map_or(Ok(()), |value| in_range(param, value, least, most))
}
