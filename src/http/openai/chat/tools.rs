//! Tools in a chat request.

use ledgergate_llm::chat::{Tool, ToolCall, ToolChoice};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::http::error::ApiError;
use crate::http::openai::fields::unsupported;

/// OpenAI's limit.
const MOST_TOOLS: usize = 128;

/// A tool, of type `function`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ToolBody {
    /// Only `function`.
    #[schema(example = "function")]
    pub r#type: String,
    /// The function.
    pub function: Option<FunctionBody>,
}

/// A function that the caller can call for the model.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct FunctionBody {
    /// Letters, digits, `_` and `-`, up to 64.
    pub name: String,
    /// What it does, for the model.
    pub description: Option<String>,
    /// JSON Schema of the arguments, an object's. Without it the function takes none.
    #[schema(value_type = Option<Object>)]
    pub parameters: Option<Value>,
    /// The schema is enforced either way.
    #[expect(dead_code, reason = "there is no schema that is not enforced")]
    pub strict: Option<bool>,
}

/// Whether the model calls tools.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub(in crate::http) enum ToolChoiceBody {
    /// `none`, `auto` or `required`.
    Mode(String),
    /// One function, or some of them.
    Object(ToolChoiceObject),
}

/// One function, or some of them.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ToolChoiceObject {
    /// `function` or `allowed_tools`.
    pub r#type: String,
    /// With `function`: which.
    pub function: Option<FunctionName>,
    /// With `allowed_tools`: which, and whether one must be called.
    pub allowed_tools: Option<AllowedTools>,
}

/// A function by its name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct FunctionName {
    /// Of one of `tools`.
    pub name: String,
}

/// Some of the tools.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct AllowedTools {
    /// `auto` or `required`.
    pub mode: String,
    /// The tools that may be called.
    pub tools: Vec<AllowedTool>,
}

/// A tool that may be called.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct AllowedTool {
    /// Only `function`.
    #[schema(value_type = String, example = "function")]
    #[expect(dead_code, reason = "only that it is this type matters")]
    pub r#type: FunctionType,
    /// Which.
    pub function: FunctionName,
}

/// A call that a model asked for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ToolCallBody {
    /// Names the call in the tool's answer.
    pub id: String,
    /// `function`.
    #[schema(value_type = String, example = "function")]
    pub r#type: FunctionType,
    /// What to call.
    pub function: CalledFunction,
}

/// The only type of call.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FunctionType {
    /// `function`.
    Function,
}

/// What to call.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CalledFunction {
    /// The function's name.
    pub name: String,
    /// Its arguments: a JSON object as text.
    pub arguments: String,
}

impl From<ToolCall> for ToolCallBody {
    fn from(call: ToolCall) -> Self {
        Self {
            id: call.id,
            r#type: FunctionType::Function,
            function: CalledFunction {
                name: call.name,
                arguments: call.arguments,
            },
        }
    }
}

impl From<ToolCallBody> for ToolCall {
    fn from(body: ToolCallBody) -> Self {
        Self {
            id: body.id,
            name: body.function.name,
            arguments: body.function.arguments,
        }
    }
}

/// The tools and whether to call them.
pub(in crate::http::openai) fn parse(
    bodies: Option<Vec<ToolBody>>,
    choice: Option<ToolChoiceBody>,
) -> Result<(Vec<Tool>, ToolChoice), ApiError> {
    let mut tools = parse_tools(bodies.unwrap_or_default())?;
    let Some(choice) = choice else {
        return Ok((tools, ToolChoice::Auto));
    };
    if tools.is_empty() {
        return match choice {
            ToolChoiceBody::Mode(mode) if mode == "none" || mode == "auto" => {
                Ok((tools, ToolChoice::None))
            }
            _ => Err(ApiError::invalid("tool_choice", "only goes with 'tools'")),
        };
    }
    let choice = match choice {
        ToolChoiceBody::Mode(mode) => parse_mode(&mode)?,
        ToolChoiceBody::Object(object) => parse_object(object, &mut tools)?,
    };
    Ok((tools, choice))
}

fn parse_mode(mode: &str) -> Result<ToolChoice, ApiError> {
    match mode {
        "none" => Ok(ToolChoice::None),
        "auto" => Ok(ToolChoice::Auto),
        "required" => Ok(ToolChoice::Required),
        other => Err(ApiError::invalid(
            "tool_choice",
            format!("'{other}' is none of 'none', 'auto' and 'required'"),
        )),
    }
}

fn parse_object(object: ToolChoiceObject, tools: &mut Vec<Tool>) -> Result<ToolChoice, ApiError> {
    match (
        object.r#type.as_str(),
        object.function,
        object.allowed_tools,
    ) {
        ("function", Some(FunctionName { name }), None) => {
            known(tools, &name)?;
            Ok(ToolChoice::Named(name))
        }
        ("allowed_tools", None, Some(allowed)) => {
            let mode = match parse_mode(&allowed.mode)? {
                ToolChoice::None => {
                    return Err(ApiError::invalid(
                        "tool_choice",
                        "the mode of 'allowed_tools' is 'auto' or 'required'",
                    ));
                }
                mode => mode,
            };
            if allowed.tools.is_empty() {
                return Err(ApiError::invalid(
                    "tool_choice",
                    "'allowed_tools' names at least one tool; send 'none' for none",
                ));
            }
            for tool in &allowed.tools {
                known(tools, &tool.function.name)?;
            }
            let names: Vec<String> = allowed
                .tools
                .into_iter()
                .map(|tool| tool.function.name)
                .collect();
            tools.retain(|tool| names.contains(&tool.name));
            Ok(mode)
        }
        _ => Err(ApiError::invalid(
            "tool_choice",
            "is 'none', 'auto', 'required', {\"type\": \"function\", \"function\": {\"name\": …}} \
             or {\"type\": \"allowed_tools\", \"allowed_tools\": {\"mode\": …, \"tools\": […]}}",
        )),
    }
}

fn known(tools: &[Tool], name: &str) -> Result<(), ApiError> {
    if tools.iter().any(|tool| tool.name == name) {
        Ok(())
    } else {
        Err(ApiError::invalid(
            "tool_choice",
            format!("there is no tool '{name}' in 'tools'"),
        ))
    }
}

fn parse_tools(bodies: Vec<ToolBody>) -> Result<Vec<Tool>, ApiError> {
    if bodies.len() > MOST_TOOLS {
        return Err(ApiError::invalid(
            "tools",
            format!("at most {MOST_TOOLS} tools"),
        ));
    }
    let mut tools: Vec<Tool> = Vec::with_capacity(bodies.len());
    for (index, body) in bodies.into_iter().enumerate() {
        if body.r#type != "function" {
            return Err(unsupported(
                &format!("tools[{index}].type"),
                &format!(
                    "tools of type '{}' are not taken; send functions",
                    body.r#type
                ),
            ));
        }
        let function = body.function.ok_or_else(|| {
            ApiError::invalid(
                format!("tools[{index}].function"),
                "the function is missing",
            )
        })?;
        let name_param = format!("tools[{index}].function.name");
        if !is_name(&function.name) {
            return Err(ApiError::invalid(
                name_param,
                "a name has 1 to 64 letters, digits, '_' and '-'",
            ));
        }
        if tools.iter().any(|tool| tool.name == function.name) {
            return Err(ApiError::invalid(
                name_param,
                format!("there are two tools '{}'", function.name),
            ));
        }
        if function
            .parameters
            .as_ref()
            .is_some_and(|parameters| !parameters.is_object())
        {
            return Err(ApiError::invalid(
                format!("tools[{index}].function.parameters"),
                "is a JSON Schema, an object",
            ));
        }
        tools.push(Tool {
            name: function.name,
            description: function.description,
            parameters: function.parameters,
            parameters_field: Some(format!("tools[{index}].function.parameters")),
        });
    }
    Ok(tools)
}

fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}
