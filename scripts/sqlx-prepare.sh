#!/usr/bin/env bash
# usage: with-postgres.sh sqlx-prepare.sh [--check]
# Asks a real server what each query takes and gives, and keeps the answers in .sqlx, so that a
# build needs no server. With --check it compares instead of writing.
set -euo pipefail

cd "$(dirname "$0")/.."
url=$LEDGERGATE_TEST_DATABASE_URL
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
for migration in migrations/*.sql; do
  psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 "$url" --file "$migration" >/dev/null
done
touch src/store.rs
SQLX_OFFLINE=false DATABASE_URL=$url SQLX_OFFLINE_DIR=$fresh \
  cargo check --quiet --release --locked --workspace --lib
if [ "${1:-}" = --check ]; then
  diff -r .sqlx "$fresh" || { echo "run 'make sqlx-prepare'" >&2; exit 1; }
else
  rm -rf .sqlx
  mkdir .sqlx
  cp "$fresh"/*.json .sqlx/
fi
