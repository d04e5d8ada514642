//! Schemas by chance, each with an instance that is valid under it.

use serde_json::{Map, Value, json};

use super::random::Random;
use super::shapes;

/// One schema of the corpus.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) schema: Value,
    /// Valid under it.
    pub(crate) example: Value,
    /// Whether a grammar enforces all of it; else it needs repair.
    pub(crate) enforceable: bool,
}

/// A schema and a valid instance.
pub(crate) type Pair = (Value, Value);

/// The first `count` cases: always the same.
pub(crate) fn corpus(count: u64) -> Vec<Case> {
    (0..count).map(case).collect()
}

fn case(seed: u64) -> Case {
    let random = &mut Random::seeded(seed);
    let (mut schema, mut example) = if seed.is_multiple_of(3) {
        shapes::accounting(random)
    } else {
        root(random)
    };
    let enforceable = seed % 6 != 5;
    if !enforceable {
        (schema, example) = beyond_grammars(random, &schema, &example);
    }
    Case {
        schema,
        example,
        enforceable,
    }
}

/// Mostly an object, as SDKs send it; sometimes anything.
fn root(random: &mut Random) -> Pair {
    if random.one_in(4) {
        return node(random, 3);
    }
    let (mut schema, mut example) = object(random, 3);
    if random.one_in(3) {
        schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    }
    if random.one_in(4) {
        // A tree, which refers to itself.
        schema["$defs"] = json!({"tree": {"type": "object", "properties": {
            "label": {"type": "string", "maxLength": 5},
            "children": {"type": "array", "items": {"$ref": "#/$defs/tree"}, "maxItems": 2}},
            "required": ["label", "children"], "additionalProperties": false}});
        schema["properties"]["tree"] = json!({"$ref": "#/$defs/tree"});
        require(&mut schema, "tree");
        example["tree"] = json!({"label": "a", "children": [{"label": "b", "children": []}]});
    }
    if random.one_in(4) {
        let (part, of_part) = scalar(random);
        schema["$defs"]["shared"] = part;
        schema["properties"]["shared"] =
            json!({"$ref": "#/$defs/shared", "description": "said once"});
        require(&mut schema, "shared");
        example["shared"] = of_part;
    }
    (schema, example)
}

fn require(schema: &mut Value, name: &str) {
    match schema["required"].as_array_mut() {
        Some(names) => names.push(json!(name)),
        None => schema["required"] = json!([name]),
    }
}

fn node(random: &mut Random, depth: u64) -> Pair {
    if depth == 0 {
        return scalar(random);
    }
    match random.up_to(9) {
        0..=2 => scalar(random),
        3 => array(random, depth - 1),
        4 => tuple(random, depth - 1),
        5 => union(random, depth - 1),
        6 => all_of(random, depth - 1),
        7 => map(random, depth - 1),
        _ => object(random, depth - 1),
    }
}

fn scalar(random: &mut Random) -> Pair {
    match random.up_to(13) {
        0 => (json!({"type": "boolean"}), json!(true)),
        1 => (json!({"type": "null"}), Value::Null),
        2 => integer(random),
        3 | 4 => number(random),
        5 | 6 => text(random),
        7 => pattern(random),
        8 | 9 => format(random),
        10 => random
            .of(&[
                (json!({"enum": ["a", "b", "ä\"\\/"]}), json!("b")),
                (json!({"enum": [1, 2.5, -3e-2, null, true]}), json!(2.5)),
                (json!({"enum": [{"k": [1, "x"]}, ["y"]]}), json!(["y"])),
                (
                    json!({"type": "string", "enum": ["", " ", "\n\t"]}),
                    json!(""),
                ),
            ])
            .clone(),
        11 => random
            .of(&[
                (json!({"const": "fixed 🙂"}), json!("fixed 🙂")),
                (json!({"const": -12.75}), json!(-12.75)),
                (
                    json!({"const": {"a": [null, false]}}),
                    json!({"a": [null, false]}),
                ),
            ])
            .clone(),
        12 => (
            json!({"type": ["string", "null"], "maxLength": 4}),
            Value::Null,
        ),
        _ => (
            json!({"type": ["integer", "boolean"], "minimum": -5}),
            json!(7),
        ),
    }
}

fn integer(random: &mut Random) -> Pair {
    let least = i64::try_from(random.up_to(2_000)).unwrap() - 1_000;
    let width = i64::try_from(random.up_to(5_000)).unwrap() + 2;
    match random.up_to(4) {
        0 => (json!({"type": "integer"}), json!(least)),
        1 => (json!({"type": "integer", "minimum": least}), json!(least)),
        2 => (
            json!({"type": "integer", "exclusiveMinimum": least, "exclusiveMaximum": least + width}),
            json!(least + 1),
        ),
        3 => (
            json!({"type": "integer", "minimum": least, "maximum": least + width}),
            json!(least + width),
        ),
        _ => (
            json!({"type": "integer", "multipleOf": 5, "minimum": 0, "maximum": 1_000}),
            json!(15),
        ),
    }
}

fn number(random: &mut Random) -> Pair {
    let cents = i64::try_from(random.up_to(100_000)).unwrap() - 50_000;
    #[expect(clippy::cast_precision_loss, reason = "under 2^53")]
    let bound = cents as f64 / 100.0;
    match random.up_to(5) {
        0 => (json!({"type": "number"}), json!(bound)),
        1 => (json!({"type": "number", "minimum": bound}), json!(bound)),
        2 => (
            json!({"type": "number", "exclusiveMinimum": bound, "maximum": bound + 10.5}),
            json!(bound + 10.5),
        ),
        3 => (
            json!({"type": "number", "minimum": bound - 0.25, "exclusiveMaximum": bound}),
            json!(bound - 0.25),
        ),
        4 => (
            json!({"type": "number", "maximum": bound}),
            json!(bound - 1.0),
        ),
        _ => (
            json!({"type": "number", "minimum": 0, "maximum": 100_000, "multipleOf": 0.01}),
            json!(19.99),
        ),
    }
}

fn text(random: &mut Random) -> Pair {
    let least = random.up_to(3);
    let most = least + random.up_to(9);
    match random.up_to(3) {
        0 => (json!({"type": "string"}), json!("any \"text\" \u{e9}\n")),
        1 => (
            json!({"type": "string", "minLength": least, "maxLength": most}),
            json!(
                "ab€"
                    .chars()
                    .cycle()
                    .take(usize::try_from(least).unwrap())
                    .collect::<String>()
            ),
        ),
        2 => (json!({"type": "string", "maxLength": most}), json!("")),
        _ => (json!({"type": "string", "minLength": 2}), json!("two")),
    }
}

fn pattern(random: &mut Random) -> Pair {
    random
        .of(&[
            ("^[A-Z]{2}[0-9]{2}$", "DE12"),
            ("^[A-Z]{2}\\d{2}[A-Z0-9]{11,30}$", "DE89370400440532013000"),
            ("^-?\\d{1,9}\\.\\d{2}$", "-12.30"),
            ("^(19|20)\\d{2}-Q[1-4]$", "2024-Q3"),
            ("^\\w+([.-]\\w+)*$", "a.b-c"),
            ("ab?c", "xxacxx"),
            ("^[^\\s,;]{1,6}$", "x/y"),
            ("^(?:debit|credit)$", "debit"),
            ("^[\\u00e4\\u00f6]*!$", "äö!"),
            ("^.{3}$", "a\"b"),
        ])
        .to_owned()
        .into_pair()
}

/// A pattern and a text that it matches.
trait IntoPair {
    fn into_pair(self) -> Pair;
}

impl IntoPair for (&str, &str) {
    fn into_pair(self) -> Pair {
        (json!({"type": "string", "pattern": self.0}), json!(self.1))
    }
}

fn format(random: &mut Random) -> Pair {
    let (format, text) = *random.of(&[
        ("date", "2024-02-29"),
        ("date-time", "2024-12-31T23:59:59Z"),
        ("time", "10:00:00+02:00"),
        ("duration", "P1DT2H"),
        ("email", "a@example.com"),
        ("hostname", "a.example.org"),
        ("ipv4", "10.0.0.1"),
        ("ipv6", "2001:db8::1"),
        ("uri", "https://example.com/a?b=c"),
        ("uuid", "123e4567-e89b-12d3-a456-426614174000"),
    ]);
    (json!({"type": "string", "format": format}), json!(text))
}

fn array(random: &mut Random, depth: u64) -> Pair {
    let (items, item) = node(random, depth);
    let least = random.up_to(2);
    let most = least + random.up_to(3);
    let mut schema = json!({"type": "array", "items": items, "maxItems": most});
    if least > 0 || random.one_in(2) {
        schema["minItems"] = json!(least);
    }
    (
        schema,
        Value::Array(vec![item; usize::try_from(least).unwrap()]),
    )
}

fn tuple(random: &mut Random, depth: u64) -> Pair {
    let count = random.up_to(2) + 1;
    let (parts, items): (Vec<_>, Vec<_>) = (0..count).map(|_| node(random, depth)).unzip();
    let rest = match random.up_to(2) {
        0 => json!(false),
        1 => json!({"type": "integer"}),
        _ => scalar(random).0,
    };
    let schema = json!({"type": "array", "prefixItems": parts, "items": rest,
        "minItems": count, "maxItems": count + 2});
    (schema, Value::Array(items))
}

fn union(random: &mut Random, depth: u64) -> Pair {
    match random.up_to(3) {
        // Optional, as pydantic writes it.
        0 => {
            let (part, example) = node(random, depth);
            (
                json!({"anyOf": [part, {"type": "null"}], "default": null}),
                example,
            )
        }
        1 => {
            let (one, example) = node(random, depth);
            let (other, _) = node(random, depth);
            (json!({"anyOf": [one, other]}), example)
        }
        // Told apart by their kind.
        2 => {
            let (part, example) = scalar(random);
            let kind = |name: &str, part: &Value| {
                json!({"type": "object", "properties": {"kind": {"const": name}, "value": part},
                    "required": ["kind", "value"], "additionalProperties": false})
            };
            let schema = json!({"oneOf": [kind("first", &part),
                kind("second", &json!({"type": "boolean"}))],
                "discriminator": {"propertyName": "kind"}});
            (schema, json!({"kind": "first", "value": example}))
        }
        _ => (
            json!({"oneOf": [{"type": "string", "maxLength": 6}, {"type": "integer"},
                {"type": "array", "items": {"type": "boolean"}, "maxItems": 2}]}),
            json!([true]),
        ),
    }
}

fn all_of(random: &mut Random, depth: u64) -> Pair {
    let (one, first) = scalar(random);
    let (other, second) = node(random, depth);
    let schema = json!({"type": "object", "allOf": [
        {"properties": {"one": one}, "required": ["one"]},
        {"properties": {"other": other}, "required": ["other"]}],
        "properties": {"one": true, "other": true}, "additionalProperties": false});
    (schema, json!({"one": first, "other": second}))
}

fn map(random: &mut Random, depth: u64) -> Pair {
    let (values, value) = node(random, depth);
    match random.up_to(2) {
        0 => (
            json!({"type": "object", "patternProperties": {"^[a-z]{1,3}$": values},
                "additionalProperties": false, "maxProperties": 2}),
            json!({"ab": value}),
        ),
        1 => (
            json!({"type": "object", "additionalProperties": values, "minProperties": 1,
                "maxProperties": 2}),
            json!({"any name": value}),
        ),
        _ => (
            json!({"type": "object", "properties": {"a": {"type": "integer"}},
                "required": ["a"], "additionalProperties": values, "maxProperties": 2}),
            json!({"a": 1, "b": value}),
        ),
    }
}

fn object(random: &mut Random, depth: u64) -> Pair {
    const NAMES: [&str; 8] = ["id", "name", "größe", "a b", "x/y", "z~", "\"q\"", "n\n"];
    let count = random.up_to(4) + 1;
    let start = random.up_to(NAMES.len() as u64 - 1);
    let (mut properties, mut example, mut required) = (Map::new(), Map::new(), Vec::new());
    for index in 0..count {
        let name = NAMES[usize::try_from((start + index) % NAMES.len() as u64).unwrap()];
        let (part, value) = node(random, depth);
        properties.insert(name.to_owned(), part);
        if !random.one_in(4) {
            required.push(name);
            example.insert(name.to_owned(), value);
        }
    }
    let mut schema = json!({"type": "object", "title": "T", "properties": properties});
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    match random.up_to(5) {
        0 => {}
        1 => schema["unevaluatedProperties"] = json!(false),
        2 => schema["additionalProperties"] = json!({"type": "integer"}),
        _ => schema["additionalProperties"] = json!(false),
    }
    (schema, Value::Object(example))
}

/// Beside the schema, something that no grammar here enforces.
fn beyond_grammars(random: &mut Random, schema: &Value, example: &Value) -> Pair {
    let (part, value) = match random.up_to(8) {
        0 => (
            json!({"type": "array", "items": {"enum": ["a", "b", "c"]}, "uniqueItems": true,
                "maxItems": 3}),
            json!(["a", "c"]),
        ),
        1 => (
            json!({"type": "string", "not": {"const": ""}, "maxLength": 5}),
            json!("x"),
        ),
        2 => (
            json!({"type": "object", "properties": {"a": {"type": "integer"},
                "b": {"type": "integer"}}, "additionalProperties": false,
                "dependentRequired": {"a": ["b"]}}),
            json!({"a": 1, "b": 2}),
        ),
        3 => (
            json!({"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 9},
                "contains": {"minimum": 5}, "maxItems": 4}),
            json!([1, 7]),
        ),
        4 => (
            json!({"type": "object", "additionalProperties": {"type": "boolean"},
                "propertyNames": {"maxLength": 3}, "maxProperties": 2}),
            json!({"abc": true}),
        ),
        5 => (
            json!({"oneOf": [{"type": "integer", "maximum": 9}, {"type": "integer",
                "minimum": 5, "maximum": 99}]}),
            json!(42),
        ),
        6 => (
            json!({"type": "string", "pattern": "^(?!.*x)[a-z]{1,5}$"}),
            json!("abc"),
        ),
        7 => (
            json!({"type": "object", "properties": {"kind": {"enum": ["a", "b"]},
                "n": {"type": "integer"}}, "required": ["kind"], "additionalProperties": false,
                "if": {"properties": {"kind": {"const": "a"}}}, "then": {"required": ["n"]}}),
            json!({"kind": "a", "n": 3}),
        ),
        _ => (
            json!({"type": "object", "properties": {"a": {"type": "integer"},
                "b": {"type": "integer"}, "c": {"type": "integer"}},
                "additionalProperties": false, "minProperties": 2}),
            json!({"a": 1, "c": 3}),
        ),
    };
    let schema = json!({"type": "object", "properties": {"beyond": part, "rest": without_defs(schema)},
        "required": ["beyond", "rest"], "additionalProperties": false, "$defs": schema["$defs"]});
    (
        without_null_defs(schema),
        json!({"beyond": value, "rest": example}),
    )
}

fn without_defs(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Some(keywords) = schema.as_object_mut() {
        keywords.shift_remove("$defs");
        keywords.shift_remove("$schema");
    }
    schema
}

fn without_null_defs(mut schema: Value) -> Value {
    if schema["$defs"].is_null()
        && let Some(keywords) = schema.as_object_mut()
    {
        keywords.shift_remove("$defs");
    }
    schema
}
