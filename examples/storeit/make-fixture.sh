#!/usr/bin/env bash
# Makes the backups of a small production: prod.snap and prod-0.2.0.snap through the backup API of real releases 0.1.0
# and 0.2.0, and data.tar.zst, a cold copy of 0.2.0's whole data folder.
# Run it after scripts/setup.sh; it needs Docker, curl and python3.
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=../fixture-lib.sh
. ../fixture-lib.sh

name=storeit-fixture
cleanup() { docker rm --force --volumes "$name" >/dev/null 2>&1 || true; docker volume rm --force "$name" >/dev/null; rm -rf "$scratch"; }
trap cleanup EXIT
docker rm --force --volumes "$name" >/dev/null 2>&1 || true
docker volume rm --force "$name" >/dev/null

# start VERSION: also signs in.
start() {
  image="rehearsal-test/storeit:$1"
  docker run --detach --name "$name" --volume "$name:/app/data" --env-file .env --publish 127.0.0.1::8080 "$image" >/dev/null
  base="http://$(published "$name" 8080)/api/v1"
  wait_for StoreIT curl --silent --fail "$base/health"
  signed_in=(--header "Authorization: Bearer $(api POST "$base/login" '{"user":"admin","password":"example-admin-password"}' | field token)")
}
stop() { docker rm --force --volumes "$name" >/dev/null; }

# back_up FILE: start, poll, download, as the documentation has it.
back_up() {
  local job
  job="$(api POST "$base/backup" '' "${signed_in[@]}" | field id)"
  backup_done() { curl --silent "$base/backup/$job" | grep -q '"state": "done"'; }
  wait_for 'The backup' backup_done
  api GET "$base/backup/$job/download" '' "${signed_in[@]}" >"$scratch/snapshot"
  mkdir -p fixtures
  mv "$scratch/snapshot" "fixtures/$1"
}

start 0.1.0
number=0
while IFS='|' read -r item quantity location; do
  number=$((number + 1))
  api POST "$base/items" "{\"name\":\"$item\",\"quantity\":$quantity,\"location\":\"$location\"}" "${signed_in[@]}" >/dev/null
  if [ "$number" -le 8 ]; then
    make_png 40 30 "$number" >"$scratch/picture.png"
    curl --silent --show-error --fail --output /dev/null "${signed_in[@]}" --form "file=@$scratch/picture.png;type=image/png" "$base/items/$number/image"
  fi
done <<'ITEMS'
Cordless drill|2|Workshop
Spirit level|3|Workshop
Extension lead 10 m|6|Workshop
Soldering iron|1|Electronics bench
Multimeter|2|Electronics bench
Resistor assortment|1|Electronics bench
Label printer|1|Office
Toner, black|4|Office
Whiteboard markers|24|Office
Envelope C5|250|Office
Folding table|8|Basement
Folding chair|40|Basement
Projector|1|Basement
Projector screen|1|Basement
Tent 3×3 m|2|Basement
First-aid kit|3|Entrance
Fire blanket|2|Kitchen
Coffee machine|1|Kitchen
Mugs|36|Kitchen
Thermos jug|5|Kitchen
Ladder 3 m|1|Garage
Ratchet straps|10|Garage
Jump leads|1|Garage
Snow shovel|2|Garage
ITEMS
back_up prod.snap
stop

start 0.2.0
back_up prod-0.2.0.snap
docker stop "$name" >/dev/null
# One session gets a fixed token, so that a check can hold one from before.
in_volume() { docker run --rm --volume "$name:/app/data" --workdir /app/data --entrypoint "$1" "$image" "${@:2}"; }
in_volume sqlite3 db/storeit.db "DELETE FROM sessions; INSERT INTO sessions VALUES ('example-session-of-admin', 'admin'); VACUUM;"
in_volume tar -c --zstd --sort=name . >"$scratch/data.tar.zst"
mv "$scratch/data.tar.zst" fixtures/data.tar.zst
report fixtures/*
