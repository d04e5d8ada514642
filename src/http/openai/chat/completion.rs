//! A whole answer as OpenAI's body.

use axum::Json;
use axum::response::IntoResponse;
use ledgergate_llm::chat::Completion;

use super::tools::ToolCallBody;
use crate::http::observe::Observed;
use crate::http::openai::answered::{Identity, LogSummary, logprobs_body, reason_name};
use crate::http::openai::wire::{AssistantMessage, ChatCompletion, Choice};

/// The reply and what the request log keeps of it.
pub(super) fn reply(identity: Identity, answers: Vec<Completion>) -> impl IntoResponse {
    let mut log = LogSummary::new(&identity.model, false);
    let mut choices = Vec::with_capacity(answers.len());
    for (index, answer) in (0_u32..).zip(answers) {
        log.add(answer.reason, answer.usage, answer.timings);
        let tool_calls: Vec<_> = answer
            .tool_calls
            .into_iter()
            .map(ToolCallBody::from)
            .collect();
        choices.push(Choice {
            index,
            message: AssistantMessage {
                role: "assistant",
                content: (tool_calls.is_empty() || !answer.text.is_empty()).then_some(answer.text),
                refusal: None,
                tool_calls,
            },
            logprobs: logprobs_body(answer.logprobs),
            finish_reason: reason_name(answer.reason),
        });
    }
    let body = ChatCompletion {
        id: identity.id,
        object: "chat.completion",
        created: identity.created,
        model: identity.model,
        choices,
        usage: log.usage(),
        system_fingerprint: identity.fingerprint,
    };
    (axum::Extension(Observed(log.details)), Json(body))
}
