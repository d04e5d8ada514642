//! How likely the model finds a prompt. An engine tells only what may come next, so it reads the
//! prompt's first token and is then made to say the others, one after another.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use super::picker::milliseconds;
use super::running::{Event, EventSender, RunningSequence, SequenceProgress};
use super::shown::{shown, token_logprob};
use super::supervisor::Supervisor;
use crate::chat::{
    Caller, FinishReason, GenerationEvent, GenerationTimings, PromptScores, PromptToken, Usage,
};
use crate::engine::{Pick, TokenEngine, TokenPicker};
use crate::error::ModelError;
use crate::sampling::ModelDistribution;
use crate::tokenizer::ModelTokenizer;

/// What to score.
pub(super) struct PromptToScore {
    /// At least one.
    pub(super) ids: Vec<u32>,
    /// The first of them only marks the beginning and is not told.
    pub(super) begins_with_mark: bool,
    pub(super) top_logprobs: u8,
    pub(super) deadline: Option<Instant>,
}

/// Reads the prompt token by token. The queue is entered only where there is something to read.
pub(super) async fn score<E: TokenEngine>(
    supervisor: Arc<Supervisor<E>>,
    caller: Caller,
    tokenizer: Arc<ModelTokenizer>,
    prompt: PromptToScore,
) -> Result<PromptScores, ModelError> {
    let prompt_tokens = u32::try_from(prompt.ids.len()).unwrap_or(u32::MAX);
    let (first, rest) = match prompt.ids.split_first() {
        Some((first, rest)) => (*first, rest.to_vec()),
        None => return Err(ModelError::invalid("prompt", "the prompt is empty")),
    };
    // Engines end a sequence at such a token, whoever says it.
    let before_last = &rest[..rest.len().saturating_sub(1)];
    if let Some(id) = before_last
        .iter()
        .find(|id| tokenizer.end_tokens().contains(id))
    {
        return Err(ModelError::invalid(
            "prompt",
            format!("token {id} ends a text, so what follows it has no probability here"),
        ));
    }
    let (text, bytes) = shown(&tokenizer, first);
    let mut tokens = vec![PromptToken {
        token: text,
        bytes,
        logprob: None,
        top: Vec::new(),
    }];
    let mut timings = GenerationTimings::default();
    if !rest.is_empty() {
        let ticket = supervisor.enter(caller)?;
        let sequence = RunningSequence {
            supervisor,
            prompt: vec![first],
            max_tokens: prompt_tokens - 1,
            deadline: prompt.deadline,
        };
        let reading = sequence.start(ticket, move |events, progress| {
            Box::new(PromptPicker {
                tokenizer,
                rest: rest.into_iter(),
                alternatives: usize::from(prompt.top_logprobs),
                prompt_tokens,
                deadline: prompt.deadline,
                events,
                progress,
                first_logits: None,
            })
        });
        let read = reading.complete().await?;
        timings = read.timings;
        tokens.extend(read.logprobs.into_iter().map(|token| PromptToken {
            token: token.token,
            bytes: token.bytes,
            logprob: Some(token.logprob),
            top: token.top,
        }));
    }
    if prompt.begins_with_mark {
        tokens.remove(0);
        // Nothing that the caller sees comes before it.
        if let Some(first) = tokens.first_mut() {
            first.logprob = None;
            first.top.clear();
        }
    }
    Ok(PromptScores {
        tokens,
        usage: Usage {
            prompt_tokens,
            repair_prompt_tokens: 0,
            completion_tokens: 0,
        },
        timings,
    })
}

/// Says the prompt's tokens whatever the logits are, and tells how likely they were.
struct PromptPicker {
    tokenizer: Arc<ModelTokenizer>,
    rest: std::vec::IntoIter<u32>,
    alternatives: usize,
    prompt_tokens: u32,
    deadline: Option<Instant>,
    events: EventSender,
    progress: SequenceProgress,
    first_logits: Option<Instant>,
}

impl PromptPicker {
    fn step(&mut self, logits: &[f32]) -> Result<Option<u32>, ModelError> {
        let now = Instant::now();
        let first_logits = *self.first_logits.get_or_insert(now);
        if self.events.is_closed() {
            return Err(ModelError::Cancelled);
        }
        if self.deadline.is_some_and(|deadline| deadline <= now) {
            return Err(ModelError::DeadlineExceeded);
        }
        let token = self.rest.next().ok_or_else(|| ModelError::Engine {
            message: "it asked for more tokens than the prompt has".to_owned(),
        })?;
        let distribution = ModelDistribution::new(logits);
        let logprob = token_logprob(&self.tokenizer, token, &distribution, self.alternatives);
        self.send(Ok(GenerationEvent::Delta {
            text: String::new(),
            logprobs: vec![logprob],
        }));
        if self.rest.len() > 0 {
            return Ok(Some(token));
        }
        self.send(Ok(GenerationEvent::Finished {
            reason: FinishReason::Length,
            usage: Usage {
                prompt_tokens: self.prompt_tokens,
                repair_prompt_tokens: 0,
                completion_tokens: 0,
            },
            timings: GenerationTimings {
                queue_ms: milliseconds(self.progress.queue_time),
                prefill_ms: milliseconds(first_logits - self.progress.started),
                decode_ms: milliseconds(first_logits.elapsed()),
                grammar_ms: 0,
            },
        }));
        self.progress.ended.store(true, Ordering::Release);
        Ok(None)
    }

    fn send(&self, event: Event) {
        // A caller that has gone is noticed at the next token.
        let _unheard = self.events.send(event);
    }
}

impl TokenPicker for PromptPicker {
    fn pick(&mut self, logits: &mut [f32]) -> Pick {
        match self.step(logits) {
            Ok(Some(token)) => Pick::Token(token),
            Ok(None) => Pick::End,
            Err(error) => {
                self.send(Err(error));
                self.progress.ended.store(true, Ordering::Release);
                Pick::End
            }
        }
    }
}
