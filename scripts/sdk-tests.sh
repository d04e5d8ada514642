#!/usr/bin/env bash
# usage: sdk-tests.sh LEDGERGATE
# The official OpenAI SDKs for Python and Node, the frameworks over them and the commands, against
# gateways with the real default model. LEDGERGATE_CACHE keeps what is installed for them.
set -euo pipefail

cd "$(dirname "$0")/.."
export LEDGERGATE_BINARY=$1

apt_install() {
  if [ "$(id -u)" != 0 ]; then echo "missing: apt-get install $*" >&2; exit 1; fi
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@"
}

# usage: stamp_of FILE...: changes when one of the files does.
stamp_of() { cat "$@" | sha256sum | cut -c1-16; }

venv=$LEDGERGATE_CACHE/venv
stamp=$venv/$(stamp_of tests/sdk/requirements*.txt)
if [ ! -e "$stamp" ]; then
  rm -rf "$venv"
  if ! python3 -m venv "$venv" 2>/dev/null; then
    apt_install python3-venv
    rm -rf "$venv" && python3 -m venv "$venv"
  fi
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r tests/sdk/requirements.txt
  "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps \
    -r tests/sdk/requirements-no-dependencies.txt
  touch "$stamp"
fi

if ! command -v npm >/dev/null; then apt_install nodejs npm; fi
# The packages lie outside of the checkout; Node finds them through the link.
packages=$LEDGERGATE_CACHE/node/$(stamp_of tests/sdk/node/package*.json)
if [ ! -e "$packages/installed" ]; then
  rm -rf "$LEDGERGATE_CACHE/node" && mkdir -p "$packages"
  cp tests/sdk/node/package*.json "$packages"
  npm ci --prefix "$packages" --no-audit --no-fund --silent
  touch "$packages/installed"
fi
rm -rf tests/sdk/node/node_modules
ln -s "$packages/node_modules" tests/sdk/node/node_modules

"$venv/bin/pytest" -q tests/sdk
(cd tests/sdk/node && node --test --test-concurrency=1)
