#!/usr/bin/env bash
# Installs the web packages that the lock names. The stamp is a copy of that lock, written last, so that a lock
# which only looks newer costs nothing.
set -euo pipefail
cd "$(dirname "$0")/../web"
stamp=node_modules/.installed
if ! cmp -s package-lock.json "$stamp"; then
  rm -f "$stamp"
  echo "Installing web packages ..."
  # A home that takes no cache (that of a service account) must not stop npm.
  [ -w "${HOME:-}/.npm" ] || mkdir -p "${HOME:-}/.npm" 2>/dev/null || export npm_config_cache="$PWD/../build/npm"
  ../tools/node.sh npm ci --include=dev --no-audit --no-fund --no-update-notifier --loglevel=error
  cp package-lock.json "$stamp.new"
  mv "$stamp.new" "$stamp"
fi
touch "$stamp"
