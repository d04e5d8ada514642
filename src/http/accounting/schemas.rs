//! `GET /v1/accounting/schemas` and `GET /v1/accounting/schemas/{name}`.

use axum::Json;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::PathText;
use crate::schemas;

/// The schemas by name.
#[derive(Debug, Serialize, ToSchema)]
pub struct SchemaList {
    /// Version of all of them.
    schema_version: &'static str,
    /// Names for `/v1/accounting/schemas/{name}`.
    schemas: Vec<String>,
}

/// The JSON Schemas of the accounting documents.
#[utoipa::path(get, path = "/v1/accounting/schemas", tag = "accounting",
    responses((status = 200, description = "Their names", body = SchemaList)))]
pub(in crate::http) async fn list_schemas() -> Json<SchemaList> {
    Json(SchemaList {
        schema_version: schemas::SCHEMA_VERSION,
        schemas: schemas::all()
            .iter()
            .map(schemas::DocumentSchema::file_stem)
            .collect(),
    })
}

/// One JSON Schema, 2020-12.
#[utoipa::path(get, path = "/v1/accounting/schemas/{name}", tag = "accounting",
    params(("name" = String, Path, description = "A name from the list")),
    responses(
        (status = 200, description = "The schema", content_type = "application/schema+json",
            body = Object),
        (status = 404, description = "No such schema", body = ErrorBody)))]
pub(in crate::http) async fn get_schema(PathText(name): PathText) -> Result<Response, ApiError> {
    let wanted = name.strip_suffix(".json").unwrap_or(&name);
    let schema = schemas::all()
        .iter()
        .find(|schema| schema.file_stem() == wanted)
        .ok_or_else(|| ApiError::NotFound {
            what: "schema",
            id: name.clone(),
        })?;
    Ok((
        [(header::CONTENT_TYPE, "application/schema+json")],
        schema.text(),
    )
        .into_response())
}
