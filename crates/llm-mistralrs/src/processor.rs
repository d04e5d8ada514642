//! The logits processor that makes mistral.rs take our token.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use candle_core::{DType, Device, Tensor};
use ledgergate_llm::engine::{Pick, TokenPicker};
use mistralrs::CustomLogitsProcessor;

/// Hands a sequence's logits to its picker and leaves one token to choose. It never fails and
/// never panics, because an error in a processor fails every sequence of the engine.
pub(crate) struct PickerProcessor {
    state: Mutex<PickerState>,
    /// Ends a sequence for the engine.
    end_token: u32,
    picks: AtomicU64,
}

struct PickerState {
    /// Gone after the end, so that whatever the picker holds is given back.
    picker: Option<Box<dyn TokenPicker>>,
    failure: Option<String>,
}

impl PickerProcessor {
    pub(crate) fn new(picker: Box<dyn TokenPicker>, end_token: u32) -> Self {
        Self {
            state: Mutex::new(PickerState {
                picker: Some(picker),
                failure: None,
            }),
            end_token,
            picks: AtomicU64::new(0),
        }
    }

    /// How often the engine has asked.
    pub(crate) fn picks(&self) -> u64 {
        self.picks.load(Ordering::Acquire)
    }

    /// Why the sequence was ended from here, if it was.
    pub(crate) fn failure(&self) -> Option<String> {
        self.state().failure.clone()
    }

    fn state(&self) -> std::sync::MutexGuard<'_, PickerState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pick(&self, logits: &mut [f32]) -> u32 {
        let mut state = self.state();
        let Some(mut picker) = state.picker.take() else {
            return self.end_token;
        };
        match catch_unwind(AssertUnwindSafe(|| picker.pick(logits))) {
            Ok(Pick::Token(token)) if (token as usize) < logits.len() => {
                state.picker = Some(picker);
                token
            }
            Ok(Pick::Token(token)) => {
                state.failure = Some(format!(
                    "token {token} was picked and the model has {}",
                    logits.len()
                ));
                self.end_token
            }
            Ok(Pick::End) => self.end_token,
            Err(_) => {
                state.failure = Some("choosing a token broke down".to_owned());
                self.end_token
            }
        }
    }
}

impl CustomLogitsProcessor for PickerProcessor {
    fn apply(&self, logits: &Tensor, _context: &[u32]) -> candle_core::Result<Tensor> {
        self.picks.fetch_add(1, Ordering::AcqRel);
        let read = logits
            .to_dtype(DType::F32)
            .and_then(|logits| logits.to_device(&Device::Cpu))
            .and_then(|logits| logits.flatten_all())
            .and_then(|logits| logits.to_vec1::<f32>());
        let (token, size) = match read {
            Ok(mut values) => (self.pick(&mut values), values.len()),
            Err(error) => {
                let mut state = self.state();
                state.picker = None;
                state.failure = Some(format!("logits cannot be read: {error}"));
                (self.end_token, logits.elem_count())
            }
        };
        let mut one_hot = vec![0.0_f32; size];
        if let Some(chosen) = one_hot.get_mut(token as usize) {
            *chosen = 1.0;
        }
        Tensor::from_vec(one_hot, logits.shape(), &Device::Cpu)
    }
}
