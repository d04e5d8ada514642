//! `GET /v1/models` and `GET /v1/models/{id}`.

use axum::Json;
use axum::extract::State;
use ledgergate_llm::chat::ModelInfo;

use super::wire::{ModelBody, ModelList};
use crate::app::App;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::PathText;

/// The models of this gateway.
#[utoipa::path(get, path = "/v1/models", tag = "openai",
    responses((status = 200, description = "The models", body = ModelList)))]
pub(in crate::http) async fn list_models(State(app): State<App>) -> Json<ModelList> {
    let data = app.models.all().map(|model| body(model.info())).collect();
    Json(ModelList {
        object: "list",
        data,
    })
}

/// One model.
#[utoipa::path(get, path = "/v1/models/{id}", tag = "openai",
    params(("id" = String, Path, description = "A name from the list")),
    responses(
        (status = 200, description = "The model", body = ModelBody),
        (status = 404, description = "No such model", body = ErrorBody)))]
pub(in crate::http) async fn retrieve_model(
    State(app): State<App>,
    PathText(id): PathText,
) -> Result<Json<ModelBody>, ApiError> {
    let model = app.models.resolve(&id)?;
    Ok(Json(body(model.info())))
}

fn body(info: &ModelInfo) -> ModelBody {
    ModelBody {
        id: info.id.clone(),
        object: "model",
        created: info.created,
        owned_by: info.owned_by.clone(),
        context_tokens: info.context_tokens,
        max_prompt_tokens: info.max_prompt_tokens,
    }
}
