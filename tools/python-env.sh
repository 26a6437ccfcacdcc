#!/usr/bin/env bash
# Makes .venv with the pinned packages and ours in place (editable); `dev` adds what the tests and checks need.
# `whole` only answers whether .venv can be trusted: the stamp is gone while something is installed and written
# last. A .venv without it, of another folder or of another Python is made anew, because pip takes a package
# that was half installed for a whole one.
set -euo pipefail
cd "$(dirname "$0")/.."

place() { echo "$(pwd -P) $(.venv/bin/python -V 2>&1)"; }
whole() { [ "$(cat .venv/.installed 2>/dev/null)" = "$(place)" ]; }
complain() { printf '%s\n' "$@" >&2; exit 2; }

pick_python() {
  local candidates=(python3 python3.14 python3.13 python3.12 python3.11)
  if [ -n "${PYTHON:-}" ]; then candidates=("$PYTHON"); fi
  for candidate in "${candidates[@]}"; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  complain "MyCRM needs Python 3.11 or newer; ${PYTHON:-python3} is not. Name another: make run PYTHON=..." \
    "MyCRM 需要 Python 3.11 或更高版本；${PYTHON:-python3} 不符合要求。可另行指定：make run PYTHON=..."
}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
# What a system package brings is for everybody, whatever the mask of whoever runs this.
apt() (umask 022 && as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@" >/dev/null)

# Debian and Ubuntu keep venv in a package of its own, named after the version of Python.
need_venv() {
  if "$1" -c 'import ensurepip, venv' 2>/dev/null; then return; fi
  local package
  package=$("$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
  echo "Installing $package ..."
  apt install -y "$package" 2>/dev/null || { apt update && apt install -y "$package"; } \
    || complain "Please install the package $package first." "请先安装软件包 $package。"
}

install() { .venv/bin/python -m pip install -q --disable-pip-version-check "$@"; }

if [ "${1:-}" = whole ]; then whole; exit; fi
if ! whole; then
  python=$(pick_python)
  need_venv "$python"
  echo "Making .venv ..."
  "$python" -m venv --clear .venv
fi
rm -f .venv/.installed
if [ "${1:-}" = dev ]; then
  echo "Installing packages for tests and checks ..."
  install --require-hashes -r requirements-dev.txt
else
  echo "Installing packages ..."
  install --require-hashes -r requirements.txt
  ours=(); for project in {libs,services}/*/pyproject.toml; do ours+=(-e "${project%/pyproject.toml}"); done
  install --no-deps --no-build-isolation "${ours[@]}"
fi
place >.venv/.installed
if [ "${1:-}" = dev ]; then touch .venv/.installed-dev; fi
