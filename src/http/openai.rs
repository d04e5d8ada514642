//! OpenAI's API over the configured models.

mod answered;
pub mod chat;
mod fields;
pub mod models;
pub mod wire;
