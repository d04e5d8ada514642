//! Calls from scripts of other sites' pages (CORS), for the origins that the configuration names.
//! A browser's question beforehand is answered here, before any route, and is not logged.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower::{Layer, ServiceExt};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use crate::config::CorsOrigins;

/// How long a browser may keep an answer to its question.
const KEEP: Duration = Duration::from_mins(10);

/// What answers for the configured origins; nothing where there are none.
pub(super) fn layer(origins: &CorsOrigins) -> Option<CorsLayer> {
    let origins = match origins {
        CorsOrigins::Nobody => return None,
        CorsOrigins::Anyone => AllowOrigin::any(),
        // The configuration takes no origin that is no header's value.
        CorsOrigins::Listed(origins) => AllowOrigin::list(
            origins
                .iter()
                .filter_map(|origin| HeaderValue::from_str(origin).ok()),
        ),
    };
    Some(
        CorsLayer::new()
            .allow_origin(origins)
            .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::DELETE])
            // SDKs send many headers of their own (`x-stainless-*`, `openai-*`), and cookies,
            // which are what a list would protect, are not used.
            .allow_headers(AllowHeaders::mirror_request())
            .expose_headers([HeaderName::from_static("x-request-id"), header::RETRY_AFTER])
            .max_age(KEEP),
    )
}

/// Lets the layer answer, but for an OPTIONS request that is no browser's question.
pub(super) async fn allow(
    State(layer): State<CorsLayer>,
    request: Request,
    next: Next,
) -> Response {
    let asked = request
        .headers()
        .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if request.method() == Method::OPTIONS && !asked {
        return next.run(request).await;
    }
    match layer.layer(next).oneshot(request).await {
        Ok(response) => response.into_response(),
        Err(never) => match never {},
    }
}
