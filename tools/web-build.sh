#!/usr/bin/env bash
# Installs the web packages when the lock changed, and builds web/dist.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root/web"
if ! cmp -s package-lock.json node_modules/.installed-lock 2>/dev/null; then
  echo "Installing web packages ..."
  "$root/tools/node.sh" npm ci --no-audit --no-fund --loglevel=error
  cp package-lock.json node_modules/.installed-lock
fi
echo "Building the web page ..."
"$root/tools/node.sh" npm run --silent build
