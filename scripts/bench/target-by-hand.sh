#!/usr/bin/env bash
# One target as people try it by hand: restore the dump, start the source, upgrade, look whether it is well.
set -euo pipefail
source="$1" target="$2"
scratch=$(mktemp -d)
project="target-by-hand-$$"
cat >"$scratch/docker-compose.yml" <<'YAML'
services:
  db:
    image: postgres:15
    environment: { POSTGRES_USER: bench, POSTGRES_PASSWORD: bench-password, POSTGRES_DB: bench }
    volumes: ["data:/var/lib/postgresql/data"]
  web:
    image: rehearsal-test/app:${V}
    restart: always
    environment: { DATABASE_URL: "postgres://bench:bench-password@db/bench" }
    ports: ["127.0.0.1::8000"]
volumes: { data: }
YAML
export V="$source"
compose() { docker compose --project-name "$project" --file "$scratch/docker-compose.yml" "$@"; }
trap 'compose down --volumes --timeout 1 >/dev/null 2>&1; rm -rf "$scratch"' EXIT
well() { until curl --silent --fail "http://$(compose port web 8000)/health" >/dev/null 2>&1; do sleep 0.05; done; }

compose up --detach db >/dev/null 2>&1
until compose exec -T db pg_isready --quiet --host 127.0.0.1 --username bench; do sleep 0.05; done
compose exec -T db psql -X -q -v ON_ERROR_STOP=1 --username bench --dbname bench --output /dev/null <large.sql
compose up --detach >/dev/null 2>&1
well
compose stop >/dev/null 2>&1
export V="$target"
compose up --detach >/dev/null 2>&1
well
compose stop >/dev/null 2>&1
