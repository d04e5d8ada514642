#!/usr/bin/env bash
# usage: tokenizer-tests.sh SMOLLM2.gguf CARGO-TEST-OPTIONS...
# Compares our tokenizers and chat templates with the makers' own packages (tests/tokenizers),
# token for token.
set -euo pipefail

cd "$(dirname "$0")/.."
model=$1
shift
venv=$(scripts/python-venv.sh tokenizers tests/tokenizers/requirements.txt \
  tests/tokenizers/requirements-bare.txt)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
PYTHONDONTWRITEBYTECODE=1 "$venv/bin/python" tests/tokenizers/reference.py "$model" "$out"
LEDGERGATE_TEST_TOKENIZERS=$out cargo test "$@" --test tokenizers -- --ignored
