//! Gives each request its id, its span and its row in the request log.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::{Body, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use tokio::sync::oneshot;
use tracing::{Instrument, info_span};

use super::caller;
use super::error::{ApiError, ErrorCode};
use super::noted::{Noted, NotedBody};
use super::watched::{Heard, watch};
use crate::app::App;
use crate::models::Models;
use crate::record::BodyPolicy;
use crate::record::notes::Notes;
use crate::store::request_log::{RequestDetails, RequestLog, RequestRow};

/// nginx's status for a client that has gone.
const CLIENT_GONE: u16 = 499;

/// What a handler knows for the request log: put into the reply's extensions.
#[derive(Clone, Debug, Default)]
pub(super) struct Observed(pub(super) RequestDetails);

/// What a stream tells when it ends, after its reply has begun, and what is known before.
pub(super) struct ObservedLater {
    told: oneshot::Receiver<RequestDetails>,
    known: RequestDetails,
}

/// Extensions must be `Clone`; the receiver is taken once.
#[derive(Clone)]
pub(super) struct LaterSlot(Arc<Mutex<Option<ObservedLater>>>);

impl LaterSlot {
    pub(super) fn new(told: oneshot::Receiver<RequestDetails>, known: RequestDetails) -> Self {
        Self(Arc::new(Mutex::new(Some(ObservedLater { told, known }))))
    }

    fn take(&self) -> Option<ObservedLater> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// The row of a request under way. A client that goes before its answer leaves it as it is, and
/// it is logged with nginx's status for that, 499.
struct OpenRow {
    row: Option<RequestRow>,
    log: RequestLog,
    noted: Noted,
    models: Arc<Models>,
    policy: BodyPolicy,
    started: Instant,
}

impl OpenRow {
    /// The row at its end; none if the request is not logged, or was closed.
    fn close(&mut self, reply: Option<Bytes>) -> Option<ClosedRow> {
        let mut row = self.row.take()?;
        row.duration_ms = milliseconds_since(self.started);
        Some(ClosedRow {
            row,
            log: self.log.clone(),
            noted: self.noted.noted(),
            models: Arc::clone(&self.models),
            policy: self.policy,
            reply,
        })
    }

    fn keeps_bodies(&self) -> bool {
        self.row.is_some() && self.noted.has_bytes()
    }
}

impl Drop for OpenRow {
    fn drop(&mut self) {
        let Some(mut closed) = self.close(None) else {
            return;
        };
        closed.row.status = CLIENT_GONE;
        tokio::spawn(closed.record());
    }
}

/// The row of a request that has ended, and what is still to be made of its bodies.
struct ClosedRow {
    row: RequestRow,
    log: RequestLog,
    noted: Option<NotedBody>,
    models: Arc<Models>,
    policy: BodyPolicy,
    reply: Option<Bytes>,
}

impl ClosedRow {
    /// Adds what bodies and models tell, and hands the row to the log.
    async fn record(self) {
        let mut row = self.row;
        let (notes, bodies) = match self.noted {
            Some(noted) => noted.read(self.policy, self.reply).await,
            None => (Notes::default(), None),
        };
        (row.prompt_sha256, row.schema_sha256) = (notes.prompt_sha256, notes.schema_sha256);
        row.bodies = bodies;
        let version = |name: &String| {
            let model = self.models.resolve(name).ok()?;
            Some((model.info().id.clone(), model.info().fingerprint.clone()))
        };
        if let Some(model) = &row.details.model {
            row.model_version = version(model).map(|(_, version)| version);
        } else if let Some((model, version)) = notes.model.as_ref().and_then(version) {
            // A request that failed still meant one of our models.
            row.details.model = Some(model);
            row.model_version = Some(version);
        }
        self.log.record(row).await;
    }
}

pub(super) async fn observe(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "unmatched".to_owned(), |path| path.as_str().to_owned());
    // By the path, so that a path without a route has its row too; it may hold anything and is not
    // kept.
    let logged = request.uri().path().starts_with("/v1/");
    if logged && (app.store.is_closed() || app.request_log.health().is_closed) {
        // No row: there is nowhere to keep one. /readyz says so.
        return ApiError::LogUnavailable.into_response();
    }
    let caller = caller::logged_name(request.headers());
    let policy = app.bodies.of(caller.as_deref());
    let row = RequestRow {
        id: app.environment.ids.next_id(),
        received_at: app.environment.clock.now(),
        method: request.method().as_str().to_owned(),
        route,
        status: 0,
        caller,
        prompt_sha256: None,
        schema_sha256: None,
        model_version: None,
        details: RequestDetails::default(),
        bodies: None,
        duration_ms: 0.0,
    };
    let span = info_span!("request", id = %row.id, method = %row.method, route = %row.route);
    let id = row.id.to_string();
    let noted = Noted::new(policy);
    if logged {
        request.extensions_mut().insert(noted.clone());
    }
    let open = OpenRow {
        row: logged.then_some(row),
        log: app.request_log.clone(),
        noted,
        models: Arc::clone(&app.models),
        policy,
        started: Instant::now(),
    };
    let mut response = in_time(&app, next.run(request)).instrument(span).await;
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", id);
    }
    record(open, response).await
}

/// Writes the row of an answer that is there, or, where it is a stream, leaves it to its end.
async fn record(mut open: OpenRow, mut response: Response) -> Response {
    let extensions = response.extensions_mut();
    let error_code = extensions.remove::<ErrorCode>().map(|code| code.0);
    let details = extensions.remove::<Observed>().map(|observed| observed.0);
    let later = extensions
        .remove::<LaterSlot>()
        .and_then(|slot| slot.take());
    let status = response.status().as_u16();
    let Some(row) = &mut open.row else {
        return response;
    };
    row.status = status;
    row.details = details.unwrap_or_default();
    row.details.error_code = row.details.error_code.take().or(error_code);
    match later {
        Some(later) => record_at_its_end(open, later, response),
        None => record_whole(open, response).await,
    }
}

async fn record_whole(mut open: OpenRow, response: Response) -> Response {
    let (response, reply) = if open.keeps_bodies() {
        let (parts, body) = response.into_parts();
        match to_bytes(body, usize::MAX).await {
            Ok(bytes) => (
                Response::from_parts(parts, Body::from(bytes.clone())),
                Some(bytes),
            ),
            Err(cause) => (ApiError::internal(&cause).into_response(), None),
        }
    } else {
        (response, None)
    };
    if let Some(closed) = open.close(reply) {
        closed.record().await;
    }
    response
}

fn record_at_its_end(mut open: OpenRow, later: ObservedLater, response: Response) -> Response {
    let ObservedLater { told, known } = later;
    let (parts, body) = response.into_parts();
    let (body, heard) = watch(body, open.keeps_bodies());
    tokio::spawn(async move {
        let Heard { ended, release } = heard;
        if let Some(row) = &mut open.row {
            row.details = known;
        }
        // A stream that its client dropped tells nothing; the open row then says so.
        if let Ok(details) = told.await {
            if let Some(row) = &mut open.row {
                row.details = details;
            }
            let reply = ended.await.ok().flatten().map(Bytes::from);
            if let Some(closed) = open.close(reply) {
                closed.record().await;
            }
        }
        drop(release);
    });
    Response::from_parts(parts, body)
}

/// Models keep the deadline themselves and say more, so this one comes a second later.
async fn in_time(app: &App, answer: impl Future<Output = Response>) -> Response {
    let seconds = app.limits.request_timeout_seconds;
    match tokio::time::timeout(Duration::from_secs(seconds + 1), answer).await {
        Ok(response) => response,
        Err(_) => ApiError::Timeout { seconds }.into_response(),
    }
}

fn milliseconds_since(started: Instant) -> f64 {
    started.elapsed().as_secs_f64() * 1_000.0
}
