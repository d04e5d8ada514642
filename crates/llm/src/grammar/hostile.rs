//! Sources that mean harm: each is taken or refused within the limits, and the compiler goes on.

use super::tests::{compiler, taken};
use super::*;

fn nested(levels: usize, around: impl Fn(Value) -> Value) -> Value {
    (0..levels).fold(json!({"type": "integer"}), |inner, _| around(inner))
}

/// Schemas that are dear to compile, or that a compiler may fall over.
fn hostile_schemas() -> Vec<(&'static str, Value)> {
    let many: Vec<Value> = (0..20_000)
        .map(|number| json!(format!("v{number}")))
        .collect();
    let wide: Vec<Value> = (0..12)
        .map(|outer| {
            let parts: Vec<Value> = (0..12)
                .map(|inner| json!({"properties": {format!("p{outer}"): {"const": inner}}}))
                .collect();
            json!({"anyOf": parts})
        })
        .collect();
    let properties: serde_json::Map<String, Value> = (0..1_000)
        .map(|number| {
            (
                format!("p{number}"),
                json!({"type": "string", "maxLength": 9}),
            )
        })
        .collect();
    vec![
        (
            "exponential",
            json!({"pattern": "^(a+)+$", "type": "string"}),
        ),
        (
            "states",
            json!({"pattern": "^.*a.{400}b.{400}$", "type": "string"}),
        ),
        (
            "repeats",
            json!({"pattern": "^((a{1,200}){1,200}){1,200}$", "type": "string"}),
        ),
        (
            "alternatives",
            json!({"pattern": "(x+x+)+y|(a|aa)+$", "type": "string"}),
        ),
        ("deep", nested(120, |inner| json!({"items": inner}))),
        (
            "deep unions",
            nested(60, |inner| json!({"anyOf": [inner, {"type": "null"}]})),
        ),
        (
            "deep doubled",
            nested(12, |inner| json!({"anyOf": [inner, {"items": inner}]})),
        ),
        ("enum", json!({"enum": many})),
        ("product", json!({"type": "object", "allOf": wide})),
        (
            "properties",
            json!({"type": "object", "properties": properties}),
        ),
        (
            "minItems",
            json!({"type": "array", "minItems": 4_000_000_000_u64}),
        ),
        (
            "maxItems",
            json!({"type": "array", "items": {"maxItems": 9_999_999}, "maxItems": 9_999_999}),
        ),
        (
            "minLength",
            json!({"type": "string", "minLength": 4_000_000_000_u64}),
        ),
        (
            "maxLength",
            json!({"type": "string", "maxLength": 100_000_000, "pattern": "^(ab|a)*$"}),
        ),
    ]
}

/// Schemas that lead in circles, away, or beyond the limits.
fn odd_schemas() -> Vec<(&'static str, Value)> {
    vec![
        ("self", json!({"$ref": "#"})),
        (
            "cycle",
            json!({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"},
            "b": {"$ref": "#/$defs/a"}}}),
        ),
        (
            "cycle beside",
            json!({"$ref": "#/$defs/a", "$defs": {"a": {"allOf": [{"$ref": "#/$defs/a"},
            {"type": "object"}]}}}),
        ),
        (
            "endless",
            json!({"$ref": "#/$defs/a", "$defs": {"a": {"type": "object",
            "properties": {"a": {"$ref": "#/$defs/a"}}, "required": ["a"]}}}),
        ),
        ("remote", json!({"$ref": "http://127.0.0.1:1/schema.json"})),
        ("file", json!({"$ref": "file:///etc/passwd"})),
        (
            "remote in a constant",
            json!({"const": {"$ref": "http://127.0.0.1:1/s.json"}}),
        ),
        ("large", json!({"description": "x".repeat(2_000_000)})),
        (
            "cut in a character",
            json!({"type": "string", "minLength": format!("{}é", "x".repeat(98))}),
        ),
        (
            "tiny multiples",
            json!({"type": "number", "multipleOf": 1e-300}),
        ),
        (
            "a large multiple",
            json!({"type": "integer", "multipleOf": 1_999}),
        ),
        (
            "many multiples",
            json!({"type": "object", "properties": {
            "a": {"type": "number", "multipleOf": 0.25}, "b": {"type": "integer", "multipleOf": 7},
            "c": {"allOf": [{"multipleOf": 12}, {"multipleOf": 0.05}], "type": "number"}}}),
        ),
        (
            "multiples",
            json!({"allOf": [{"type": "integer", "multipleOf": 70_001},
            {"multipleOf": 99_991}]}),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_schemas_are_taken_or_refused_within_the_limits() {
    let compiler = compiler();
    for (name, schema) in hostile_schemas().into_iter().chain(odd_schemas()) {
        match compiler.json_schema(&schema).await {
            Ok(mut grammar) => {
                // The first steps are within the limits of a step, or refused.
                for byte in *b"\"aaaaaaaa" {
                    let token = u32::from(byte);
                    match grammar.mask(None) {
                        Ok(mask) if mask.allows(token) => grammar.accept(token).unwrap(),
                        Ok(_) | Err(ModelError::UnsupportedSchema { .. }) => break,
                        Err(other) => panic!("{name}: {other}"),
                    }
                }
            }
            Err(ModelError::UnsupportedSchema { .. }) => {}
            Err(other) => panic!("{name}: {other}"),
        }
    }
    // No compilation holds its place: the next one starts at once.
    assert_eq!(compiler.running.available_permits(), COMPILATIONS_AT_ONCE);
    let mut grammar = compiler.json_schema(&json!({"const": 1})).await.unwrap();
    assert_eq!(taken(&mut grammar, "1"), 1);
}

#[tokio::test]
async fn a_compiler_that_is_busy_is_no_fault_of_the_schema() {
    let compiler = GrammarCompiler {
        patience: Duration::from_millis(20),
        ..compiler()
    };
    let busy = Arc::clone(&compiler.running)
        .acquire_many_owned(u32::try_from(COMPILATIONS_AT_ONCE).unwrap())
        .await
        .unwrap();
    let outcome = compiler.json_schema(&json!({"const": 1})).await;
    assert!(matches!(outcome, Err(ModelError::QueueFull { .. })));
    drop(busy);
    let compiler = GrammarCompiler {
        patience: COMPILE_TIME,
        ..compiler
    };
    assert!(compiler.json_schema(&json!({"const": 1})).await.is_ok());
}

#[tokio::test]
async fn a_refusal_is_kept_as_a_grammar_is() {
    let compiler = compiler();
    let schema = json!({"type": "string", "pattern": "(?=a)b"});
    let first = compiler.json_schema(&schema).await.err();
    assert_eq!(compiler.kept().len(), 1);
    assert_eq!(compiler.json_schema(&schema).await.err(), first);
}
