#!/usr/bin/env bash
# usage: with-postgres.sh COMMAND...
# Runs a command with LEDGERGATE_TEST_DATABASE_URL set to a PostgreSQL server of its own, on a
# free port, in a temporary directory. Installs PostgreSQL where it is missing.
set -euo pipefail

find_bin() {
  local candidate
  for candidate in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -Vr) "$(dirname "$(command -v initdb 2>/dev/null || echo /none/x)")"; do
    if [ -x "$candidate/initdb" ]; then echo "$candidate"; return 0; fi
  done
  return 1
}

if ! bin=$(find_bin); then
  echo "installing PostgreSQL" >&2
  if [ "$(id -u)" != 0 ]; then
    echo "PostgreSQL is missing: apt-get install postgresql" >&2
    exit 1
  fi
  apt-get update -qq >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >&2
  bin=$(find_bin)
fi

# The server refuses to run as root.
as_owner() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

work=$(mktemp -d /tmp/ledgergate-postgres.XXXXXX)
if [ "$(id -u)" = 0 ]; then chown postgres "$work"; fi
stop() {
  as_owner "$bin/pg_ctl" -D "$work/data" -m immediate -w stop >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap stop EXIT

as_owner "$bin/initdb" -D "$work/data" -U ledgergate -A trust -E UTF8 --no-locale >"$work/initdb.log"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
as_owner "$bin/pg_ctl" -D "$work/data" -l "$work/data/server.log" -w -t 60 start \
  -o "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories='' -c max_connections=200 -c fsync=off" >/dev/null

export LEDGERGATE_TEST_DATABASE_URL="postgres://ledgergate@127.0.0.1:$port/postgres"
"$@"
