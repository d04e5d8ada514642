//! Free text that no reader of references or names could read: a model is asked which of the
//! open items that fit it means.
//!
//! ```text
//! let mut reading = FreeTextReading::new(request, LlmUse::Auto);
//! while let Some(question) = reading.next_question() {
//!     // ask a model, or: reading.skip("no model is configured");
//! }
//! let read = reading.finish();
//! ```
//!
//! The rules decide first, and what they decided stands. A model is asked only about a line that
//! they left without a reason, and chooses among open items that amount, direction and date
//! already allow, each of another party: it tells whom the text means, never which of two equal
//! items, and no figure. A match made of its reading is held to the contract like any other and
//! is never `auto`.

mod candidates;
mod hostile;
mod question;

use std::collections::HashMap;

use super::contract;
use super::draft::{Draft, Fit};
use super::model::Request;
use super::response::{Match, Reconciliation};
use super::settle;
use super::words::words_of;
use crate::assessment::LlmUse;
use crate::question::{Answer, AnswerError, Question};
use candidates::{Candidate, OpenLine, Opening, open_lines};

pub(super) use hostile::flag;

/// Most lines of one request that a model is asked about; the others stay unmatched and say so.
pub const MOST_QUESTIONS: usize = 20;
/// Most open items that one question offers, beside that it is none of them.
pub const MOST_CANDIDATES: usize = 8;
/// A reading is taken from this probability on, the mean of two orders of the options.
pub const LEAST_PROBABILITY: f64 = 0.8;
/// How sure a match is that rests on a model's reading: little more than by the amount alone.
const CONFIDENCE: f64 = 0.6;

/// A reconciliation on its way to an answer: what rules decide is decided.
#[derive(Debug)]
pub struct FreeTextReading {
    request: Request,
    answer: Reconciliation,
    /// Lines still to be asked about, the next one last.
    open: Vec<OpenLine>,
    taken: Vec<Reading>,
    choices: Vec<LineChoice>,
}

/// An item that a model read into a line's text.
#[derive(Debug)]
struct Reading {
    line: usize,
    candidate: Candidate,
    reason: String,
}

/// What a model chose for one line, kept in the log.
#[derive(Debug, Clone, PartialEq)]
pub struct LineChoice {
    /// Id of the line.
    pub line: String,
    /// The key of the chosen option: an item's id, or that it is none of them.
    pub chosen: String,
    /// The keys of all options.
    pub options: Vec<String>,
    /// The model's probability of each, in the same order: the mean where it was asked twice.
    pub probabilities: Vec<f64>,
    /// The model.
    pub model: String,
}

/// The answer, and what a model chose on the way.
#[derive(Debug)]
pub struct Read {
    /// The answer.
    pub answer: Reconciliation,
    /// In the order of the questions.
    pub choices: Vec<LineChoice>,
}

impl FreeTextReading {
    /// Matches by rule, and finds the lines whose text is left to a model: none where `llm` is
    /// [`LlmUse::Never`].
    pub fn new(request: Request, llm: LlmUse) -> Self {
        let ledger = settle(&request);
        let openings = match llm {
            LlmUse::Never => Vec::new(),
            LlmUse::Auto | LlmUse::Always => open_lines(&ledger),
        };
        let mut answer = ledger.into_answer();
        flag(&request, &mut answer);
        let mut reading = Self {
            request,
            answer,
            open: Vec::new(),
            taken: Vec::new(),
            choices: Vec::new(),
        };
        for opening in openings {
            match opening {
                Opening::Ask(line) if reading.open.len() < MOST_QUESTIONS => {
                    reading.open.push(line);
                }
                Opening::Ask(OpenLine { line, .. }) => reading.explain(
                    line,
                    &format!(
                        "its text was not read by a model: \
                         that is done for {MOST_QUESTIONS} lines of a request at most"
                    ),
                ),
                Opening::Leave { line, reason } => reading.explain(line, reason),
            }
        }
        reading.open.reverse();
        reading
    }

    /// The next question that only a reader of free text can answer, `None` when none is left.
    /// Its id is the line's.
    pub fn next_question(&self) -> Option<Question<String>> {
        let open = self.open.last()?;
        Some(question::about(&self.request, open))
    }

    /// Whether the first answer to a question has to be heard again with the options in another
    /// order: where it chose an item, and the mean of both could still be taken.
    pub fn needs_other_order(&self, answer: &Answer) -> bool {
        let is_item = self
            .open
            .last()
            .is_some_and(|open| answer.chosen < open.candidates.len());
        let probability = answer.probabilities.get(answer.chosen);
        is_item && probability.is_some_and(|p| f64::midpoint(*p, 1.0) >= LEAST_PROBABILITY)
    }

    /// Takes a model's answer to the next question. An item is taken only if both orders of the
    /// options lead to it.
    ///
    /// # Errors
    /// [`AnswerError`] when no question is open, or option and probabilities do not fit it.
    pub fn answer(&mut self, answer: &Answer) -> Result<(), AnswerError> {
        let Some(asked) = self.next_question() else {
            return Err(AnswerError::NotOpen("open_item".to_owned()));
        };
        let probabilities = answer.fitting(asked.options.len())?;
        if let Some(open) = self.open.pop() {
            let of = format!(
                "{:.2} among {} answers",
                probabilities[answer.chosen],
                asked.options.len()
            );
            self.weigh(&open, answer, probabilities[answer.chosen], &of);
        }
        self.choices.push(LineChoice {
            line: asked.id,
            chosen: asked.options[answer.chosen].key.clone(),
            options: asked.options.into_iter().map(|option| option.key).collect(),
            probabilities,
            model: answer.model.clone(),
        });
        Ok(())
    }

    fn weigh(&mut self, open: &OpenLine, answer: &Answer, probability: f64, of: &str) {
        let model = &answer.model;
        let Some(candidate) = open.candidates.get(answer.chosen).copied() else {
            let reason = format!(
                "the model {model} reads none of the open items that fit into its text, \
                 with a probability of {of}"
            );
            self.explain(open.line, &reason);
            return;
        };
        let item = self.request.items[candidate.item].id.clone();
        if answer.depends_on_order() {
            let reason = format!(
                "the model {model} reads another item into its text when they are listed in \
                 another order, so that its answer was left"
            );
            self.explain(open.line, &reason);
        } else if probability < LEAST_PROBABILITY || answer.orders.len() < 2 {
            let reason = format!(
                "the model {model} is not sure enough that its text means {item}: \
                 a probability of {of}"
            );
            self.explain(open.line, &reason);
        } else {
            self.taken.push(Reading {
                line: open.line,
                candidate,
                reason: format!(
                    "the model {model} reads the line's text as meaning this item, \
                     with a probability of {of}"
                ),
            });
        }
    }

    /// Leaves the next question without an answer: the line stays unmatched, and says why.
    pub fn skip(&mut self, reason: &str) {
        if let Some(open) = self.open.pop() {
            let reason = format!("its text was not read by a model: {reason}");
            self.explain(open.line, &reason);
        }
    }

    /// The answer, with the matches that rest on a model's reading.
    pub fn finish(mut self) -> Read {
        while !self.open.is_empty() {
            self.skip("it was not asked");
        }
        let mut readers: HashMap<usize, usize> = HashMap::new();
        for reading in &self.taken {
            *readers.entry(reading.candidate.item).or_default() += 1;
        }
        for reading in std::mem::take(&mut self.taken) {
            let line = reading.line;
            if readers.get(&reading.candidate.item) != Some(&1) {
                self.explain(line, "the model reads the same item into several lines");
                continue;
            }
            match self.built(reading) {
                Ok(found) => self.take(found),
                Err(reason) => self.explain(line, &reason),
            }
        }
        // Ids ascend as the lines do.
        self.answer
            .matches
            .sort_by(|left, right| left.lines.cmp(&right.lines));
        Read {
            answer: self.answer,
            choices: self.choices,
        }
    }

    /// The match of a reading, held to the contract.
    fn built(&self, reading: Reading) -> Result<Match, String> {
        let fit = Fit::Whole(reading.candidate.difference);
        let draft = Draft {
            lines: vec![reading.line],
            items: vec![reading.candidate.item],
            fit,
            confidence: CONFIDENCE,
            auto: false,
            reasons: vec![words_of(fit).to_owned(), reading.reason],
        };
        let found = draft
            .into_match(&self.request)
            .map_err(|error| error.to_string())?;
        match contract::violations_of(&self.request, &found).pop() {
            Some(violation) => Err(violation.broken),
            None => Ok(found),
        }
    }

    fn take(&mut self, found: Match) {
        self.answer
            .unmatched_lines
            .retain(|unmatched| !found.lines.contains(&unmatched.line));
        self.answer
            .unmatched_items
            .retain(|item| !found.items.contains(item));
        self.answer.matches.push(found);
    }

    /// Adds a reason why a line is unmatched.
    fn explain(&mut self, line: usize, reason: &str) {
        let id = &self.request.lines[line].id;
        let unmatched = self.answer.unmatched_lines.iter_mut();
        for line in unmatched.filter(|unmatched| unmatched.line == *id) {
            line.reasons.push(reason.to_owned());
        }
    }
}
