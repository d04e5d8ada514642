#!/usr/bin/env bash
# usage: bench/engine/run.sh LEDGERGATE MODEL
# The in-process engine against llama.cpp on the same GGUF file, in the same run, in turn; then how
# long schemas take to compile, and what mistral.rs takes with nothing of ours around it. Prints Markdown tables. On a quiet machine: nothing else may run.
# ROUNDS (7) and THREADS (all) can be set. LEDGERGATE_CACHE keeps what is installed.
set -euo pipefail

binary=$(realpath "$1")
model=$(realpath "$2")
cd "$(dirname "$0")"
: "${LEDGERGATE_CACHE:=$HOME/.cache/ledgergate}"

packages=$LEDGERGATE_CACHE/bench-node/$(cat package*.json | sha256sum | cut -c1-16)
if [ ! -e "$packages/installed" ]; then
  rm -rf "$LEDGERGATE_CACHE/bench-node" && mkdir -p "$packages"
  cp package*.json "$packages"
  # The CPU library is named outright; the optional packages are gigabytes for GPUs.
  # `npm ci` asks for each of those in the lock file, even where they are left out.
  (cd "$packages" && npm install --no-audit --no-fund --silent --ignore-scripts --omit=optional)
  touch "$packages/installed"
fi
rm -rf node_modules
ln -s "$packages/node_modules" node_modules

# Built before anything is measured. The same flags as the release build, so that nothing else is.
(cd ../.. && cargo build --release --locked --workspace --example compile_schemas --example engine_alone)
examples=${CARGO_TARGET_DIR:-../../target}/release/examples
node measure.js "$binary" "$model"
echo
"$examples/compile_schemas" "$model"
echo
"$examples/engine_alone" "$model" "${ROUNDS:-7}"
