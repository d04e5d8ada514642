#!/usr/bin/env bash
# usage: fuzz-http.sh LEDGERGATE [EXAMPLES]
# Requests generated from the gateway's own OpenAPI document, right ones and wrong ones, against
# two gateways: one without a model and one with the default model (LEDGERGATE_TEST_MODEL). No
# answer may be a server's error, or have a body or content type that the document does not
# promise. EXAMPLES is the number for each route and gateway, 60 unless told: about a minute.
#
# LEDGERGATE_TEST_DATABASE_URL names a PostgreSQL server (scripts/with-postgres.sh); without it
# the gateways run their embedded ones. LEDGERGATE_CACHE keeps what is installed.
set -euo pipefail

cd "$(dirname "$0")/.."
binary=$1
examples=${2:-60}
model=$LEDGERGATE_TEST_MODEL

venv=$LEDGERGATE_CACHE/fuzz-venv
stamp=$venv/$(sha256sum tests/fuzz/requirements.txt | cut -c1-16)
if [ ! -e "$stamp" ]; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r tests/fuzz/requirements.txt
  touch "$stamp"
fi

work=$(mktemp -d)
gateway=
stop_gateway() {
  if [ -n "$gateway" ]; then kill "$gateway" && wait "$gateway"; fi
  gateway=
}
trap 'stop_gateway || true; rm -rf "$work"' EXIT

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# usage: fuzz NAME MODEL_CONFIG
fuzz() {
  local port database
  port=$(free_port)
  database=
  if [ -n "${LEDGERGATE_TEST_DATABASE_URL:-}" ]; then
    database="database_url = \"$LEDGERGATE_TEST_DATABASE_URL\""
  fi
  printf '[server]\nlisten = "127.0.0.1:%s"\nrequest_timeout_seconds = 60\n[store]\ndata_directory = "%s"\n%s\n%s\n' \
    "$port" "$work/database-$1" "$database" "$2" >"$work/$1.toml"
  env -u DATABASE_URL "$binary" serve --config "$work/$1.toml" >"$work/$1.log" 2>&1 &
  gateway=$!
  local outcome=0
  # No stateful phase: routes are not linked. What a body may hold is checked by the gateway's own
  # tests, so whether a wrong one is refused is not asked here: only how.
  SCHEMATHESIS_HOOKS=$PWD/tests/fuzz/hooks.py PYTHONDONTWRITEBYTECODE=1 \
    env -C "$work" "$venv/bin/schemathesis" --no-color \
    run "http://127.0.0.1:$port/openapi.json" --wait-for-schema 60 \
    --phases examples,coverage,fuzzing --mode all --max-examples "$examples" --continue-on-failure \
    --checks not_a_server_error,response_schema_conformance,content_type_conformance \
    --request-timeout 60 --warnings off --suppress-health-check all --generation-database none \
    --report ndjson --report-ndjson-path "$work/$1.ndjson" \
    ${FUZZ_SEED:+--seed "$FUZZ_SEED"} || outcome=$?
  echo "answers by status:"
  grep -o '"status_code":[0-9]*' "$work/$1.ndjson" | sort | uniq -c
  if ! stop_gateway; then echo "the gateway $1 did not end well" >&2; outcome=1; fi
  if grep -E 'panicked|internal error' "$work/$1.log" >&2; then outcome=1; fi
  if [ "$outcome" != 0 ]; then tail -n 40 "$work/$1.log" >&2; fi
  return "$outcome"
}

fuzz without-model ""
fuzz with-model "[models.small]
kind = \"in_process\"
path = \"$model\"
context_tokens = 512
defaults = { max_tokens = 4 }"
