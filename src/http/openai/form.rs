//! The form of an answer, as far as chats and responses say it alike: in the fields that clients of
//! vLLM know, beside each API's own field, and whether a wrong answer is repaired.

use ledgergate_llm::chat::OutputFormat;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::http::error::ApiError;

/// The form of an answer; exactly one of these.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct StructuredOutputs {
    /// JSON by a schema: an object, or the same as text.
    #[schema(value_type = Option<Object>)]
    pub json: Option<Value>,
    /// A text that this regular expression (Rust's syntax) matches whole.
    pub regex: Option<String>,
    /// One of these texts.
    pub choice: Option<Vec<String>>,
    /// A text of this grammar, in llguidance's Lark dialect.
    pub grammar: Option<String>,
    /// One JSON object.
    pub json_object: Option<bool>,
}

/// The fields that may say the form, as the client sent them.
#[derive(Debug)]
pub(super) struct FormFields {
    /// What OpenAI's own field asks for.
    pub(super) own: Option<OutputFormat>,
    /// Its name: `response_format` or `text.format`.
    pub(super) own_name: &'static str,
    pub(super) structured_outputs: Option<StructuredOutputs>,
    pub(super) guided_json: Option<Value>,
    pub(super) guided_regex: Option<String>,
    pub(super) guided_choice: Option<Vec<String>>,
    pub(super) guided_grammar: Option<String>,
    pub(super) x_repair: Option<bool>,
}

/// What is asked for, and the field that asks.
#[derive(Debug)]
pub(super) struct AskedForm {
    /// The form.
    pub(super) output: OutputFormat,
    /// For errors; `None` is OpenAI's own.
    pub(super) field: Option<&'static str>,
}

/// What there is of the form in a request, each with the field that errors name and the one that
/// two of them are refused by.
struct Candidate {
    output: OutputFormat,
    field: Option<&'static str>,
    param: &'static str,
}

impl FormFields {
    /// The one form that the request asks for.
    ///
    /// # Errors
    /// [`ApiError::InvalidField`] about the second of two, and about a schema that is none.
    pub(super) fn parse(self) -> Result<AskedForm, ApiError> {
        let mut candidates = Vec::new();
        candidates.extend(self.own.map(|output| Candidate {
            output,
            field: None,
            param: self.own_name,
        }));
        candidates.extend(structured_outputs(self.structured_outputs)?);
        let older = StructuredOutputs {
            json: self.guided_json,
            regex: self.guided_regex,
            choice: self.guided_choice,
            grammar: self.guided_grammar,
            json_object: None,
        };
        candidates.extend(named(older, &OLDER_NAMES)?);
        let mut candidates = candidates.into_iter();
        let first = candidates.next();
        if let Some(second) = candidates.next() {
            return Err(ApiError::invalid(
                second.param,
                "the form of the answer is said twice; leave one of the fields out",
            ));
        }
        let asked = first.map_or(
            AskedForm {
                output: OutputFormat::Text,
                field: None,
            },
            |only| AskedForm {
                output: only.output,
                field: only.field,
            },
        );
        if self.x_repair == Some(true) && asked.output == OutputFormat::Text {
            return Err(ApiError::invalid(
                "x_repair",
                format!(
                    "only goes with a form of the answer, such as '{}'",
                    self.own_name
                ),
            ));
        }
        Ok(asked)
    }
}

/// The fields of a form: of JSON, regex, choice, grammar and JSON object.
const NAMES: [&str; 5] = [
    "structured_outputs/json",
    "structured_outputs/regex",
    "structured_outputs/choice",
    "structured_outputs/grammar",
    "structured_outputs/json_object",
];
const OLDER_NAMES: [&str; 5] = [
    "guided_json",
    "guided_regex",
    "guided_choice",
    "guided_grammar",
    "",
];

fn structured_outputs(body: Option<StructuredOutputs>) -> Result<Option<Candidate>, ApiError> {
    let Some(body) = body else {
        return Ok(None);
    };
    let mut found = named(body, &NAMES)?;
    match (found.pop(), found.is_empty()) {
        (Some(only), true) => Ok(Some(Candidate {
            param: "structured_outputs",
            ..only
        })),
        _ => Err(ApiError::invalid(
            "structured_outputs",
            "has exactly one of 'json', 'regex', 'choice', 'grammar' and 'json_object': true",
        )),
    }
}

fn named(body: StructuredOutputs, names: &[&'static str; 5]) -> Result<Vec<Candidate>, ApiError> {
    let [json, regex, choice, grammar, json_object] = *names;
    let schema = body
        .json
        .map(|schema| schema_of(schema, json))
        .transpose()?;
    let forms = [
        (json, schema.map(OutputFormat::JsonSchema)),
        (regex, body.regex.map(OutputFormat::Regex)),
        (choice, body.choice.map(OutputFormat::Choice)),
        (grammar, body.grammar.map(OutputFormat::Lark)),
        (
            json_object,
            (body.json_object == Some(true)).then_some(OutputFormat::JsonObject),
        ),
    ];
    Ok(forms
        .into_iter()
        .filter_map(|(field, output)| {
            Some(Candidate {
                output: output?,
                field: Some(field),
                param: field,
            })
        })
        .collect())
}

/// vLLM takes a schema as text as well.
fn schema_of(schema: Value, field: &str) -> Result<Value, ApiError> {
    match schema {
        Value::String(text) => serde_json::from_str(&text).map_err(|error| {
            ApiError::invalid(field, format!("the text is no JSON Schema: {error}"))
        }),
        schema => Ok(schema),
    }
}
