//! A completion request, from its body to what a model takes. A field that is not honoured is
//! refused by its name; none is ignored.

use std::time::Instant;

use ledgergate_llm::chat::{Caller, ChatRequest, Prompt, PromptScoreRequest};
use ledgergate_llm::error::ModelError;

use super::body::{CompletionRequest, PromptBody};
use crate::http::error::ApiError;
use crate::http::openai::fields::{in_range, refuse_unknown, stop_texts, unsupported};
use crate::http::openai::generations::MOST_CHOICES;
use crate::http::openai::sampling::SamplingFields;

/// OpenAI's.
const DEFAULT_MAX_TOKENS: u32 = 16;
/// OpenAI's limit.
const MOST_LOGPROBS: u8 = 5;
/// Prompts of one request; they are answered one after another.
const MOST_PROMPTS: usize = 128;

/// A request, understood.
#[derive(Debug, Clone)]
pub(super) struct ParsedRequest {
    /// The model's name as asked for.
    pub(super) model: String,
    /// At least one.
    pub(super) prompts: Vec<PlacedPrompt>,
    /// What to generate after each prompt; its own prompt is empty.
    pub(super) generation: ChatRequest,
    /// Answers to give to each prompt.
    pub(super) n: u32,
    /// Answers to generate for each prompt.
    pub(super) best_of: u32,
    /// Answers begin with their prompt.
    pub(super) echo: bool,
    /// Alternatives to tell with each token.
    pub(super) logprobs: Option<u8>,
    /// As a stream.
    pub(super) stream: bool,
    /// With a usage chunk.
    pub(super) include_usage: bool,
}

/// A prompt and its place in the request.
#[derive(Debug, Clone)]
pub(super) struct PlacedPrompt {
    /// The prompt.
    pub(super) prompt: Prompt,
    /// `prompt`, or `prompt[2]` in a list.
    pub(super) param: String,
}

impl PlacedPrompt {
    /// What a model said about this prompt.
    pub(super) fn refused(&self, error: ModelError) -> ApiError {
        ApiError::model_by_other_names(error, |param| match param.as_str() {
            "messages" | "prompt" => self.param.clone(),
            _ => param,
        })
    }
}

impl ParsedRequest {
    /// Whether nothing is generated: the prompt alone is told.
    pub(super) fn is_prompt_alone(&self) -> bool {
        self.generation.max_tokens == Some(0)
    }

    /// What to generate after a prompt.
    pub(super) fn generation(&self, prompt: &PlacedPrompt) -> ChatRequest {
        ChatRequest {
            prompt: prompt.prompt.clone(),
            ..self.generation.clone()
        }
    }

    /// What to ask about a prompt's own tokens; nothing unless they are to be told.
    pub(super) fn score(&self, prompt: &PlacedPrompt) -> Option<PromptScoreRequest> {
        Some(PromptScoreRequest {
            prompt: prompt.prompt.clone(),
            top_logprobs: self.logprobs.filter(|_| self.echo)?,
            caller: self.generation.caller,
            deadline: self.generation.deadline,
        })
    }
}

impl CompletionRequest {
    /// Checks every field.
    pub(super) fn parse(self, deadline: Instant) -> Result<ParsedRequest, ApiError> {
        if self
            .rest
            .get("suffix")
            .is_some_and(|suffix| !suffix.is_null())
        {
            return Err(unsupported(
                "suffix",
                "'suffix': this model goes on after a text and does not fill gaps; leave it out",
            ));
        }
        refuse_unknown(&self.rest)?;
        let stream = self.stream.unwrap_or(false);
        if self.stream_options.is_some() && !stream {
            return Err(ApiError::invalid(
                "stream_options",
                "only goes with 'stream': true",
            ));
        }
        let echo = self.echo.unwrap_or(false);
        let (n, best_of) = self.counts(stream)?;
        let max_tokens = self.max_tokens.unwrap_or(DEFAULT_MAX_TOKENS);
        if max_tokens == 0 && !echo {
            return Err(ApiError::invalid(
                "max_tokens",
                "0 only goes with 'echo': true, for a text that is only scored",
            ));
        }
        if let Some(count) = self.logprobs {
            in_range("logprobs", count, 0, MOST_LOGPROBS)?;
        }
        let sampling = SamplingFields {
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
        .parse()?;
        // The best answers are those with the highest log probabilities, told or not.
        let top_logprobs = self.logprobs.or((best_of > n).then_some(0));
        Ok(ParsedRequest {
            model: self.model,
            generation: ChatRequest {
                sampling,
                max_tokens: Some(max_tokens),
                stop: stop_texts(self.stop.as_ref())?,
                top_logprobs,
                caller: Caller::default(),
                deadline: Some(deadline),
                ..ChatRequest::default()
            },
            prompts: placed(self.prompt)?,
            n,
            best_of,
            echo,
            logprobs: self.logprobs,
            stream,
            include_usage: self
                .stream_options
                .is_some_and(|options| options.include_usage),
        })
    }

    fn counts(&self, stream: bool) -> Result<(u32, u32), ApiError> {
        let n = self.n.unwrap_or(1);
        in_range("n", n, 1, MOST_CHOICES)?;
        let best_of = self.best_of.unwrap_or(n);
        in_range("best_of", best_of, 1, MOST_CHOICES)?;
        if best_of < n {
            return Err(ApiError::invalid(
                "best_of",
                format!("{best_of} is less than the {n} answers of 'n'"),
            ));
        }
        if stream && best_of > n {
            return Err(ApiError::invalid(
                "best_of",
                "which answers are the best is known at their end; leave 'stream' out",
            ));
        }
        Ok((n, best_of))
    }
}

fn placed(body: Option<PromptBody>) -> Result<Vec<PlacedPrompt>, ApiError> {
    let listed = |prompts: Vec<Prompt>| {
        (0..)
            .zip(prompts)
            .map(|(index, prompt)| PlacedPrompt {
                prompt,
                param: format!("prompt[{index}]"),
            })
            .collect::<Vec<_>>()
    };
    let alone = |prompt| {
        vec![PlacedPrompt {
            prompt,
            param: "prompt".to_owned(),
        }]
    };
    let prompts = match body {
        None => return Err(ApiError::invalid("prompt", "the prompt is missing")),
        Some(PromptBody::Text(text)) => alone(Prompt::Text(text)),
        Some(PromptBody::Tokens(ids)) => alone(Prompt::Tokens(ids)),
        Some(PromptBody::Texts(texts)) => listed(texts.into_iter().map(Prompt::Text).collect()),
        Some(PromptBody::TokenLists(lists)) => {
            listed(lists.into_iter().map(Prompt::Tokens).collect())
        }
    };
    if prompts.is_empty() || prompts.len() > MOST_PROMPTS {
        return Err(ApiError::invalid(
            "prompt",
            format!("1 to {MOST_PROMPTS} prompts; there are {}", prompts.len()),
        ));
    }
    Ok(prompts)
}
