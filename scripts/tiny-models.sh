#!/usr/bin/env bash
# usage: tiny-models.sh
# Makes the tiny models that the engine is tested with (tests/models), and prints their folder.
set -euo pipefail

cd "$(dirname "$0")/.."
out=$LEDGERGATE_CACHE/models/tiny-$(cat tests/models/* | sha256sum | cut -c1-16)
if [ ! -e "$out/expected.json" ]; then
  venv=$(scripts/python-venv.sh tiny-models tests/models/requirements.txt)
  PYTHONDONTWRITEBYTECODE=1 "$venv/bin/python" tests/models/make_tiny_models.py "$out" >&2
fi
echo "$out"
