#!/usr/bin/env bash
# usage: chaos.sh LEDGERGATE [OPTIONS OF tests/chaos/chaos.py]
# Kills the gateway and a PostgreSQL server of its own at random, and compares what clients were
# answered with the tables: the short form, about a minute. The whole: --calls 20000 --kills 20
# --outage 120. Installs PostgreSQL where it is missing.
set -euo pipefail

cd "$(dirname "$0")/.."
binary=$1
shift
if [ $# = 0 ]; then set -- --calls 2000 --kills 6 --outage 12; fi
scripts/with-postgres.sh true
PYTHONDONTWRITEBYTECODE=1 python3 tests/chaos/chaos.py "$binary" "$@"
