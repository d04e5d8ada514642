//! The response as it stands: at its beginning, at its end, and where it failed.

use ledgergate_llm::chat::FinishReason;
use ledgergate_llm::error::ModelError;

use super::request::Echo;
use super::tools::flat_param;
use super::wire::{
    IncompleteDetails, InputTokensDetails, OutputItem, OutputTokensDetails, ReasoningEcho,
    ResponseBody, ResponseError, ResponseUsage, TextEcho,
};
use crate::http::error::ApiError;
use crate::http::openai::answered::Identity;
use crate::http::openai::wire::UsageBody;

/// A response that has just begun.
pub(super) fn begun(identity: &Identity, echo: Echo) -> ResponseBody {
    ResponseBody {
        id: identity.id.clone(),
        object: "response",
        created_at: identity.created,
        status: "in_progress",
        completed_at: None,
        error: None,
        incomplete_details: None,
        instructions: echo.instructions,
        max_output_tokens: echo.max_output_tokens,
        max_tool_calls: None,
        metadata: echo.metadata,
        model: identity.model.clone(),
        output: Vec::new(),
        parallel_tool_calls: echo.parallel_tool_calls,
        previous_response_id: None,
        prompt_cache_key: echo.prompt_cache_key,
        reasoning: ReasoningEcho::default(),
        safety_identifier: echo.safety_identifier,
        service_tier: "default",
        store: false,
        background: false,
        temperature: echo.temperature,
        text: TextEcho {
            format: echo.format,
            verbosity: "medium",
        },
        tool_choice: echo.tool_choice,
        tools: echo.tools,
        top_logprobs: echo.top_logprobs,
        top_p: echo.top_p,
        truncation: "disabled",
        usage: None,
        user: echo.user,
    }
}

impl ResponseBody {
    /// The same at its end.
    pub(super) fn ended(
        mut self,
        output: Vec<OutputItem>,
        reason: FinishReason,
        usage: UsageBody,
        now: i64,
    ) -> Self {
        self.output = output;
        self.usage = Some(ResponseUsage {
            input_tokens: usage.prompt_tokens,
            input_tokens_details: InputTokensDetails::default(),
            output_tokens: usage.completion_tokens,
            output_tokens_details: OutputTokensDetails::default(),
            total_tokens: usage.total_tokens,
        });
        if is_whole(reason) {
            self.status = "completed";
            self.completed_at = Some(now);
        } else {
            self.status = "incomplete";
            self.incomplete_details = Some(IncompleteDetails {
                reason: "max_output_tokens",
            });
        }
        self
    }

    /// The same where the model failed.
    pub(super) fn failed(mut self, output: Vec<OutputItem>, error: &ApiError) -> Self {
        self.output = output;
        self.status = "failed";
        self.error = Some(ResponseError {
            // Of the codes that clients know, the two that can be meant here.
            code: match error {
                ApiError::ModelByOtherNames {
                    error: ModelError::QueueFull { .. },
                    ..
                } => "rate_limit_exceeded",
                _ => "server_error",
            },
            message: error.body().error.message,
        });
        self
    }
}

/// Whether an answer that ended so was not cut off.
pub(super) fn is_whole(reason: FinishReason) -> bool {
    match reason {
        FinishReason::Stop | FinishReason::ToolCalls => true,
        FinishReason::Length => false,
    }
}

/// What a model said, with the field's name here: models name fields as a chat does.
pub(super) fn refused(error: ModelError) -> ApiError {
    const NAMES: [(&str, &str); 4] = [
        ("response_format/json_schema/", "text/format/"),
        ("response_format", "text.format"),
        ("messages", "input"),
        ("max_tokens", "max_output_tokens"),
    ];
    ApiError::model_by_other_names(error, |param| {
        let renamed = NAMES.iter().find_map(|(chat, here)| {
            let rest = param.strip_prefix(chat)?;
            Some(match *here {
                // An item's place in the input is not its message's in the conversation.
                "input" => "input".to_owned(),
                here => format!("{here}{rest}"),
            })
        });
        renamed.unwrap_or_else(|| flat_param(&param))
    })
}
