//! Swagger UI, from files inside the binary, and the OpenAPI document that it shows.

use axum::Router;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::contract;
use crate::app::App;

pub(super) fn routes() -> Router<App> {
    let page = SwaggerUi::new("/docs").config(
        Config::from("/openapi.json")
            .try_it_out_enabled(true)
            .validator_url("none"),
    );
    Router::<App>::from(page).route("/openapi.json", get(openapi))
}

async fn openapi() -> Response {
    (
        [(header::CONTENT_TYPE, "application/json")],
        contract::openapi_text(),
    )
        .into_response()
}
