//! OpenAI's API over the configured models.

mod answered;
mod begun;
pub mod chat;
mod fields;
pub mod models;
pub mod wire;
