//! The grammar of an answer that may hold calls, in llguidance's Lark dialect.
//!
//! An answer is text, or calls, or text and then calls, as the request has it. Text goes up to
//! the marker that begins calls and never holds it. Each call names one of the tools, and its
//! arguments are JSON by that tool's schema, without whitespace. The rest of a call is fixed.

use std::collections::HashMap;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::offer::{TextForm, ToolOffer};
use super::syntax::{CallSyntax, Piece};
use crate::chat::Tool;
use crate::error::ModelError;
use crate::schema::{self, AdmittedSchema};

/// Calls in one answer. A small model that must call goes on calling for as long as it may; with
/// this many an answer comes to its end within the usual 512 tokens. More can be asked for in the
/// next turn.
const MOST_CALLS: usize = 8;

/// What a grammar with calls is made from.
#[derive(Debug, Clone)]
pub(crate) struct CallGrammarSource {
    pub(crate) syntax: CallSyntax,
    pub(crate) offer: ToolOffer,
}

/// A source whose schemas have been admitted.
pub(crate) struct PreparedCalls {
    /// The grammar in Lark.
    pub(crate) lark: String,
    /// For afterwards.
    pub(crate) checks: CallChecks,
}

/// The last check of what was written under a grammar with calls.
pub(crate) struct CallChecks {
    /// Of an answer in text; `None` where text may be anything.
    text: Option<AdmittedSchema>,
    /// Of each tool's arguments.
    arguments: HashMap<String, AdmittedSchema>,
    /// The same in the order of the request, with the field that each schema came in by.
    fields: Vec<(String, String)>,
    text_field: String,
}

impl CallGrammarSource {
    /// Equal for sources of the same grammar only.
    pub(crate) fn hash(&self) -> [u8; 32] {
        let offer = &self.offer;
        let mut hash = Sha256::new();
        let mut add = |text: &str| {
            hash.update(text.len().to_le_bytes());
            hash.update(text);
        };
        add("calls");
        add(&format!("{:?}", self.syntax));
        add(&format!("{:?} {:?}", offer.required, offer.several));
        match &offer.text {
            TextForm::Free => add("free"),
            TextForm::Json(schema) => {
                add(&offer.text_field);
                add(&schema.to_string());
            }
        }
        for (index, tool) in offer.callable() {
            add(&tool.name);
            add(&field_of(index, tool));
            add(&tool
                .parameters
                .as_ref()
                .map_or_else(String::new, Value::to_string));
        }
        hash.finalize().into()
    }

    /// Admits the schemas and writes the grammar.
    ///
    /// # Errors
    /// [`ModelError::UnsupportedSchema`] naming the tool whose schema cannot be enforced.
    pub(crate) fn prepared(&self) -> Result<PreparedCalls, ModelError> {
        let offer = &self.offer;
        let text = match &offer.text {
            TextForm::Json(schema) if !offer.required => {
                let admitted = AdmittedSchema::admit(schema);
                Some(admitted.map_err(|error| error.in_field(&offer.text_field))?)
            }
            _ => None,
        };
        let mut arguments = HashMap::new();
        let mut fields = Vec::new();
        for (index, tool) in offer.callable() {
            let field = field_of(index, tool);
            let admitted = arguments_schema(tool)
                .and_then(|schema| AdmittedSchema::admit(&schema))
                .map_err(|error| error.in_field(&field))?;
            arguments.insert(tool.name.clone(), admitted);
            fields.push((tool.name.clone(), field));
        }
        let checks = CallChecks {
            text,
            arguments,
            fields,
            text_field: offer.text_field.clone(),
        };
        Ok(PreparedCalls {
            lark: self.lark(&checks),
            checks,
        })
    }

    fn lark(&self, checks: &CallChecks) -> String {
        let syntax = &self.syntax;
        let mut lark = format!("start: {}\n", self.answers().join(" | "));
        let mut line = |text: String| {
            lark.push_str(&text);
            lark.push('\n');
        };
        if !self.offer.required {
            match &checks.text {
                Some(schema) => line(format!(
                    "text: %json {}",
                    schema::lowered(schema.enforced())
                )),
                None => self.text_rules().into_iter().for_each(&mut line),
            }
        }
        let names: Vec<&str> = checks
            .fields
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        let one_of = |lead: &str| {
            let calls = (0..).zip(&names).map(|(index, name): (usize, _)| {
                format!("{} arguments{index} closing", self.call_begins(lead, name))
            });
            calls.collect::<Vec<_>>().join(" | ")
        };
        let more = if self.offer.several {
            format!(" next ~ 0..{}", MOST_CALLS - 1)
        } else {
            String::new()
        };
        line(format!("calls: first{more} {}", self.fixed(syntax.ending)));
        line(format!("first: {}", one_of(syntax.opening)));
        if self.offer.several {
            line(format!("next: {}", one_of(syntax.between)));
        }
        line(format!("closing: {}", self.fixed(syntax.closing)));
        for (index, name) in names.iter().enumerate() {
            if let Some(schema) = checks.arguments.get(*name) {
                line(format!(
                    "arguments{index}: %json {}",
                    schema::lowered(schema.enforced())
                ));
            }
        }
        lark
    }

    /// The forms that an answer may have.
    fn answers(&self) -> Vec<String> {
        let syntax = &self.syntax;
        let after = |marker: &str| format!("{} calls", self.fixed(marker));
        let calls = match syntax.marker {
            Some(marker) if !syntax.bare => after(marker),
            _ => "calls".to_owned(),
        };
        if self.offer.required {
            return vec![calls];
        }
        if matches!(self.offer.text, TextForm::Json(_)) {
            return vec!["text".to_owned(), calls];
        }
        let mut answers = vec!["TEXT?".to_owned()];
        match syntax.marker {
            Some(marker) if syntax.control_token(marker).is_some() => {
                answers.push(format!("TEXT? {}", after(marker)));
            }
            Some(_) => answers.push("text_and_marker calls".to_owned()),
            None => {}
        }
        if syntax.bare {
            answers.push(calls);
        }
        answers
    }

    /// Text that is no call and holds none; and, where the marker is plain text, text that ends
    /// in the first one.
    fn text_rules(&self) -> Vec<String> {
        let syntax = &self.syntax;
        let mut rules = Vec::new();
        let mut text = "TEXT: /(?s:.+)/".to_owned();
        if let Some(marker) = syntax.marker {
            let marker = quoted(marker);
            rules.push(format!("HAS_MARKER: /(?s:.*)/ {marker} /(?s:.*)/"));
            text.push_str(" & ~HAS_MARKER");
        }
        if syntax.bare {
            rules.push(format!("CALLS: {} /(?s:.*)/", quoted(syntax.opening)));
            text.push_str(" & ~CALLS");
        }
        rules.push(text);
        if let Some(marker) = syntax.marker
            && syntax.control_token(marker).is_none()
        {
            rules.push(format!(
                "text_and_marker[lazy]: /(?s:.*)/ {}",
                quoted(marker)
            ));
        }
        rules
    }

    /// From `lead` to the arguments. Where a bare call and an answer in JSON begin alike, the
    /// call is written in the JSON's own lexemes, because the lexer does not go back.
    fn call_begins(&self, lead: &str, name: &str) -> String {
        let whole = format!("{lead}{name}{}", self.syntax.middle);
        let may_be_json = matches!(self.offer.text, TextForm::Json(_)) && !self.offer.required;
        match whole.strip_prefix("{\"name\"") {
            Some(rest) if may_be_json && self.syntax.bare => {
                format!("\"{{\" {} {}", quoted("\"name\""), quoted(rest))
            }
            _ => self.fixed(&whole),
        }
    }

    /// A text of ours in Lark.
    fn fixed(&self, text: &str) -> String {
        let pieces = self.syntax.cut(text).into_iter().map(|piece| match piece {
            Piece::Text(text) => quoted(text),
            Piece::Control(id) => format!("<[{id}]>"),
        });
        pieces.collect::<Vec<_>>().join(" ")
    }
}

impl CallChecks {
    /// # Errors
    /// As [`AdmittedSchema::check_answer`].
    pub(super) fn check_text(&self, text: &str) -> Result<(), ModelError> {
        match &self.text {
            Some(schema) => schema.check_answer(text),
            None => Ok(()),
        }
    }

    /// # Errors
    /// As [`AdmittedSchema::check_answer`]; [`ModelError::Engine`] for a tool that is not there.
    pub(super) fn check_arguments(&self, name: &str, arguments: &str) -> Result<(), ModelError> {
        match self.arguments.get(name) {
            Some(schema) => schema.check_answer(arguments),
            None => Err(ModelError::Engine {
                message: "it called a tool that may not be called".to_owned(),
            }),
        }
    }

    /// Each schema in the grammar with the field that it came in by.
    pub(crate) fn schemas(&self) -> impl Iterator<Item = (&str, &Value)> {
        let text = self
            .text
            .iter()
            .map(|schema| (self.text_field.as_str(), schema.enforced()));
        let arguments = self.fields.iter().filter_map(|(name, field)| {
            Some((field.as_str(), self.arguments.get(name)?.enforced()))
        });
        text.chain(arguments)
    }
}

/// The field that a tool's schema came in by.
fn field_of(index: usize, tool: &Tool) -> String {
    let default = || format!("tools[{index}].function.parameters");
    tool.parameters_field.clone().unwrap_or_else(default)
}

/// Arguments are an object whatever the schema leaves open.
fn arguments_schema(tool: &Tool) -> Result<Value, ModelError> {
    let Some(parameters) = &tool.parameters else {
        return Ok(json!({"type": "object", "properties": {}, "additionalProperties": false}));
    };
    let mut schema = parameters.clone();
    let keywords = schema
        .as_object_mut()
        .ok_or_else(|| ModelError::unsupported_schema("", "the schema must be an object"))?;
    let may_be_object = match keywords.get("type") {
        None => true,
        Some(Value::Array(types)) => types.contains(&json!("object")),
        Some(one) => one == "object",
    };
    if !may_be_object {
        return Err(ModelError::unsupported_schema(
            "/type",
            "a function's arguments are an object",
        ));
    }
    keywords.insert("type".to_owned(), json!("object"));
    Ok(schema)
}

/// A text as a string of Lark's.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
