use serde_json::json;

use super::*;

fn pointer_of(schema: &Value) -> String {
    match AdmittedSchema::admit(schema) {
        Err(ModelError::UnsupportedSchema { pointer, .. }) => pointer,
        other => panic!("{schema}: {other:?}"),
    }
}

#[test]
fn what_cannot_be_enforced_is_refused_with_its_place() {
    for (schema, pointer) in [
        (json!({"not": {}}), "/not"),
        (
            json!({"type": "array", "uniqueItems": true}),
            "/uniqueItems",
        ),
        (
            json!({"properties": {"a/b": {"if": {}, "then": {}}}}),
            "/properties/a~1b/if",
        ),
        (
            json!({"anyOf": [{}, {"contains": {}}]}),
            "/anyOf/1/contains",
        ),
        (json!({"$defs": {"a": {"minumum": 3}}}), "/$defs/a/minumum"),
        (json!({"type": "string", "format": "color"}), "/format"),
        (json!({"$ref": "https://example.com/a.json"}), "/$ref"),
        (json!({"items": [{}]}), "/items"),
        (json!({"const": 9_007_199_254_740_993_u64}), "/const"),
        (
            json!({"properties": {"a": {"$id": "b"}}}),
            "/properties/a/$id",
        ),
        (
            json!({"$schema": "http://json-schema.org/draft-04/schema#"}),
            "/$schema",
        ),
        (json!(false), ""),
        (json!(3), ""),
    ] {
        assert_eq!(pointer_of(&schema), pointer, "{schema}");
    }
}

#[test]
fn annotations_and_callers_grammar_options_are_dropped() {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "t", "x-guidance": {"whitespace_flexible": true}, "x-note": 1,
        "type": "object",
        "properties": {"a": {"description": "d", "type": "integer", "uniqueItems": false}},
    });
    let admitted = AdmittedSchema::admit(&schema).unwrap();
    assert_eq!(
        admitted.enforced(),
        &json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": {"a": {"type": "integer"}},
        })
    );
}

#[test]
fn the_last_check_is_of_the_callers_schema() {
    let admitted = AdmittedSchema::admit(&json!({"type": "integer", "minimum": 3})).unwrap();
    assert!(admitted.check_answer("4").is_ok());
    assert!(matches!(
        admitted.check_answer("2"),
        Err(ModelError::AnswerInvalid { .. })
    ));
    assert!(matches!(
        admitted.check_answer("4 4"),
        Err(ModelError::AnswerInvalid { .. })
    ));
}

#[test]
fn too_many_bytes_are_refused_whatever_they_say() {
    // The description goes no further than this check, so nothing else could refuse it.
    let described = |bytes: usize| json!({"type": "integer", "description": "x".repeat(bytes)});
    assert!(AdmittedSchema::admit(&described(MOST_BYTES - 100)).is_ok());
    for refused in [
        AdmittedSchema::admit(&described(MOST_BYTES)).err(),
        Relaxed::of(&described(MOST_BYTES)).err(),
    ] {
        let message = refused.unwrap().to_string();
        assert!(message.contains("262144 bytes"), "{message}");
    }
}

#[test]
fn too_deep_is_refused() {
    let deep = (0..80).fold(json!({}), |inner, _| json!({"items": inner}));
    assert!(pointer_of(&deep).starts_with("/items/items"));
}
