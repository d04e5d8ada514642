//! Answers under schemas that a model does not enforce whole.
//!
//! What the model takes of the schema, it enforces. The answer is validated against all of it,
//! and where it is wrong, the model is asked again with the errors, at most twice. A layer over
//! any [`ChatModel`]: for one that enforces the schema as it is, it does nothing.
//!
//! Nothing of an answer is given out before it is known to be valid.

mod attempt;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use futures::{StreamExt, stream};
use serde_json::{Value, json};

use crate::chat::{
    ChatModel, ChatRequest, FinishReason, Generation, GenerationEvent, GenerationTimings, Message,
    OutputFormat, Prompt, Role, Usage,
};
use crate::error::ModelError;
use crate::schema::{Relaxed, errors_of, joined, validator};
use attempt::Attempt;

/// How often a model is asked.
const MOST_ATTEMPTS: u32 = 3;

/// How often less is asked for where the model refuses a schema.
const MOST_LOOSENINGS: usize = 6;

type Event = Result<GenerationEvent, ModelError>;

/// Starts an answer that validates against the schema of the request whole.
///
/// A cut-off answer ends with [`FinishReason::Length`] as ever, whatever it holds. The usage and
/// the timings are of all attempts together; what was read to ask again is told apart. With a
/// seed, attempt `k` has the seed plus `k`.
///
/// # Errors
/// As [`ChatModel::generate`]; the stream also ends with [`ModelError::AnswerInvalid`].
pub async fn generate(
    model: Arc<dyn ChatModel>,
    request: ChatRequest,
) -> Result<Generation, ModelError> {
    let OutputFormat::JsonSchema(schema) = &request.output else {
        return model.generate(request).await;
    };
    let field = request.output_field_name();
    let first = model.generate(request.clone()).await;
    if first.is_ok() && model.enforces_schemas() {
        return first;
    }
    let schema = schema.clone();
    let (first, refused) = match first {
        Ok(first) => (Some(first), None),
        Err(error) => (None, Some(refused_part(error, field)?)),
    };
    let checked_by = {
        let schema = schema.clone();
        tokio::task::spawn_blocking(move || validator(&schema))
            .await
            .map_err(|_| ModelError::unsupported_schema("", "no validator can be made of it"))
            .and_then(|made| made)
            .map_err(|error| error.in_field(field))?
    };
    let mut repair = Repair {
        model,
        request,
        checked_by,
        spent: Spent::default(),
    };
    let first = match (first, refused) {
        (Some(first), _) => first,
        (None, refused) => repair.with_less(&schema, refused).await?,
    };
    let events = stream::once(async move {
        let events = match repair.run(first).await {
            Ok(events) => events.into_iter().map(Ok).collect(),
            Err(error) => vec![Err(error)],
        };
        stream::iter::<Vec<Event>>(events)
    });
    Ok(Generation::new(events.flatten()))
}

/// The pointer of a refused part of the answer's schema; any other error is none of this layer's
/// business.
fn refused_part(error: ModelError, field: &str) -> Result<String, ModelError> {
    match error {
        ModelError::UnsupportedSchema {
            field: of,
            pointer,
            message,
        } => {
            if of.as_deref().is_none_or(|of| of == field) {
                Ok(pointer)
            } else {
                Err(ModelError::UnsupportedSchema {
                    field: of,
                    pointer,
                    message,
                })
            }
        }
        other => Err(other),
    }
}

/// One request on its way to a valid answer.
struct Repair {
    model: Arc<dyn ChatModel>,
    request: ChatRequest,
    checked_by: jsonschema::Validator,
    spent: Spent,
}

impl Repair {
    /// Starts with as much of the schema as the model takes.
    async fn with_less(
        &mut self,
        schema: &Value,
        refused: Option<String>,
    ) -> Result<Generation, ModelError> {
        let field = self.request.output_field_name();
        let mut relaxed = Relaxed::of(schema).map_err(|error| error.in_field(field))?;
        if relaxed.schema() == schema {
            // Nothing is left out on sight, so the model's own compiler refused a part.
            relaxed = relaxed.looser(refused.as_deref().unwrap_or_default());
        }
        for _ in 0..MOST_LOOSENINGS {
            self.ask_for(relaxed.schema().clone());
            match self.model.generate(self.request.clone()).await {
                Ok(generation) => return Ok(generation),
                Err(error) => relaxed = relaxed.looser(&refused_part(error, field)?),
            }
        }
        self.ask_for(json!({}));
        self.model.generate(self.request.clone()).await
    }

    fn ask_for(&mut self, less: Value) {
        if let OutputFormat::JsonSchema(schema) = &mut self.request.output {
            *schema = less;
        }
    }

    async fn run(mut self, first: Generation) -> Result<Vec<GenerationEvent>, ModelError> {
        let mut attempt = Attempt::of(first).await?;
        for number in 1.. {
            self.spent.add(&attempt, number);
            if attempt.reason != FinishReason::Stop {
                break;
            }
            let errors = errors_of(&self.checked_by, &attempt.text);
            if errors.is_empty() {
                break;
            }
            if number == MOST_ATTEMPTS {
                return Err(ModelError::AnswerInvalid {
                    attempts: number,
                    message: joined(&errors, |error| &error.without_text),
                });
            }
            let told = joined(&errors, |error| &error.for_the_model);
            let next = self.again(number, &attempt.text, &told).await?;
            attempt = Attempt::of(next).await?;
        }
        Ok(attempt.into_events(self.spent.usage, self.spent.timings))
    }

    /// Asks again: after the wrong answer and what is wrong with it, or, where the model takes
    /// no prompt as long as that, after the errors alone, or after the same prompt as before.
    async fn again(
        &self,
        number: u32,
        answer: &str,
        errors: &str,
    ) -> Result<Generation, ModelError> {
        let correction = Message::new(
            Role::User,
            format!(
                "Your last answer does not validate against the JSON Schema: {errors}. Answer \
                 again with the whole JSON, corrected."
            ),
        );
        let mut prompts = Vec::new();
        if let Prompt::Conversation(messages) = &self.request.prompt {
            for wrong in [Some(Message::new(Role::Assistant, answer)), None] {
                let mut messages = messages.clone();
                messages.extend(wrong);
                messages.push(correction.clone());
                prompts.push(Prompt::Conversation(messages));
            }
        }
        prompts.push(self.request.prompt.clone());
        let mut outcome = Err(ModelError::Cancelled);
        for prompt in prompts {
            let mut request = self.request.clone();
            request.prompt = prompt;
            request.sampling.seed = request
                .sampling
                .seed
                .map(|seed| seed.wrapping_add(u64::from(number)));
            outcome = self.model.generate(request).await;
            let too_long = matches!(
                outcome,
                Err(ModelError::ContextLengthExceeded { .. } | ModelError::PromptTooLong { .. })
            );
            if !too_long {
                break;
            }
        }
        outcome
    }
}

/// What all attempts took.
#[derive(Default)]
struct Spent {
    usage: Usage,
    timings: GenerationTimings,
}

impl Spent {
    fn add(&mut self, attempt: &Attempt, number: u32) {
        if number == 1 {
            self.usage.prompt_tokens = attempt.usage.prompt_tokens;
        } else {
            self.usage.repair_prompt_tokens += attempt.usage.prompt_tokens;
        }
        self.usage.completion_tokens += attempt.usage.completion_tokens;
        self.timings.queue_ms += attempt.timings.queue_ms;
        self.timings.prefill_ms += attempt.timings.prefill_ms;
        self.timings.decode_ms += attempt.timings.decode_ms;
        self.timings.grammar_ms += attempt.timings.grammar_ms;
    }
}
