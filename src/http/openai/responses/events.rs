//! The events of a streamed response.

use serde::Serialize;
use utoipa::ToSchema;

use super::wire::{OutputItem, OutputText, ResponseBody};
use crate::http::openai::wire::TokenBody;

/// An event and its place in the stream.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResponseStreamEvent {
    /// What happened.
    #[serde(flatten)]
    pub event: ResponseEvent,
    /// From 0.
    pub sequence_number: u64,
}

/// What happens to a response.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "type")]
pub enum ResponseEvent {
    /// The first event.
    #[serde(rename = "response.created")]
    Created {
        /// As it stands.
        response: Box<ResponseBody>,
    },
    /// The second.
    #[serde(rename = "response.in_progress")]
    InProgress {
        /// As it stands.
        response: Box<ResponseBody>,
    },
    /// A message or a call begins.
    #[serde(rename = "response.output_item.added")]
    ItemAdded {
        /// Which item of the output.
        output_index: u32,
        /// Still empty.
        item: OutputItem,
    },
    /// A message's text begins.
    #[serde(rename = "response.content_part.added")]
    PartAdded {
        /// Which item.
        item_id: String,
        /// Which item of the output.
        output_index: u32,
        /// Which part of the message.
        content_index: u32,
        /// Still empty.
        part: OutputText,
    },
    /// More text.
    #[serde(rename = "response.output_text.delta")]
    TextDelta {
        /// Which item.
        item_id: String,
        /// Which item of the output.
        output_index: u32,
        /// Which part of the message.
        content_index: u32,
        /// The new text.
        delta: String,
        /// Of the new tokens, if asked for.
        logprobs: Vec<TokenBody>,
    },
    /// A message's text is whole.
    #[serde(rename = "response.output_text.done")]
    TextDone {
        /// Which item.
        item_id: String,
        /// Which item of the output.
        output_index: u32,
        /// Which part of the message.
        content_index: u32,
        /// The whole text.
        text: String,
        /// Of all its tokens, if asked for.
        logprobs: Vec<TokenBody>,
    },
    /// A message's part is whole.
    #[serde(rename = "response.content_part.done")]
    PartDone {
        /// Which item.
        item_id: String,
        /// Which item of the output.
        output_index: u32,
        /// Which part of the message.
        content_index: u32,
        /// The whole part.
        part: OutputText,
    },
    /// More of a call's arguments.
    #[serde(rename = "response.function_call_arguments.delta")]
    ArgumentsDelta {
        /// Which item.
        item_id: String,
        /// Which item of the output.
        output_index: u32,
        /// A piece of the JSON text.
        delta: String,
    },
    /// A call's arguments are whole.
    #[serde(rename = "response.function_call_arguments.done")]
    ArgumentsDone {
        /// Which item.
        item_id: String,
        /// Which item of the output.
        output_index: u32,
        /// The function's name.
        name: String,
        /// The whole JSON text.
        arguments: String,
    },
    /// A message or a call is whole, or was cut off.
    #[serde(rename = "response.output_item.done")]
    ItemDone {
        /// Which item of the output.
        output_index: u32,
        /// The whole item.
        item: OutputItem,
    },
    /// The last event of a whole answer.
    #[serde(rename = "response.completed")]
    Completed {
        /// As it stands.
        response: Box<ResponseBody>,
    },
    /// The last event of an answer that was cut off.
    #[serde(rename = "response.incomplete")]
    Incomplete {
        /// As it stands.
        response: Box<ResponseBody>,
    },
    /// The last event of an answer that failed.
    #[serde(rename = "response.failed")]
    Failed {
        /// As it stands.
        response: Box<ResponseBody>,
    },
    /// Something failed after the stream had begun; `response.failed` follows.
    #[serde(rename = "error")]
    Error {
        /// A stable code for programs.
        code: Option<&'static str>,
        /// For people.
        message: String,
        /// The field at fault.
        param: Option<String>,
    },
}

impl ResponseEvent {
    /// Its type, also the name of the server-sent event.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Created { .. } => "response.created",
            Self::InProgress { .. } => "response.in_progress",
            Self::ItemAdded { .. } => "response.output_item.added",
            Self::PartAdded { .. } => "response.content_part.added",
            Self::TextDelta { .. } => "response.output_text.delta",
            Self::TextDone { .. } => "response.output_text.done",
            Self::PartDone { .. } => "response.content_part.done",
            Self::ArgumentsDelta { .. } => "response.function_call_arguments.delta",
            Self::ArgumentsDone { .. } => "response.function_call_arguments.done",
            Self::ItemDone { .. } => "response.output_item.done",
            Self::Completed { .. } => "response.completed",
            Self::Incomplete { .. } => "response.incomplete",
            Self::Failed { .. } => "response.failed",
            Self::Error { .. } => "error",
        }
    }
}
