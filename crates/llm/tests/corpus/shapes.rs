//! What accounting programs ask for.

use serde_json::{Value, json};

use super::generator::Pair;
use super::random::Random;

pub(crate) fn accounting(random: &mut Random) -> Pair {
    match random.up_to(4) {
        0 => journal_entry(random),
        1 => invoice(random),
        2 => statement(random),
        3 => chart(random),
        _ => decision(random),
    }
}

/// Amounts as numbers, as decimal strings, or as either, as pydantic writes `Decimal`.
fn amount(random: &mut Random) -> Pair {
    random
        .of(&[
            (
                json!({"type": "number", "minimum": 0, "multipleOf": 0.01, "maximum": 9_999_999}),
                json!(119.5),
            ),
            (
                json!({"type": "string", "pattern": "^\\d{1,9}\\.\\d{2}$"}),
                json!("119.50"),
            ),
            (
                json!({"anyOf": [{"type": "number", "minimum": 0},
                    {"type": "string", "pattern": "^(?:0|[1-9]\\d{0,8})(?:\\.\\d{1,2})?$"}]}),
                json!("7"),
            ),
        ])
        .clone()
}

fn currency() -> Value {
    json!({"type": "string", "enum": ["EUR", "USD", "GBP", "PLN"]})
}

fn journal_entry(random: &mut Random) -> Pair {
    let (amount, value) = amount(random);
    let one_sided = random.one_in(2);
    let line = if one_sided {
        json!({"type": "object", "properties": {
            "account": {"type": "string", "pattern": "^[1-9]\\d{3}$"},
            "side": {"enum": ["debit", "credit"]}, "amount": {"$ref": "#/$defs/amount"}},
            "required": ["account", "side", "amount"], "additionalProperties": false})
    } else {
        json!({"type": "object", "properties": {
            "account": {"type": "integer", "minimum": 1000, "maximum": 9999},
            "debit": {"$ref": "#/$defs/amount"}, "credit": {"$ref": "#/$defs/amount"},
            "memo": {"anyOf": [{"type": "string", "maxLength": 12}, {"type": "null"}]}},
            "required": ["account", "debit", "credit", "memo"], "additionalProperties": false})
    };
    let schema = json!({"type": "object", "$defs": {"amount": amount, "line": line},
        "properties": {"date": {"type": "string", "format": "date"},
            "description": {"type": "string", "maxLength": 10 + random.up_to(30)}, "currency": currency(),
            "lines": {"type": "array", "items": {"$ref": "#/$defs/line"}, "minItems": 2,
                "maxItems": 2 + random.up_to(3)}},
        "required": ["date", "description", "currency", "lines"], "additionalProperties": false});
    let line = if one_sided {
        json!({"account": "4000", "side": "debit", "amount": value})
    } else {
        json!({"account": 4000, "debit": value, "credit": value, "memo": null})
    };
    let example = json!({"date": "2025-03-31", "description": "rent", "currency": "EUR",
        "lines": [line, line]});
    (schema, example)
}

fn invoice(random: &mut Random) -> Pair {
    let (amount, value) = amount(random);
    let party = json!({"type": "object", "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 5 + random.up_to(40)},
        "vat_id": {"anyOf": [{"type": "string", "pattern": "^[A-Z]{2}[0-9A-Z]{8,12}$"},
            {"type": "null"}]},
        "email": {"type": "string", "format": "email"},
        "country": {"type": "string", "minLength": 2, "maxLength": 2}},
        "required": ["name", "country"], "additionalProperties": false});
    let schema = json!({"type": "object", "$defs": {"amount": amount, "party": party},
        "properties": {
            "number": {"type": "string", "pattern": "^[A-Z0-9/-]{1,12}$"},
            "issued": {"type": "string", "format": "date"},
            "seller": {"$ref": "#/$defs/party"}, "buyer": {"$ref": "#/$defs/party"},
            "taxes": {"type": "array", "maxItems": 1 + random.up_to(3), "items": {"type": "object", "properties": {
                "rate": {"type": "number", "minimum": 0, "maximum": 100},
                "base": {"$ref": "#/$defs/amount"}}, "required": ["rate", "base"],
                "additionalProperties": false}},
            "gross": {"$ref": "#/$defs/amount"}, "paid": {"type": "boolean", "default": false}},
        "required": ["number", "issued", "seller", "buyer", "taxes", "gross"],
        "additionalProperties": false});
    let party = json!({"name": "Acme", "country": "PL"});
    let example = json!({"number": "INV-1/25", "issued": "2025-01-31", "seller": party,
        "buyer": party, "taxes": [{"rate": 23, "base": value}], "gross": value});
    (schema, example)
}

fn statement(random: &mut Random) -> Pair {
    let (amount, value) = amount(random);
    let schema = json!({"type": "object", "properties": {
        "iban": {"type": "string", "pattern": "^[A-Z]{2}\\d{2}[A-Z0-9]{11,30}$"},
        "lines": {"type": "array", "maxItems": 1 + random.up_to(4), "items": {"type": "object", "properties": {
            "booked": {"type": "string", "format": "date-time"},
            "amount": amount, "reference": {"type": ["string", "null"], "maxLength": 5 + random.up_to(30)},
            "tags": {"type": "array", "items": {"type": "string", "maxLength": 6},
                "maxItems": 2}},
            "required": ["booked", "amount", "reference"], "additionalProperties": false}}},
        "required": ["iban", "lines"], "additionalProperties": false});
    let example = json!({"iban": "DE89370400440532013000",
        "lines": [{"booked": "2025-01-31T08:00:00Z", "amount": value, "reference": null}]});
    (schema, example)
}

fn chart(random: &mut Random) -> Pair {
    let deep = random.one_in(2);
    let digits = 2 + random.up_to(20);
    let schema = json!({"$ref": "#/$defs/account", "$defs": {"account": {"type": "object",
        "properties": {"code": {"type": "string", "pattern": format!("^\\d{{1,{digits}}}$")},
            "type": {"enum": ["asset", "liability", "equity", "income", "expense"]},
            "children": {"type": "array", "items": {"$ref": "#/$defs/account"},
                "maxItems": if deep { 3 } else { 1 }}},
        "required": ["code", "type"], "additionalProperties": false}}});
    let example = json!({"code": "1", "type": "asset",
        "children": [{"code": "12", "type": "asset"}]});
    (schema, example)
}

fn decision(random: &mut Random) -> Pair {
    let (amount, value) = amount(random);
    let of_kind = |kind: &str, part: Value| {
        json!({"type": "object", "properties": {"action": {"const": kind, "type": "string"},
            "details": part}, "required": ["action", "details"], "additionalProperties": false})
    };
    let schema = json!({"type": "object", "properties": {
        "confidence": {"type": "number", "minimum": 0, "maximum": 1},
        "due": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
        "decision": {"oneOf": [
            of_kind("post", json!({"type": "object", "additionalProperties": amount,
                "maxProperties": 2})),
            of_kind("review", json!({"type": "array", "items": {"type": "string",
                "maxLength": 1 + random.up_to(30)}, "minItems": 1, "maxItems": 2}))]}},
        "required": ["confidence", "due", "decision"], "additionalProperties": false});
    let example = json!({"confidence": 0.5, "due": null,
        "decision": {"action": "post", "details": {"rent": value}}});
    (schema, example)
}
