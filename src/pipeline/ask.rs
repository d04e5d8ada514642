//! Puts the accounting core's open questions to a model.

use std::sync::Arc;
use std::time::Instant;

use ledgergate_accounting::assessment::{Assessment, LlmUse, QuestionId};
use ledgergate_accounting::question::{Answer, Question};
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

/// The models that questions go to: a small one is enough for the action, whose options are few
/// and far apart; accounts and parties gain from a large one.
#[derive(Clone, Default)]
pub(super) struct Askable {
    /// Asked for the action.
    pub determine: Option<Arc<dyn ChatModel>>,
    /// Asked for everything else.
    pub process: Option<Arc<dyn ChatModel>>,
}

impl Askable {
    fn for_question(&self, id: QuestionId) -> Option<&dyn ChatModel> {
        let model = match id {
            QuestionId::Action => &self.determine,
            QuestionId::Counterparty | QuestionId::Account => &self.process,
        };
        model.as_deref()
    }

    /// The name of the model that most questions go to.
    pub(super) fn name(&self) -> Option<String> {
        let model = self.process.as_ref().or(self.determine.as_ref())?;
        Some(model.info().id.clone())
    }
}

/// Asks until nothing is open. Without a model, and where a model fails that the caller did not
/// insist on, the core goes on with its default and says so in the review reasons.
///
/// # Errors
/// [`ModelError`] if the model fails and `asking.llm` is [`LlmUse::Always`].
#[instrument(skip_all)]
pub(super) async fn ask_open_questions(
    assessment: &mut Assessment,
    models: &Askable,
    asking: Asking,
) -> Result<(), ModelError> {
    while let Some(question) = assessment.next_question() {
        let Some(model) = models.for_question(question.id) else {
            assessment.skip(&question.id, "no model is configured".to_owned());
            continue;
        };
        match ask_in_two_orders(model, &question, asking).await {
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

/// Asks once more with the options in another order where their order may have decided.
async fn ask_in_two_orders(
    model: &dyn ChatModel,
    question: &Question<QuestionId>,
    asking: Asking,
) -> Result<Answer, ModelError> {
    let answer = ask(model, question, asking).await?;
    if !answer.may_depend_on_order() {
        return Ok(answer);
    }
    let other = ask(model, &question.in_other_order(), asking).await?;
    Ok(answer.averaged_with(other))
}

/// Asks one question once.
pub(super) async fn ask<Id>(
    model: &dyn ChatModel,
    question: &Question<Id>,
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
        orders: Vec::new(),
        model: model.info().id.clone(),
    })
}
