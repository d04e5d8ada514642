//! What every handler has at hand.

use std::hash::RandomState;
use std::sync::Arc;

use jiff::Timestamp;

use crate::clock::Environment;
use crate::config::{AccountingConfig, Config, CorsOrigins, StructuredOutputConfig};
use crate::models::Models;
use crate::pipeline::calibration::CalibrationInUse;
use crate::pipeline::under_way::UnderWay;
use crate::record::BodyPolicies;
use crate::store::Store;
use crate::store::request_log::RequestLog;

/// The application. Cheap to clone: each part is shared.
#[derive(Clone)]
pub struct App {
    /// Clock and ids.
    pub environment: Environment,
    /// The log of decisions.
    pub store: Store,
    /// The log of requests.
    pub request_log: RequestLog,
    /// The models.
    pub models: Arc<Models>,
    /// The documents that are being processed.
    pub under_way: Arc<UnderWay>,
    /// What bounds a request.
    pub limits: Limits,
    /// How accounting requests that do not say are done.
    pub accounting: AccountingConfig,
    /// The calibration in use.
    pub calibration: CalibrationInUse,
    /// How requests for structured output that do not say are done.
    pub structured_output: StructuredOutputConfig,
    /// Under this key callers are told apart; another one in each process.
    pub caller_key: RandomState,
    /// What the request log keeps of bodies.
    pub bodies: BodyPolicies,
    /// The web pages that may call it.
    pub cors_origins: CorsOrigins,
    started: Timestamp,
}

/// What bounds a request.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of a body.
    pub max_body_bytes: usize,
    /// From the body read to the last token.
    pub request_timeout_seconds: u64,
}

impl App {
    /// Puts the parts together.
    pub fn new(
        config: &Config,
        environment: Environment,
        store: Store,
        request_log: RequestLog,
        models: Models,
    ) -> Self {
        let started = environment.clock.now();
        Self {
            environment,
            store,
            request_log,
            models: Arc::new(models),
            under_way: Arc::default(),
            limits: Limits {
                max_body_bytes: config.server.max_body_bytes,
                request_timeout_seconds: config.server.request_timeout_seconds,
            },
            accounting: config.accounting.clone(),
            calibration: CalibrationInUse::new(config.calibration),
            structured_output: config.structured_output,
            caller_key: RandomState::new(),
            bodies: BodyPolicies {
                default: config.log.bodies,
            },
            cors_origins: config.server.cors_origins.clone(),
            started,
        }
    }

    /// Whole seconds since the start.
    pub fn uptime_seconds(&self) -> i64 {
        self.environment.clock.now().as_second() - self.started.as_second()
    }
}
