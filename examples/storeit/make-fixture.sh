#!/usr/bin/env bash
# Makes the backups of a small production: prod.storeit and prod-0.2.0.storeit through the backup API of real releases 0.1.0
# and 0.2.0, and a manual backup of 0.2.0: storeit.db, the database, and images/, the photos and thumbnails.
# Run it after scripts/setup.sh; it needs Docker, curl and python3.
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=../fixture-lib.sh
. ../fixture-lib.sh

name=storeit-fixture
# What the container wrote belongs to others.
in_data() { docker run --rm --volume "$scratch/data:/data" --workdir /data --entrypoint "$1" rehearsal-test/storeit:0.2.0 "${@:2}"; }
cleanup() { docker rm --force --volumes "$name" >/dev/null 2>&1 || true; in_data find . -mindepth 1 -delete; rm -rf "$scratch"; }
trap cleanup EXIT
docker rm --force --volumes "$name" >/dev/null 2>&1 || true

# start VERSION: also signs in.
start() {
  docker run --detach --name "$name" --volume "$scratch/data/db:/data/db" --volume "$scratch/data/images:/data/images" \
    --env-file .env --publish 127.0.0.1::8080 "rehearsal-test/storeit:$1" >/dev/null
  base="http://$(published "$name" 8080)/api/v1"
  wait_for StoreIT curl --silent --fail "$base/auth/mode"
  # The session is a cookie, which the next requests send.
  api POST "$base/auth/local/login" '{"username":"admin","password":"example-admin-password"}' >/dev/null
}
stop() { docker rm --force --volumes "$name" >/dev/null; }

# back_up FILE: start, poll, download, as the documentation has it.
back_up() {
  local job
  job="$(api POST "$base/admin/backup" '{"include_images":true}' | field job_id)"
  backup_done() { api GET "$base/admin/backup/$job/status" | grep -q '"status": "complete"'; }
  wait_for 'The backup' backup_done
  api GET "$base/admin/backup/$job/download" >"$scratch/snapshot"
  mkdir -p fixtures
  mv "$scratch/snapshot" "fixtures/$1"
}

start 0.1.0
number=0
while IFS='|' read -r item quantity location; do
  number=$((number + 1))
  api POST "$base/items" "{\"name\":\"$item\",\"quantity\":$quantity,\"location\":\"$location\"}" >/dev/null
  if [ "$number" -le 8 ]; then
    make_png 40 30 "$number" >"$scratch/picture.png"
    curl --silent --show-error --fail --output /dev/null --cookie "$scratch/cookies" --form entity_type=item --form "entity_id=$number" \
      --form "file=@$scratch/picture.png;type=image/png" "$base/photos"
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
back_up prod.storeit
stop

start 0.2.0
back_up prod-0.2.0.storeit
docker stop "$name" >/dev/null
# One session gets a fixed token, so that a check can hold one from before.
in_data sqlite3 db/storeit.db "DELETE FROM sessions; INSERT INTO sessions VALUES ('example-session-of-admin', 'admin'); VACUUM;"
in_data sqlite3 db/storeit.db '.backup /data/backup.db'
in_data cat backup.db >fixtures/storeit.db
rm -rf fixtures/images
in_data tar -c images | tar -x --no-same-owner -C fixtures
report fixtures/*
