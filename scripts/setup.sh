#!/usr/bin/env bash
# Prepares a machine for the demo and the integration tests: setup.sh [demo|test|all|bench]
# Everything that is already there is left alone, so this may run before every command.
set -euo pipefail
. "$(dirname "$0")/setup/lib.sh"

wanted="${1:-all}"
case "$wanted" in
  demo | test | all | bench) ;;
  *) fail "unknown part: $wanted" "Use one of: demo, test, all, bench" ;;
esac

# Two commands started side by side would install and build the same things twice.
if have flock; then
  exec 9>"${TMPDIR:-/tmp}/upgrade-rehearsal-setup.$(id -u).lock"
  flock --nonblock 9 || { say "waiting for another set-up to finish"; flock 9; }
fi

"$SETUP_DIR/deps.sh"
[ "$wanted" = demo ] || "$SETUP_DIR/tools.sh"
"$SETUP_DIR/engine.sh"
"$SETUP_DIR/plugins.sh"
"$SETUP_DIR/images.sh" "$wanted"
