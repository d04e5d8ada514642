//! Bodies and path parameters, refused in OpenAI's words.

use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::error::ApiError;
use super::noted::Noted;
use crate::app::App;

/// A JSON body as text and as `T`. The text is what hashes and the log are made from.
pub(super) struct JsonBody<T> {
    /// The body as received.
    pub(super) bytes: Bytes,
    /// The body, parsed.
    pub(super) value: T,
}

impl<T: DeserializeOwned> FromRequest<App> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
        if !is_json(request.headers()) {
            return Err(ApiError::NotJson);
        }
        let limit = app.limits.max_body_bytes;
        let noted = request.extensions().get::<Noted>().cloned();
        let bytes = Bytes::from_request(request, app)
            .await
            .map_err(|rejection| broken(&rejection, limit))?;
        if let Some(noted) = noted {
            noted.take(&bytes);
        }
        let value = parse(&bytes)?;
        Ok(Self { bytes, value })
    }
}

/// The one parameter of a path.
pub(super) struct PathText(pub(super) String);

impl FromRequestParts<App> for PathText {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        match Path::from_request_parts(parts, app).await {
            Ok(Path(text)) => Ok(Self(text)),
            Err(_) => Err(ApiError::invalid(
                "path",
                "has characters that are no UTF-8",
            )),
        }
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .map(|value| value.trim().to_ascii_lowercase())
        .is_some_and(|value| value == "application/json" || value.ends_with("+json"))
}

fn broken(rejection: &BytesRejection, limit: usize) -> ApiError {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        ApiError::TooLarge { limit }
    } else {
        ApiError::BrokenBody(rejection.body_text())
    }
}

/// Parses a body; a field of the wrong type is named by its path.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let cause = error.into_inner();
        match cause.classify() {
            serde_json::error::Category::Data => {
                let param = if path == "." {
                    missing_field(&cause)
                } else {
                    path
                };
                ApiError::invalid(param, cause.to_string())
            }
            _ => ApiError::MalformedJson(cause.to_string()),
        }
    })?;
    deserializer
        .end()
        .map_err(|error| ApiError::MalformedJson(error.to_string()))?;
    Ok(value)
}

/// A missing field is an error of the whole body; its name is in the text, between backticks.
fn missing_field(cause: &serde_json::Error) -> String {
    cause
        .to_string()
        .split('`')
        .nth(1)
        .unwrap_or("body")
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    struct Outer {
        #[expect(dead_code, reason = "only its type matters")]
        model: String,
        #[expect(dead_code, reason = "only its type matters")]
        list: Vec<u8>,
    }

    fn param(text: &str) -> Option<String> {
        parse::<Outer>(text.as_bytes())
            .unwrap_err()
            .body()
            .error
            .param
    }

    #[test]
    fn the_field_at_fault_is_named() {
        assert_eq!(
            param(r#"{"model":"m","list":[1,"x"]}"#).as_deref(),
            Some("list[1]")
        );
        assert_eq!(param(r#"{"list":[]}"#).as_deref(), Some("model"));
        assert_eq!(param(r#"{"model":"#), None);
        assert_eq!(param(r#"{"model":"m","list":[]} {}"#), None);
    }
}
