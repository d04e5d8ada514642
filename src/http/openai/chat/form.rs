//! OpenAI's form of an answer in a chat request.

use ledgergate_llm::chat::OutputFormat;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

/// The form of an answer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(in crate::http) enum ResponseFormat {
    /// Anything.
    Text {},
    /// One JSON object.
    JsonObject {},
    /// JSON by a schema.
    JsonSchema {
        /// The schema and its name.
        json_schema: NamedSchema,
    },
}

/// A schema and its name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct NamedSchema {
    /// For people.
    #[expect(dead_code, reason = "a grammar has no use for it")]
    pub name: String,
    /// For people.
    #[expect(
        dead_code,
        reason = "OpenAI's clients send it; a grammar has no use for it"
    )]
    pub description: Option<String>,
    /// JSON Schema, 2020-12.
    #[schema(value_type = Object)]
    pub schema: Value,
    /// The schema is enforced either way.
    #[expect(dead_code, reason = "there is no schema that is not enforced")]
    pub strict: Option<bool>,
}

impl ResponseFormat {
    /// What it asks for; nothing where any text will do.
    pub(super) fn into_output(self) -> Option<OutputFormat> {
        match self {
            Self::Text {} => None,
            Self::JsonObject {} => Some(OutputFormat::JsonObject),
            Self::JsonSchema { json_schema } => Some(OutputFormat::JsonSchema(json_schema.schema)),
        }
    }
}
