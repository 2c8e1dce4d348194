#!/bin/sh
# Installs the MCP Inspector's command line, and the Node.js that it needs, for the tests of this
# folder; does nothing when both are there.
set -eu

inspector=2.12.0
node=22.23.3
tools="${BANDMASTER_TEST_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/bandmaster-tests}/inspector"
stamp="$tools/.installed-$inspector-$node"

[ -f "$stamp" ] && exit 0
mkdir -p "$tools/node"
[ -f "$tools/package.json" ] || echo '{"private": true}' > "$tools/package.json"
[ -f "$tools/node/package.json" ] || echo '{"private": true}' > "$tools/node/package.json"
# The package fetches the program for this machine in its install script.
npm install --prefix "$tools/node" --no-audit --no-fund --save-exact "node@$node"
# npm installs for the Node.js that it runs on, so from here that is the new one.
PATH="$tools/node/node_modules/.bin:$PATH" npm install --prefix "$tools" --no-audit --no-fund \
  --ignore-scripts --save-exact "@modelcontextprotocol/inspector@$inspector"
touch "$stamp"
