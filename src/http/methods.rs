//! Methods that routes do not name: OPTIONS is answered with what a route takes, and what it does
//! not take is refused with the same. HEAD is answered by every route that takes GET.

use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::error::ApiError;

/// A method that the route does not name. The router adds the `Allow` header.
pub(super) async fn not_named(method: Method) -> Response {
    if method == Method::OPTIONS {
        StatusCode::NO_CONTENT.into_response()
    } else {
        ApiError::MethodNotAllowed.into_response()
    }
}

/// Says in every `Allow` header that OPTIONS is taken too.
pub(super) async fn allow_options(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let allowed = response
        .headers()
        .get(header::ALLOW)
        .and_then(|methods| methods.to_str().ok())
        .map(|methods| methods.replace(',', ", ") + ", OPTIONS");
    if let Some(allowed) = allowed.and_then(|methods| HeaderValue::from_str(&methods).ok()) {
        response.headers_mut().insert(header::ALLOW, allowed);
    }
    response
}
