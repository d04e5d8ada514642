//! Puts the free text that no rule of reconciliation reads to a model.

use std::time::Instant;

use ledgergate_accounting::assessment::LlmUse;
use ledgergate_accounting::question::{Answer, Question};
use ledgergate_accounting::reconciliation::free_text::FreeTextReading;
use ledgergate_llm::chat::ChatModel;
use ledgergate_llm::error::ModelError;
use tracing::{instrument, warn};

use super::ask::{Asking, ask};

/// Asks about one line after another until none is open. Without a model, without time, and where
/// a model fails that the caller did not insist on, the lines stay unmatched and say so.
///
/// # Errors
/// [`ModelError`] if the model fails and `asking.llm` is [`LlmUse::Always`].
#[instrument(skip_all)]
pub(super) async fn read_free_text(
    reading: &mut FreeTextReading,
    model: Option<&dyn ChatModel>,
    asking: Asking,
) -> Result<(), ModelError> {
    while let Some(question) = reading.next_question() {
        let Some(model) = model else {
            reading.skip("no model is configured");
            continue;
        };
        let answer = if Instant::now() < asking.deadline {
            ask_in_orders(reading, model, &question, asking).await
        } else {
            Err(ModelError::DeadlineExceeded)
        };
        match answer {
            Ok(answer) => {
                if let Err(error) = reading.answer(&answer) {
                    // A model that scores other options than it was given is broken.
                    warn!(%error, "a model's answer does not fit its question");
                    reading.skip("the model's answer did not fit");
                }
            }
            Err(error) if asking.llm == LlmUse::Always => return Err(error),
            Err(ModelError::DeadlineExceeded) => reading.skip("no time was left for it"),
            Err(error) => {
                warn!(%error, "a model did not answer; going on without it");
                reading.skip("the model did not answer");
            }
        }
    }
    Ok(())
}

async fn ask_in_orders(
    reading: &FreeTextReading,
    model: &dyn ChatModel,
    question: &Question<String>,
    asking: Asking,
) -> Result<Answer, ModelError> {
    let answer = ask(model, question, asking).await?;
    if !reading.needs_other_order(&answer) {
        return Ok(answer);
    }
    let other = ask(model, &question.in_other_order(), asking).await?;
    Ok(answer.averaged_with(other))
}
