#!/usr/bin/env bash
# Makes fixtures/files.tar.zst: a cold copy of a small production's files/, taken from a real SVRunner 1.4.0.
# Run it after scripts/setup.sh; it needs Docker, curl, openssl and python3.
set -euo pipefail
cd "$(dirname "$0")"
. ../fixture-lib.sh

image=rehearsal-test/svrunner:1.4.0
name=svrunner-fixture
cleanup() { docker rm --force --volumes "$name" >/dev/null 2>&1 || true; docker volume rm --force "$name" >/dev/null; rm -rf "$scratch"; }
trap cleanup EXIT
docker rm --force --volumes "$name" >/dev/null 2>&1 || true
docker volume rm --force "$name" >/dev/null

in_volume() { docker run --rm --interactive --volume "$name:/app/files" --workdir /app/files "$image" "$@"; }
mkdir "$scratch/assets"
for number in 1 2 3 4 5 6; do make_png 48 27 "$number" >"$scratch/assets/poster-$number.png"; done
tar -C "$scratch" -c assets | in_volume tar -x --owner=0 --group=0

docker run --detach --name "$name" --volume "$name:/app/files" --env-file prod.env --publish 127.0.0.1::8080 "$image" >/dev/null
base="http://$(published "$name" 8080)"
wait_for SVRunner curl --silent --fail "$base/api/health"

query() { api POST "$base/graphql" "{\"query\":\"$1\"}" ${token:+--header "Authorization: $token"} | tee "$scratch/answer"; if grep -q '"errors"' "$scratch/answer"; then exit 1; fi; }
token=''
token="$(query 'mutation { signIn(login: \"admin\", password: \"example-admin-password\") { token } }' | field token)"
for login in alice bob carol; do query "mutation { createUser(login: \\\"$login\\\", password: \\\"example-password-$login\\\") { login } }" >/dev/null; done
number=0
while read -r width height screen; do
  number=$((number % 6 + 1))
  query "mutation { createScreen(name: \\\"$screen\\\", width: $width, height: $height, asset: \\\"poster-$number.png\\\") { id } }" >/dev/null
done <<'SCREENS'
1920 1080 Lobby left
1920 1080 Lobby right
1080 1920 Reception totem
3840 2160 Auditorium
1920 1080 Canteen menu
1920 1080 Canteen news
1280 720 Lift A
1280 720 Lift B
1080 1920 Parking guide
1920 1080 Floor 1
1920 1080 Floor 2
1920 1080 Floor 3
1920 1080 Workshop
2560 1440 Control room
SCREENS
query '{ screens { id name } }' >/dev/null
for path in / /docs /static/poster-1.png; do curl --silent --fail --output /dev/null "$base$path"; done

# A cold copy: the server is stopped, then the whole folder is packed. One session gets a fixed name, so that
# a check can hold a token from before the upgrade.
docker stop "$name" >/dev/null
in_volume sqlite3 local.db "UPDATE sessions SET id = 'example-session-of-admin', created = '2026-03-01T08:00:00.000+00:00'; VACUUM;"
mkdir -p fixtures
in_volume tar -c --zstd --sort=name . >"$scratch/files.tar.zst"
mv "$scratch/files.tar.zst" fixtures/files.tar.zst
signature="$(printf example-session-of-admin | openssl dgst -sha256 -hmac example-signing-secret | sed 's/.* //')"
echo "a token from before: example-session-of-admin.$signature"
report fixtures/*
