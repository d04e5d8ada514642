//! The JSON Schemas (2020-12) of the documents of this crate's contract.

use schemars::{JsonSchema, schema_for};
use serde_json::Value;

use crate::assessment::Processed;
use crate::company::CompanyInput;
use crate::determination::Determination;
use crate::journal::JournalEntry;
use crate::reconciliation::{Reconciliation, RequestInput};
use crate::statement::{StatementFile, StatementsRequestInput};
use crate::validate::ValidationReply;

/// Version of the schemas; it rises when a reply loses or changes a field.
pub const SCHEMA_VERSION: &str = "1";

/// Every schema with its name, in a fixed order.
pub fn schemas() -> Vec<(&'static str, Value)> {
    vec![
        ("company", schema::<CompanyInput>("company")),
        ("determination", schema::<Determination>("determination")),
        ("processed", schema::<Processed>("processed")),
        ("validation", schema::<ValidationReply>("validation")),
        ("journal_entry", schema::<JournalEntry>("journal_entry")),
        (
            "reconciliation_request",
            schema::<RequestInput>("reconciliation_request"),
        ),
        ("reconciliation", schema::<Reconciliation>("reconciliation")),
        (
            "statements_request",
            schema::<StatementsRequestInput>("statements_request"),
        ),
        ("statements", schema::<StatementFile>("statements")),
    ]
}

fn schema<T: JsonSchema>(name: &str) -> Value {
    let mut schema = schema_for!(T);
    schema.insert(
        "$id".to_owned(),
        format!("urn:ledgergate:{name}:{SCHEMA_VERSION}").into(),
    );
    schema.to_value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_has_the_fields_of_the_contract() {
        let schemas = schemas();
        let processed = &schemas
            .iter()
            .find(|(name, _)| *name == "processed")
            .unwrap()
            .1;
        for field in [
            "module",
            "action",
            "direction",
            "counterparty",
            "alternatives",
            "confidence",
            "calibrated",
            "evidence",
            "document_type",
            "document_number",
            "issue_date",
            "due_date",
            "currency",
            "net",
            "tax",
            "gross",
            "prepaid",
            "rounding",
            "withheld",
            "amount_due",
            "tax_treatment",
            "tax_lines",
            "functional",
            "journal",
            "checks",
            "valid",
            "auto",
            "review_reasons",
            "explanation",
            "model_choices",
            "statement",
        ] {
            assert!(processed["properties"].get(field).is_some(), "{field}");
        }
        assert!(schemas.iter().all(|(_, schema)| schema["$id"].is_string()));
    }
}
