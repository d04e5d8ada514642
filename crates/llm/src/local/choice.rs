//! Closed choices: options behind letters, scored by the probabilities of the first token.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Instant;

use futures::StreamExt;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::admission::Ticket;
use super::picker::milliseconds;
use super::running::{RunningSequence, SequenceProgress};
use super::supervisor::Supervisor;
use super::watched::Watched;
use crate::chat::{ChoiceScores, GenerationTimings, Message, Role, Usage};
use crate::engine::{Pick, TokenEngine, TokenPicker};
use crate::error::ModelError;
use crate::sampling::log_softmax;
use crate::tokenizer::ModelTokenizer;

/// The letters of the options, in order. Each must be one token of its own.
pub(super) fn letter_tokens(
    tokenizer: &ModelTokenizer,
    count: usize,
) -> Result<Vec<u32>, ModelError> {
    if !(2..=26).contains(&count) {
        return Err(ModelError::invalid(
            "options",
            format!("there are {count} options, not 2 to 26"),
        ));
    }
    let mut tokens = Vec::with_capacity(count);
    for letter in letters().take(count) {
        match tokenizer.encode_text(&letter.to_string())?.as_slice() {
            [token] if !tokens.contains(token) => tokens.push(*token),
            other => {
                return Err(ModelError::invalid(
                    "model",
                    format!(
                        "the model's tokenizer writes the letter {letter} as tokens {other:?}, \
                         not as one of its own, so it cannot score choices"
                    ),
                ));
            }
        }
    }
    Ok(tokens)
}

fn letters() -> impl Iterator<Item = char> {
    'A'..='Z'
}

/// The conversation with the options listed in the last message.
pub(super) fn with_options(
    mut messages: Vec<Message>,
    options: &[String],
) -> Result<Vec<Message>, ModelError> {
    let question = messages
        .last_mut()
        .filter(|message| message.role == Role::User)
        .ok_or_else(|| ModelError::invalid("messages", "the last message must be the user's"))?;
    for (letter, option) in letters().zip(options) {
        let separator = if letter == 'A' { "\n\n" } else { "\n" };
        // Writing to a String cannot fail.
        let _infallible = write!(question.content, "{separator}{letter}) {option}");
    }
    question.content.push_str("\n\nAnswer with one letter.");
    Ok(messages)
}

/// Runs the prompt and reads the letters' probabilities.
pub(super) async fn score<E: TokenEngine>(
    supervisor: Arc<Supervisor<E>>,
    ticket: Ticket<Watched<E>>,
    prompt: Vec<u32>,
    letters: Vec<u32>,
    deadline: Option<Instant>,
) -> Result<ChoiceScores, ModelError> {
    let prompt_tokens = u32::try_from(prompt.len()).unwrap_or(u32::MAX);
    let (send, mut receive) = unbounded_channel();
    let sequence = RunningSequence {
        supervisor,
        prompt,
        max_tokens: 1,
        deadline,
    };
    let mut events = sequence.start(ticket, move |events, progress| {
        Box::new(ChoicePicker {
            letters,
            prompt_tokens,
            scores: send,
            _events: events,
            progress,
        })
    });
    let reason = |event: Option<super::running::Event>| match event {
        Some(Err(error)) => Err(error),
        _ => Err(broke_off()),
    };
    tokio::select! {
        biased;
        scores = receive.recv() => match scores {
            Some(scores) => scores,
            // The picker is gone without a word; the stream says why.
            None => reason(events.next().await),
        },
        // The deadline, or an end that came together with the scores.
        event = events.next() => receive.try_recv().unwrap_or_else(|_| reason(event)),
    }
}

fn broke_off() -> ModelError {
    ModelError::Engine {
        message: "it ended before the first token".to_owned(),
    }
}

struct ChoicePicker {
    letters: Vec<u32>,
    prompt_tokens: u32,
    scores: UnboundedSender<Result<ChoiceScores, ModelError>>,
    /// Held so that the stream of events stays open while the engine runs.
    _events: super::running::EventSender,
    progress: SequenceProgress,
}

impl ChoicePicker {
    fn read(&self, logits: &[f32]) -> Result<ChoiceScores, ModelError> {
        let of_letters: Option<Vec<f32>> = self
            .letters
            .iter()
            .map(|token| logits.get(usize::try_from(*token).ok()?).copied())
            .collect();
        let of_letters = of_letters
            .filter(|logits| logits.iter().all(|logit| logit.is_finite()))
            .ok_or_else(|| ModelError::Engine {
                message: "it gave no numbers for the options".to_owned(),
            })?;
        let logprobs = log_softmax(&of_letters);
        // The first of equals.
        let chosen = (0..logprobs.len())
            .rev()
            .max_by(|a, b| logprobs[*a].total_cmp(&logprobs[*b]))
            .unwrap_or(0);
        Ok(ChoiceScores {
            chosen,
            logprobs,
            usage: Usage {
                prompt_tokens: self.prompt_tokens,
                repair_prompt_tokens: 0,
                completion_tokens: 1,
            },
            timings: GenerationTimings {
                queue_ms: milliseconds(self.progress.queue_time),
                prefill_ms: milliseconds(self.progress.started.elapsed()),
                decode_ms: 0,
                grammar_ms: 0,
            },
        })
    }
}

impl TokenPicker for ChoicePicker {
    fn pick(&mut self, logits: &mut [f32]) -> Pick {
        // A caller that has gone needs no scores.
        let _unheard = self.scores.send(self.read(logits));
        self.progress
            .ended
            .store(true, std::sync::atomic::Ordering::Release);
        Pick::End
    }
}
