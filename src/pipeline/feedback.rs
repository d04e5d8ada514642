//! Feedback on a result: checked against what was asked and answered, then kept.

use ledgergate_accounting::InputError;
use ledgergate_accounting::company::Company;
use ledgergate_accounting::feedback::{Feedback, Verdict};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tracing::instrument;
use uuid::Uuid;

use super::PipelineError;
use super::assess::in_company;
use super::keep::{Received, decision_of, result_id};
use super::request::{FeedbackRequest, refuse_nul};
use crate::app::App;
use crate::schemas::SCHEMA_VERSION;
use crate::store::feedback::{KeptFeedback, NewFeedback};

/// The longest reason, in characters.
const LONGEST_REASON: usize = 2_000;
/// The longest name of a reviewer, in characters.
const LONGEST_REVIEWER: usize = 200;

/// Feedback as it was kept.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FeedbackReply {
    /// Its own id.
    pub id: String,
    /// Version of this form.
    pub schema_version: String,
    /// The result that it is about.
    pub result_id: String,
    /// When it came, ISO 8601.
    pub created_at: String,
    /// What was found.
    #[schemars(with = "Verdict")]
    pub verdict: String,
    /// The differences, with what the result says.
    #[schemars(with = "Vec<KeptCorrection>")]
    pub corrections: Value,
    /// What the result should have been.
    pub label: KeptLabel,
    /// The earlier feedback on the same result that this one takes the place of.
    pub replaces: Option<String>,
}

/// What a result should have been; this is what the report of accuracy counts.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct KeptLabel {
    /// Nothing was wrong.
    pub correct: bool,
    /// The right module; null where the result was rejected, or decides none.
    pub module: Option<String>,
    /// The right action; null as `module`.
    pub action: Option<String>,
}

/// A difference.
#[derive(Debug, Serialize, JsonSchema)]
pub struct KeptCorrection {
    /// JSON Pointer into the reply.
    pub field: String,
    /// What the result says.
    pub found: Value,
    /// What it should have said.
    pub expected: Value,
}

/// Kept feedback and the decision that it is about.
pub struct Given {
    /// The decision, for the request log.
    pub decision: Uuid,
    /// What is sent.
    pub reply: FeedbackReply,
}

/// Checks feedback against its result and keeps it.
///
/// # Errors
/// [`PipelineError::UnknownResult`], [`PipelineError::Input`] naming the field that is wrong, or
/// [`PipelineError::Store`] when it could not be kept.
#[instrument(skip_all)]
pub async fn give(
    app: &App,
    request: &FeedbackRequest,
    received: Received<'_>,
) -> Result<Given, PipelineError> {
    let reviewer = bounded(&request.reviewer, "/reviewer", LONGEST_REVIEWER)?;
    let reason = request
        .reason
        .as_deref()
        .map(|reason| bounded(reason, "/reason", LONGEST_REASON))
        .transpose()?;
    if request.verdict == Verdict::Rejected && reason.is_none() {
        let message = "say why: a rejected result has no corrections to learn from";
        return Err(PipelineError::Input(InputError::new("/reason", message)));
    }
    for (index, correction) in request.corrections.iter().enumerate() {
        refuse_nul(
            &correction.expected,
            &format!("/corrections/{index}/expected"),
        )?;
    }
    let unknown = || PipelineError::UnknownResult(request.result_id.clone());
    let decision = decision_of(&request.result_id).ok_or_else(unknown)?;
    let result = app.store.find_decision(decision).await?;
    let result = result.ok_or_else(unknown)?;
    let company = result
        .request
        .get("company")
        .filter(|company| !company.is_null())
        .map(Company::from_json)
        .transpose()
        .map_err(in_company)?;
    let feedback = Feedback::check(
        request.verdict,
        &request.corrections,
        &result.reply,
        company.as_ref(),
    )
    .map_err(PipelineError::Input)?;
    let id = app.environment.ids.next_id();
    let label = feedback.label();
    let corrections = serde_json::to_value(feedback.corrections()).map_err(|cause| {
        PipelineError::Unserialisable {
            decision: id,
            cause,
        }
    })?;
    let row = NewFeedback {
        id,
        created_at: app.environment.clock.now(),
        decision,
        verdict: feedback.verdict().code(),
        corrections,
        expected_module: label
            .module
            .map(ledgergate_accounting::catalogue::Module::code),
        expected_action: label
            .action
            .map(ledgergate_accounting::catalogue::Action::code),
        reason,
        reviewer,
        idempotency_key: received.idempotency_key,
        request_sha256: Sha256::digest(received.body).into(),
    };
    let kept = app.store.insert_feedback(row).await?;
    Ok(Given {
        decision: kept.decision,
        reply: reply(kept),
    })
}

fn reply(kept: KeptFeedback) -> FeedbackReply {
    FeedbackReply {
        id: feedback_id(kept.id),
        schema_version: SCHEMA_VERSION.to_owned(),
        result_id: result_id(kept.decision),
        created_at: kept.created_at.to_string(),
        label: KeptLabel {
            correct: kept.verdict == Verdict::Correct.code(),
            module: kept.expected_module,
            action: kept.expected_action,
        },
        verdict: kept.verdict,
        corrections: kept.corrections,
        replaces: kept.replaces.map(feedback_id),
    }
}

fn feedback_id(id: Uuid) -> String {
    format!("fb_{}", id.simple())
}

fn bounded(text: &str, pointer: &str, most: usize) -> Result<String, PipelineError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > most || text.contains('\0') {
        let message = format!("must be a text of 1 to {most} characters");
        return Err(PipelineError::Input(InputError::new(pointer, message)));
    }
    Ok(text.to_owned())
}
