//! The HTTP surface with a scripted model on a real PostgreSQL, whose URL is in
//! `LEDGERGATE_TEST_DATABASE_URL` (`scripts/with-postgres.sh` starts one).

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod accounting;
mod chat;
mod contract;
mod errors;
mod harness;
mod health;
mod reconcile;
mod request_log;
mod scripted;
