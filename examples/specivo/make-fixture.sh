#!/usr/bin/env bash
# Makes the backups of a small production, taken while real releases ran one after the other:
#   prod-0.1.10.dump, prod.dump (0.2.0; also as plain SQL, prod.sql), prod-0.3.0.dump,
#   old-logins.dump (0.3.0 with a login name that 0.4.0 refuses), and data.tar.gz (0.2.0's data folder).
# Run it after scripts/setup.sh; it needs Docker and curl.
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=../fixture-lib.sh
. ../fixture-lib.sh

project=specivo-fixture
printf 'services:\n  nginx:\n    ports: !override\n      - "127.0.0.1::80"\n' >"$scratch/override.yml"
# A copy, so that ./specivo-data is made there.
cp -r docker-compose.yml nginx prod.env "$scratch"
compose() { docker compose --progress quiet -p "$project" --project-directory "$scratch" --env-file prod.env -f "$scratch/docker-compose.yml" -f "$scratch/override.yml" "$@"; }
# What the containers wrote belongs to others.
in_data() { docker run --rm --interactive --volume "$scratch/specivo-data:/data" --workdir /data --entrypoint "$1" rehearsal-test/specivo:0.2.0 "${@:2}"; }
cleanup() { compose down --volumes --timeout 5 >/dev/null 2>&1 || true; in_data find . -mindepth 1 -delete; rm -rf "$scratch"; }
trap cleanup EXIT
compose down --volumes --timeout 5 >/dev/null 2>&1

# run VERSION: also signs in.
run() {
  export SPECIVO_VERSION="$1"
  compose up --detach --quiet-pull
  base="http://$(compose port nginx 80)"
  this_version() { curl --silent "$base/api/v1/version" | grep -qF "\"$SPECIVO_VERSION\""; }
  wait_for "Specivo $1" this_version
  signed_in=(--header "Authorization: Bearer $(api POST "$base/api/v1/auth/login/" '{"login":"admin","password":"example-admin-password"}' | field access_token)")
}
sql() { compose exec -T db psql --quiet -v ON_ERROR_STOP=1 --username specivo --dbname specivo; }
dump() {
  compose exec -T db pg_dump --username specivo --no-owner "${@:2}" specivo >"$scratch/dump"
  mkdir -p fixtures
  mv "$scratch/dump" "fixtures/$1"
}

run 0.1.10
sql <<'SQL'
INSERT INTO users (login, password) SELECT name, 'nobody can sign in with this' FROM unnest(ARRAY['alice', 'bob', 'carol.k', 'dave-2']) AS name;
SQL
number=0
while IFS='|' read -r title body; do
  number=$((number + 1))
  api POST "$base/api/v1/issues/" "{\"title\":\"$title\",\"body\":\"$body\"}" "${signed_in[@]}" >/dev/null
  if [ $((number % 4)) = 0 ]; then
    make_png 24 24 "$number" | curl --silent --show-error --fail --output /dev/null "${signed_in[@]}" --data-binary @- "$base/api/v1/issues/$number/attachments/screenshot-$number.png"
  fi
done <<'ISSUES'
Printer on floor 2 jams|Every second page.
Printer on floor 3 is out of toner|Black.
New laptop for Carol|Starts on Monday.
VPN drops every hour|Since the last update.
Shared calendar is empty|Only in the browser.
Door badge does not open|The side entrance.
Meeting room screen stays dark|Cable or printer queue?
Mail to customers bounces|One domain only.
Backup report is missing|Last two nights.
Wi-Fi is slow in the canteen|At noon.
Invoice export is wrong by a cent|Rounding.
Search finds nothing|For words with an umlaut.
Password reset mail is late|Ten minutes.
Old printer driver asks for admin|Windows only.
Chat notifications come twice|Phone and desktop.
Time sheet rejects holidays|Public ones.
Website form sends nothing|Contact page.
Label printer prints blank labels|After the move.
Archive is read-only|Since Friday.
Monitor flickers|The left one.
Keyboard with worn keys|Replacement wanted.
Scanner folder is full|2 GB left.
Video call has no sound|In the blue room.
Licence expires next month|Drawing program.
ISSUES
sql <<<"UPDATE issues SET status = 'closed' WHERE id % 3 = 0; UPDATE issues SET author = 'alice' WHERE id % 5 = 0;"
indexed() { [ "$(sql <<<'\t on \\ \a \\ SELECT count(*) FROM issues WHERE indexed = $$$$' | tr -dc 0-9)" = 0 ]; }
wait_for 'The search index' indexed
compose stop celery-worker celery-beat api
dump prod-0.1.10.dump --format=custom

run 0.2.0
sql <<<"UPDATE issues SET priority = 'high' WHERE id IN (2, 4, 9, 19);"
compose stop celery-worker celery-beat api redis
dump prod.dump --format=custom
dump prod.sql
# The data folder as it lies there, with Redis' files and the database's own directory in it. Of that, only what shows that
# it is one: a whole one has 40 MB.
in_data sh -c 'find postgresql -maxdepth 1 \( -type f -o -name postgresql -o -name global \); find postgresql/global/pg_control attachments redis' |
  sort -u | in_data tar -cz --no-recursion --transform='s,^,specivo-data/,' --files-from=- >"$scratch/data.tar.gz"
mv "$scratch/data.tar.gz" fixtures/data.tar.gz

run 0.3.0
sql <<<"INSERT INTO comments (issue_id, author, body) SELECT id, 'bob', 'I will have a look.' FROM issues WHERE id % 2 = 0;"
compose stop celery-worker celery-beat api
dump prod-0.3.0.dump --format=custom
sql <<<"INSERT INTO users (login, password) VALUES ('Anna@Example', 'nobody can sign in with this');"
dump old-logins.dump --format=custom
report fixtures/*
