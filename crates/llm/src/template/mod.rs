//! Chat templates: a conversation to prompt tokens.
//!
//! Control tokens come from the template alone. What callers write is guarded before it is
//! rendered (see `guard`), then the rendered text is cut at control tokens and everything
//! between them is encoded as plain text in one piece, as the model's makers do it.

mod guard;
mod jinja;
mod mistral;

use crate::chat::{Message, Role, Tool};
use crate::error::{ModelError, ModelFileError};
use crate::gguf::GgufHeader;
use crate::tokenizer::ModelTokenizer;
use crate::tools::{Part, ToolStyle, write_conversation};
use guard::Guard;
use jinja::JinjaTemplate;

/// How one model wants conversations written.
#[derive(Debug)]
pub enum ChatTemplate {
    /// The model's own Jinja template.
    Jinja(Box<JinjaTemplate>),
    /// Mistral's and Mixtral's `[INST]` form, with the system text merged into the first user
    /// turn and neighbours of one role joined: their own templates refuse both.
    MistralInstruct,
}

/// `ChatML` as `SmolLM2` has it, without a default system prompt.
const CHATML: &str = "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

impl ChatTemplate {
    /// The template of a model's metadata (`tokenizer.chat_template`).
    ///
    /// # Errors
    /// [`ModelFileError::Unsupported`] where it is no valid template.
    pub fn from_source(source: &str) -> Result<Self, ModelFileError> {
        if source.contains("[INST]") && !source.contains("<<SYS>>") {
            return Ok(Self::MistralInstruct);
        }
        Ok(Self::Jinja(Box::new(JinjaTemplate::parse(source)?)))
    }

    /// The template that a GGUF file carries.
    ///
    /// # Errors
    /// [`ModelFileError::Unsupported`] where it carries none or no valid one.
    pub fn from_gguf(header: &GgufHeader) -> Result<Self, ModelFileError> {
        let source = header.text("tokenizer.chat_template").ok_or_else(|| {
            ModelFileError::unsupported(
                "the file carries no chat template (tokenizer.chat_template): it is no chat model, \
                 or its template must be named",
            )
        })?;
        Self::from_source(source)
    }

    /// Plain `ChatML`.
    ///
    /// # Errors
    /// None in practice: the template is fixed.
    pub fn chatml() -> Result<Self, ModelFileError> {
        Ok(Self::Jinja(Box::new(JinjaTemplate::parse(CHATML)?)))
    }

    /// The form in which the model's family calls tools.
    pub(crate) fn tool_style(&self) -> ToolStyle {
        match self {
            Self::MistralInstruct => ToolStyle::Mistral,
            Self::Jinja(template) if template.has_headers => ToolStyle::Llama,
            Self::Jinja(_) => ToolStyle::Hermes,
        }
    }

    /// The prompt that lets the model give the next answer.
    ///
    /// # Errors
    /// [`ModelError::InvalidRequest`] where there are no messages or the template refuses them.
    pub fn render(
        &self,
        messages: &[Message],
        tokenizer: &ModelTokenizer,
    ) -> Result<Vec<u32>, ModelError> {
        self.render_with_tools(messages, &[], tokenizer)
    }

    /// The same with tools that the model may call.
    ///
    /// # Errors
    /// As [`ChatTemplate::render`].
    pub fn render_with_tools(
        &self,
        messages: &[Message],
        tools: &[Tool],
        tokenizer: &ModelTokenizer,
    ) -> Result<Vec<u32>, ModelError> {
        if messages.is_empty() {
            return Err(ModelError::invalid("messages", "there is no message"));
        }
        let written = write_conversation(self.tool_style(), messages, tools, tokenizer)?;
        let parts = written.messages.iter().flat_map(|message| &message.parts);
        let callers: Vec<&str> = parts
            .chain(&written.before_last_user)
            .filter_map(|part| match part {
                Part::Callers(text) => Some(text.as_str()),
                Part::Ours(_) => None,
            })
            .collect();
        let guard = Guard::for_texts(&callers, tokenizer);
        let messages: Vec<RenderedMessage> = written
            .messages
            .iter()
            .map(|message| RenderedMessage {
                role: message.role,
                content: joined(&message.parts, &guard),
            })
            .collect();
        let text = match self {
            Self::Jinja(template) => template.render(&messages, tokenizer)?,
            Self::MistralInstruct => {
                let before_last_user = joined(&written.before_last_user, &guard);
                mistral::render(&messages, &before_last_user, tokenizer)?
            }
        };
        encode(&text, &guard, tokenizer)
    }
}

/// A message whose text is guarded.
struct RenderedMessage {
    role: Role,
    content: String,
}

fn joined(parts: &[Part], guard: &Guard) -> String {
    let texts = parts.iter().map(|part| match part {
        Part::Ours(text) => text.clone(),
        Part::Callers(text) => guard.protect(text),
    });
    texts.collect()
}

/// Cuts rendered text at control tokens and encodes what is between them.
fn encode(text: &str, guard: &Guard, tokenizer: &ModelTokenizer) -> Result<Vec<u32>, ModelError> {
    let mut prompt = Vec::new();
    let mut plain_start = 0;
    for (start, control) in guard.control_tokens_in(text) {
        if start < plain_start {
            continue;
        }
        prompt.extend(tokenizer.encode_text(&guard.strip(&text[plain_start..start]))?);
        prompt.extend(tokenizer.control_token(control));
        plain_start = start + control.len();
    }
    prompt.extend(tokenizer.encode_text(&guard.strip(&text[plain_start..]))?);
    if let Some(begin) = tokenizer.prompt_begin()
        && prompt.first() != Some(&begin)
    {
        prompt.insert(0, begin);
    }
    Ok(prompt)
}

/// The role under which templates know it.
fn template_role(role: Role) -> &'static str {
    match role {
        Role::Developer => Role::System.as_str(),
        other => other.as_str(),
    }
}

#[cfg(test)]
mod tests;
