//! Server-sent events: what the streams of all endpoints have in common.

use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::Stream;
use serde::Serialize;
use tokio::sync::oneshot;

use crate::http::observe::LaterSlot;
use crate::store::request_log::RequestDetails;

/// Between two comments that keep a quiet connection open.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Tells the request log how a stream ended, once.
pub(super) struct EndTeller(Option<oneshot::Sender<RequestDetails>>);

impl EndTeller {
    /// The teller, and the slot where the request log waits. `known` is what is logged of a
    /// stream whose client goes before its end.
    pub(super) fn new(known: RequestDetails) -> (Self, LaterSlot) {
        let (tell, told) = oneshot::channel();
        (Self(Some(tell)), LaterSlot::new(told, known))
    }

    pub(super) fn tell(&mut self, details: RequestDetails) {
        if let Some(tell) = self.0.take()
            && tell.send(details).is_err()
        {
            tracing::error!("nobody took the log of a stream");
        }
    }
}

/// The reply. Dropping its body drops the events, and so frees the places of what they come from.
pub(super) fn reply(
    events: impl Stream<Item = Result<Event, Infallible>> + Send + 'static,
    log: LaterSlot,
) -> Response {
    let mut response = Sse::new(events)
        .keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
        .into_response();
    response.extensions_mut().insert(log);
    response
}

/// An event whose data is JSON.
pub(super) fn json(body: &impl Serialize) -> Event {
    // Only a map with keys that are no texts can fail here, and no body has one.
    Event::default().json_data(body).unwrap_or_else(|error| {
        tracing::error!(%error, "a chunk cannot be written as JSON");
        Event::default().event("error").data("{}")
    })
}
