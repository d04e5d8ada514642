//! The items of an input: messages, calls of functions, and what the functions gave.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::http::error::ApiError;
use crate::http::openai::fields::unsupported;

/// An item of the conversation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub(in crate::http) enum InputItem {
    /// A turn.
    Message(MessageItem),
    /// What the model asked to have called.
    FunctionCall(FunctionCallItem),
    /// What the function gave.
    FunctionCallOutput(FunctionCallOutputItem),
}

/// A turn.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::http) struct MessageItem {
    /// `message`, or left out.
    #[serde(rename = "type")]
    #[expect(dead_code, reason = "items are told apart before they are read")]
    pub kind: Option<String>,
    /// `system`, `developer`, `user` or `assistant`.
    #[schema(value_type = String, example = "user")]
    pub role: Speaker,
    /// What is said.
    pub content: ItemContent,
    /// How the item came about; without effect.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Map<String, Value>,
}

/// Who says a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::http) enum Speaker {
    /// Standing instructions.
    System,
    /// Standing instructions.
    Developer,
    /// Who asks.
    User,
    /// The model.
    Assistant,
}

/// What the model asked to have called.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::http) struct FunctionCallItem {
    /// `function_call`.
    #[serde(rename = "type")]
    #[expect(dead_code, reason = "items are told apart before they are read")]
    pub kind: String,
    /// Names the call in its output.
    pub call_id: String,
    /// The function's name.
    pub name: String,
    /// A JSON object as text.
    pub arguments: String,
    /// How the item came about; without effect.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Map<String, Value>,
}

/// What a function gave.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::http) struct FunctionCallOutputItem {
    /// `function_call_output`.
    #[serde(rename = "type")]
    #[expect(dead_code, reason = "items are told apart before they are read")]
    pub kind: String,
    /// The call.
    pub call_id: String,
    /// What it gave.
    pub output: ItemContent,
    /// How the item came about; without effect.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Map<String, Value>,
}

/// Text, or parts of text.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged, expecting = "neither a text nor a list of parts")]
pub(in crate::http) enum ItemContent {
    /// Plain.
    Text(String),
    /// In parts, joined as they are.
    Parts(Vec<ItemPart>),
}

/// A part of a text.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::http) struct ItemPart {
    /// `input_text`; in the assistant's messages `output_text` and `refusal`.
    #[serde(rename = "type")]
    #[schema(example = "input_text")]
    pub kind: String,
    /// The text.
    pub text: Option<String>,
    /// The refusal.
    pub refusal: Option<String>,
    /// Annotations and log probabilities are without effect.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Map<String, Value>,
}

/// An item, read by its type. `param` names it in errors.
pub(super) fn read(item: Map<String, Value>, param: &str) -> Result<InputItem, ApiError> {
    let kind = match item.get("type") {
        None | Some(Value::Null) => "message".to_owned(),
        Some(Value::String(kind)) => kind.clone(),
        Some(_) => return Err(ApiError::invalid(format!("{param}.type"), "is a text")),
    };
    match kind.as_str() {
        "message" => {
            let item: MessageItem = typed(item, param)?;
            refuse_rest(&item.rest, &["id", "status", "phase"], param)?;
            Ok(InputItem::Message(item))
        }
        "function_call" => {
            let item: FunctionCallItem = typed(item, param)?;
            refuse_rest(&item.rest, &["id", "status"], param)?;
            Ok(InputItem::FunctionCall(item))
        }
        "function_call_output" => {
            let item: FunctionCallOutputItem = typed(item, param)?;
            refuse_rest(&item.rest, &["id", "status"], param)?;
            Ok(InputItem::FunctionCallOutput(item))
        }
        "item_reference" => Err(unsupported(
            param,
            "no items are stored here, so there are none to refer to; send the item itself",
        )),
        other => Err(unsupported(
            &format!("{param}.type"),
            &format!(
                "items of type '{other}' are not taken; send messages, function calls and \
                 function call outputs"
            ),
        )),
    }
}

/// The text of a content whose parts may be of these types.
pub(super) fn text_of(
    content: ItemContent,
    kinds: &[&str],
    param: &str,
) -> Result<String, ApiError> {
    let parts = match content {
        ItemContent::Text(text) => return Ok(text),
        ItemContent::Parts(parts) => parts,
    };
    let mut text = String::new();
    for (index, part) in parts.into_iter().enumerate() {
        let param = format!("{param}[{index}]");
        let kind = part.kind.as_str();
        if !kinds.contains(&kind) {
            return Err(unsupported(
                &param,
                &format!(
                    "parts of type '{kind}' are not taken here; send {}",
                    kinds.join(" or ")
                ),
            ));
        }
        refuse_rest(&part.rest, &["annotations", "logprobs"], &param)?;
        text += &match (kind, part.text, part.refusal) {
            ("refusal", None, Some(refusal)) => refusal,
            ("refusal", ..) => {
                return Err(ApiError::invalid(param, "a refusal has 'refusal' alone"));
            }
            (_, Some(text), None) => text,
            _ => return Err(ApiError::invalid(param, "a text part has 'text' alone")),
        };
    }
    Ok(text)
}

fn typed<T: DeserializeOwned>(item: Map<String, Value>, param: &str) -> Result<T, ApiError> {
    serde_path_to_error::deserialize(Value::Object(item)).map_err(|error| {
        let path = error.path().to_string();
        let cause = error.into_inner().to_string();
        let field = match path.as_str() {
            // A missing field is an error of the whole item, and its name is in the text.
            "." => cause.split('`').nth(1).unwrap_or_default().to_owned(),
            _ => path,
        };
        ApiError::invalid(format!("{param}.{field}"), cause)
    })
}

fn refuse_rest(
    rest: &Map<String, Value>,
    without_effect: &[&str],
    param: &str,
) -> Result<(), ApiError> {
    let refused = rest
        .iter()
        .find(|(key, value)| !value.is_null() && !without_effect.contains(&key.as_str()));
    match refused {
        None => Ok(()),
        Some((key, _)) => Err(unsupported(
            &format!("{param}.{key}"),
            &format!("'{key}' is not taken here; leave it out"),
        )),
    }
}
