//! Every error that a client can see, and the one place where it becomes a status and a body.
//!
//! An error belongs here if a client can act on it. What only an operator can act on (a query
//! that failed, an engine that broke) has its cause in the log, once, written here; the client
//! gets a general message and the request's id in a header.

use axum::Json;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use ledgergate_accounting::InputError;
use ledgergate_llm::error::ModelError;
use serde::Serialize;
use utoipa::ToSchema;

use crate::models::UnknownModel;
use crate::pipeline::PipelineError;
use crate::store::StoreError;

/// OpenAI's error body.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorBody {
    /// The error.
    pub error: ErrorDetail,
}

/// What is wrong and what to change.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorDetail {
    /// For people.
    pub message: String,
    /// `invalid_request_error`, `rate_limit_error`, `server_error`, ...
    #[schema(example = "invalid_request_error")]
    pub r#type: &'static str,
    /// The field at fault: a name of OpenAI's API, or a JSON Pointer into an accounting request.
    pub param: Option<String>,
    /// A stable code for programs.
    pub code: Option<&'static str>,
}

/// An error on its way to the client.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// A field is wrong.
    #[error("{message}")]
    InvalidField {
        /// Which.
        param: String,
        /// What is wrong and what to do.
        message: String,
    },
    /// A field that this gateway does not honour, or does not know.
    #[error("{message}")]
    UnsupportedField {
        /// Which.
        param: String,
        /// What to do instead.
        message: String,
    },
    /// The body is no JSON.
    #[error("the body is not valid JSON: {0}")]
    MalformedJson(String),
    /// The content type is not JSON's.
    #[error("send the body with 'Content-Type: application/json'")]
    NotJson,
    /// The body is over the limit.
    #[error("the body is larger than the {limit} bytes that this server takes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The body did not arrive whole.
    #[error("the body could not be read: {0}")]
    BrokenBody(String),
    /// No such path.
    #[error("there is no such route; see /docs")]
    UnknownRoute,
    /// The path is there, the method is not.
    #[error("this route does not take that method; see /docs")]
    MethodNotAllowed,
    /// No such thing by that id.
    #[error("there is no {what} '{id}'")]
    NotFound {
        /// `result`, `schema`.
        what: &'static str,
        /// As asked for.
        id: String,
    },
    /// The model is not configured.
    #[error("{unknown}")]
    UnknownModel {
        /// The field that names it.
        param: &'static str,
        /// What there is.
        unknown: UnknownModel,
    },
    /// What a model said.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The same, where the field at fault has another name than in a chat.
    #[error("{error}")]
    ModelByOtherNames {
        /// What the model said.
        error: ModelError,
        /// The field.
        param: Option<String>,
    },
    /// The model is there and cannot do this.
    #[error("{message}")]
    UnsupportedModel {
        /// What it cannot do, and what can.
        message: String,
    },
    /// A stored answer was asked for, and none is stored.
    #[error(
        "there is no response '{id}': responses are not stored here; send the items of the \
         conversation as 'input'"
    )]
    NotStored {
        /// As asked for.
        id: String,
    },
    /// An idempotency key came back with another body.
    #[error("this Idempotency-Key was used for a different request; use a new one")]
    IdempotencyKeyReused,
    /// The request took longer than it may.
    #[error("the request took longer than {seconds} s")]
    Timeout {
        /// The limit.
        seconds: u64,
    },
    /// The log cannot be read or written, so nothing may be answered.
    #[error("the log cannot be read or written at the moment; try again")]
    LogUnavailable,
    /// What only an operator can mend.
    #[error("an internal error; its id is in the header x-request-id")]
    Internal,
}

/// Status, type and code of an error.
struct Face {
    status: StatusCode,
    kind: &'static str,
    code: Option<&'static str>,
    param: Option<String>,
}

impl Face {
    fn invalid(code: Option<&'static str>, param: Option<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            kind: "invalid_request_error",
            code,
            param,
        }
    }

    fn request(status: StatusCode, code: &'static str) -> Self {
        Self {
            status,
            kind: "invalid_request_error",
            code: Some(code),
            param: None,
        }
    }

    fn server(status: StatusCode, code: &'static str) -> Self {
        Self {
            status,
            kind: "server_error",
            code: Some(code),
            param: None,
        }
    }
}

impl ApiError {
    /// A field that is there but wrong.
    pub fn invalid(param: impl Into<String>, message: impl Into<String>) -> Self {
        Self::InvalidField {
            param: param.into(),
            message: message.into(),
        }
    }

    /// An error whose cause only the log gets, in the span that has the request's id.
    pub fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(%cause, "internal error");
        Self::Internal
    }

    /// What a model said, its field renamed: models name fields as a chat does.
    pub fn model_by_other_names(error: ModelError, rename: impl FnOnce(String) -> String) -> Self {
        let param = model_face(&error).param.map(rename);
        Self::ModelByOtherNames { error, param }
    }

    fn model_error(&self) -> Option<&ModelError> {
        match self {
            Self::Model(error) | Self::ModelByOtherNames { error, .. } => Some(error),
            _ => None,
        }
    }

    fn face(&self) -> Face {
        match self {
            Self::InvalidField { param, .. } => Face::invalid(None, Some(param.clone())),
            Self::UnsupportedField { param, .. } => {
                Face::invalid(Some("unsupported_parameter"), Some(param.clone()))
            }
            Self::MalformedJson(_) => Face::invalid(Some("invalid_json"), None),
            Self::BrokenBody(_) => Face::invalid(Some("incomplete_body"), None),
            Self::NotJson => {
                Face::request(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type")
            }
            Self::TooLarge { .. } => {
                Face::request(StatusCode::PAYLOAD_TOO_LARGE, "request_too_large")
            }
            Self::UnknownRoute => Face::request(StatusCode::NOT_FOUND, "unknown_url"),
            Self::MethodNotAllowed => {
                Face::request(StatusCode::METHOD_NOT_ALLOWED, "method_not_supported")
            }
            Self::NotFound { .. } => Face::request(StatusCode::NOT_FOUND, "not_found"),
            Self::UnknownModel { param, .. } => Face {
                param: Some((*param).to_owned()),
                ..Face::request(StatusCode::NOT_FOUND, "model_not_found")
            },
            Self::Model(error) => model_face(error),
            Self::ModelByOtherNames { error, param } => Face {
                param: param.clone(),
                ..model_face(error)
            },
            Self::UnsupportedModel { .. } => {
                Face::invalid(Some("unsupported_model"), Some("model".to_owned()))
            }
            Self::NotStored { .. } => Face {
                param: Some("response_id".to_owned()),
                ..Face::request(StatusCode::NOT_FOUND, "not_found")
            },
            Self::IdempotencyKeyReused => {
                Face::request(StatusCode::CONFLICT, "idempotency_key_reused")
            }
            Self::Timeout { .. } => Face::server(StatusCode::GATEWAY_TIMEOUT, "timeout"),
            Self::LogUnavailable => {
                Face::server(StatusCode::SERVICE_UNAVAILABLE, "log_unavailable")
            }
            Self::Internal => Face::server(StatusCode::INTERNAL_SERVER_ERROR, "internal_error"),
        }
    }

    /// The body that the client gets.
    pub fn body(&self) -> ErrorBody {
        let face = self.face();
        ErrorBody {
            error: ErrorDetail {
                message: self.public_message(),
                r#type: face.kind,
                param: face.param,
                code: face.code,
            },
        }
    }

    /// The code for the request log.
    pub fn log_code(&self) -> String {
        let face = self.face();
        face.code.unwrap_or(face.kind).to_owned()
    }

    fn public_message(&self) -> String {
        match self.model_error() {
            Some(ModelError::Engine { .. }) => "the model failed; try again".to_owned(),
            Some(ModelError::Unavailable { .. }) => {
                "the model is not available at the moment; try again".to_owned()
            }
            _ => self.to_string(),
        }
    }
}

fn model_face(error: &ModelError) -> Face {
    match error {
        ModelError::InvalidRequest { param, .. } => Face::invalid(None, param.clone()),
        ModelError::ContextLengthExceeded { .. } | ModelError::PromptTooLong { .. } => {
            Face::invalid(Some("context_length_exceeded"), Some("messages".to_owned()))
        }
        ModelError::UnsupportedSchema { field, pointer, .. } => Face::invalid(
            Some("unsupported_schema"),
            field.as_ref().map(|field| format!("{field}{pointer}")),
        ),
        ModelError::QueueFull { .. } => Face {
            status: StatusCode::TOO_MANY_REQUESTS,
            kind: "rate_limit_error",
            code: Some("queue_full"),
            param: None,
        },
        ModelError::DeadlineExceeded => Face::server(StatusCode::GATEWAY_TIMEOUT, "timeout"),
        // nginx's code for a client that has gone; nobody is left to read it, the log is.
        ModelError::Cancelled => Face::server(
            StatusCode::from_u16(499).unwrap_or(StatusCode::BAD_REQUEST),
            "client_closed_request",
        ),
        ModelError::AnswerInvalid { .. } => Face::server(StatusCode::BAD_GATEWAY, "answer_invalid"),
        ModelError::Engine { .. } => Face::server(StatusCode::BAD_GATEWAY, "model_failed"),
        ModelError::Unavailable { .. } => {
            Face::server(StatusCode::SERVICE_UNAVAILABLE, "model_unavailable")
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        if let Some(cause @ (ModelError::Engine { .. } | ModelError::Unavailable { .. })) =
            self.model_error()
        {
            tracing::error!(%cause, "a model failed");
        }
        let status = self.face().status;
        let mut response = (status, Json(self.body())).into_response();
        if let Some(ModelError::QueueFull {
            retry_after_seconds,
        }) = self.model_error()
        {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from(*retry_after_seconds));
        }
        response.extensions_mut().insert(ErrorCode(self.log_code()));
        response
    }
}

/// Carries an error's code from its reply to the request log.
#[derive(Debug, Clone)]
pub struct ErrorCode(pub String);

impl From<UnknownModel> for ApiError {
    fn from(unknown: UnknownModel) -> Self {
        Self::UnknownModel {
            param: "model",
            unknown,
        }
    }
}

impl From<PipelineError> for ApiError {
    fn from(error: PipelineError) -> Self {
        match error {
            PipelineError::Document(error) => Self::InvalidField {
                param: format!("/document{}", error.pointer()),
                message: error.message().to_owned(),
            },
            PipelineError::Input(InputError { pointer, message }) => Self::InvalidField {
                param: pointer,
                message,
            },
            PipelineError::UnknownResult(id) => Self::NotFound { what: "result", id },
            PipelineError::UnknownModel(unknown) => Self::UnknownModel {
                param: "/model",
                unknown,
            },
            PipelineError::Model(error) => Self::Model(error),
            PipelineError::Store(StoreError::IdempotencyKeyReused) => Self::IdempotencyKeyReused,
            PipelineError::Store(cause) if cause.is_temporary() => {
                tracing::error!(%cause, "the log could not be read or written");
                Self::LogUnavailable
            }
            cause @ (PipelineError::Store(_)
            | PipelineError::Interrupted(_)
            | PipelineError::Unserialisable { .. }) => Self::internal(&cause),
        }
    }
}
