//! Ledgergate: an OpenAI-compatible LLM gateway with accounting tools on top.
//!
//! Dependencies point one way: [`http`] calls [`pipeline`], which calls the accounting core
//! (`ledgergate-accounting`), [`models`] and [`store`]. ARCHITECTURE.md walks the paths.

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod http;
pub mod models;
mod output;
pub mod pipeline;
pub mod record;
pub mod schemas;
pub mod server;
pub mod store;
pub mod telemetry;
