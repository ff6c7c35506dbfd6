#!/usr/bin/env bash
# Installs the npm packages, Node 24 among them, when they are missing or older than the lock file.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$ROOT_DIR"

# npm scripts put node_modules/.bin first on the PATH, and the installation removes what is in there.
PATH="$(printf '%s' "$PATH" | tr ':' '\n' | grep -v '/node_modules/\.bin$' | paste -sd: -)"

stamp=node_modules/.package-lock.json
if [ ! -f package-lock.json ]; then
  [ -f "$stamp" ] || fail "package-lock.json is missing." "Restore it with: git checkout package-lock.json"
elif [ ! -f "$stamp" ] || [ package-lock.json -nt "$stamp" ]; then
  have npm || fail "npm is missing." "Install Node.js (20 or newer), which brings npm along."
  say "installing npm packages"
  options=(--no-audit --no-fund --loglevel=error)
  # `npm ci` refuses a lock file made where the registry lacked other platforms' packages; `npm install` does not,
  # and keeps to the lock file's versions all the same.
  quietly npm ci "${options[@]}" ||
    { say "npm ci refused; trying npm install" && quietly npm install --no-save "${options[@]}"; } ||
    fail "the npm packages could not be installed; npm's output is above." "Check the network and run it again."
  touch "$stamp"
fi

version="$(node_modules/.bin/node --version 2>/dev/null || true)"
case "$version" in
  v24.*) say "npm packages and Node $version are there" ;;
  *)
    fail "Node 24 is missing from node_modules (found: ${version:-nothing})." \
      "It comes with the npm package \"node\", whose install script puts it in place." \
      "Where npm blocks install scripts, allow this one: npm rebuild node --ignore-scripts=false"
    ;;
esac
