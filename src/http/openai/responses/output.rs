//! Puts a response's output together from a model's events, and tells what happened at each.
//! Whole and streamed responses are made by the same code.

use std::sync::Arc;

use ledgergate_llm::chat::TokenLogprob;

use super::events::ResponseEvent;
use super::wire::{OutputCall, OutputItem, OutputMessage, OutputText};
use crate::clock::IdGenerator;
use crate::http::openai::answered::token_bodies;

/// The part of a message: there is one.
const CONTENT_INDEX: u32 = 0;

const IN_PROGRESS: &str = "in_progress";
const COMPLETED: &str = "completed";
const INCOMPLETE: &str = "incomplete";

/// An output under way: all items but the last are whole.
pub(super) struct Output {
    ids: Arc<dyn IdGenerator>,
    items: Vec<OutputItem>,
}

impl Output {
    pub(super) fn new(ids: Arc<dyn IdGenerator>) -> Self {
        Self {
            ids,
            items: Vec::new(),
        }
    }

    /// More of a message, or a new one.
    pub(super) fn text(&mut self, text: String, logprobs: Vec<TokenLogprob>) -> Vec<ResponseEvent> {
        let mut events = Vec::new();
        if !matches!(self.items.last(), Some(OutputItem::Message(_))) {
            events = self.begin_message();
        }
        let output_index = self.last_index();
        let logprobs = token_bodies(logprobs);
        if let Some(OutputItem::Message(message)) = self.items.last_mut()
            && let Some(part) = message.content.last_mut()
        {
            part.text.push_str(&text);
            part.logprobs.extend(logprobs.iter().cloned());
            events.push(ResponseEvent::TextDelta {
                item_id: message.id.clone(),
                output_index,
                content_index: CONTENT_INDEX,
                delta: text,
                logprobs,
            });
        }
        events
    }

    /// A call begins.
    pub(super) fn call(&mut self, call_id: String, name: String) -> Vec<ResponseEvent> {
        let mut events = self.end_item(COMPLETED);
        let id = self.new_id("fc");
        self.add(
            OutputItem::FunctionCall(OutputCall {
                id,
                status: IN_PROGRESS,
                arguments: String::new(),
                call_id,
                name,
            }),
            &mut events,
        );
        events
    }

    /// More of the arguments of the call that began last.
    pub(super) fn arguments(&mut self, text: String) -> Vec<ResponseEvent> {
        let output_index = self.last_index();
        match self.items.last_mut() {
            Some(OutputItem::FunctionCall(call)) => {
                call.arguments.push_str(&text);
                vec![ResponseEvent::ArgumentsDelta {
                    item_id: call.id.clone(),
                    output_index,
                    delta: text,
                }]
            }
            _ => Vec::new(),
        }
    }

    /// The answer is whole, or was cut off. An answer without anything is an empty message.
    pub(super) fn finish(&mut self, whole: bool) -> Vec<ResponseEvent> {
        let mut events = Vec::new();
        if self.items.is_empty() {
            events = self.begin_message();
        }
        events.extend(self.end_item(if whole { COMPLETED } else { INCOMPLETE }));
        events
    }

    /// The items; one that is still under way was cut off.
    pub(super) fn into_items(mut self) -> Vec<OutputItem> {
        self.end_item(INCOMPLETE);
        self.items
    }

    fn begin_message(&mut self) -> Vec<ResponseEvent> {
        let mut events = self.end_item(COMPLETED);
        let id = self.new_id("msg");
        let part = OutputText::new(String::new(), Vec::new());
        self.add(
            OutputItem::Message(OutputMessage {
                id: id.clone(),
                status: IN_PROGRESS,
                role: "assistant",
                content: Vec::new(),
            }),
            &mut events,
        );
        if let Some(OutputItem::Message(message)) = self.items.last_mut() {
            message.content.push(part.clone());
        }
        events.push(ResponseEvent::PartAdded {
            item_id: id,
            output_index: self.last_index(),
            content_index: CONTENT_INDEX,
            part,
        });
        events
    }

    fn add(&mut self, item: OutputItem, events: &mut Vec<ResponseEvent>) {
        self.items.push(item.clone());
        events.push(ResponseEvent::ItemAdded {
            output_index: self.last_index(),
            item,
        });
    }

    /// Ends the last item, if it is under way.
    fn end_item(&mut self, status: &'static str) -> Vec<ResponseEvent> {
        let output_index = self.last_index();
        let mut events = match self.items.last_mut() {
            Some(OutputItem::Message(message)) if message.status == IN_PROGRESS => {
                message.status = status;
                message_done(message, output_index)
            }
            Some(OutputItem::FunctionCall(call)) if call.status == IN_PROGRESS => {
                call.status = status;
                vec![ResponseEvent::ArgumentsDone {
                    item_id: call.id.clone(),
                    output_index,
                    name: call.name.clone(),
                    arguments: call.arguments.clone(),
                }]
            }
            _ => return Vec::new(),
        };
        events.extend(self.items.last().map(|item| ResponseEvent::ItemDone {
            output_index,
            item: item.clone(),
        }));
        events
    }

    fn last_index(&self) -> u32 {
        u32::try_from(self.items.len().saturating_sub(1)).unwrap_or(u32::MAX)
    }

    fn new_id(&self, kind: &str) -> String {
        format!("{kind}_{}", self.ids.next_id().simple())
    }
}

fn message_done(message: &OutputMessage, output_index: u32) -> Vec<ResponseEvent> {
    let item_id = &message.id;
    let parts = message.content.iter().flat_map(|part| {
        [
            ResponseEvent::TextDone {
                item_id: item_id.clone(),
                output_index,
                content_index: CONTENT_INDEX,
                text: part.text.clone(),
                logprobs: part.logprobs.clone(),
            },
            ResponseEvent::PartDone {
                item_id: item_id.clone(),
                output_index,
                content_index: CONTENT_INDEX,
                part: part.clone(),
            },
        ]
    });
    parts.collect()
}
