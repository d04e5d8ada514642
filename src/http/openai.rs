//! OpenAI's API over the configured models.

mod answered;
mod answering;
mod begun;
pub mod chat;
pub mod completions;
pub mod embeddings;
mod fields;
mod form;
mod generations;
pub mod models;
pub mod responses;
mod sampling;
mod sse;
pub mod wire;
