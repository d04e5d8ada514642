#!/usr/bin/env bash
# usage: check-contracts.sh LEDGERGATE
# Fails if the committed OpenAPI document or JSON Schemas are not what the binary gives.
set -euo pipefail

cd "$(dirname "$0")/.."
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
"$1" openapi >"$fresh/openapi.json"
"$1" schemas --out "$fresh/schemas" >/dev/null
diff openapi/openapi.json "$fresh/openapi.json" && diff -r schemas "$fresh/schemas" ||
  { echo "the contracts have drifted; review and run 'make contracts'" >&2; exit 1; }
