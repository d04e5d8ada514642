//! How tokens are chosen: fields of all requests for answers.

use std::collections::BTreeMap;

use ledgergate_llm::chat::Sampling;

use super::fields::{in_optional_range, in_range};
use crate::http::error::ApiError;

/// As the client sent them. Each body names these fields itself: flattened into it from one place,
/// a value of the wrong type would be an error of the whole body, which does not name the field.
#[derive(Debug, Default)]
pub(super) struct SamplingFields<'a> {
    pub(super) temperature: Option<f32>,
    pub(super) top_p: Option<f32>,
    pub(super) top_k: Option<u32>,
    pub(super) min_p: Option<f32>,
    pub(super) repetition_penalty: Option<f32>,
    pub(super) presence_penalty: Option<f32>,
    pub(super) frequency_penalty: Option<f32>,
    pub(super) logit_bias: Option<&'a BTreeMap<String, f32>>,
    pub(super) seed: Option<i64>,
}

impl SamplingFields<'_> {
    /// Checks every field.
    pub(super) fn parse(self) -> Result<Sampling, ApiError> {
        in_optional_range("temperature", self.temperature, 0.0, 2.0)?;
        in_optional_range("top_p", self.top_p, f32::MIN_POSITIVE, 1.0)?;
        in_optional_range("min_p", self.min_p, 0.0, 1.0)?;
        in_optional_range("presence_penalty", self.presence_penalty, -2.0, 2.0)?;
        in_optional_range("frequency_penalty", self.frequency_penalty, -2.0, 2.0)?;
        in_optional_range(
            "repetition_penalty",
            self.repetition_penalty,
            f32::MIN_POSITIVE,
            10.0,
        )?;
        let mut logit_bias = BTreeMap::new();
        for (token, bias) in self.logit_bias.into_iter().flatten() {
            let id = token.parse().map_err(|_| {
                ApiError::invalid("logit_bias", format!("'{token}' is not a token id"))
            })?;
            in_range("logit_bias", *bias, -100.0, 100.0)?;
            logit_bias.insert(id, *bias);
        }
        Ok(Sampling {
            temperature: self.temperature,
            top_p: self.top_p,
            top_k: self.top_k,
            min_p: self.min_p,
            seed: self.seed.map(i64::cast_unsigned),
            repetition_penalty: self.repetition_penalty,
            presence_penalty: self.presence_penalty,
            frequency_penalty: self.frequency_penalty,
            logit_bias,
        })
    }
}
