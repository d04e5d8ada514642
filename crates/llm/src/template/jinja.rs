//! A model's own chat template, run by minijinja the way Hugging Face runs it.

use minijinja::{Environment, Error, ErrorKind, context};
use serde::Serialize;

use super::{RenderedMessage, template_role};
use crate::chat::Role;
use crate::error::{ModelError, ModelFileError};
use crate::tokenizer::ModelTokenizer;

const NAME: &str = "chat";

/// A parsed Jinja chat template.
#[derive(Debug)]
pub struct JinjaTemplate {
    environment: Environment<'static>,
    /// Whether turns have headers as Llama 3's have.
    pub(super) has_headers: bool,
}

#[derive(Serialize)]
struct TemplateMessage<'m> {
    role: &'static str,
    content: &'m str,
}

impl JinjaTemplate {
    pub(super) fn parse(source: &str) -> Result<Self, ModelFileError> {
        let mut environment = Environment::new();
        environment.set_trim_blocks(true);
        environment.set_lstrip_blocks(true);
        environment
            .set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        environment.add_function(
            "raise_exception",
            |message: String| -> Result<String, Error> {
                Err(Error::new(ErrorKind::InvalidOperation, message))
            },
        );
        environment
            .add_template_owned(NAME, source.to_owned())
            .map_err(|error| {
                ModelFileError::unsupported(format!("the chat template: {error:#}"))
            })?;
        Ok(Self {
            environment,
            has_headers: source.contains("<|start_header_id|>"),
        })
    }

    pub(super) fn render(
        &self,
        messages: &[RenderedMessage],
        tokenizer: &ModelTokenizer,
    ) -> Result<String, ModelError> {
        let messages: Vec<TemplateMessage<'_>> = messages
            .iter()
            .map(|message| TemplateMessage {
                role: match message.role {
                    Role::Tool if self.has_headers => "ipython",
                    role => template_role(role),
                },
                content: &message.content,
            })
            .collect();
        let text_of = |id: Option<u32>| id.and_then(|id| tokenizer.control_text(id)).unwrap_or("");
        self.environment
            .get_template(NAME)
            .and_then(|template| {
                template.render(context! {
                    messages => messages,
                    // Defined and nothing, as Hugging Face has them: templates ask for both.
                    tools => None::<()>,
                    documents => None::<()>,
                    add_generation_prompt => true,
                    bos_token => text_of(tokenizer.begin_token()),
                    eos_token => text_of(tokenizer.end_tokens().first().copied()),
                })
            })
            .map_err(|error| {
                ModelError::invalid(
                    "messages",
                    format!("the model's chat template refuses the conversation: {error}"),
                )
            })
    }
}
