//! The HTTP surface with a scripted model on a real PostgreSQL, whose URL is in
//! `LEDGERGATE_TEST_DATABASE_URL` (`scripts/with-postgres.sh` starts one).

// Without debug assertions only: with them the library's futures are smaller.
#![cfg_attr(
    not(debug_assertions),
    expect(
        clippy::large_futures,
        reason = "a gateway for one test may be large on its stack"
    )
)]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod accounting;
mod accuracy;
mod chat;
mod completions;
mod contract;
mod decisions;
mod embeddings;
mod errors;
mod evaluation;
mod feedback;
mod free_text;
mod harness;
mod health;
mod history;
mod life;
mod methods;
mod outage;
mod playing;
mod reconcile;
mod request_log;
mod responses;
mod routes;
mod scripted;
mod statements;
mod structured;
mod tools;
