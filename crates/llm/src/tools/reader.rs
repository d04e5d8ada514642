//! Reads calls out of an answer as it is written.
//!
//! The grammar has seen to it that the text has the form of the [`CallSyntax`]; what has not is
//! an error of the engine. Control tokens come as their text, which free text never holds.

mod arguments;

use std::sync::Arc;

use super::grammar::CallChecks;
use super::ids::CallIds;
use super::offer::{TextForm, ToolOffer};
use super::syntax::CallSyntax;
use crate::chat::FinishReason;
use crate::error::ModelError;
use crate::numbers::NumberGuard;
use arguments::ObjectScanner;

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Read {
    /// Text of the answer.
    Text(String),
    /// There will be no more text: calls begin.
    TextEnded,
    /// A call and its name.
    Begun {
        index: u32,
        id: String,
        name: String,
    },
    /// More of that call's arguments.
    Arguments { index: u32, text: String },
}

/// Where in the answer the next character stands.
enum State {
    /// Nothing is decided: calls may begin with this, or else what follows `otherwise` begins.
    Start {
        calls: &'static str,
        otherwise: Text,
    },
    InText(Text),
    /// Within a fixed text, of which this is left.
    Fixed(&'static str, After),
    Name,
    Arguments(ObjectScanner),
    /// After a call.
    Closed,
    /// After the last call.
    Ended,
}

/// What ends a text.
#[derive(Clone, Copy)]
enum Text {
    /// This marker.
    At(&'static str),
    /// The answer's end.
    AtEnd,
}

/// What follows a fixed text.
#[derive(Clone, Copy)]
enum After {
    Opening,
    Name,
    Arguments,
    Closed,
    Ended,
}

/// Turns the text of one answer into text and calls.
pub(crate) struct CallReader {
    syntax: CallSyntax,
    checks: Arc<CallChecks>,
    ids: CallIds,
    state: State,
    /// What has come and is not decided yet.
    input: String,
    /// Calls that have begun.
    begun: u32,
    name: String,
    arguments: String,
    /// Whether text is JSON.
    text_is_json: bool,
    /// Of the text, or of the arguments of the call that began last. Neither begins within a
    /// string.
    numbers: NumberGuard,
}

impl CallReader {
    pub(crate) fn new(
        syntax: CallSyntax,
        offer: &ToolOffer,
        checks: Arc<CallChecks>,
        ids: CallIds,
    ) -> Self {
        let first = match syntax.marker {
            Some(marker) if !syntax.bare => marker,
            _ => syntax.opening,
        };
        let state = match (&offer.text, syntax.marker) {
            _ if offer.required => State::Fixed(first, after_first(&syntax)),
            (TextForm::Free, Some(marker)) if syntax.bare => State::Start {
                calls: first,
                otherwise: Text::At(marker),
            },
            (TextForm::Free, Some(marker)) => State::InText(Text::At(marker)),
            (TextForm::Json(_), _) | (TextForm::Free, None) => State::Start {
                calls: first,
                otherwise: Text::AtEnd,
            },
        };
        Self {
            syntax,
            checks,
            ids,
            state,
            input: String::new(),
            begun: 0,
            name: String::new(),
            arguments: String::new(),
            text_is_json: matches!(offer.text, TextForm::Json(_)),
            numbers: NumberGuard::default(),
        }
    }

    /// The text that stands for a control token of a call.
    pub(crate) fn control_text(&self, token: u32) -> Option<&'static str> {
        self.syntax.control_text(token)
    }

    /// Whether the text is over.
    pub(crate) fn is_in_calls(&self) -> bool {
        !matches!(self.state, State::Start { .. } | State::InText(_))
    }

    /// Follows the numbers of the JSON that is being written, if any is.
    pub(crate) fn numbers(&self) -> Option<NumberGuard> {
        let in_json = match self.state {
            State::Start { .. } | State::InText(_) => self.text_is_json,
            State::Arguments(_) => true,
            State::Fixed(..) | State::Name | State::Closed | State::Ended => false,
        };
        in_json.then_some(self.numbers)
    }

    /// Takes more of the answer.
    ///
    /// # Errors
    /// [`ModelError::Engine`] where it has not the form of the grammar; what the last check of a
    /// call's arguments says.
    pub(crate) fn read(&mut self, text: &str) -> Result<Vec<Read>, ModelError> {
        self.input.push_str(text);
        let mut read = Vec::new();
        while !self.input.is_empty() && self.step(&mut read)? {}
        Ok(read)
    }

    /// What is held back, once no more comes: text that might have become a call.
    pub(crate) fn rest(&mut self) -> String {
        match self.state {
            State::Start { .. } | State::InText(_) => std::mem::take(&mut self.input),
            _ => String::new(),
        }
    }

    /// The last check of an answer that ended by itself, of which `text` is the text.
    ///
    /// # Errors
    /// [`ModelError::Engine`] where it ended within a call; what the check of the text says.
    pub(crate) fn end(&self, text: &str) -> Result<FinishReason, ModelError> {
        match self.state {
            State::Start { .. } | State::InText(_) => {
                self.checks.check_text(text)?;
                Ok(FinishReason::Stop)
            }
            State::Ended => Ok(FinishReason::ToolCalls),
            State::Closed if self.syntax.ending.is_empty() => Ok(FinishReason::ToolCalls),
            _ => Err(misread("the answer ended within a call")),
        }
    }

    /// One step; `false` where more text is needed.
    fn step(&mut self, read: &mut Vec<Read>) -> Result<bool, ModelError> {
        match &mut self.state {
            State::Start { calls, otherwise } => {
                let (calls, otherwise) = (*calls, *otherwise);
                if self.input.starts_with(calls) {
                    read.push(Read::TextEnded);
                    self.state = State::Fixed(calls, after_first(&self.syntax));
                } else if calls.starts_with(self.input.as_str()) {
                    return Ok(false);
                } else {
                    self.state = State::InText(otherwise);
                }
                Ok(true)
            }
            State::InText(Text::AtEnd) => {
                let text = std::mem::take(&mut self.input);
                self.numbers.push(text.as_bytes());
                read.push(Read::Text(text));
                Ok(false)
            }
            State::InText(Text::At(marker)) => {
                let marker = *marker;
                Ok(self.read_text(marker, read))
            }
            State::Fixed(left, after) => {
                let (left, after) = (*left, *after);
                self.read_fixed(left, after)
            }
            State::Name => Ok(self.read_name(read)),
            State::Arguments(scanner) => {
                let Some(end) = scanner.end_in(&self.input) else {
                    let text = std::mem::take(&mut self.input);
                    self.push_arguments(text, read);
                    return Ok(false);
                };
                let text = self.input.drain(..end).collect();
                self.push_arguments(text, read);
                self.checks.check_arguments(&self.name, &self.arguments)?;
                self.state = State::Fixed(self.syntax.closing, After::Closed);
                Ok(true)
            }
            State::Closed => {
                let (between, ending) = (self.syntax.between, self.syntax.ending);
                let begins = |fixed: &str| fixed.chars().next() == self.input.chars().next();
                self.state = if begins(between) {
                    State::Fixed(between, After::Name)
                } else if begins(ending) {
                    State::Fixed(ending, After::Ended)
                } else {
                    return Err(misread("something else than a call follows a call"));
                };
                Ok(true)
            }
            State::Ended => Err(misread("something follows the last call")),
        }
    }

    fn read_text(&mut self, marker: &'static str, read: &mut Vec<Read>) -> bool {
        if let Some(at) = self.input.find(marker) {
            let text: String = self.input.drain(..at).collect();
            if !text.is_empty() {
                read.push(Read::Text(text));
            }
            read.push(Read::TextEnded);
            self.state = State::Fixed(marker, After::Opening);
            return true;
        }
        let held = (1..marker.len().min(self.input.len() + 1))
            .rev()
            .find(|length| self.input.ends_with(&marker[..*length]))
            .unwrap_or(0);
        let text: String = self.input.drain(..self.input.len() - held).collect();
        if !text.is_empty() {
            read.push(Read::Text(text));
        }
        false
    }

    fn read_fixed(&mut self, left: &'static str, after: After) -> Result<bool, ModelError> {
        if let Some(rest) = self.input.strip_prefix(left) {
            self.input = rest.to_owned();
            self.state = match after {
                After::Opening => State::Fixed(self.syntax.opening, After::Name),
                After::Name => State::Name,
                After::Arguments => State::Arguments(ObjectScanner::default()),
                After::Closed => State::Closed,
                After::Ended => State::Ended,
            };
            Ok(true)
        } else if let Some(rest) = left.strip_prefix(self.input.as_str()) {
            self.input.clear();
            self.state = State::Fixed(rest, after);
            Ok(false)
        } else {
            Err(misread("a call has another form than the grammar's"))
        }
    }

    /// Names have no quotes in them.
    fn read_name(&mut self, read: &mut Vec<Read>) -> bool {
        let Some(end) = self.input.find('"') else {
            return false;
        };
        self.name = self.input.drain(..end).collect();
        self.arguments.clear();
        self.numbers = NumberGuard::default();
        read.push(Read::Begun {
            index: self.begun,
            id: self.ids.next_id(),
            name: self.name.clone(),
        });
        self.begun += 1;
        self.state = State::Fixed(self.syntax.middle, After::Arguments);
        true
    }

    fn push_arguments(&mut self, text: String, read: &mut Vec<Read>) {
        self.arguments.push_str(&text);
        self.numbers.push(text.as_bytes());
        read.push(Read::Arguments {
            index: self.begun.saturating_sub(1),
            text,
        });
    }
}

/// What follows an answer's first fixed text.
fn after_first(syntax: &CallSyntax) -> After {
    if syntax.bare {
        After::Name
    } else {
        After::Opening
    }
}

fn misread(message: &str) -> ModelError {
    ModelError::Engine {
        message: message.to_owned(),
    }
}
