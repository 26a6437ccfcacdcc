#!/usr/bin/env bash
# docker compose where it is there, else docker-compose.
set -euo pipefail
cd "$(dirname "$0")/.."
if docker compose version >/dev/null 2>&1; then exec docker compose "$@"; fi
if command -v docker-compose >/dev/null; then exec docker-compose "$@"; fi
echo "Neither docker compose nor docker-compose is installed. / 未安装 docker compose 或 docker-compose。" >&2
exit 2
