//! Bank statement files, from the request to the reply.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's helpers fail by panicking"
)]

mod attacks;
mod camt053;
#[path = "../support/checks.rs"]
mod checks;
mod csv;
mod documents;
mod mt940;
mod ofx;
mod printing;
mod round_trip;
mod to_reconciliation;

use checks::codes;
use ledgergate_accounting::InputError;
use ledgergate_accounting::statement::read_statements;
use serde_json::{Value, json};

/// The reply to a request.
fn read(request: &Value) -> Result<Value, InputError> {
    read_statements(request).map(|file| serde_json::to_value(file).unwrap())
}

/// The reply to a text of a format.
fn reply(format: &str, text: &str) -> Value {
    read(&json!({"statement": {format: text}})).unwrap_or_else(|error| panic!("{error}"))
}

/// The error of a text of a format: its message.
fn refused(format: &str, text: &str) -> String {
    let error = read(&json!({"statement": {format: text}})).unwrap_err();
    assert_eq!(error.pointer, format!("/statement/{format}"), "{error}");
    error.message
}

/// The value of a line's detail, by the file's name for it.
fn detail<'a>(statement: &'a Value, line: usize, name: &str) -> Option<&'a str> {
    let id = &statement["lines"][line]["id"];
    let details = statement["details"].as_array().unwrap();
    let found = details
        .iter()
        .find(|detail| detail["line"] == *id && detail["name"] == name)?;
    found["value"].as_str()
}
