//! What a request offers its model to call.

use serde_json::{Value, json};

use crate::chat::{ChatRequest, OutputFormat, Prompt, Tool, ToolChoice};
use crate::error::ModelError;

/// OpenAI's limit of a name's length.
const MOST_NAME_CHARACTERS: usize = 64;

/// Tools offered to the model, checked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ToolOffer {
    /// All that are shown.
    pub(crate) tools: Vec<Tool>,
    /// Which of them may be called: all, or one.
    pub(super) only: Option<usize>,
    /// Whether an answer must be calls.
    pub(crate) required: bool,
    /// Whether an answer may hold several.
    pub(super) several: bool,
    /// What an answer in text must be.
    pub(super) text: TextForm,
    /// The field of the request that said so.
    pub(super) text_field: String,
}

/// What an answer in text must be.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum TextForm {
    /// Anything but a call.
    Free,
    /// JSON that validates.
    Json(Value),
}

impl ToolOffer {
    /// `None` where the request has no tools, or says that none is called.
    ///
    /// # Errors
    /// [`ModelError::InvalidRequest`] where tools, choice, prompt and form of the answer do not
    /// go together.
    pub(crate) fn of(request: &ChatRequest) -> Result<Option<Self>, ModelError> {
        if request.tools.is_empty() || request.tool_choice == ToolChoice::None {
            return Ok(None);
        }
        if !matches!(request.prompt, Prompt::Conversation(_)) {
            return Err(ModelError::invalid(
                "tools",
                "tools only go with a conversation",
            ));
        }
        for (index, tool) in request.tools.iter().enumerate() {
            check_name(&tool.name, index)?;
        }
        let text = match &request.output {
            OutputFormat::Text => TextForm::Free,
            OutputFormat::JsonObject => TextForm::Json(json!({"type": "object"})),
            OutputFormat::JsonSchema(schema) => TextForm::Json(schema.clone()),
            OutputFormat::Regex(_) | OutputFormat::Choice(_) | OutputFormat::Lark(_) => {
                return Err(ModelError::invalid(
                    request.output_field.unwrap_or("response_format"),
                    "this form of answer does not go with tools; set `tool_choice` to `none`, or \
                     ask for JSON",
                ));
            }
        };
        let only = match &request.tool_choice {
            ToolChoice::Named(name) => Some(position(&request.tools, name)?),
            _ => None,
        };
        Ok(Some(Self {
            tools: request.tools.clone(),
            only,
            required: matches!(
                request.tool_choice,
                ToolChoice::Required | ToolChoice::Named(_)
            ),
            // Who names a tool wants it called, not called several times.
            several: request.parallel_tool_calls && only.is_none(),
            text,
            text_field: request
                .output_field
                .unwrap_or("response_format/json_schema/schema")
                .to_owned(),
        }))
    }

    /// Tools that may be called, with their place in the request.
    pub(super) fn callable(&self) -> impl Iterator<Item = (usize, &Tool)> {
        let tools = self.tools.iter().enumerate();
        tools.filter(|(index, _)| self.only.is_none_or(|only| only == *index))
    }
}

fn check_name(name: &str, index: usize) -> Result<(), ModelError> {
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if (1..=MOST_NAME_CHARACTERS).contains(&name.len()) && name.bytes().all(letters) {
        return Ok(());
    }
    Err(ModelError::invalid(
        format!("tools[{index}].function.name"),
        "a name has 1 to 64 letters, digits, `_` and `-`",
    ))
}

fn position(tools: &[Tool], name: &str) -> Result<usize, ModelError> {
    tools
        .iter()
        .position(|tool| tool.name == name)
        .ok_or_else(|| ModelError::invalid("tool_choice", format!("there is no tool `{name}`")))
}
