#!/usr/bin/env bash
# The example's rehearsal as people write it by hand: the same calls and the same checks, on published ports.
set -euo pipefail
cd "$1"
project="by-hand-$$"
compose() { docker compose --project-name "$project" "$@"; }
trap 'compose down --volumes --timeout 1 >/dev/null 2>&1' EXIT
url=http://127.0.0.1:4242
jar=$(mktemp)

expect() { # expect PATTERN CURL-ARGUMENTS…
  local pattern="$1"
  shift
  curl --silent --show-error --cookie "$jar" "$@" | grep --extended-regexp "$pattern" >/dev/null || { echo "red: $*" >&2; exit 1; }
}
count() { curl --silent --cookie "$jar" "$url/api/admin/instance-admin/statistics" | grep -o "\"$1\":[0-9]*"; }

ready() { until curl --silent --fail "$url/health" >/dev/null 2>&1; do sleep 0.1; done; }

smoke() { # smoke VERSION
  curl --silent --fail --cookie-jar "$jar" --header 'Content-Type: application/json' \
    --data '{"username":"admin","password":"unleash4all"}' "$url/auth/simple/login" >/dev/null
  expect GOOD "$url/health"
  [ "$(curl --silent --output /dev/null --write-out '%{http_code}' "$url/api/admin/projects")" = 401 ]
  expect "\"version\":\"$1\"" "$url/api/admin/ui-config"
  counts="$(count featureToggles) $(count archivedFeatureToggles) $(count projects) $(count users) $(count segments)"
  [ -z "${before:-}" ] || [ "$counts" = "$before" ]
  before="$counts"
  expect split-payment "$url/api/admin/projects/checkout/features"
  expect '"rollout":"20"' "$url/api/admin/projects/checkout/features/split-payment/environments/production/strategies"
  expect '"features"' --header 'Authorization: *:production.example-client-token' "$url/api/client/features"
  curl --silent --fail --cookie "$jar" --request PATCH --header 'Content-Type: application/json' \
    --data '[{"op":"replace","path":"/description","value":"changed by hand"}]' \
    "$url/api/admin/projects/default/features/dark-mode" >/dev/null
  compose logs --no-color web | grep "Unleash has started" >/dev/null
}

compose up --detach db >/dev/null 2>&1
until compose exec -T db pg_isready --quiet --host 127.0.0.1 --username unleash --dbname unleash; do sleep 0.1; done
compose exec -T db pg_restore --exit-on-error --username unleash --dbname unleash <fixtures/prod.dump
compose up --detach >/dev/null 2>&1
ready
smoke 5.12.8
compose stop >/dev/null 2>&1
compose logs --no-color >/dev/null
export UNLEASH_VERSION=8.2.0
compose up --detach >/dev/null 2>&1
ready
smoke 8.2.0
compose logs --no-color >/dev/null
