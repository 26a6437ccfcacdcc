#!/usr/bin/env bash
# Installs the web packages that the lock names. The stamp is a copy of that lock, written last, so that a lock
# which only looks newer costs nothing. npm calls it success when the disk ran full, and when an optional package,
# as the native ones are, did not come; so both are looked at here.
set -euo pipefail
cd "$(dirname "$0")/../web"
stamp=node_modules/.installed
complain() { printf '%s\n' "$@" >&2; exit 1; }

if ! cmp -s package-lock.json "$stamp"; then
  rm -rf node_modules
  [ "$(df -k --output=avail . | tail -n 1)" -gt 400000 ] \
    || complain "The web packages need 400 MB of free disk space." "网页依赖包需要 400 MB 可用磁盘空间。"
  # A home that takes no cache (that of a service account) must not stop npm.
  [ -w "${HOME:-}/.npm" ] || mkdir -p "${HOME:-}/.npm" 2>/dev/null || export npm_config_cache="$PWD/../build/npm"
  echo "Installing web packages ..."
  ../tools/node.sh npm ci --include=dev --no-audit --no-fund --no-update-notifier --loglevel=error
  ../tools/node.sh node -e 'import("vite"); import("lightningcss")' 2>/dev/null \
    || complain "Web packages are missing; please try again." "网页依赖包不完整，请重试。"
  cp package-lock.json "$stamp.new"
  mv "$stamp.new" "$stamp"
fi
touch "$stamp"
