#!/usr/bin/env bash
# usage: fuzz-parsers.sh [SECONDS [TARGET...]]
# Fuzzes what reads bytes from outside (fuzz/targets) by coverage, SECONDS each, 20 unless told.
# libFuzzer itself with the stable compiler: rustc's instrumentation flags are all it takes. Inputs
# that were found are kept in LEDGERGATE_CACHE; one that breaks something is left in fuzz/found.
set -euo pipefail

cd "$(dirname "$0")/../fuzz"
seconds=${1:-20}
shift || true
if [ $# = 0 ]; then set -- document validation gguf schema answer; fi

host=$(rustc -vV | sed -n 's/^host: //p')
target_directory=${CARGO_TARGET_DIR:-target}/fuzz
# With --target the flags stay out of build scripts and macros. The configured flags of this
# machine are replaced, since a variable wins over .cargo/config.toml.
variable=CARGO_TARGET_$(tr 'a-z-' 'A-Z_' <<<"$host")_RUSTFLAGS
env "$variable=--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1" \
  cargo build --release --locked --target "$host" --target-dir "$target_directory" \
  $(printf -- '--bin %s ' "$@")

mkdir -p found
seeds=$LEDGERGATE_CACHE/fuzz-seeds
rm -rf "$seeds" && python3 make_seeds.py "$seeds"
for target in "$@"; do
  corpus=$LEDGERGATE_CACHE/fuzz-corpus/$target
  mkdir -p "$corpus"
  dictionary=
  if [ -e "$seeds/$target.dict" ]; then dictionary=-dict=$seeds/$target.dict; fi
  echo "== $target, $seconds s"
  "$target_directory/$host/release/$target" "$corpus" "$seeds/$target" $dictionary \
    -max_total_time="$seconds" -timeout=20 -rss_limit_mb=4096 -max_len=65536 -print_final_stats=1 \
    -artifact_prefix="found/$target-" -verbosity=1 2>&1 |
    grep -vE '^#[0-9]+.*(NEW|REDUCE|pulse|RELOAD)|NEW_FUNC' || [ "${PIPESTATUS[0]}" = 0 ]
done
