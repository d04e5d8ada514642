//! Confidence fitted to labels, laid over a processed document.

use super::Processed;
use super::question::QuestionId;
use crate::accuracy::calibration::{Calibration, RiskLimit, stratum};
use crate::checks::Check;

/// The check of a choice that rests on a model; see [`super::Assessment::answer`].
pub(super) const CHOSEN_BY_MODEL: &str = "action_chosen_by_model";

impl Processed {
    /// What this document is calibrated by, for the endpoint that answers with it.
    pub fn stratum(&self, operation: &str) -> String {
        let by_model = self
            .checks
            .iter()
            .any(|check| check.code == CHOSEN_BY_MODEL);
        let choice = self
            .model_choices
            .iter()
            .find(|choice| by_model && choice.question == QuestionId::Action);
        let chosen_by = choice.map(|choice| choice.model.as_str());
        stratum(operation, self.determination.action.code(), chosen_by)
    }

    /// Gives the confidence that labels show, and leaves to a person what the gate does not let
    /// through. What rules leave to a person stays with a person: calibration only ever takes
    /// `auto` away.
    pub fn calibrate(&mut self, calibration: &Calibration, stratum: &str, limit: RiskLimit) {
        let score = self.determination.confidence;
        self.determination.confidence = calibration.map.apply(score, stratum);
        self.determination.calibrated = true;
        let gate = &calibration.gate;
        if !self.auto || (gate.keeps(limit) && gate.allows(score, stratum)) {
            return;
        }
        let message = format!(
            "labels do not show that of results like this at most {} % are wrong",
            limit.limit() * 100.0
        );
        self.leave_to_a_person(Check::review("risk_not_bounded", "", message));
    }

    /// Where nobody knows what labels show, what rules let through is left to a person.
    pub fn without_calibration(&mut self) {
        if self.auto {
            let message = "the calibration could not be read: nobody knows what risk labels show";
            self.leave_to_a_person(Check::review("calibration_unknown", "", message));
        }
    }

    fn leave_to_a_person(&mut self, check: Check) {
        self.auto = false;
        self.review_reasons
            .push(format!("{}: {}", check.code, check.message));
        self.checks.push(check);
        self.checks.sort_by_key(|check| check.severity);
    }
}
