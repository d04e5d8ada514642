//! What the spool holds: decisions and rows of the request log, as JSON, so that a later version
//! of the gateway reads what an earlier one left behind.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::store::decisions::NewDecision;
use crate::store::request_log::RequestRow;

/// One entry.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(in crate::store) enum Entry {
    /// A decision.
    Decision(Box<NewDecision>),
    /// A row of the request log.
    Request(Box<RequestRow>),
}

/// An entry on its way in: its bytes and by what it is found.
#[derive(Debug)]
pub(in crate::store) struct NewEntry {
    pub(in crate::store) bytes: Vec<u8>,
    /// The id of the decision or row.
    pub(in crate::store) id: Uuid,
    /// The decision's idempotency key.
    pub(in crate::store) key: Option<UsedKey>,
}

/// An idempotency key and the request that it was used for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct UsedKey {
    /// Operation and key.
    pub(in crate::store) name: String,
    /// SHA-256 of the request.
    pub(in crate::store) request_sha256: [u8; 32],
}

impl UsedKey {
    pub(in crate::store) fn new(operation: &str, key: &str, request_sha256: [u8; 32]) -> Self {
        Self {
            // A key is visible characters, an operation letters.
            name: format!("{operation} {key}"),
            request_sha256,
        }
    }
}

impl Entry {
    /// As bytes.
    ///
    /// # Errors
    /// [`serde_json::Error`] where a value has no form in JSON.
    pub(in crate::store) fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }

    /// From bytes.
    ///
    /// # Errors
    /// [`serde_json::Error`] if they were not written by this or an earlier version.
    pub(in crate::store) fn from_bytes(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }

    /// By what it is found.
    pub(in crate::store) fn index(&self) -> (Uuid, Option<UsedKey>) {
        match self {
            Self::Decision(decision) => (decision.id, decision.used_key()),
            Self::Request(row) => (row.id, None),
        }
    }
}
