//! Tools that a model may ask to have called.

use serde_json::Value;

/// A function that the caller can call for the model.
#[derive(Debug, Clone, PartialEq)]
pub struct Tool {
    /// Letters, digits, `_` and `-`, up to 64.
    pub name: String,
    /// What it does, for the model.
    pub description: Option<String>,
    /// JSON Schema of the arguments, an object's; `None` takes no arguments. Calls keep to it
    /// always: there are no tools that are not strict.
    pub parameters: Option<Value>,
    /// The field of the caller's request that `parameters` came in by, for errors about it.
    /// `None` is `tools[i].function.parameters` with the tool's place in [`ChatRequest::tools`].
    ///
    /// [`ChatRequest::tools`]: super::ChatRequest::tools
    pub parameters_field: Option<String>,
}

/// Whether the model calls tools.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ToolChoice {
    /// As it finds right.
    #[default]
    Auto,
    /// Never; the tools are not shown to it.
    None,
    /// At least one, whichever.
    Required,
    /// This one.
    Named(String),
}

/// A call that the model asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolCall {
    /// Names the call in the tool's answer.
    pub id: String,
    /// The tool's name.
    pub name: String,
    /// The arguments, a JSON object as text.
    pub arguments: String,
}
