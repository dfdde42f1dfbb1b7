#!/bin/sh
# Builds the script of the viewer into src/openiads/viewer/static (needs Node 20 and npm; installing openiads does not).
#   tools/build_viewer.sh           build
#   tools/build_viewer.sh --check   fail where the shipped files differ from what the sources give
set -eu
cd "$(dirname "$0")/../viewer"
[ -d node_modules ] && [ "${OPENIADS_KEEP_NODE_MODULES:-}" = 1 ] || npm ci --no-audit --no-fund --silent
npm run --silent check
if [ "${1:-}" = "--check" ]; then
    made=$(mktemp -d)
    trap 'rm -rf "$made"' EXIT
    node build.mjs "$made"
    for file in "$made"/*; do
        name=$(basename "$file")
        cmp -s "$file" "../src/openiads/viewer/static/$name" || { echo "$name differs: run tools/build_viewer.sh" >&2; exit 1; }
    done
    echo "the shipped viewer is what the sources give"
else
    node build.mjs
    ls -l ../src/openiads/viewer/static
fi
