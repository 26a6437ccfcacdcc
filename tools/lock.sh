#!/usr/bin/env bash
# Pins every dependency with its hashes, for all platforms and Pythons from 3.11 on; no index address is written.
set -euo pipefail
cd "$(dirname "$0")/.."
.venv/bin/python -m pip install -q uv==0.13.9
for part in "" -dev -node; do
  .venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
    "requirements$part.in" -o "requirements$part.txt"
done
