//! The messages of a chat request.

use std::collections::BTreeMap;

use ledgergate_llm::chat::{Message, Role, ToolCall};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::tools::ToolCallBody;
use crate::http::error::ApiError;
use crate::http::openai::fields::unsupported;

/// One turn.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::http) struct MessageBody {
    /// `system`, `developer`, `user`, `assistant` or `tool`.
    #[schema(value_type = String, example = "user")]
    pub role: Role,
    /// What is said. An assistant's message with tool calls may have none.
    pub content: Option<Content>,
    /// The speaker's name, for conversations of several: the model reads `name: content`. A
    /// tool's message may have the name of the function whose call it answers, and no other.
    pub name: Option<String>,
    /// An assistant's refusal of an earlier turn; text to the model.
    pub refusal: Option<String>,
    /// What the assistant asked to have called.
    pub tool_calls: Option<Vec<ToolCallBody>>,
    /// In a tool's message: the call that it answers.
    pub tool_call_id: Option<String>,
    /// Everything else is refused by name, unless it is `null` or empty.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Map<String, Value>,
}

/// Text, or parts of text.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub(in crate::http) enum Content {
    /// Plain.
    Text(String),
    /// In parts, joined as they are.
    Parts(Vec<ContentPart>),
}

/// A part of a message.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ContentPart {
    /// `text`, or `refusal` in an assistant's message.
    #[schema(example = "text")]
    pub r#type: String,
    /// The text.
    pub text: Option<String>,
    /// The refusal.
    pub refusal: Option<String>,
}

/// Checks the messages and their order.
pub(super) fn parse(bodies: Vec<MessageBody>) -> Result<Vec<Message>, ApiError> {
    if bodies.is_empty() {
        return Err(ApiError::invalid("messages", "at least one message"));
    }
    let messages = bodies
        .into_iter()
        .enumerate()
        .map(|(index, body)| parse_message(body, index))
        .collect::<Result<Vec<_>, _>>()?;
    check_tool_answers(&messages)?;
    Ok(messages)
}

fn parse_message(body: MessageBody, index: usize) -> Result<Message, ApiError> {
    let param = |field: &str| format!("messages[{index}].{field}");
    refuse_rest(&body.rest, index)?;
    let role = body.role;
    if role != Role::Assistant {
        if body.refusal.is_some() {
            return Err(ApiError::invalid(
                param("refusal"),
                "only an assistant's message has one",
            ));
        }
        if body.tool_calls.is_some() {
            return Err(ApiError::invalid(
                param("tool_calls"),
                "only an assistant's message has them",
            ));
        }
    }
    if (role == Role::Tool) != body.tool_call_id.is_some() {
        return Err(ApiError::invalid(
            param("tool_call_id"),
            if role == Role::Tool {
                "a tool's message names the call that it answers"
            } else {
                "only a tool's message has one"
            },
        ));
    }
    if let Some(name) = &body.name
        && (name.is_empty() || name.chars().any(char::is_control))
    {
        return Err(ApiError::invalid(
            param("name"),
            "is neither empty nor has it line breaks",
        ));
    }
    let tool_calls = body.tool_calls.unwrap_or_default();
    let tool_calls = tool_calls
        .into_iter()
        .map(ToolCall::from)
        .collect::<Vec<_>>();
    for (number, call) in tool_calls.iter().enumerate() {
        let arguments: Result<Map<String, Value>, _> = serde_json::from_str(&call.arguments);
        if arguments.is_err() {
            return Err(ApiError::invalid(
                format!("messages[{index}].tool_calls[{number}].function.arguments"),
                "is a JSON object as text",
            ));
        }
    }
    let content = match (body.content, body.refusal) {
        (Some(content), None) => text_of(&content, role, index)?,
        (Some(content), Some(refusal)) => text_of(&content, role, index)? + &refusal,
        (None, Some(refusal)) => refusal,
        (None, None) if !tool_calls.is_empty() => String::new(),
        (None, None) => {
            return Err(ApiError::invalid(
                param("content"),
                "the content is missing",
            ));
        }
    };
    Ok(Message {
        role,
        content,
        name: body.name,
        tool_calls,
        tool_call_id: body.tool_call_id,
    })
}

/// What SDKs put into a message that they give back is empty here.
fn refuse_rest(rest: &Map<String, Value>, index: usize) -> Result<(), ApiError> {
    let refused = rest.iter().find(|(_, value)| {
        !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty())
    });
    match refused {
        None => Ok(()),
        Some((key, _)) => Err(unsupported(
            &format!("messages[{index}].{key}"),
            &format!("messages have no '{key}' here; leave it out"),
        )),
    }
}

/// Each tool's message answers a call of the assistant's message before it, once. Its name says
/// nothing new to the model, which reads in the call what was called.
fn check_tool_answers(messages: &[Message]) -> Result<(), ApiError> {
    let mut open: BTreeMap<&str, &str> = BTreeMap::new();
    for (index, message) in messages.iter().enumerate() {
        match (&message.role, message.tool_call_id.as_deref()) {
            (Role::Tool, Some(id)) => {
                let Some(called) = open.remove(id) else {
                    return Err(ApiError::invalid(
                        format!("messages[{index}].tool_call_id"),
                        format!("no call '{id}' of the assistant waits for an answer"),
                    ));
                };
                if let Some(name) = message.name.as_deref()
                    && name != called
                {
                    return Err(ApiError::invalid(
                        format!("messages[{index}].name"),
                        format!("the call '{id}' is of '{called}'; send that name, or none"),
                    ));
                }
            }
            _ if !open.is_empty() => {
                return Err(ApiError::invalid(
                    format!("messages[{index}].role"),
                    format!(
                        "the calls before this message are not all answered by tools; missing: {}",
                        open.keys().copied().collect::<Vec<_>>().join(", ")
                    ),
                ));
            }
            _ => {
                for (number, call) in message.tool_calls.iter().enumerate() {
                    if open.insert(&call.id, &call.name).is_some() {
                        return Err(ApiError::invalid(
                            format!("messages[{index}].tool_calls[{number}].id"),
                            format!("there are two calls '{}'", call.id),
                        ));
                    }
                }
            }
        }
    }
    if open.is_empty() {
        return Ok(());
    }
    Err(ApiError::invalid(
        "messages",
        format!(
            "the last calls are not all answered by tools; missing: {}",
            open.keys().copied().collect::<Vec<_>>().join(", ")
        ),
    ))
}

fn text_of(content: &Content, role: Role, index: usize) -> Result<String, ApiError> {
    let parts = match content {
        Content::Text(text) => return Ok(text.clone()),
        Content::Parts(parts) => parts,
    };
    parts
        .iter()
        .enumerate()
        .map(|(part_index, part)| {
            let param = format!("messages[{index}].content[{part_index}]");
            match (part.r#type.as_str(), &part.text, &part.refusal) {
                ("text", Some(text), None) => Ok(text.as_str()),
                ("text", ..) => Err(ApiError::invalid(param, "a text part has 'text' alone")),
                ("refusal", None, Some(refusal)) if role == Role::Assistant => Ok(refusal.as_str()),
                (other, ..) => Err(unsupported(
                    &param,
                    &format!("parts of type '{other}' are not taken in this role"),
                )),
            }
        })
        .collect()
}
