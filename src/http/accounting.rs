//! The accounting endpoints. Each handler takes a body, calls the pipeline and sends what was
//! kept.

pub mod accuracy;
pub mod determine;
pub mod feedback;
pub mod process;
pub mod reconcile;
pub mod results;
pub mod schemas;
pub mod statements;
pub mod validate;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use utoipa::{IntoParams, IntoResponses};

use super::error::{ApiError, ErrorBody};
use super::extract::JsonBody;
use super::observe::Observed;
use crate::app::App;
use crate::pipeline::keep::Kept;
use crate::store::request_log::RequestDetails;

/// A JSON body whose errors name the field by its JSON Pointer.
pub(super) struct AccountingBody<T>(JsonBody<T>);

impl<T: DeserializeOwned> FromRequest<App> for AccountingBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
        match JsonBody::from_request(request, app).await {
            Ok(body) => Ok(Self(body)),
            Err(ApiError::InvalidField { param, message }) => Err(ApiError::InvalidField {
                param: pointer(&param),
                message,
            }),
            Err(other) => Err(other),
        }
    }
}

/// `a.b[3].c` as `/a/b/3/c`.
fn pointer(path: &str) -> String {
    let steps = path.split(['.', '[', ']']).filter(|step| !step.is_empty());
    steps.fold(String::new(), |pointer, step| pointer + "/" + step)
}

/// The header by which a repeated request gets its first answer again.
#[derive(IntoParams)]
#[into_params(names("Idempotency-Key"), parameter_in = Header)]
pub(super) struct IdempotencyKey(
    /// The same key and body get the first answer again
    Option<String>,
);

impl FromRequestParts<App> for IdempotencyKey {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, ApiError> {
        idempotency_key(&parts.headers).map(Self)
    }
}

/// The errors of every endpoint that keeps its answer.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "it documents responses and is never made")]
pub(super) enum KeptErrors {
    /// A field is wrong; `param` is its JSON Pointer
    #[response(status = 400)]
    Wrong(ErrorBody),
    /// The key was used for another body
    #[response(status = 409)]
    KeyReused(ErrorBody),
    /// The log cannot be written
    #[response(status = 503)]
    NotKept(ErrorBody),
}

/// The `Idempotency-Key` header: 1 to 255 visible characters.
fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let wrong = || ApiError::invalid("Idempotency-Key", "must be 1 to 255 visible characters");
    let text = value.to_str().map_err(|_| wrong())?;
    if text.is_empty() || text.len() > 255 {
        return Err(wrong());
    }
    Ok(Some(text.to_owned()))
}

fn sent(kept: Kept) -> Response {
    let details = RequestDetails {
        decision_id: Some(kept.decision),
        model: kept.model,
        ..RequestDetails::default()
    };
    let json = [(header::CONTENT_TYPE, "application/json")];
    (axum::Extension(Observed(details)), json, kept.reply).into_response()
}
