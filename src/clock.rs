//! Time and identifiers from outside: nothing else in the gateway reads a clock or draws an id,
//! so that tests decide both.

use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// Draws identifiers that grow with time (UUID version 7), so that tables stay in insert order.
pub trait IdGenerator: Send + Sync {
    /// A fresh identifier.
    fn next_id(&self) -> Uuid;
}

/// The machine's clock and its UUIDs.
#[derive(Debug, Default, Clone, Copy)]
pub struct System;

impl Clock for System {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the machine's clock"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

impl IdGenerator for System {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that draws identifiers"
    )]
    fn next_id(&self) -> Uuid {
        Uuid::now_v7()
    }
}

/// Clock and id generator of one gateway.
#[derive(Clone)]
pub struct Environment {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Draws identifiers.
    pub ids: Arc<dyn IdGenerator>,
}

impl Environment {
    /// The machine's own.
    pub fn system() -> Self {
        Self {
            clock: Arc::new(System),
            ids: Arc::new(System),
        }
    }
}
