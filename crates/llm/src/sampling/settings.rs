//! A request's sampling parameters, checked and completed by the model's defaults.

use std::collections::BTreeMap;

use crate::chat::Sampling;
use crate::error::ModelError;

/// Every parameter, in range.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SamplingSettings {
    pub(crate) temperature: f32,
    pub(crate) top_p: f32,
    pub(crate) top_k: usize,
    pub(crate) min_p: f32,
    pub(crate) repetition_penalty: f32,
    pub(crate) presence_penalty: f32,
    pub(crate) frequency_penalty: f32,
    pub(crate) logit_bias: BTreeMap<u32, f32>,
}

impl SamplingSettings {
    /// Takes each parameter from the request, else from the model's defaults, else neutral.
    ///
    /// # Errors
    /// [`ModelError::InvalidRequest`] naming the parameter that is out of range.
    pub(crate) fn resolve(
        request: &Sampling,
        defaults: &Sampling,
        vocabulary_size: usize,
    ) -> Result<Self, ModelError> {
        let number = |name: &str, own: Option<f32>, default: Option<f32>, neutral: f32| {
            let value = own.or(default).unwrap_or(neutral);
            if value.is_finite() {
                Ok(value)
            } else {
                Err(ModelError::invalid(name, format!("`{name}` is no number")))
            }
        };
        let temperature = number(
            "temperature",
            request.temperature,
            defaults.temperature,
            1.0,
        )?;
        check("temperature", (0.0..=2.0).contains(&temperature), "0 to 2")?;
        let top_p = number("top_p", request.top_p, defaults.top_p, 1.0)?;
        check("top_p", top_p > 0.0 && top_p <= 1.0, "above 0 to 1")?;
        let min_p = number("min_p", request.min_p, defaults.min_p, 0.0)?;
        check("min_p", (0.0..=1.0).contains(&min_p), "0 to 1")?;
        let repetition_penalty = number(
            "repetition_penalty",
            request.repetition_penalty,
            defaults.repetition_penalty,
            1.0,
        )?;
        check("repetition_penalty", repetition_penalty > 0.0, "above 0")?;
        let presence_penalty = number(
            "presence_penalty",
            request.presence_penalty,
            defaults.presence_penalty,
            0.0,
        )?;
        check(
            "presence_penalty",
            (-2.0..=2.0).contains(&presence_penalty),
            "-2 to 2",
        )?;
        let frequency_penalty = number(
            "frequency_penalty",
            request.frequency_penalty,
            defaults.frequency_penalty,
            0.0,
        )?;
        check(
            "frequency_penalty",
            (-2.0..=2.0).contains(&frequency_penalty),
            "-2 to 2",
        )?;

        let logit_bias = if request.logit_bias.is_empty() {
            defaults.logit_bias.clone()
        } else {
            request.logit_bias.clone()
        };
        for (id, bias) in &logit_bias {
            let known = usize::try_from(*id).is_ok_and(|id| id < vocabulary_size);
            if !known {
                return Err(ModelError::invalid(
                    "logit_bias",
                    format!("`logit_bias` names token {id}; the model has {vocabulary_size}"),
                ));
            }
            check("logit_bias", (-100.0..=100.0).contains(bias), "-100 to 100")?;
        }
        Ok(Self {
            temperature,
            top_p,
            // A platform whose usize cannot hold a count of tokens has no such vocabulary either.
            top_k: usize::try_from(request.top_k.or(defaults.top_k).unwrap_or(0))
                .unwrap_or(usize::MAX),
            min_p,
            repetition_penalty,
            presence_penalty,
            frequency_penalty,
            logit_bias,
        })
    }
}

fn check(name: &str, holds: bool, range: &str) -> Result<(), ModelError> {
    if holds {
        return Ok(());
    }
    Err(ModelError::invalid(
        name,
        format!("`{name}` must be {range}"),
    ))
}
