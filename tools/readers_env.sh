#!/usr/bin/env bash
# Readers of exported files that the tests use and that cannot live in one environment: a second ASTERIX decoder (its module has the
# name of the first one's), opendis (needs an older NumPy) and CesiumJS (Node). They go to .readers/ (git-ignored) or to the folder
# that OPENIADS_READERS names; tests that need one that is not there are skipped. PYTHON names another interpreter.
set -euo pipefail
cd "$(dirname "$0")/.."

export PIP_QUIET=1 PIP_DISABLE_PIP_VERSION_CHECK=1
folder=${OPENIADS_READERS:-.readers}
python=${PYTHON:-python3}
mkdir -p "$folder"

venv() { # venv NAME PACKAGE...
  local name=$1
  shift
  [[ -x $folder/$name/bin/python ]] || "$python" -m venv "$folder/$name"
  "$folder/$name/bin/pip" install "$@"
}

venv asterix 'asterix_decoder==0.7.11'
venv dis 'opendis==1.0' 'numpy<2'

if command -v npm >/dev/null; then
  mkdir -p "$folder/node"
  cp tests/support/node/package.json tests/support/node/package-lock.json tests/support/node/.npmrc "$folder/node/"
  (cd "$folder/node" && npm ci --silent --no-audit --no-fund)
else
  echo "readers: npm is not there; CZML is not tested (Debian: apt install nodejs npm)" >&2
fi
