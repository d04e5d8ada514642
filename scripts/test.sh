#!/usr/bin/env bash
# `make test`: format, lints, docs, all tests on a real PostgreSQL and the real default model,
# contract drift, and the official SDK. Installs what it needs. MODEL and SHIPPED_MODEL name the
# default model's files.
set -euo pipefail

cd "$(dirname "$0")/.."
binary=$CARGO_TARGET_DIR/release/ledgergate
step() { printf '\n== %s (%s)\n' "$1" "$(date +%T)"; }

if ! command -v cargo-nextest >/dev/null; then
  step "installing cargo-nextest"
  env -u CARGO_TARGET_DIR cargo install cargo-nextest --locked
fi

step "format"
cargo fmt --all --check

# The same packages in each step, so that features unify the same way and the engine is built once.
step "build"
cargo build --release --locked --workspace

step "default model"
make --no-print-directory model

step "lints"
cargo clippy --release --locked --workspace --all-targets -- -D warnings

step "documentation"
RUSTDOCFLAGS="-D warnings" cargo doc --release --locked --workspace --no-deps --quiet

step "tests"
scripts/with-postgres.sh cargo nextest run --release --locked --workspace \
  -E 'not binary(engine)'

step "tests of the engine with the default model and tiny ones"
tiny=$(scripts/tiny-models.sh)
LEDGERGATE_TEST_MODEL=$SHIPPED_MODEL LEDGERGATE_TEST_TINY_MODELS=$tiny \
  cargo test --release --locked --workspace --test engine

step "tokenizers and chat templates against their makers'"
scripts/tokenizer-tests.sh "$SHIPPED_MODEL" --release --locked --workspace

step "contracts"
scripts/check-contracts.sh "$binary"
scripts/with-postgres.sh scripts/sqlx-prepare.sh --check

step "gateway and database killed at random"
scripts/chaos.sh "$binary"

step "the SDKs, the frameworks and the commands"
LEDGERGATE_TEST_MODEL=$MODEL scripts/with-postgres.sh scripts/sdk-tests.sh "$binary"

step "fuzzing of the routes"
LEDGERGATE_TEST_MODEL=$MODEL scripts/with-postgres.sh scripts/fuzz-http.sh "$binary"

step "done"
