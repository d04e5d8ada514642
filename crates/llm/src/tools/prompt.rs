//! Writes tools, calls and results into a conversation, as text within the model's turns.
//!
//! What comes out is made of parts of ours and parts of the callers', so that whoever renders it
//! can keep the callers' from being read as control tokens.

use serde::de::IgnoredAny;
use serde_json::{Map, Value, json};

use super::ids::mistral_id;
use super::neutral::Neutraliser;
use super::results::in_order_of_calls;
use super::syntax::{CallSyntax, ToolStyle};
use crate::chat::{Message, Role, Tool, ToolCall};
use crate::error::ModelError;
use crate::tokenizer::ModelTokenizer;

/// A stretch of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    /// Written here; control tokens spelled out in it are meant.
    Ours(String),
    /// Written by a caller or a tool.
    Callers(String),
}

/// A message of which nothing but its text is left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WrittenMessage {
    /// [`Role::Tool`] is left only where the template has a turn of its own for results.
    pub(crate) role: Role,
    pub(crate) parts: Vec<Part>,
}

/// A conversation of which nothing but text is left.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct WrittenConversation {
    pub(crate) messages: Vec<WrittenMessage>,
    /// Stands in front of the last user turn.
    pub(crate) before_last_user: Vec<Part>,
}

/// Writes the tools that are offered, and calls and results so far.
///
/// # Errors
/// [`ModelError::InvalidRequest`] where a call's arguments are no JSON.
pub(crate) fn write_conversation(
    style: ToolStyle,
    messages: &[Message],
    tools: &[Tool],
    tokenizer: &ModelTokenizer,
) -> Result<WrittenConversation, ModelError> {
    let has_tools =
        |message: &Message| message.role == Role::Tool || !message.tool_calls.is_empty();
    if tools.is_empty() && !messages.iter().any(has_tools) {
        let plain = |message: &Message| WrittenMessage {
            role: message.role,
            parts: vec![Part::Callers(with_name(message))],
        };
        return Ok(WrittenConversation {
            messages: messages.iter().map(plain).collect(),
            before_last_user: Vec::new(),
        });
    }
    let writer = Writer {
        syntax: CallSyntax::new(style, tokenizer),
        neutral: Neutraliser::new(style, tokenizer),
    };
    let mut written = WrittenConversation::default();
    for message in in_order_of_calls(messages) {
        writer.write(message, &mut written.messages)?;
    }
    if !tools.is_empty() {
        writer.show_tools(tools, &mut written);
    }
    Ok(written)
}

/// A speaker's name in front of what is said: no template here knows names.
fn with_name(message: &Message) -> String {
    match &message.name {
        Some(name) if message.role != Role::Tool => format!("{name}: {}", message.content),
        _ => message.content.clone(),
    }
}

struct Writer {
    syntax: CallSyntax,
    neutral: Neutraliser,
}

impl Writer {
    fn write(
        &self,
        message: &Message,
        written: &mut Vec<WrittenMessage>,
    ) -> Result<(), ModelError> {
        if message.role == Role::Tool {
            self.write_result(message, written);
            return Ok(());
        }
        let text = self.neutral.text(&with_name(message));
        let mut parts = vec![Part::Callers(text)];
        if !message.tool_calls.is_empty() {
            self.write_calls(&message.tool_calls, &mut parts)?;
        }
        written.push(WrittenMessage {
            role: message.role,
            parts,
        });
        Ok(())
    }

    fn write_result(&self, message: &Message, written: &mut Vec<WrittenMessage>) {
        match self.syntax.style {
            ToolStyle::Hermes => {
                let text = self.neutral.text(&message.content);
                let parts = [
                    ours("<tool_response>\n"),
                    Part::Callers(text),
                    ours("\n</tool_response>"),
                ];
                match written.last_mut() {
                    Some(last) if last.parts.first() == parts.first() => {
                        last.parts.push(ours("\n"));
                        last.parts.extend(parts);
                    }
                    _ => written.push(WrittenMessage {
                        role: Role::User,
                        parts: parts.into(),
                    }),
                }
            }
            ToolStyle::Mistral => {
                let id = mistral_id(message.tool_call_id.as_deref().unwrap_or_default());
                let content = if is_json(&message.content) {
                    self.neutral.json(&message.content)
                } else {
                    self.json_string(&message.content)
                };
                written.push(WrittenMessage {
                    role: Role::Tool,
                    parts: vec![
                        ours("[TOOL_RESULTS] {\"content\": "),
                        Part::Callers(content),
                        Part::Ours(format!(", \"call_id\": \"{id}\"}}[/TOOL_RESULTS]")),
                    ],
                });
            }
            ToolStyle::Llama => written.push(WrittenMessage {
                role: Role::Tool,
                parts: vec![Part::Callers(message.content.clone())],
            }),
        }
    }

    /// Calls as the grammar would have had the model write them.
    fn write_calls(&self, calls: &[ToolCall], parts: &mut Vec<Part>) -> Result<(), ModelError> {
        let syntax = &self.syntax;
        let text = match parts.first() {
            Some(Part::Callers(text)) => text.as_str(),
            _ => "",
        };
        let after_text = !syntax.bare || !text.is_empty();
        if syntax.style == ToolStyle::Hermes && !text.is_empty() && !text.ends_with('\n') {
            parts.push(ours("\n"));
        }
        match syntax.marker {
            Some(marker) if after_text => parts.push(ours(marker)),
            None if after_text => parts.push(ours("\n\n")),
            _ => {}
        }
        for (index, call) in calls.iter().enumerate() {
            if !is_json(&call.arguments) {
                return Err(ModelError::invalid(
                    "messages",
                    format!("the arguments of the call `{}` are no JSON", call.id),
                ));
            }
            let lead = if index == 0 {
                syntax.opening
            } else {
                syntax.between
            };
            let name = self.json_string(&call.name);
            let name = name[1..name.len() - 1].to_owned();
            parts.extend([
                ours(lead),
                Part::Callers(name),
                ours(syntax.middle),
                Part::Callers(self.neutral.json(&call.arguments)),
            ]);
            if syntax.style == ToolStyle::Mistral {
                let id = mistral_id(&call.id);
                parts.push(Part::Ours(format!(", \"id\": \"{id}\"")));
            }
            parts.push(ours(syntax.closing));
        }
        parts.push(ours(syntax.ending));
        Ok(())
    }

    fn show_tools(&self, tools: &[Tool], written: &mut WrittenConversation) {
        let shown = tools.iter().map(|tool| self.shown(tool));
        match self.syntax.style {
            ToolStyle::Hermes => {
                let block = explained(HERMES, &shown.collect::<Vec<_>>().join("\n"));
                show_in_system(block, &mut written.messages);
            }
            ToolStyle::Llama => {
                let block = explained(LLAMA, &shown.collect::<Vec<_>>().join("\n"));
                show_in_system(block, &mut written.messages);
            }
            ToolStyle::Mistral => {
                let list = format!("[{}]", shown.collect::<Vec<_>>().join(", "));
                // Whoever has the markers as control tokens was taught what they mean.
                if self.syntax.control_token("[AVAILABLE_TOOLS]").is_some() {
                    written.before_last_user = explained(MISTRAL, &list);
                } else {
                    show_in_last_user(explained(MISTRAL_IN_WORDS, &list), &mut written.messages);
                }
            }
        }
    }

    /// A tool's definition as one line of JSON.
    fn shown(&self, tool: &Tool) -> String {
        let mut function = Map::new();
        function.insert("name".to_owned(), json!(tool.name));
        if let Some(description) = &tool.description {
            function.insert("description".to_owned(), json!(description));
        }
        let none = || json!({"type": "object", "properties": {}});
        function.insert(
            "parameters".to_owned(),
            tool.parameters.clone().unwrap_or_else(none),
        );
        let shown = json!({"type": "function", "function": function}).to_string();
        self.neutral.json(&shown)
    }

    fn json_string(&self, text: &str) -> String {
        self.neutral.json(&Value::from(text).to_string())
    }
}

/// Before and after the tools.
type Explanation = (&'static str, &'static str);

const HERMES: Explanation = (
    "# Tools\n\nThese functions can be called; each line is one of them as JSON:\n<tools>\n",
    "\n</tools>\n\nA call is a JSON object with the function's name and its arguments within \
     <tool_call></tool_call>:\n<tool_call>\n{\"name\": \"…\", \"arguments\": {…}}\n</tool_call>\n\
     What a function returned comes within <tool_response></tool_response>.",
);

const LLAMA: Explanation = (
    "Environment: ipython\n\nThese functions can be called; each line is one of them as JSON:\n",
    "\n\nTo call a function, answer with nothing but a JSON object of its name and its arguments: \
     {\"name\": \"…\", \"parameters\": {…}}",
);

const MISTRAL: Explanation = ("[AVAILABLE_TOOLS] ", "[/AVAILABLE_TOOLS]");

const MISTRAL_IN_WORDS: Explanation = (
    "These functions can be called:\n[AVAILABLE_TOOLS] ",
    "[/AVAILABLE_TOOLS]\nTo call functions, answer with [TOOL_CALLS] and a JSON list of calls, \
     each with the function's name and its arguments:\n[TOOL_CALLS] [{\"name\": \"…\", \
     \"arguments\": {…}}]\nWhat a function returned comes after [TOOL_RESULTS].\n\n",
);

fn explained((before, after): Explanation, tools: &str) -> Vec<Part> {
    vec![ours(before), Part::Callers(tools.to_owned()), ours(after)]
}

fn show_in_system(block: Vec<Part>, messages: &mut Vec<WrittenMessage>) {
    match messages.first_mut() {
        Some(first) if matches!(first.role, Role::System | Role::Developer) => {
            first.parts.push(ours("\n\n"));
            first.parts.extend(block);
        }
        _ => messages.insert(
            0,
            WrittenMessage {
                role: Role::System,
                parts: block,
            },
        ),
    }
}

fn show_in_last_user(block: Vec<Part>, messages: &mut [WrittenMessage]) {
    let last = messages
        .iter_mut()
        .rev()
        .find(|message| !matches!(message.role, Role::Assistant | Role::Tool));
    if let Some(last) = last {
        last.parts.splice(0..0, block);
    }
}

fn ours(text: &str) -> Part {
    Part::Ours(text.to_owned())
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}
