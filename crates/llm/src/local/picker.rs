//! The picker of an answer: everything that happens between a step's logits and the caller.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::running::{EventSender, SequenceProgress};
use super::shown::token_logprob;
use crate::chat::{FinishReason, GenerationEvent, GenerationTimings, TokenLogprob, Usage};
use crate::detokenizer::Detokenizer;
use crate::engine::{Pick, TokenPicker};
use crate::error::ModelError;
use crate::grammar::Grammar;
use crate::sampling::{ModelDistribution, Sampler, SamplingSettings};
use crate::stop::{Scan, StopScanner};
use crate::tokenizer::ModelTokenizer;
use crate::tools::{CallReader, Read};

/// What a request asks of its picker.
pub(super) struct PickerPlan {
    pub(super) tokenizer: Arc<ModelTokenizer>,
    pub(super) settings: SamplingSettings,
    pub(super) seed: u64,
    pub(super) grammar: Option<Grammar>,
    /// Where the answer may hold calls; the grammar is theirs too.
    pub(super) calls: Option<CallReader>,
    pub(super) stop: Vec<String>,
    pub(super) top_logprobs: Option<u8>,
    pub(super) max_tokens: u32,
    pub(super) prompt_tokens: u32,
    pub(super) deadline: Option<Instant>,
    /// The answer goes on with a text, so that its first space is the text's.
    pub(super) goes_on: bool,
}

/// Picks the tokens of one answer and sends its text.
pub(super) struct SequencePicker {
    tokenizer: Arc<ModelTokenizer>,
    sampler: Sampler,
    grammar: Option<Grammar>,
    calls: Option<CallReader>,
    detokenizer: Detokenizer,
    stops: StopScanner,
    top_logprobs: Option<u8>,
    max_tokens: u32,
    prompt_tokens: u32,
    deadline: Option<Instant>,
    events: EventSender,
    progress: SequenceProgress,
    first_logits: Option<Instant>,
    /// Spent on working out what the grammar allows.
    grammar_time: Duration,
    completion_tokens: u32,
    /// Bytes of text that tokens have yielded.
    decoded_bytes: usize,
    /// The text sent so far. Kept whole for the last check of a grammar's answer.
    sent: String,
    sent_bytes: usize,
    /// Logprobs of tokens whose text is still held back, with where that text begins.
    unsent_logprobs: VecDeque<(usize, TokenLogprob)>,
}

impl SequencePicker {
    pub(super) fn new(plan: PickerPlan, events: EventSender, progress: SequenceProgress) -> Self {
        Self {
            detokenizer: Detokenizer::new(
                // A grammar means every space that it has, the first one too.
                plan.tokenizer.drops_first_space()
                    && !plan.goes_on
                    && (plan.grammar.is_none() || plan.calls.is_some()),
            ),
            tokenizer: plan.tokenizer,
            sampler: Sampler::new(plan.settings, plan.seed),
            grammar: plan.grammar,
            calls: plan.calls,
            stops: StopScanner::new(plan.stop),
            top_logprobs: plan.top_logprobs,
            max_tokens: plan.max_tokens,
            prompt_tokens: plan.prompt_tokens,
            deadline: plan.deadline,
            events,
            progress,
            first_logits: None,
            grammar_time: Duration::ZERO,
            completion_tokens: 0,
            decoded_bytes: 0,
            sent: String::new(),
            sent_bytes: 0,
            unsent_logprobs: VecDeque::new(),
        }
    }

    /// One token, or `None` where the answer has ended and been told so.
    fn step(&mut self, logits: &mut [f32]) -> Result<Option<u32>, ModelError> {
        if self.events.is_closed() {
            return Err(ModelError::Cancelled);
        }
        if self
            .deadline
            .is_some_and(|deadline| deadline <= Instant::now())
        {
            return Err(ModelError::DeadlineExceeded);
        }
        let distribution = self.top_logprobs.map(|_| ModelDistribution::new(logits));
        let calls = self.calls.as_ref();
        let numbers = calls.and_then(CallReader::numbers);
        let before_mask = Instant::now();
        let mask = self.grammar.as_mut().map(|grammar| grammar.mask(numbers));
        let mask = mask.transpose()?;
        if mask.is_some() {
            self.grammar_time += before_mask.elapsed();
        }
        let is_of_call = |id| calls.is_some_and(|calls| calls.control_text(id).is_some());
        let token = self
            .sampler
            .choose(logits, |id| {
                (self.tokenizer.is_generable(id) || is_of_call(id))
                    && mask.as_ref().is_none_or(|mask| mask.allows(id))
            })
            .ok_or_else(|| match &self.grammar {
                Some(grammar) => grammar.broken(),
                None => ModelError::Engine {
                    message: "it left no token to choose from".to_owned(),
                },
            })?;
        if self.tokenizer.end_tokens().contains(&token) {
            self.finish(FinishReason::Stop)?;
            return Ok(None);
        }
        self.completion_tokens += 1;
        if let Some(distribution) = distribution
            && !self.calls.as_ref().is_some_and(CallReader::is_in_calls)
        {
            let logprob = self.logprob(token, &distribution);
            self.unsent_logprobs
                .push_back((self.decoded_bytes, logprob));
        }
        if let Some(grammar) = &mut self.grammar {
            grammar.accept(token)?;
        }
        let bytes = match self.call_control_text(token) {
            Some(text) => text.as_bytes(),
            None => self.tokenizer.token_bytes(token),
        };
        let text = self.detokenizer.push(bytes);
        self.decoded_bytes += text.len();
        if self.take(&text)? {
            self.unsent_logprobs.clear();
            self.send_finished(FinishReason::Stop)?;
            return Ok(None);
        }
        if self.grammar.as_ref().is_some_and(Grammar::is_complete) {
            self.finish(FinishReason::Stop)?;
            return Ok(None);
        }
        if self.completion_tokens >= self.max_tokens {
            self.finish(FinishReason::Length)?;
            return Ok(None);
        }
        Ok(Some(token))
    }

    /// The text of a control token that belongs to a call.
    fn call_control_text(&self, token: u32) -> Option<&'static str> {
        self.calls.as_ref()?.control_text(token)
    }

    /// Takes decoded text and sends what can be sent of it; whether a stop string came.
    fn take(&mut self, text: &str) -> Result<bool, ModelError> {
        let Some(calls) = &mut self.calls else {
            return Ok(self.take_text(text));
        };
        for read in calls.read(text)? {
            match read {
                Read::Text(text) => {
                    if self.take_text(&text) {
                        return Ok(true);
                    }
                }
                Read::TextEnded => {
                    let rest = self.stops.finish();
                    self.send_text(rest);
                    // Logprobs are of text; what is left is of the marker.
                    self.unsent_logprobs.clear();
                }
                Read::Begun { index, id, name } => {
                    self.send(Ok(GenerationEvent::ToolCallBegun { index, id, name }));
                }
                Read::Arguments { index, text } => {
                    self.send(Ok(GenerationEvent::ToolCallArguments { index, text }));
                }
            }
        }
        Ok(false)
    }

    /// The same for text of the answer itself.
    fn take_text(&mut self, text: &str) -> bool {
        let (text, stopped) = match self.stops.push(text) {
            Scan::Text(text) => (text, false),
            Scan::Stopped(text) => (text, true),
        };
        self.send_text(text);
        stopped
    }

    fn logprob(&self, token: u32, distribution: &ModelDistribution) -> TokenLogprob {
        let alternatives = self.top_logprobs.map_or(0, usize::from);
        token_logprob(&self.tokenizer, token, distribution, alternatives)
    }

    /// Sends text with the logprobs of the tokens that begin in it or before it.
    fn send_text(&mut self, text: String) {
        if text.is_empty() {
            return;
        }
        self.sent_bytes += text.len();
        let begun = self
            .unsent_logprobs
            .iter()
            .take_while(|(start, _)| *start < self.sent_bytes);
        let logprobs: Vec<_> = {
            let count = begun.count();
            self.unsent_logprobs
                .drain(..count)
                .map(|(_, logprob)| logprob)
                .collect()
        };
        if self.grammar.is_some() {
            self.sent.push_str(&text);
        }
        self.send(Ok(GenerationEvent::Delta { text, logprobs }));
    }

    /// Sends what is held back, then the end.
    fn finish(&mut self, reason: FinishReason) -> Result<(), ModelError> {
        let rest = self.detokenizer.finish();
        let mut stopped = self.take(&rest)?;
        if let (false, Some(calls)) = (stopped, &mut self.calls) {
            let rest = calls.rest();
            stopped = self.take_text(&rest);
        }
        if stopped {
            self.unsent_logprobs.clear();
            return self.send_finished(FinishReason::Stop);
        }
        let rest = self.stops.finish();
        self.send_text(rest);
        let logprobs: Vec<_> = self
            .unsent_logprobs
            .drain(..)
            .map(|(_, logprob)| logprob)
            .collect();
        if !logprobs.is_empty() {
            self.send(Ok(GenerationEvent::Delta {
                text: String::new(),
                logprobs,
            }));
        }
        self.send_finished(reason)
    }

    fn send_finished(&mut self, reason: FinishReason) -> Result<(), ModelError> {
        let reason = match (reason, &self.calls, &self.grammar) {
            (FinishReason::Stop, Some(calls), _) => calls.end(&self.sent)?,
            (FinishReason::Stop, None, Some(grammar)) => {
                grammar.check_answer(&self.sent)?;
                reason
            }
            _ => reason,
        };
        let now = Instant::now();
        let first_logits = self.first_logits.unwrap_or(now);
        self.send(Ok(GenerationEvent::Finished {
            reason,
            usage: Usage {
                prompt_tokens: self.prompt_tokens,
                repair_prompt_tokens: 0,
                completion_tokens: self.completion_tokens,
            },
            timings: GenerationTimings {
                queue_ms: milliseconds(self.progress.queue_time),
                prefill_ms: milliseconds(first_logits - self.progress.started),
                decode_ms: milliseconds(now - first_logits),
                grammar_ms: milliseconds(self.grammar_time),
            },
        }));
        self.progress.ended.store(true, Ordering::Release);
        Ok(())
    }

    fn send(&self, event: super::running::Event) {
        // A caller that has gone is noticed at the next token.
        let _unheard = self.events.send(event);
    }
}

pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl TokenPicker for SequencePicker {
    fn pick(&mut self, logits: &mut [f32]) -> Pick {
        self.first_logits.get_or_insert_with(Instant::now);
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
