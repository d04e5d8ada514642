//! HTTP: turns requests into calls of the pipeline and models, and their results into replies.
//! No SQL here and no accounting.

pub mod accounting;
mod caller;
pub mod contract;
mod cross_origin;
mod docs;
pub mod error;
mod extract;
mod health;
mod methods;
mod noted;
mod observe;
pub mod openai;
mod watched;

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
        .routes(routes!(openai::completions::create_completion))
        .routes(routes!(openai::responses::create_response))
        .routes(routes!(
            openai::responses::retrieve_response,
            openai::responses::delete_response
        ))
        .routes(routes!(openai::embeddings::create_embeddings))
        .routes(routes!(openai::models::list_models))
        .routes(routes!(openai::models::retrieve_model))
        .routes(routes!(accounting::determine::determine))
        .routes(routes!(accounting::process::process))
        .routes(routes!(accounting::validate::validate))
        .routes(routes!(accounting::reconcile::reconcile))
        .routes(routes!(accounting::statements::read_statements))
        .routes(routes!(accounting::feedback::give_feedback))
        .routes(routes!(accounting::accuracy::get_accuracy))
        .routes(routes!(accounting::results::get_result))
        .routes(routes!(accounting::schemas::list_schemas))
        .routes(routes!(accounting::schemas::get_schema))
        .routes(routes!(health::livez))
        .routes(routes!(health::readyz))
        .routes(routes!(health::health))
}

/// The whole HTTP service of an application.
pub fn router(app: App) -> Router {
    let cross_origin = cross_origin::layer(&app.cors_origins);
    let (routes, _) = documented_routes().split_for_parts();
    let routes = routes
        .merge(docs::routes())
        .fallback(|| async { ApiError::UnknownRoute })
        .method_not_allowed_fallback(methods::not_named)
        .layer(DefaultBodyLimit::max(app.limits.max_body_bytes))
        .layer(CatchPanicLayer::custom(|_| {
            ApiError::internal(&"a handler panicked").into_response()
        }))
        .layer(middleware::from_fn_with_state(
            app.clone(),
            observe::observe,
        ))
        .with_state(app);
    // Around the router, because a router adds the `Allow` header outside of its own layers.
    let service = Router::new()
        .fallback_service(routes)
        .layer(middleware::from_fn(methods::allow_options));
    match cross_origin {
        None => service,
        Some(layer) => service.layer(middleware::from_fn_with_state(layer, cross_origin::allow)),
    }
}
