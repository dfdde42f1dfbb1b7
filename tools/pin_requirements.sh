#!/usr/bin/env bash
# Pin every package that a run (requirements/run.txt) and the tests (requirements/test.txt) need, with the hashes of all
# of its files, for any platform. To be run with the oldest Python that is supported; needs pip-tools:
#
#     python3.11 -m venv /tmp/pin && /tmp/pin/bin/pip install pip-tools
#     PATH=/tmp/pin/bin:$PATH tools/pin_requirements.sh [--upgrade]
#
# Where packages come from is a matter of the machine that installs: no line of the result names a place.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p requirements

pin() { # pin FILE OPTIONS...: keeps the versions in FILE unless --upgrade is given
  local file=$1
  shift
  pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header --no-annotate \
    --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --output-file "$file" "$@" pyproject.toml
  sed -i -e '/^--/d' -e '/^#/d' -e '/^$/d' "$file"
  if grep -n '://' "$file"; then
    echo "$file names a place" >&2
    exit 1
  fi
}

# The tests' packages include ruff (extra dev), what builds the documentation, and what builds the package.
pin requirements/test.txt --extra test --extra dev --extra docs --build-deps-for wheel "$@"
pin requirements/run.txt --constraint requirements/test.txt "$@"
wc -l requirements/*.txt
