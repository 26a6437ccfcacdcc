#!/usr/bin/env bash
# Builds and starts the containers and waits until all of them are healthy.
set -euo pipefail
cd "$(dirname "$0")/.."
compose=tools/compose.sh

state() { docker inspect --format '{{if .State.Health}}{{.State.Health.Status}}{{else}}{{.State.Status}}{{end}}' "$1"; }

tools/compose-secrets.sh
$compose build
$compose up -d --remove-orphans "$@"
services=(mariadb rabbitmq api mail-fetcher verifier backup)
door=api
if [ -n "$($compose ps -q proxy 2>/dev/null || true)" ]; then
  services+=(proxy)
  door=proxy
fi
deadline=$((SECONDS + 300))
for service in "${services[@]}"; do
  for container in $($compose ps -q "$service"); do
    until [ "$(state "$container")" = healthy ]; do
      if [ $SECONDS -ge $deadline ]; then
        $compose ps
        $compose logs --tail 20 "$service"
        echo "$service is not healthy. / $service 未能正常运行。" >&2
        exit 1
      fi
      sleep 1
    done
  done
done
address=$($compose port $door 8080)
echo "MyCRM is up: http://$address / MyCRM 已启动"
code=$($compose logs --no-color api | sed -nE 's/.*(one-time code: |创建第一个账号：)([A-Za-z0-9_-]+).*/\2/p' | tail -n 1)
if [ -n "$code" ]; then echo "Code for the first account / 首个账号的设置码: $code"; fi
