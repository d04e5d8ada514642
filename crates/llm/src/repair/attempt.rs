//! One answer of the model, kept as it came.

use futures::StreamExt;

use crate::chat::{FinishReason, Generation, GenerationEvent, GenerationTimings, Usage};
use crate::error::ModelError;

/// A finished answer.
pub(super) struct Attempt {
    /// All events but the last.
    events: Vec<GenerationEvent>,
    pub(super) text: String,
    pub(super) reason: FinishReason,
    pub(super) usage: Usage,
    pub(super) timings: GenerationTimings,
}

impl Attempt {
    /// Waits for the end of an answer.
    ///
    /// # Errors
    /// The stream's own, or [`ModelError::Engine`] where it does not say why it ends.
    pub(super) async fn of(mut generation: Generation) -> Result<Self, ModelError> {
        let mut events = Vec::new();
        let mut text = String::new();
        while let Some(event) = generation.next().await {
            match event? {
                GenerationEvent::Finished {
                    reason,
                    usage,
                    timings,
                } => {
                    return Ok(Self {
                        events,
                        text,
                        reason,
                        usage,
                        timings,
                    });
                }
                event => {
                    if let GenerationEvent::Delta { text: more, .. } = &event {
                        text.push_str(more);
                    }
                    events.push(event);
                }
            }
        }
        Err(ModelError::Engine {
            message: "the answer ended without a finish reason".to_owned(),
        })
    }

    /// The answer as it came, with what it took in all.
    pub(super) fn into_events(
        mut self,
        usage: Usage,
        timings: GenerationTimings,
    ) -> Vec<GenerationEvent> {
        self.events.push(GenerationEvent::Finished {
            reason: self.reason,
            usage,
            timings,
        });
        self.events
    }
}
