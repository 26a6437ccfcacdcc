#!/usr/bin/env bash
# Makes .venv with the pinned packages and ours in place (editable). Safe to call again.
set -euo pipefail
cd "$(dirname "$0")/.."

pick_python() {
  for candidate in "${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  echo "MyCRM needs Python 3.11 or newer; none was found. / MyCRM 需要 Python 3.11 或更高版本。" >&2
  exit 2
}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"; else return 1; fi; }

if ! [ -x .venv/bin/python ]; then
  python=$(pick_python)
  if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    echo "Installing Debian's python3-venv ..."
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null \
      || { echo "Please install the package python3-venv first. / 请先安装软件包 python3-venv。" >&2; exit 2; }
  fi
  echo "Making .venv ..."
  "$python" -m venv .venv
fi
echo "Installing packages ..."
.venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
ours=(); for folder in libs/common services/{api,mail-fetcher,verifier,backup,embedded}; do ours+=(-e "$folder"); done
.venv/bin/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation "${ours[@]}"
