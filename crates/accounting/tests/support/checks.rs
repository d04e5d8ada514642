//! The checks of a reply, for tests of what is read.

use serde_json::Value;

/// The codes of a reply's checks.
pub(crate) fn codes(reply: &Value) -> Vec<&str> {
    let checks = reply["checks"].as_array().unwrap();
    checks
        .iter()
        .map(|check| check["code"].as_str().unwrap())
        .collect()
}
