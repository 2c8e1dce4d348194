#!/bin/sh
# Installs the third-party model simulator that the tests of this folder drive; does nothing when
# it is there.
set -eu

version=1.43.0
tools="${BANDMASTER_TEST_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/bandmaster-tests}/aimock"
manifest="$tools/node_modules/@copilotkit/aimock/package.json"

if [ -f "$manifest" ] && grep -q "\"version\": \"$version\"" "$manifest"; then
  exit 0
fi
mkdir -p "$tools"
[ -f "$tools/package.json" ] || echo '{"private": true}' > "$tools/package.json"
npm install --prefix "$tools" --no-audit --no-fund --ignore-scripts --save-exact \
  "@copilotkit/aimock@$version"
