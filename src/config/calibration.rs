//! `[calibration]`: confidence fitted to labels.

use ledgergate_accounting::accuracy::calibration::{RiskLimit, RiskLimitError};
use serde::Deserialize;

/// `[calibration]`: confidence fitted to labels, and what may go through by it.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "Written")]
pub struct CalibrationConfig {
    /// Whether the newest calibration is used.
    pub enabled: bool,
    /// The most risk that automatic decisions may have.
    pub risk: RiskLimit,
}

/// As the file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Written {
    enabled: bool,
    risk_limit: f64,
    risk_confidence: f64,
}

impl Default for Written {
    fn default() -> Self {
        Self {
            enabled: true,
            risk_limit: 0.005,
            risk_confidence: 0.95,
        }
    }
}

impl Default for CalibrationConfig {
    fn default() -> Self {
        Self {
            enabled: true,
            risk: RiskLimit::default(),
        }
    }
}

impl TryFrom<Written> for CalibrationConfig {
    type Error = RiskLimitError;

    fn try_from(written: Written) -> Result<Self, RiskLimitError> {
        Ok(Self {
            enabled: written.enabled,
            risk: RiskLimit::new(written.risk_limit, written.risk_confidence)?,
        })
    }
}
