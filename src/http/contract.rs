//! The OpenAPI document: from the handlers, with the accounting documents' JSON Schemas among
//! its components. Committed as `openapi/openapi.json` and compared in CI.

pub(super) mod examples;

use std::sync::OnceLock;

use serde_json::{Map, Value};
use utoipa::OpenApi;

use crate::schemas;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Ledgergate",
        description = "An OpenAI-compatible LLM gateway with accounting tools on top. The model \
            chooses; code computes.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    tags(
        (name = "openai", description = "OpenAI's API over the configured models"),
        (name = "accounting", description = "Documents into balanced journal entries"),
        (name = "health", description = "Is it alive, can it answer")
    )
)]
struct Base;

pub(super) fn base() -> utoipa::openapi::OpenApi {
    Base::openapi()
}

/// The document as `/openapi.json` serves it and `openapi/openapi.json` keeps it.
pub fn openapi_text() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| format!("{:#}\n", openapi()))
}

fn openapi() -> Value {
    let generated = super::documented_routes().into_openapi();
    let mut document = serde_json::to_value(generated).unwrap_or_else(|error| {
        tracing::error!(%error, "the OpenAPI document cannot be written as JSON");
        Value::Null
    });
    if let Some(components) = document
        .pointer_mut("/components/schemas")
        .and_then(Value::as_object_mut)
    {
        for schema in schemas::all() {
            add_component(components, schema.component, schema.schema.clone());
        }
    }
    document
}

/// OpenAPI 3.1 takes JSON Schema as it is, but has one place for definitions: those of each
/// schema move there.
fn add_component(components: &mut Map<String, Value>, name: &str, mut schema: Value) {
    if let Some(fields) = schema.as_object_mut() {
        fields.shift_remove("$schema");
        if let Some(Value::Object(definitions)) = fields.shift_remove("$defs") {
            for (name, definition) in definitions {
                add_component(components, &name, definition);
            }
        }
    }
    point_to_components(&mut schema);
    components.insert(name.to_owned(), schema);
}

fn point_to_components(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            for (key, value) in fields.iter_mut() {
                match value {
                    Value::String(target) if key == "$ref" => {
                        *target = target.replace("#/$defs/", "#/components/schemas/");
                    }
                    other => point_to_components(other),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(point_to_components),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
