//! HTTP: turns requests into calls of the pipeline and models, and their results into replies.
//! No SQL here and no accounting.

pub mod accounting;
pub mod contract;
mod docs;
pub mod error;
mod extract;
mod health;
mod observe;
pub mod openai;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::response::IntoResponse;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use error::ApiError;

/// All routes with their documents, the one route table.
fn documented_routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(contract::base())
        .routes(routes!(openai::chat::create_chat_completion))
        .routes(routes!(openai::models::list_models))
        .routes(routes!(openai::models::retrieve_model))
        .routes(routes!(accounting::determine::determine))
        .routes(routes!(accounting::process::process))
        .routes(routes!(accounting::validate::validate))
        .routes(routes!(accounting::reconcile::reconcile))
        .routes(routes!(accounting::results::get_result))
        .routes(routes!(accounting::schemas::list_schemas))
        .routes(routes!(accounting::schemas::get_schema))
        .routes(routes!(health::livez))
        .routes(routes!(health::readyz))
        .routes(routes!(health::health))
}

/// The whole HTTP service of an application.
pub fn router(app: App) -> Router {
    let (routes, _) = documented_routes().split_for_parts();
    routes
        .merge(docs::routes())
        .fallback(|| async { ApiError::UnknownRoute })
        .method_not_allowed_fallback(|| async { ApiError::MethodNotAllowed })
        .layer(DefaultBodyLimit::max(app.limits.max_body_bytes))
        .layer(CatchPanicLayer::custom(|_| {
            ApiError::internal(&"a handler panicked").into_response()
        }))
        .layer(middleware::from_fn_with_state(
            app.clone(),
            observe::observe,
        ))
        .with_state(app)
}
