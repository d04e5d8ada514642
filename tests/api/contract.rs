//! The committed contracts are what the code gives, and replies keep them.

use std::path::Path;

use ledgergate::http::contract::openapi_text;
use ledgergate::schemas;
use serde_json::Value;

use crate::accounting::{entry, invoice};
use crate::harness::TestApp;
use crate::reconcile;
use crate::statements::statement_file;

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
        ("reconcile", reconcile::request(), "ReconcileReply"),
        ("statements", statement_file(), "StatementsReply"),
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

#[tokio::test]
async fn every_example_of_an_accounting_request_is_answered() {
    let document: Value = serde_json::from_str(openapi_text()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let mut answered = 0;
    for (path, methods) in paths
        .iter()
        .filter(|(path, _)| path.contains("/accounting/"))
    {
        let of = |value: &Value| value["content"]["application/json"]["examples"].clone();
        let replies = of(&methods["post"]["responses"]["200"]);
        for (name, example) in of(&methods["post"]["requestBody"])
            .as_object()
            .into_iter()
            .flatten()
        {
            let app = TestApp::without_model().await;
            let mut request = example["value"].clone();
            if request.get("result_id").is_some() {
                // The example's own result is made up.
                let result = app.post("/v1/accounting/process", &invoice("E-1")).await;
                request["result_id"] = result.ok()["id"].clone();
            }
            let mut reply = app.post(path, &request).await.ok();
            answered += 1;
            let Some(expected) = replies.get(name) else {
                continue;
            };
            // What differs from one answer to the next.
            for field in ["id", "timings_ms"] {
                reply[field] = expected["value"][field].clone();
            }
            assert_eq!(reply, expected["value"], "{path} {name}");
        }
    }
    assert!(answered >= 6, "{answered}");
}

#[test]
fn a_name_has_one_meaning_in_all_schemas() {
    let mut known = std::collections::HashMap::new();
    for schema in schemas::all() {
        for (name, definition) in schema.schema["$defs"].as_object().into_iter().flatten() {
            let first = known
                .entry(name.clone())
                .or_insert_with(|| definition.clone());
            assert_eq!(first, definition, "{name} in {}", schema.component);
            assert!(schemas::all().iter().all(|other| other.component != name));
        }
    }
}
