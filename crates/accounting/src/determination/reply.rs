//! The determination as the reply carries it.

use schemars::JsonSchema;
use serde::Serialize;

use crate::catalogue::{Action, Direction, Module};

/// What a document is to the company.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Determination {
    /// Module of the action.
    pub module: Module,
    /// What to do.
    pub action: Action,
    /// Which way the business goes.
    pub direction: Direction,
    /// The other party's name as printed, where the document names one.
    pub counterparty: Option<String>,
    /// Other answers that were considered, most likely first.
    pub alternatives: Vec<Alternative>,
    /// Weight of the chosen answer, 0 to 1. Not a probability of being right while `calibrated`
    /// is false.
    pub confidence: f64,
    /// True once `confidence` has been fitted to labelled results.
    pub calibrated: bool,
    /// What the claims rest on.
    pub evidence: Vec<Evidence>,
}

/// Another answer that was considered.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Alternative {
    /// Its module.
    pub module: Module,
    /// Its action.
    pub action: Action,
    /// Its weight, 0 to 1.
    pub p: f64,
}

/// A claim and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Evidence {
    /// What is claimed, e.g. `action: create_bill`, `we are the buyer`.
    pub claim: String,
    /// JSON Pointer into the document, empty where the claim rests on no one place.
    pub path: String,
    /// The text as printed.
    pub text: String,
    /// The rule that draws the claim from the text.
    pub rule: String,
}
