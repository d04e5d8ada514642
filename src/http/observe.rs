//! Gives each request its id, its span and its row in the request log.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::oneshot;
use tracing::{Instrument, info_span};

use super::error::{ApiError, ErrorCode};
use crate::app::App;
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
    started: Instant,
}

impl OpenRow {
    /// The row, closed by whoever takes it.
    fn close(mut self) -> Option<RequestRow> {
        let mut row = self.row.take()?;
        row.duration_ms = milliseconds_since(self.started);
        Some(row)
    }
}

impl Drop for OpenRow {
    fn drop(&mut self) {
        let Some(mut row) = self.row.take() else {
            return;
        };
        row.status = CLIENT_GONE;
        row.duration_ms = milliseconds_since(self.started);
        let log = self.log.clone();
        tokio::spawn(async move { log.record(row).await });
    }
}

pub(super) async fn observe(State(app): State<App>, request: Request, next: Next) -> Response {
    let row = RequestRow {
        id: app.environment.ids.next_id(),
        received_at: app.environment.clock.now(),
        method: request.method().as_str().to_owned(),
        route: request
            .extensions()
            .get::<MatchedPath>()
            .map_or_else(|| "unmatched".to_owned(), |path| path.as_str().to_owned()),
        status: 0,
        details: RequestDetails::default(),
        duration_ms: 0.0,
    };
    let span = info_span!("request", id = %row.id, method = %row.method, route = %row.route);
    let id = row.id.to_string();
    let logged = row.route.starts_with("/v1/");
    let open = OpenRow {
        row: logged.then_some(row),
        log: app.request_log.clone(),
        started: Instant::now(),
    };
    let mut response = in_time(&app, next.run(request)).instrument(span).await;
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", id);
    }
    record(open, &mut response).await;
    response
}

/// Writes the row of an answer that is there, or, where it is a stream, leaves it to its end.
async fn record(mut open: OpenRow, response: &mut Response) {
    let extensions = response.extensions_mut();
    let error_code = extensions.remove::<ErrorCode>().map(|code| code.0);
    let details = extensions.remove::<Observed>().map(|observed| observed.0);
    let later = extensions
        .remove::<LaterSlot>()
        .and_then(|slot| slot.take());
    let status = response.status().as_u16();
    if let Some(row) = &mut open.row {
        row.status = status;
        row.details = details.unwrap_or_default();
        row.details.error_code = row.details.error_code.take().or(error_code);
    }
    let Some(ObservedLater { told, known }) = later else {
        let log = open.log.clone();
        if let Some(row) = open.close() {
            log.record(row).await;
        }
        return;
    };
    tokio::spawn(async move {
        if let Some(row) = &mut open.row {
            row.details = known;
        }
        // A stream that its client dropped tells nothing; the open row then says so.
        if let Ok(details) = told.await {
            if let Some(row) = &mut open.row {
                row.details = details;
            }
            let log = open.log.clone();
            if let Some(row) = open.close() {
                log.record(row).await;
            }
        }
    });
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
