#!/usr/bin/env bash
# Runs the unit tests, or those of some folders, on another Node version: scripts/test-on-node.sh 22 [vitest options]. Installs the binary from the
# npm registry outside the checkout. Child processes of tests use the same `node`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

major=$1
shift
dir=${ROLECALL_NODES_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/rolecall/node}/$major
npm install --prefix "$dir" --no-save --ignore-scripts --no-audit --no-fund --loglevel error \
  "node-$(node -p 'process.platform + "-" + process.arch')@$major" >/dev/null
bin=$(echo "$dir"/node_modules/node-*/bin)
echo "Node $("$bin/node" --version)"
PATH=$bin:$PATH exec "$bin/node" node_modules/vitest/vitest.mjs run --project unit "$@"
