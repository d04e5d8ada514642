//! Is it alive, can it answer, and what old clients ask.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::store::LogHealth;
use crate::store::request_log::LogWriterHealth;

/// The state of one part.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PartState {
    /// `store`, `calibration` where something is amiss with it, or `model` with its name.
    #[schema(example = "store")]
    name: String,
    /// Whether it answers now.
    ready: bool,
    /// Why not, or what is amiss though it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Whether the gateway can answer.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Readiness {
    /// `ready` or `not_ready`.
    #[schema(example = "ready")]
    status: &'static str,
    /// Every part.
    parts: Vec<PartState>,
}

/// The process runs.
#[utoipa::path(get, path = "/livez", tag = "health",
    responses((status = 200, description = "The process runs", body = String)))]
pub(super) async fn livez() -> &'static str {
    "ok"
}

/// The log answers and every model has just given, or now gives, a real token. Loads nothing.
#[utoipa::path(get, path = "/readyz", tag = "health",
    responses(
        (status = 200, description = "Ready", body = Readiness),
        (status = 503, description = "Not ready; the parts say why", body = Readiness)))]
pub(super) async fn readyz(State(app): State<App>) -> Response {
    let readiness = readiness(&app).await;
    let status = if readiness.status == "ready" {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(readiness)).into_response()
}

/// What old clients ask: always 200 while the process runs, with the state inside.
#[utoipa::path(get, path = "/health", tag = "health",
    responses((status = 200, description = "The process runs; `status` says more",
        body = Health)))]
pub(super) async fn health(State(app): State<App>) -> Json<Health> {
    Json(Health {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
        models: app.models.names().map(str::to_owned).collect(),
        uptime_seconds: app.uptime_seconds(),
    })
}

/// The gateway in a few words.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Health {
    /// `ok` while the process runs.
    #[schema(example = "ok")]
    status: &'static str,
    /// The gateway's version.
    version: &'static str,
    /// Models by name.
    models: Vec<String>,
    /// Since the start.
    uptime_seconds: i64,
}

async fn readiness(app: &App) -> Readiness {
    let mut parts = vec![log_state(app).await];
    if !app.calibration.is_known() {
        parts.push(PartState {
            name: "calibration".to_owned(),
            ready: true,
            reason: Some("it could not be read: no result is automatic".to_owned()),
        });
    }
    for (name, outcome) in app.models.probe_all().await {
        parts.push(PartState {
            name: format!("model {name}"),
            ..state(outcome)
        });
    }
    let ready = parts.iter().all(|part| part.ready);
    Readiness {
        status: if ready { "ready" } else { "not_ready" },
        parts,
    }
}

/// A log that keeps records in its spool is ready, and says so; one that keeps none is not,
/// unless it was told to go on. Neither is one whose rows have waited for longer than an answer is
/// held back for them.
async fn log_state(app: &App) -> PartState {
    let health = app.store.health().await;
    if let Err(cause) = &health {
        tracing::warn!(%cause, "the store does not answer");
    }
    let writer = app.request_log.health();
    let mut words = match &health {
        Ok(health) => amiss(*health),
        Err(_) => vec!["the log does not answer".to_owned()],
    };
    words.extend(amiss_with_writer(writer));
    PartState {
        name: "store".to_owned(),
        ready: health.is_ok_and(|health| !health.is_closed) && !writer.is_stuck,
        reason: (!words.is_empty()).then(|| words.join("; ")),
    }
}

fn amiss(health: LogHealth) -> Vec<String> {
    let mut words = Vec::new();
    if let Some(seconds) = health.away_seconds {
        words.push(format!("the database is away for {seconds} s"));
    }
    if health.spooled > 0 || health.away_seconds.is_some() {
        words.push(format!(
            "{} records ({} bytes) wait in the spool",
            health.spooled, health.spooled_bytes
        ));
    }
    if health.is_full {
        words.push(if health.is_closed {
            "the spool is full or its disk fails: requests are refused".to_owned()
        } else {
            "the spool is full or its disk fails: records are lost".to_owned()
        });
    }
    if health.refused > 0 {
        words.push(format!(
            "{} records that the database refused are set aside in the spool",
            health.refused
        ));
    }
    if health.lost > 0 {
        words.push(format!("{} records were lost", health.lost));
    }
    words
}

fn amiss_with_writer(writer: LogWriterHealth) -> Vec<String> {
    let mut words = Vec::new();
    if let Some(seconds) = writer.stuck_seconds {
        words.push(format!(
            "the request log could not be written for {seconds} s; {} rows wait",
            writer.waiting
        ));
    }
    if writer.is_closed {
        words.push("its queue is full: requests are refused".to_owned());
    }
    if writer.without_bodies > 0 {
        words.push(format!(
            "{} requests are in the log without their bodies, which the database refused",
            writer.without_bodies
        ));
    }
    if writer.set_aside > 0 {
        words.push(format!(
            "{} rows that the database refused are in the gateway's own log alone",
            writer.set_aside
        ));
    }
    words
}

fn state(outcome: Result<(), String>) -> PartState {
    PartState {
        name: String::new(),
        ready: outcome.is_ok(),
        reason: outcome.err(),
    }
}
