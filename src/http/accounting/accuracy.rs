//! `GET /v1/accounting/accuracy`.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use ledgergate_accounting::accuracy::picture::{self, Picture};
use ledgergate_accounting::accuracy::report::Dimension;
use tracing::instrument;

use crate::app::App;
use crate::http::error::{ApiError, ErrorBody};
use crate::pipeline::accuracy::{self, AccuracyQuery};

/// How accurate decisions were, by what people said of them.
///
/// Cells with fewer than 20 labelled decisions say `insufficient` and give no share.
#[utoipa::path(get, path = "/v1/accounting/accuracy", tag = "accounting",
    params(
        ("by" = Option<String>, Query, description = "What cells are told apart by, with commas: \
            `module`, `action`, `model`, `version`, `company`, `country`, `kind`, `week`",
            example = "module,action"),
        ("from" = Option<String>, Query, description = "First day, ISO 8601, UTC; twelve weeks \
            before the last if left out", example = "2025-04-01"),
        ("to" = Option<String>, Query, description = "Last day; today if left out",
            example = "2025-06-30"),
        ("format" = Option<String>, Query, description = "`json` (all), `csv` (the cells) or \
            `svg` (a picture)", example = "json"),
        ("picture" = Option<String>, Query, description = "With `svg`: `cells` (accuracy by cell, \
            with its interval), `reliability` or `risk_coverage`", example = "cells")),
    responses(
        (status = 200, description = "The report", content(
            (ref("#/components/schemas/AccuracyReply") = "application/json"),
            (String = "text/csv"),
            (String = "image/svg+xml"))),
        (status = 400, description = "A parameter is wrong; `param` names it", body = ErrorBody),
        (status = 503, description = "The log cannot be read", body = ErrorBody)))]
#[instrument(skip_all)]
pub(in crate::http) async fn get_accuracy(
    State(app): State<App>,
    parameters: Result<Query<Vec<(String, String)>>, QueryRejection>,
) -> Result<Response, ApiError> {
    let Query(parameters) =
        parameters.map_err(|rejection| ApiError::invalid("query", rejection.body_text()))?;
    let (query, form) = parse(parameters)?;
    let reply = Box::pin(accuracy::report(&app, query)).await?;
    match form {
        Form::Json => Ok(Json(reply).into_response()),
        Form::Csv => {
            let table = reply.report.to_csv();
            let table = table.map_err(|error| ApiError::internal(&error))?;
            Ok(sent("text/csv; charset=utf-8; header=present", table))
        }
        Form::Svg(picture) => Ok(sent("image/svg+xml", picture::draw(picture, &reply.report))),
    }
}

fn sent(content_type: &'static str, text: String) -> Response {
    ([(header::CONTENT_TYPE, content_type)], text).into_response()
}

enum Form {
    Json,
    Csv,
    Svg(Picture),
}

fn parse(parameters: Vec<(String, String)>) -> Result<(AccuracyQuery, Form), ApiError> {
    let mut query = AccuracyQuery::default();
    let (mut format, mut picture) = ("json".to_owned(), None);
    let mut seen: Vec<String> = Vec::new();
    for (name, value) in parameters {
        if seen.contains(&name) {
            return Err(ApiError::invalid(name, "is given twice"));
        }
        match name.as_str() {
            "by" => query.by = dimensions(&value)?,
            "from" => query.from = Some(day("from", &value)?),
            "to" => query.to = Some(day("to", &value)?),
            "format" => format = value,
            "picture" => {
                let known = Picture::from_code(&value);
                picture = Some(known.ok_or_else(|| {
                    ApiError::invalid("picture", one_of(Picture::ALL.iter().map(|it| it.code())))
                })?);
            }
            _ => {
                let known = one_of(["by", "from", "to", "format", "picture"]);
                return Err(ApiError::invalid(
                    name,
                    format!("is no parameter; it {known}"),
                ));
            }
        }
        seen.push(name);
    }
    let form = match (format.as_str(), picture) {
        ("json", None) => Form::Json,
        ("csv", None) => Form::Csv,
        ("svg", picture) => Form::Svg(picture.unwrap_or(Picture::Cells)),
        ("json" | "csv", Some(_)) => {
            return Err(ApiError::invalid("picture", "goes with 'format=svg' alone"));
        }
        _ => return Err(ApiError::invalid("format", one_of(["json", "csv", "svg"]))),
    };
    Ok((query, form))
}

fn dimensions(value: &str) -> Result<Vec<Dimension>, ApiError> {
    let mut by = Vec::new();
    for name in value.split(',').filter(|name| !name.is_empty()) {
        let dimension = Dimension::from_code(name).ok_or_else(|| {
            let known = one_of(Dimension::ALL.iter().map(|it| it.code()));
            ApiError::invalid("by", format!("'{name}' is no dimension; it {known}"))
        })?;
        if by.contains(&dimension) {
            return Err(ApiError::invalid("by", format!("has '{name}' twice")));
        }
        by.push(dimension);
    }
    Ok(by)
}

fn day(name: &str, value: &str) -> Result<Date, ApiError> {
    value
        .parse()
        .map_err(|_| ApiError::invalid(name, "must be a day, as 2025-06-30"))
}

fn one_of<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.into_iter().collect();
    format!("must be one of {}", names.join(", "))
}
