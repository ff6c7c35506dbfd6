#!/usr/bin/env bash
# Makes sure that the container images are there: images.sh demo|test|all
#
# Public images are pulled where a registry answers; elsewhere stand-ins of the same name are built. What is built
# carries a hash of all it was made from in a label, and is built again only when that changes.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/apt.sh"
. "$(dirname "$0")/image-lib.sh"

wanted="${1:-all}"

demo_images() {
  image postgres public postgres:15
  image socat public alpine/socat:1.7.4.3-r0
  image node helper rehearsal-test/node:22
  image unleash public unleashorg/unleash-server:5.12.8 rehearsal-test/node:22 5.12.8
  image unleash public unleashorg/unleash-server:8.2.0 rehearsal-test/node:22 8.2.0
  image unleash-candidate own unleash-candidate:8.2.1-broken unleashorg/unleash-server:8.2.0
}

test_images() {
  image postgres public postgres:15
  image socat public alpine/socat:1.7.4.3-r0
  image registry public registry:2
  image app-base helper rehearsal-test/base:latest
  app 1.0
  app 1.1
  app 2.0
  app 1.0 crash
  local behaviour
  for behaviour in crash crash-late hang loses-data notes-500 unhealthy oom chatty stubborn; do app 2.0 "$behaviour"; done
}

# app VERSION [BEHAVIOUR]: one tag of the test application.
app() { image app own "rehearsal-test/app:$1${2:+-$2}" rehearsal-test/base:latest "$1" "${2:-}"; }

case "$wanted" in
  demo) demo_images ;;
  test) test_images ;;
  all) demo_images; test_images ;;
esac

find_out_of_date
if [ "${#TODO[@]}" = 0 ]; then
  say "${#NAMES[@]} images are there"
  exit 0
fi
make_images
say "${#NAMES[@]} images are there (${#TODO[@]} of them made now)"
