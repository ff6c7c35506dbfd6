# shellcheck shell=bash
# Shared by the set-up scripts; sourced, never run.

SETUP_DIR="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
ROOT_DIR="$(cd "$SETUP_DIR/../.." && pwd)"
# shellcheck disable=SC2034 # used by those that source this file
IMAGES_DIR="$ROOT_DIR/images"

say() { printf 'set-up: %s\n' "$*"; }

# A problem that only a person can solve: what is wrong, then what to do.
fail() {
  printf 'set-up: %s\n' "$1" >&2
  shift
  for line in "$@"; do printf '        %s\n' "$line" >&2; done
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

is_root() { [ "$(id -u)" = 0 ]; }

is_debian() { [ -r /etc/debian_version ] && have apt-get; }

# Runs a noisy command quietly; its output is shown only when it fails.
quietly() {
  local log status=0
  log="$(mktemp)"
  "$@" >"$log" 2>&1 </dev/null || status=$?
  # The cause is at the beginning for some programs and at the end for others.
  if [ "$status" != 0 ]; then { head -n 12 "$log"; tail -n +13 "$log" | tail -n 20; } >&2; fi
  rm -f "$log"
  return "$status"
}

# wait_until SECONDS COMMAND...: polls until the command succeeds.
wait_until() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    if [ "$SECONDS" -ge "$deadline" ]; then return 1; fi
    sleep 0.2
  done
}
