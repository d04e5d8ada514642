//! What the request log learns of a body, from the one place that reads bodies.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;

use crate::record::notes::Notes;

/// A request's body and its hashes; put into the request's extensions, and filled when the body
/// is read.
#[derive(Clone, Default)]
pub(super) struct Noted(Arc<OnceLock<(Bytes, Notes)>>);

impl Noted {
    /// Takes the body; the first time only, since a request has one.
    pub(super) fn take(&self, body: &Bytes) {
        self.0.get_or_init(|| (body.clone(), Notes::of(body)));
    }

    pub(super) fn body(&self) -> Option<&Bytes> {
        self.0.get().map(|(body, _)| body)
    }

    pub(super) fn notes(&self) -> Notes {
        self.0
            .get()
            .map(|(_, notes)| notes.clone())
            .unwrap_or_default()
    }
}
