#!/usr/bin/env bash
# Brings the Debian packages of the real servers that the tests start by themselves. Quick when all are there.
# None of them is ever started as a service: the tests run private ones on free ports. With the word `bench` also
# what the benchmarks are measured beside.
set -euo pipefail
cd "$(dirname "$0")/.."

beside=
if [ "${1:-}" = bench ]; then beside="isync /usr/bin/mbsync"; fi

# Each package with the file that its tests need.
missing_packages() {
  while read -r package file; do
    [ -n "$package" ] || continue
    [ -e "$file" ] || printf '%s ' "$package"
  done <<LIST
${beside:-}
mariadb-server /usr/sbin/mariadbd
rabbitmq-server /usr/lib/rabbitmq/bin/rabbitmq-server
dovecot-imapd /usr/lib/dovecot/imap
pure-ftpd /usr/sbin/pure-ftpd
openssh-server /usr/sbin/sshd
chromium /usr/bin/chromium
fonts-noto-cjk /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc
LIST
}

may_install() {
  command -v apt-get >/dev/null || return 1
  [ "$(id -u)" = 0 ] || { command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; }
}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# What a system package brings is for everybody, whatever the mask of whoever runs this.
apt() (
  umask 022
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@" >>"$log" 2>&1
)

# One at a time, so that a package which this distribution does not have (chromium on Ubuntu) stops no other.
# The lists are fetched only after a first failure, and only once.
install_each() {
  local fresh=false
  for package in "$@"; do
    apt install -y --no-install-recommends "$package" && continue
    if ! $fresh; then
      apt update || true
      fresh=true
      apt install -y --no-install-recommends "$package" || true
    fi
  done
}

# Debian starts what it installs, unless this file forbids it.
forbid_services() {
  [ -e /usr/sbin/policy-rc.d ] && return
  printf '#!/bin/sh\nexit 101\n' | as_root tee /usr/sbin/policy-rc.d >/dev/null
  as_root chmod 755 /usr/sbin/policy-rc.d
  trap 'as_root rm -f /usr/sbin/policy-rc.d' EXIT
}

# Nor may they come up at the next boot. The installation of RabbitMQ also leaves Erlang's name server running.
leave_nothing_running() {
  if [ -d /run/systemd/system ]; then
    for package in "$@"; do
      case $package in
        mariadb-server) as_root systemctl disable mariadb.service ;;
        rabbitmq-server) as_root systemctl disable rabbitmq-server.service epmd.socket ;;
        pure-ftpd) as_root systemctl disable pure-ftpd.service openbsd-inetd.service inetd.service ;;
        openssh-server) as_root systemctl disable ssh.socket ssh.service ;;
        dovecot-imapd) as_root systemctl disable dovecot.socket dovecot.service ;;
      esac >>"$log" 2>&1 || true
    done
  fi
  $epmd_was_running || epmd -kill >>"$log" 2>&1 || true
}

read -ra wanted <<<"$(missing_packages)"
if [ ${#wanted[@]} -gt 0 ] && may_install; then
  echo "Installing for the tests: ${wanted[*]} / 正在为测试安装：${wanted[*]}"
  mkdir -p build && log=$PWD/build/test-servers.log && : >"$log"
  epmd_was_running=false
  if epmd -names >/dev/null 2>&1; then epmd_was_running=true; fi
  forbid_services
  install_each "${wanted[@]}"
  leave_nothing_running "${wanted[@]}"
  read -ra wanted <<<"$(missing_packages)"
fi
if [ ${#wanted[@]} -gt 0 ]; then
  echo "Debian packages missing for some tests: ${wanted[*]} / 部分测试缺少 Debian 软件包：${wanted[*]}" >&2
  if [ "${CI:-}" = true ]; then exit 1; fi
fi
