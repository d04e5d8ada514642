//! Puts the accounting core's open questions to a model.

use std::time::Instant;

use ledgergate_accounting::assessment::{Answer, Assessment, LlmUse, Question};
use ledgergate_llm::chat::{Caller, ChatModel, ChoiceRequest, Message, Role};
use ledgergate_llm::error::ModelError;
use tracing::{instrument, warn};

/// How a model is asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asking {
    /// Whether the caller insists on the model.
    pub(super) llm: LlmUse,
    /// Who asks, for the queue.
    pub(super) caller: Caller,
    /// When the caller stops waiting.
    pub(super) deadline: Instant,
}

/// Asks until nothing is open. Without a model, and where a model fails that the caller did not
/// insist on, the core goes on with its default and says so in the review reasons.
///
/// # Errors
/// [`ModelError`] if the model fails and `asking.llm` is [`LlmUse::Always`].
#[instrument(skip_all)]
pub(super) async fn ask_open_questions(
    assessment: &mut Assessment,
    model: Option<&dyn ChatModel>,
    asking: Asking,
) -> Result<(), ModelError> {
    while let Some(question) = assessment.next_question() {
        let Some(model) = model else {
            assessment.skip(&question.id, "no model is configured".to_owned());
            continue;
        };
        match ask(model, &question, asking).await {
            Ok(answer) => {
                if let Err(error) = assessment.answer(&question.id, answer) {
                    // A model that scores other options than it was given is broken.
                    warn!(%error, "a model's answer does not fit its question");
                    assessment.skip(&question.id, "the model's answer did not fit".to_owned());
                }
            }
            Err(error) if asking.llm == LlmUse::Always => return Err(error),
            Err(error) => {
                warn!(%error, "a model did not answer; going on without it");
                assessment.skip(&question.id, "the model did not answer".to_owned());
            }
        }
    }
    Ok(())
}

async fn ask(
    model: &dyn ChatModel,
    question: &Question,
    asking: Asking,
) -> Result<Answer, ModelError> {
    let request = ChoiceRequest {
        messages: vec![
            Message::new(Role::System, question.prompt_system.as_str()),
            Message::new(Role::User, question.prompt_user.as_str()),
        ],
        options: question
            .options
            .iter()
            .map(|option| option.label.clone())
            .collect(),
        caller: asking.caller,
        deadline: Some(asking.deadline),
    };
    let scores = model.choose(request).await?;
    Ok(Answer {
        chosen: scores.chosen,
        probabilities: scores
            .logprobs
            .iter()
            .map(|logprob| logprob.exp())
            .collect(),
        model: model.info().id.clone(),
    })
}
