//! Tools in a request for a response: flat, where a chat has them nested.

use ledgergate_llm::chat::{Tool, ToolChoice};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::http::error::ApiError;
use crate::http::openai::chat::tools as nested;
use crate::http::openai::fields::unsupported;

/// A function that the caller can call for the model.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::http) struct FunctionToolBody {
    /// Only `function`.
    #[schema(example = "function")]
    pub r#type: String,
    /// Letters, digits, `_` and `-`, up to 64.
    #[schema(required = true)]
    pub name: Option<String>,
    /// What it does, for the model.
    pub description: Option<String>,
    /// JSON Schema of the arguments, an object's. Without it the function takes none.
    #[schema(value_type = Option<Object>)]
    pub parameters: Option<Value>,
    /// The schema is enforced either way.
    pub strict: Option<bool>,
    /// Everything else is refused by name, unless it is `null`.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Map<String, Value>,
}

/// Whether the model calls tools.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[schema(as = ResponseToolChoice)]
#[serde(
    untagged,
    expecting = "neither 'none', 'auto' or 'required', nor {\"type\": \"function\", \"name\": …}, \
        nor {\"type\": \"allowed_tools\", \"mode\": …, \"tools\": […]}"
)]
pub enum ToolChoiceBody {
    /// `none`, `auto` or `required`.
    Mode(String),
    /// One function.
    Named(ToolByName),
    /// Some of the tools.
    Allowed(AllowedToolsBody),
}

/// A function by its name.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[schema(as = ResponseToolByName)]
#[serde(deny_unknown_fields)]
pub struct ToolByName {
    /// `function`.
    #[schema(value_type = String, example = "function")]
    pub r#type: nested::FunctionType,
    /// Of one of `tools`.
    pub name: String,
}

/// Some of the tools.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[schema(as = ResponseAllowedTools)]
#[serde(deny_unknown_fields)]
pub struct AllowedToolsBody {
    /// `allowed_tools`.
    #[schema(value_type = String, example = "allowed_tools")]
    pub r#type: AllowedToolsType,
    /// `auto` or `required`.
    pub mode: String,
    /// The tools that may be called.
    pub tools: Vec<ToolByName>,
}

/// The type of [`AllowedToolsBody`].
#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AllowedToolsType {
    /// `allowed_tools`.
    AllowedTools,
}

/// A function as the response tells it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FunctionToolEcho {
    /// `function`.
    pub r#type: &'static str,
    /// As asked for.
    pub name: String,
    /// As asked for.
    pub description: Option<String>,
    /// As asked for.
    #[schema(value_type = Option<Object>)]
    pub parameters: Option<Value>,
    /// The schema is enforced either way.
    pub strict: bool,
}

/// The tools, whether to call them, and how the response tells them.
pub(super) struct ParsedTools {
    pub(super) tools: Vec<Tool>,
    pub(super) choice: ToolChoice,
    pub(super) echo: Vec<FunctionToolEcho>,
}

/// Checks the tools as a chat's are checked.
pub(super) fn parse(
    bodies: Option<Vec<FunctionToolBody>>,
    choice: Option<ToolChoiceBody>,
) -> Result<ParsedTools, ApiError> {
    let bodies = bodies.unwrap_or_default();
    let mut echo = Vec::with_capacity(bodies.len());
    let mut nested = Vec::with_capacity(bodies.len());
    for (index, body) in bodies.into_iter().enumerate() {
        nested.push(nest(body, index, &mut echo)?);
    }
    let choice = choice.map(|choice| match choice {
        ToolChoiceBody::Mode(mode) => nested::ToolChoiceBody::Mode(mode),
        ToolChoiceBody::Named(tool) => object("function", Some(tool), None),
        ToolChoiceBody::Allowed(allowed) => object("allowed_tools", None, Some(allowed)),
    });
    let (mut tools, choice) = nested::parse(Some(nested), choice).map_err(flat)?;
    for tool in &mut tools {
        tool.parameters_field = tool.parameters_field.as_deref().map(flat_param);
    }
    Ok(ParsedTools {
        tools,
        choice,
        echo,
    })
}

fn nest(
    body: FunctionToolBody,
    index: usize,
    echo: &mut Vec<FunctionToolEcho>,
) -> Result<nested::ToolBody, ApiError> {
    if body.r#type != "function" {
        // A chat's refusal says the rest.
        return Ok(nested::ToolBody {
            r#type: body.r#type,
            function: None,
        });
    }
    if let Some((key, _)) = body.rest.iter().find(|(_, value)| !value.is_null()) {
        return Err(unsupported(
            &format!("tools[{index}].{key}"),
            &format!("functions have no '{key}' here; leave it out"),
        ));
    }
    let name = body
        .name
        .ok_or_else(|| ApiError::invalid(format!("tools[{index}].name"), "the name is missing"))?;
    // A response's functions are strict unless said otherwise.
    let strict = body.strict.unwrap_or(true);
    echo.push(FunctionToolEcho {
        r#type: "function",
        name: name.clone(),
        description: body.description.clone(),
        parameters: body.parameters.clone(),
        strict,
    });
    Ok(nested::ToolBody {
        r#type: body.r#type,
        function: Some(nested::FunctionBody {
            name,
            description: body.description,
            parameters: body.parameters,
            strict: Some(strict),
        }),
    })
}

fn object(
    kind: &str,
    named: Option<ToolByName>,
    allowed: Option<AllowedToolsBody>,
) -> nested::ToolChoiceBody {
    let by_name = |tool: ToolByName| nested::FunctionName { name: tool.name };
    nested::ToolChoiceBody::Object(nested::ToolChoiceObject {
        r#type: kind.to_owned(),
        function: named.map(by_name),
        allowed_tools: allowed.map(|allowed| nested::AllowedTools {
            mode: allowed.mode,
            tools: allowed
                .tools
                .into_iter()
                .map(|tool| nested::AllowedTool {
                    r#type: tool.r#type,
                    function: by_name(tool),
                })
                .collect(),
        }),
    })
}

/// A chat's error, with the field's name here.
fn flat(error: ApiError) -> ApiError {
    match error {
        ApiError::InvalidField { param, message } => ApiError::InvalidField {
            param: flat_param(&param),
            message,
        },
        ApiError::UnsupportedField { param, message } => ApiError::UnsupportedField {
            param: flat_param(&param),
            message,
        },
        other => other,
    }
}

/// `tools[0].function.name` is `tools[0].name` here.
pub(super) fn flat_param(param: &str) -> String {
    if param.starts_with("tools") {
        param.replace(".function.", ".").replace("/function/", "/")
    } else {
        param.to_owned()
    }
}
