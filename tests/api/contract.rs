//! The committed contracts are what the code gives, and replies keep them.

use std::path::Path;

use ledgergate::http::contract::openapi_text;
use ledgergate::schemas;
use serde_json::Value;

use crate::accounting::{entry, invoice};
use crate::harness::TestApp;

fn committed(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[tokio::test]
async fn openapi_is_served_as_committed() {
    let app = TestApp::without_model().await;
    let reply = app.get("/openapi.json").await;
    assert_eq!(
        reply.text,
        committed("openapi/openapi.json"),
        "review and run `make contracts`"
    );
    assert_eq!(reply.text, openapi_text());
    assert!(app.get("/docs/").await.text.contains("swagger-ui"));
}

#[tokio::test]
async fn schemas_are_served_as_committed() {
    let app = TestApp::without_model().await;
    let list = app.get("/v1/accounting/schemas").await.ok();
    assert_eq!(
        list["schemas"].as_array().unwrap().len(),
        schemas::all().len()
    );
    for schema in schemas::all() {
        let stem = schema.file_stem();
        let served = app.get(&format!("/v1/accounting/schemas/{stem}")).await;
        assert_eq!(
            served.text,
            committed(&format!("schemas/{stem}.json")),
            "{stem}"
        );
        jsonschema::meta::validate(&schema.schema).unwrap();
    }
    app.get("/v1/accounting/schemas/none").await.error(404);
}

#[tokio::test]
async fn every_reference_in_openapi_has_its_target() {
    let document: Value = serde_json::from_str(openapi_text()).unwrap();
    let mut references = Vec::new();
    collect_references(&document, &mut references);
    assert!(references.len() > 20);
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

fn collect_references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                match value {
                    Value::String(target) if key == "$ref" => found.push(target.clone()),
                    other => collect_references(other, found),
                }
            }
        }
        Value::Array(items) => items
            .iter()
            .for_each(|item| collect_references(item, found)),
        _ => {}
    }
}

#[tokio::test]
async fn replies_validate_against_their_schemas() {
    let app = TestApp::without_model().await;
    for (path, body, component) in [
        ("process", invoice("I-1"), "ProcessReply"),
        ("determine", invoice("I-2"), "DetermineReply"),
        ("validate", entry(), "ValidateReply"),
    ] {
        let reply = app
            .post(&format!("/v1/accounting/{path}"), &body)
            .await
            .ok();
        let schema = schemas::all()
            .iter()
            .find(|schema| schema.component == component)
            .unwrap();
        let validator = jsonschema::validator_for(&schema.schema).unwrap();
        let errors: Vec<_> = validator
            .iter_errors(&reply)
            .map(|error| error.to_string())
            .collect();
        assert_eq!(errors, Vec::<String>::new(), "{path}: {reply:#}");
    }
}
