//! What can go wrong between a request and a model's answer. HTTP statuses are the gateway's
//! business.

use thiserror::Error;

/// Why there is no answer, or no more of it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ModelError {
    /// The request cannot be served as it is.
    #[error("{message}")]
    InvalidRequest {
        /// The field at fault in OpenAI's spelling, where there is one.
        param: Option<String>,
        /// What is wrong with it.
        message: String,
    },
    /// The prompt leaves no room for an answer.
    #[error(
        "the prompt has {prompt_tokens} tokens and the model's context is {context_tokens}: \
         no room is left for an answer"
    )]
    ContextLengthExceeded {
        /// Length of the rendered prompt.
        prompt_tokens: u32,
        /// Length of the context.
        context_tokens: u32,
    },
    /// The prompt is longer than the model's operator lets through.
    #[error(
        "the prompt has {prompt_tokens} tokens, and this model takes prompts of up to \
         {max_prompt_tokens} (its context is {context_tokens})"
    )]
    PromptTooLong {
        /// Length of the rendered prompt.
        prompt_tokens: u32,
        /// The most that is let through.
        max_prompt_tokens: u32,
        /// Length of the context.
        context_tokens: u32,
    },
    /// The schema (or regular expression, or grammar) asks for what cannot be enforced.
    #[error("{message} (at {})", if pointer.is_empty() { "the root" } else { pointer })]
    UnsupportedSchema {
        /// The field of the request that the schema came in by, in the form
        /// `tools[0].function.parameters` or `response_format/json_schema/schema`. `None` where
        /// the compiler was not told; whoever asked it says so with [`ModelError::in_field`].
        field: Option<String>,
        /// JSON Pointer (RFC 6901) into the caller's schema.
        pointer: String,
        /// What is not supported there.
        message: String,
    },
    /// What the model answered does not validate, and asking again did not help.
    #[error(
        "the model's answer does not validate against the schema (attempts: {attempts}): {message}"
    )]
    AnswerInvalid {
        /// How often the model was asked.
        attempts: u32,
        /// What is wrong with the last answer and where, without its text.
        message: String,
    },
    /// Too many requests wait already.
    #[error("the model's queue is full; try again in {retry_after_seconds} s")]
    QueueFull {
        /// An estimate from recent requests, at least 1.
        retry_after_seconds: u64,
    },
    /// The request's deadline passed while it waited or ran.
    #[error("the request's deadline passed")]
    DeadlineExceeded,
    /// The caller went away.
    #[error("the request was cancelled")]
    Cancelled,
    /// The engine failed.
    #[error("the engine failed: {message}")]
    Engine {
        /// What the engine said.
        message: String,
    },
    /// The model is not there to answer (loading, gone, unreachable).
    #[error("the model is not available: {message}")]
    Unavailable {
        /// Why.
        message: String,
    },
}

impl ModelError {
    /// An [`ModelError::InvalidRequest`] about one field.
    pub fn invalid(param: impl Into<String>, message: impl Into<String>) -> Self {
        Self::InvalidRequest {
            param: Some(param.into()),
            message: message.into(),
        }
    }

    /// A [`ModelError::UnsupportedSchema`] whose field is not known yet.
    pub fn unsupported_schema(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self::UnsupportedSchema {
            field: None,
            pointer: pointer.into(),
            message: message.into(),
        }
    }

    /// The same, with the field that the schema came in by. A field that is known already, and
    /// any other error, stay as they are.
    #[must_use]
    pub fn in_field(self, name: impl Into<String>) -> Self {
        match self {
            Self::UnsupportedSchema {
                field: None,
                pointer,
                message,
            } => Self::UnsupportedSchema {
                field: Some(name.into()),
                pointer,
                message,
            },
            other => other,
        }
    }
}

/// What is wrong with a model's files.
#[derive(Debug, Error)]
pub enum ModelFileError {
    /// The file cannot be read at all.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file.
        path: String,
        /// The operating system's error.
        source: std::io::Error,
    },
    /// The file is not what it should be: cut off, damaged or of another kind.
    #[error("{path} is damaged: {message}")]
    Damaged {
        /// The file.
        path: String,
        /// What is wrong in it, and where.
        message: String,
    },
    /// The file is sound but holds something this gateway does not know.
    #[error("unsupported model: {message}")]
    Unsupported {
        /// What is not known, and what would do instead.
        message: String,
    },
}

impl ModelFileError {
    /// A [`ModelFileError::Unsupported`].
    pub fn unsupported(message: impl Into<String>) -> Self {
        Self::Unsupported {
            message: message.into(),
        }
    }
}
