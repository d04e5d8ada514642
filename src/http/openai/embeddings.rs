//! `POST /v1/embeddings`, for models that turn texts into vectors.

mod body;
pub mod wire;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use tracing::instrument;

use super::answering;
use crate::app::App;
use crate::http::caller::AskedBy;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::JsonBody;
use crate::http::observe::Observed;
use crate::store::request_log::RequestDetails;
use body::EmbeddingsRequest;
use wire::EmbeddingList;

/// Turns texts into vectors; a model that only chats is refused.
#[utoipa::path(post, path = "/v1/embeddings", tag = "openai",
    request_body(content = EmbeddingsRequest, example = json!({
        "model": "an-embedding-model",
        "input": ["A credit note", "An invoice"]})),
    responses(
        (status = 200, description = "A vector for each input", body = EmbeddingList),
        (status = 400, description = "A field is wrong, or the model does not embed; `param` \
            names it", body = ErrorBody),
        (status = 404, description = "No such model", body = ErrorBody),
        (status = 429, description = "Too many requests wait; see Retry-After", body = ErrorBody),
        (status = 502, description = "The model failed", body = ErrorBody),
        (status = 504, description = "Out of time", body = ErrorBody)))]
#[instrument(skip_all, fields(model))]
pub(in crate::http) async fn create_embeddings(
    State(app): State<App>,
    AskedBy(caller): AskedBy,
    body: JsonBody<EmbeddingsRequest>,
) -> Result<Response, ApiError> {
    let deadline = answering::deadline(&app);
    let mut request = body.value.parse(deadline)?;
    request.embedding.caller = caller;
    let model = app.models.resolve(&request.model)?;
    let id = &model.info().id;
    tracing::Span::current().record("model", id.as_str());
    let embedder = model
        .embedding_model()
        .ok_or_else(|| ApiError::UnsupportedModel {
            message: format!(
                "the model '{id}' answers and does not turn texts into vectors; name an embedding \
                 model"
            ),
        })?;
    let embeddings = embedder.embed(request.embedding).await?;
    let details = RequestDetails {
        model: Some(id.clone()),
        prompt_tokens: Some(embeddings.prompt_tokens),
        ..RequestDetails::default()
    };
    let body = EmbeddingList::new(id.clone(), embeddings, request.form);
    Ok((Extension(Observed(details)), Json(body)).into_response())
}
