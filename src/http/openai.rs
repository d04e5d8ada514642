//! OpenAI's API over the configured models.

mod body;
pub mod chat;
mod completion;
pub mod models;
mod request;
mod stream;
pub mod wire;
