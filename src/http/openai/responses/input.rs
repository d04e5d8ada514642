//! From an input to the messages of a conversation.

use ledgergate_llm::chat::{Message, Role, ToolCall};
use serde_json::{Map, Value};

use super::body::InputBody;
use super::items::{
    FunctionCallItem, FunctionCallOutputItem, InputItem, MessageItem, Speaker, read, text_of,
};
use crate::http::error::ApiError;

/// The conversation: the instructions first, then the input.
pub(super) fn parse(
    instructions: Option<&str>,
    input: Option<InputBody>,
) -> Result<Vec<Message>, ApiError> {
    let mut conversation = Conversation::default();
    if let Some(instructions) = instructions {
        conversation.say(Role::System, instructions.to_owned());
    }
    match input {
        None => return Err(ApiError::invalid("input", "the input is missing")),
        Some(InputBody::Text(text)) => conversation.say(Role::User, text),
        Some(InputBody::Items(items)) if items.is_empty() => {
            return Err(ApiError::invalid("input", "at least one item"));
        }
        Some(InputBody::Items(items)) => {
            for (index, item) in items.into_iter().enumerate() {
                let param = format!("input[{index}]");
                match read(item, &param)? {
                    InputItem::Message(item) => conversation.message(item, &param)?,
                    InputItem::FunctionCall(item) => conversation.call(item, &param)?,
                    InputItem::FunctionCallOutput(item) => conversation.output(item, &param)?,
                }
            }
        }
    }
    conversation.all_answered("input")?;
    Ok(conversation.messages)
}

#[derive(Default)]
struct Conversation {
    messages: Vec<Message>,
    /// Calls without an output yet.
    open_calls: Vec<String>,
}

impl Conversation {
    fn say(&mut self, role: Role, text: String) {
        self.messages.push(Message::new(role, text));
    }

    fn message(&mut self, item: MessageItem, param: &str) -> Result<(), ApiError> {
        self.all_answered(param)?;
        let (role, kinds): (_, &[&str]) = match item.role {
            Speaker::System => (Role::System, &["input_text"]),
            Speaker::Developer => (Role::Developer, &["input_text"]),
            Speaker::User => (Role::User, &["input_text"]),
            Speaker::Assistant => (Role::Assistant, &["output_text", "refusal"]),
        };
        let text = text_of(item.content, kinds, &format!("{param}.content"))?;
        self.say(role, text);
        Ok(())
    }

    /// Calls that follow one another, or the assistant's words, are one turn.
    fn call(&mut self, item: FunctionCallItem, param: &str) -> Result<(), ApiError> {
        let arguments: Result<Map<String, Value>, _> = serde_json::from_str(&item.arguments);
        if arguments.is_err() {
            return Err(ApiError::invalid(
                format!("{param}.arguments"),
                "is a JSON object as text",
            ));
        }
        if self.open_calls.contains(&item.call_id) {
            return Err(ApiError::invalid(
                format!("{param}.call_id"),
                format!("there are two calls '{}'", item.call_id),
            ));
        }
        let call = ToolCall {
            id: item.call_id.clone(),
            name: item.name,
            arguments: item.arguments,
        };
        match self.messages.last_mut() {
            Some(last) if last.role == Role::Assistant => last.tool_calls.push(call),
            _ => {
                self.all_answered(param)?;
                let mut message = Message::new(Role::Assistant, "");
                message.tool_calls.push(call);
                self.messages.push(message);
            }
        }
        self.open_calls.push(item.call_id);
        Ok(())
    }

    fn output(&mut self, item: FunctionCallOutputItem, param: &str) -> Result<(), ApiError> {
        let before = self.open_calls.len();
        self.open_calls.retain(|id| *id != item.call_id);
        if self.open_calls.len() == before {
            return Err(ApiError::invalid(
                format!("{param}.call_id"),
                format!("no call '{}' waits for an output", item.call_id),
            ));
        }
        let text = text_of(item.output, &["input_text"], &format!("{param}.output"))?;
        let mut message = Message::new(Role::Tool, text);
        message.tool_call_id = Some(item.call_id);
        self.messages.push(message);
        Ok(())
    }

    fn all_answered(&self, param: &str) -> Result<(), ApiError> {
        if self.open_calls.is_empty() {
            return Ok(());
        }
        Err(ApiError::invalid(
            param,
            format!(
                "function calls before this have no output; missing: {}",
                self.open_calls.join(", ")
            ),
        ))
    }
}
