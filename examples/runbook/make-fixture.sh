#!/usr/bin/env bash
# Makes the backup of a small production, taken from a real 1.0: fixtures/db.dump and fixtures/media/, a mirror of the
# bucket, both at one point in time. Run it after scripts/setup.sh; it needs Docker and curl.
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=../fixture-lib.sh
. ../fixture-lib.sh

project=runbook-fixture
printf 'services:\n  frontend:\n    ports: !override\n      - "127.0.0.1::80"\n' >"$scratch/override.yml"
# shellcheck disable=SC2016 # the container's own variables
dump='pg_dump --format=custom --no-owner --username="$POSTGRES_USER" "$POSTGRES_DB"'
compose() { docker compose -p "$project" --project-directory . --progress quiet -f docker-compose.yml -f "$scratch/override.yml" "$@"; }
cleanup() { compose down --volumes --timeout 5 >/dev/null 2>&1 || true; rm -rf "$scratch"; }
trap cleanup EXIT
export RUNBOOK_VERSION=1.0
compose down --volumes --timeout 5 >/dev/null 2>&1

compose up --detach --quiet-pull --wait db redis s3
compose run --rm --no-deps backend python manage.py migrate --noinput
compose up --detach
compose exec -T backend python manage.py seed 20
base="http://$(compose port frontend 80)/api"
api POST "$base/login" '{"username":"admin","password":"example-admin-password"}' >/dev/null
last_preview() { [ "$(curl --silent --cookie "$scratch/cookies" --output /dev/null --write-out '%{http_code}' "$base/media/20/preview")" = 200 ]; }
wait_for 'The last preview' last_preview

# One point in time: nobody writes while both are taken.
compose stop frontend backend worker
rm -rf fixtures
mkdir -p fixtures/media
compose run --rm --no-deps --user "$(id -u):$(id -g)" --volume "$PWD/fixtures/media:/mirror" backend python manage.py mirror /mirror
compose exec -T db sh -c "$dump" >"$scratch/db.dump"
mv "$scratch/db.dump" fixtures/db.dump
report fixtures/*
