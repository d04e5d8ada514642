//! Answers under a schema are valid, whatever the model wants to say.

use super::*;

#[tokio::test]
async fn garbage_under_a_schema_is_still_valid() {
    let schema = json!({
        "type": "object",
        "properties": {
            "name": {"type": "string", "maxLength": 8},
            "amount": {"type": "number", "minimum": 0, "maximum": 99},
            "tags": {"type": "array", "items": {"enum": ["a", "b"]}, "maxItems": 3},
            "kind": {"anyOf": [{"type": "null"}, {"type": "boolean"}]},
        },
        "required": ["name", "amount", "tags", "kind"],
        "additionalProperties": false,
    });
    let validator = jsonschema::validator_for(&schema).unwrap();
    for garbage in [
        "",
        "no JSON at all \u{0} \"}",
        "{\"name\": \"much too long a name\"",
        "[[[[",
    ] {
        for temperature in [0.0, 1.5] {
            let mut request = with_schema(schema.clone());
            request.sampling.temperature = Some(temperature);
            let answer = complete(&model(garbage), request).await;
            assert_eq!(answer.reason, FinishReason::Stop, "{}", answer.text);
            let value = serde_json::from_str(&answer.text).unwrap();
            assert!(validator.is_valid(&value), "{}", answer.text);
        }
    }
    let object = ChatRequest {
        output: OutputFormat::JsonObject,
        ..request("x")
    };
    let answer = complete(&model("hello"), object).await;
    assert!(
        serde_json::from_str::<serde_json::Value>(&answer.text)
            .unwrap()
            .is_object()
    );
}

/// The last check would make an answer that does not validate an error; so it is enough that
/// there is an answer.
#[tokio::test]
async fn random_answers_under_many_schemas_are_valid() {
    let schemas = [
        json!({"type": "number", "multipleOf": 0.01, "minimum": 0, "maximum": 1000}),
        json!({"type": "integer", "exclusiveMinimum": -7, "exclusiveMaximum": 12}),
        json!({"type": "number", "minimum": -1.5, "exclusiveMaximum": 2.25}),
        json!({"type": "string", "pattern": "^[A-Z]{2}[0-9]{2,4}$"}),
        json!({"type": "string", "format": "date"}),
        json!({"type": "string", "minLength": 3, "maxLength": 5}),
        json!({"enum": [1, "a", null, true, {"x": [1.5]}, -0.25]}),
        json!({"type": "array", "prefixItems": [{"type": "boolean"}, {"type": "null"}],
            "items": {"type": "integer"}, "minItems": 2, "maxItems": 4}),
        json!({"type": "object", "patternProperties": {"^x": {"type": "boolean"}},
            "additionalProperties": false, "maxProperties": 2}),
        json!({"type": "object", "properties": {"a": {"type": "integer"}},
            "additionalProperties": {"type": "string", "maxLength": 3},
            "required": ["a", "b"], "maxProperties": 3}),
        json!({"allOf": [{"type": "object", "required": ["a"]},
            {"properties": {"a": {"const": "z"}}, "additionalProperties": false}]}),
        json!({"oneOf": [{"type": "string", "maxLength": 4}, {"type": "integer", "minimum": 0,
            "maximum": 99}]}),
        json!({"$schema": "http://json-schema.org/draft-07/schema#",
            "definitions": {"amount": {"type": "string", "pattern": "^-?[0-9]{1,6}\\.[0-9]{2}$"}},
            "type": "object", "properties": {"net": {"$ref": "#/definitions/amount"}},
            "required": ["net"], "additionalProperties": false}),
        json!({"type": ["string", "null"], "maxLength": 3}),
        json!(true),
    ];
    let engine = ScriptedEngine::new(|_| "{\"a\\u00e9 1.25-".to_owned()).unwrap();
    let model = engine.with_confidence(5.0).into_model("scripted").unwrap();
    for schema in &schemas {
        let mut whole = 0;
        for seed in 0..12 {
            let mut request = with_schema(schema.clone());
            request.sampling.seed = Some(seed);
            request.sampling.temperature = Some(1.3);
            let outcome = model.generate(request).await.unwrap().complete().await;
            match outcome {
                Ok(answer) if answer.reason == FinishReason::Stop => whole += 1,
                Ok(_) => {}
                Err(error) => panic!("{schema}: {error}"),
            }
        }
        assert!(whole > 6, "{schema}: only {whole} of 12 came to an end");
    }
}
