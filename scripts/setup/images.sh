#!/usr/bin/env bash
# Makes sure that the container images are there: images.sh demo|test|all|bench
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

# The stops of the demo application's way.
bench_images() {
  image unleash public unleashorg/unleash-server:6.10.1 rehearsal-test/node:22 6.10.1
  image unleash public unleashorg/unleash-server:7.6.5 rehearsal-test/node:22 7.6.5
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
  app 1.0 lenient
  local behaviour
  for behaviour in crash crash-late hang loses-data notes-500 unhealthy oom chatty stubborn; do app 2.0 "$behaviour"; done
  for behaviour in strict keeps careful slow fragile steps; do app 2.0 "$behaviour"; done
}

# The five systems of examples/, their trap releases (a version and what is wrong with it), and what they run on.
systems_images() {
  local stack=rehearsal-test/python-stack:latest system release
  image postgres public postgres:15
  image redis public redis:7
  image mariadb public mariadb:10.11
  image nginx public nginx:1.22
  image node helper rehearsal-test/node:22
  image s3 own rehearsal-test/s3:3.7 rehearsal-test/node:22
  image queue own rehearsal-test/queue:1.12
  image python-stack helper "$stack"
  for release in \
    svrunner:1.4.0 svrunner:1.5.0 svrunner:1.5.1-lost-sessions svrunner:1.6.0-moved-data \
    storeit:0.1.0 storeit:0.2.0 storeit:0.2.1 storeit:0.2.1-import-fails storeit:0.2.2-stuck \
    runbook-backend:1.0 runbook-backend:1.1 runbook-backend:1.1-bad-migration \
    specivo:0.1.10 specivo:0.2.0 specivo:0.3.0 specivo:0.3.1-degraded specivo:0.4.0 \
    infrahub:1.1.0 infrahub:1.2.0 infrahub:1.2.1-failing infrahub:1.3.0; do
    system="${release%%[:-]*}"
    release_image "$system" "$release" "$stack"
  done
}

# release_image FOLDER NAME:VERSION[-BEHAVIOUR] PARENT
release_image() {
  local version="${2#*:}" behaviour=''
  if [ "$version" != "${version#*-}" ]; then behaviour="${version#*-}"; fi
  image "$1" own "rehearsal-test/$2" "$3" "${version%%-*}" "$behaviour"
}

# app VERSION [BEHAVIOUR]: one tag of the test application.
app() { image app own "rehearsal-test/app:$1${2:+-$2}" rehearsal-test/base:latest "$1" "${2:-}"; }

case "$wanted" in
  demo) demo_images ;;
  test) test_images; systems_images ;;
  all) demo_images; test_images; systems_images ;;
  bench) demo_images; test_images; systems_images; bench_images ;;
esac

find_out_of_date
if [ "${#TODO[@]}" = 0 ]; then
  say "${#NAMES[@]} images are there"
  exit 0
fi
make_images
say "${#NAMES[@]} images are there (${#TODO[@]} of them made now)"
