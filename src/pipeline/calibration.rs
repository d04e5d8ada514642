//! The calibration in use: fitted from labels by `ledgergate calibrate`, read from the store now and
//! then, and laid over every assessment.

use std::sync::{Arc, PoisonError, RwLock};

use ledgergate_accounting::accuracy::calibration::{
    Calibration, LabelledScore, RiskLimit, TooFewLabels,
};
use ledgergate_accounting::assessment::Processed;
use tracing::{info, instrument};

use crate::config::CalibrationConfig;
use crate::store::calibrations::KeptCalibration;
use crate::store::decisions::Operation;
use crate::store::{Store, StoreError};

/// The calibration in use. Cheap to clone; all clones see the same one.
#[derive(Clone)]
pub struct CalibrationInUse {
    config: CalibrationConfig,
    newest: Arc<RwLock<Newest>>,
}

/// The newest calibration, as far as it is known.
#[derive(Clone, Default)]
enum Newest {
    /// The store has not been read, or holds what this version cannot read. What labels show of
    /// the risk is not known then, so nothing is let through.
    #[default]
    Unknown,
    /// Nothing was ever fitted: rules alone decide.
    None,
    Known(Arc<KeptCalibration>),
}

/// What a decision's confidence was before and by what it was calibrated.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibrated {
    /// Confidence before calibration.
    pub score: f64,
    /// What it is calibrated by.
    pub stratum: String,
    /// What the rules alone said of `auto`.
    pub let_through: bool,
    /// Version of the calibration; none was there if none.
    pub version: Option<i32>,
}

impl CalibrationInUse {
    /// Not known yet: [`Self::refresh`] reads it.
    pub fn new(config: CalibrationConfig) -> Self {
        Self {
            config,
            newest: Arc::default(),
        }
    }

    /// Looks for a newer one in the store. One in use stays if the store does not answer or holds
    /// one that this version cannot read.
    ///
    /// # Errors
    /// [`StoreError`] if it cannot be read.
    #[instrument(skip_all)]
    pub async fn refresh(&self, store: &Store) -> Result<(), StoreError> {
        if !self.config.enabled {
            return Ok(());
        }
        let known = match self.newest() {
            Newest::Known(current) => Some(current.version),
            Newest::Unknown | Newest::None => None,
        };
        match (store.newer_calibration(known).await, known) {
            (Ok(Some(newer)), _) => {
                info!(version = newer.version, "a calibration is in use");
                self.set(Newest::Known(Arc::new(newer)));
            }
            (Ok(None), None) => self.set(Newest::None),
            (Ok(None), Some(_)) => {}
            (Err(cause), _) => {
                // There is one after all.
                if matches!(cause, StoreError::UnreadableCalibration { .. }) && known.is_none() {
                    self.set(Newest::Unknown);
                }
                return Err(cause);
            }
        }
        Ok(())
    }

    /// Whether it is known what labels show; if not, nothing is automatic.
    pub fn is_known(&self) -> bool {
        !self.config.enabled || !matches!(self.newest(), Newest::Unknown)
    }

    fn newest(&self) -> Newest {
        let newest = self.newest.read().unwrap_or_else(PoisonError::into_inner);
        newest.clone()
    }

    fn set(&self, newest: Newest) {
        *self.newest.write().unwrap_or_else(PoisonError::into_inner) = newest;
    }

    /// Lays the calibration in use over a processed document.
    pub(super) fn apply(&self, operation: Operation, processed: &mut Processed) -> Calibrated {
        let score = processed.determination.confidence;
        let let_through = processed.auto;
        let stratum = processed.stratum(operation.name());
        let mut version = None;
        if self.config.enabled {
            match self.newest() {
                Newest::None => {}
                Newest::Unknown => processed.without_calibration(),
                Newest::Known(current) => {
                    processed.calibrate(&current.calibration, &stratum, self.config.risk);
                    version = Some(current.version);
                }
            }
        }
        Calibrated {
            score,
            stratum,
            let_through,
            version,
        }
    }
}

/// A calibration fitted to all labels, and what it would have changed.
pub struct Fitted {
    /// What was fitted.
    pub calibration: Calibration,
    /// Of the labelled decisions, those that rules let through.
    pub let_through: usize,
    /// Of those, the ones that it lets through.
    pub allowed: usize,
}

/// Why nothing was fitted.
#[derive(Debug, thiserror::Error)]
pub enum FitError {
    /// There are too few labels.
    #[error(transparent)]
    TooFew(#[from] TooFewLabels),
    /// The labels cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Fits a calibration to the labels in the store, without keeping it.
///
/// # Errors
/// [`FitError`] for too few labels, or a store that does not answer.
#[instrument(skip_all)]
pub async fn fit(store: &Store, limit: RiskLimit) -> Result<Fitted, FitError> {
    let labels = store.labelled_scores().await?;
    let calibration = Calibration::fit(&labels, limit)?;
    let through: Vec<&LabelledScore> = labels.iter().filter(|label| label.let_through).collect();
    let allowed = through
        .iter()
        .filter(|label| calibration.gate.allows(label.score, &label.stratum))
        .count();
    Ok(Fitted {
        let_through: through.len(),
        allowed,
        calibration,
    })
}
