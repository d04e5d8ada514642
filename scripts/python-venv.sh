#!/usr/bin/env bash
# usage: python-venv.sh NAME REQUIREMENTS [REQUIREMENTS-WITHOUT-DEPENDENCIES]
# Prints the path of a virtual environment that has what the files list, made anew when they
# change.
set -euo pipefail

name=$1 requirements=$2 bare=${3:-}
venv=$LEDGERGATE_CACHE/venv-$name
stamp=$venv/$(cat "$requirements" ${bare:+"$bare"} | sha256sum | cut -c1-16)
if [ ! -e "$stamp" ]; then
  rm -rf "$venv"
  if ! python3 -m venv "$venv" >&2; then
    if [ "$(id -u)" != 0 ]; then echo "missing: apt-get install python3-venv" >&2; exit 1; fi
    apt-get update -qq >&2 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >&2
    rm -rf "$venv" && python3 -m venv "$venv" >&2
  fi
  pip() { "$venv/bin/pip" --quiet --disable-pip-version-check "$@" >&2; }
  pip install -r "$requirements"
  if [ -n "$bare" ]; then pip install --no-deps -r "$bare"; fi
  touch "$stamp"
fi
echo "$venv"
