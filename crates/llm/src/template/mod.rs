//! Chat templates: a conversation to prompt tokens.
//!
//! Control tokens come from the template alone. What callers write is guarded before it is
//! rendered (see `guard`), then the rendered text is cut at control tokens and everything
//! between them is encoded as plain text in one piece, as the model's makers do it.

mod guard;
mod jinja;
mod mistral;

use crate::chat::{Message, Role};
use crate::error::{ModelError, ModelFileError};
use crate::gguf::GgufHeader;
use crate::tokenizer::ModelTokenizer;
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

    /// The prompt that lets the model give the next answer.
    ///
    /// # Errors
    /// [`ModelError::InvalidRequest`] where there are no messages or the template refuses them.
    pub fn render(
        &self,
        messages: &[Message],
        tokenizer: &ModelTokenizer,
    ) -> Result<Vec<u32>, ModelError> {
        if messages.is_empty() {
            return Err(ModelError::invalid("messages", "there is no message"));
        }
        let guard = Guard::for_messages(messages, tokenizer);
        let guarded: Vec<Message> = messages
            .iter()
            .map(|message| Message {
                role: message.role,
                content: guard.protect(&with_name(message)),
                name: None,
                tool_calls: message.tool_calls.clone(),
                tool_call_id: message.tool_call_id.clone(),
            })
            .collect();
        let text = match self {
            Self::Jinja(template) => template.render(&guarded, tokenizer)?,
            Self::MistralInstruct => mistral::render(&guarded, tokenizer)?,
        };
        encode(&text, &guard, tokenizer)
    }
}

/// A speaker's name in front of what is said: no template here knows names.
fn with_name(message: &Message) -> String {
    match &message.name {
        Some(name) if message.role != Role::Tool => format!("{name}: {}", message.content),
        _ => message.content.clone(),
    }
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
