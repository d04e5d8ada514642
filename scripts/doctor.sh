#!/usr/bin/env bash
# Says what a build needs and this machine lacks, and how to get it. Exits 1 if anything is missing.
set -euo pipefail

missing=0
need() {
  local what=$1 how=$2
  printf 'missing: %s\n   get it: %s\n' "$what" "$how" >&2
  missing=1
}

if ! command -v cargo >/dev/null; then
  need "Rust 1.94 or newer (cargo)" "https://rustup.rs"
else
  version=$(rustc --version | awk '{print $2}')
  if [ "$(printf '1.94.0\n%s\n' "$version" | sort -V | head -n 1)" != 1.94.0 ]; then
    need "Rust 1.94 or newer (this is $version)" "rustup update stable"
  fi
fi
command -v cc >/dev/null || need "a C compiler (cc)" "apt-get install build-essential"
command -v c++ >/dev/null || need "a C++ compiler (c++)" "apt-get install build-essential"
command -v python3 >/dev/null || need "Python 3" "apt-get install python3 python3-pip python3-venv"
if command -v python3 >/dev/null && ! python3 -m pip --version >/dev/null 2>&1; then
  need "pip for Python 3" "apt-get install python3-pip"
fi

free_kib=$(df -Pk "${HOME:-/}" | awk 'NR==2 {print $4}')
if [ "${free_kib:-0}" -lt $((12 * 1024 * 1024)) ]; then
  need "12 GiB of free disk under $HOME (there are $((free_kib / 1024 / 1024)))" "free some space"
fi

exit "$missing"
