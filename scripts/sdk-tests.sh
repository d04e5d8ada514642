#!/usr/bin/env bash
# usage: sdk-tests.sh LEDGERGATE
# The official OpenAI SDK and the commands against a gateway with the real default model.
set -euo pipefail

cd "$(dirname "$0")/.."
venv=$LEDGERGATE_CACHE/venv
stamp=$venv/$(sha256sum tests/sdk/requirements.txt | cut -c1-16)
if [ ! -e "$stamp" ]; then
  rm -rf "$venv"
  if ! python3 -m venv "$venv" 2>/dev/null; then
    if [ "$(id -u)" != 0 ]; then echo "missing: apt-get install python3-venv" >&2; exit 1; fi
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv
    rm -rf "$venv" && python3 -m venv "$venv"
  fi
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r tests/sdk/requirements.txt
  touch "$stamp"
fi
LEDGERGATE_BINARY=$1 "$venv/bin/pytest" -q tests/sdk
