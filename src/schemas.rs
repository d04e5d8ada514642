//! The JSON Schemas (2020-12) of every accounting document: generated from the types, committed
//! in `schemas/`, compared in CI and served.

use std::sync::OnceLock;

use ledgergate_accounting::assessment::Processed;
use ledgergate_accounting::determination::Determination;
use ledgergate_accounting::reconciliation::Reconciliation;
use ledgergate_accounting::statement::{StatementFile, StatementsRequestInput};
use ledgergate_accounting::validate::ValidationReply;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use crate::http::accounting::results::ResultRecord;
use crate::pipeline::accuracy::AccuracyReply;
use crate::pipeline::feedback::FeedbackReply;
use crate::pipeline::keep::Reply;
use crate::pipeline::request::{
    AssessmentRequest, FeedbackRequest, ReconciliationRequest, ValidationRequest,
};

/// Version of all schemas; a change that breaks a reader raises it.
pub const SCHEMA_VERSION: &str = "1";

/// One schema.
#[derive(Debug)]
pub struct DocumentSchema {
    /// The name in OpenAPI, e.g. `ProcessReply`.
    pub component: &'static str,
    /// The schema.
    pub schema: Value,
}

impl DocumentSchema {
    fn of<T: JsonSchema>(component: &'static str) -> Self {
        let schema = SchemaSettings::draft2020_12()
            .for_serialize()
            .into_generator()
            .into_root_schema_for::<T>();
        Self::titled(component, schema.to_value())
    }

    fn of_request<T: JsonSchema>(component: &'static str) -> Self {
        let schema = SchemaSettings::draft2020_12()
            .for_deserialize()
            .into_generator()
            .into_root_schema_for::<T>();
        Self::titled(component, schema.to_value())
    }

    fn titled(component: &'static str, mut schema: Value) -> Self {
        if let Some(fields) = schema.as_object_mut() {
            fields.insert("title".to_owned(), Value::String(component.to_owned()));
        }
        Self { component, schema }
    }

    /// Name of its file without the ending, e.g. `process_reply.v1`.
    pub fn file_stem(&self) -> String {
        let mut stem = String::new();
        for letter in self.component.chars() {
            if letter.is_ascii_uppercase() && !stem.is_empty() {
                stem.push('_');
            }
            stem.push(letter.to_ascii_lowercase());
        }
        format!("{stem}.v{SCHEMA_VERSION}")
    }

    /// The file's text.
    pub fn text(&self) -> String {
        format!("{:#}\n", self.schema)
    }
}

/// All schemas, in a fixed order.
pub fn all() -> &'static [DocumentSchema] {
    static ALL: OnceLock<Vec<DocumentSchema>> = OnceLock::new();
    ALL.get_or_init(|| {
        vec![
            DocumentSchema::of_request::<AssessmentRequest>("AssessmentRequest"),
            DocumentSchema::of_request::<ValidationRequest>("ValidationRequest"),
            DocumentSchema::of_request::<ReconciliationRequest>("ReconciliationRequest"),
            DocumentSchema::of::<Reply<Determination>>("DetermineReply"),
            DocumentSchema::of::<Reply<Processed>>("ProcessReply"),
            DocumentSchema::of::<Reply<ValidationReply>>("ValidateReply"),
            DocumentSchema::of::<Reply<Reconciliation>>("ReconcileReply"),
            DocumentSchema::of_request::<StatementsRequestInput>("StatementsRequest"),
            DocumentSchema::of::<Reply<StatementFile>>("StatementsReply"),
            DocumentSchema::of::<ResultRecord>("ResultRecord"),
            DocumentSchema::of_request::<FeedbackRequest>("FeedbackRequest"),
            DocumentSchema::of::<FeedbackReply>("FeedbackReply"),
            DocumentSchema::of::<AccuracyReply>("AccuracyReply"),
        ]
    })
}
