#!/usr/bin/env bash
# Makes fixtures/prod.dump: the backup of a small production, taken from a real Unleash 5.12.8.
# Run it after scripts/setup.sh; it needs Docker and curl, takes about 20 s and leaves nothing running.
set -euo pipefail
cd "$(dirname "$0")"

project=unleash-fixture
scratch="$(mktemp -d)"
# A free port on this machine only, so that an Unleash that already runs here is not in the way.
printf 'services:\n  web:\n    ports: !override\n      - "127.0.0.1::4242"\n' >"$scratch/override.yml"
compose() { docker compose -p "$project" -f docker-compose.yml -f "$scratch/override.yml" "$@"; }
cleanup() { compose down --volumes --timeout 5 >/dev/null 2>&1 || true; rm -rf "$scratch"; }
trap cleanup EXIT

export UNLEASH_VERSION=5.12.8
# What an interrupted run left behind.
compose down --volumes --timeout 5 >/dev/null 2>&1
compose up --detach --quiet-pull
base="http://$(compose port web 4242)"
deadline=$((SECONDS + 120))
until curl --silent --fail --output /dev/null "$base/health"; do
  if [ "$SECONDS" -ge "$deadline" ]; then echo 'Unleash did not become healthy.' >&2; compose logs web >&2; exit 1; fi
  sleep 0.2
done

# api METHOD PATH [JSON]
api() {
  curl --silent --show-error --fail-with-body --output "$scratch/answer" --cookie-jar "$scratch/cookies" --cookie "$scratch/cookies" \
    --request "$1" --header 'Content-Type: application/json' ${3:+--data "$3"} "$base$2" || {
    echo "$1 $2 failed:" >&2
    cat "$scratch/answer" >&2
    return 1
  }
}
sql() { compose exec -T db psql --quiet -v ON_ERROR_STOP=1 --username unleash --dbname unleash; }

echo 'filling Unleash'
api POST /auth/simple/login '{"username":"admin","password":"unleash4all"}'

# The open-source edition can't create projects through its API, but serves those that are there.
sql <<'SQL'
INSERT INTO projects (id, name, description) VALUES
  ('checkout', 'Checkout', 'Basket, payment and invoices'),
  ('mobile', 'Mobile', 'The iOS and Android apps');
INSERT INTO project_environments (project_id, environment_name)
  SELECT id, environment FROM projects, unnest(ARRAY['development', 'production']) AS environment WHERE id <> 'default';
INSERT INTO project_settings (project, default_stickiness, project_mode) VALUES ('checkout', 'userId', 'open'), ('mobile', 'default', 'open');
SQL

for person in alice:2 bob:2 carol:1 dave:3; do
  name="${person%:*}"
  api POST /api/admin/user-admin \
    "{\"username\":\"$name\",\"name\":\"${name^}\",\"email\":\"$name@example.com\",\"rootRole\":${person#*:},\"sendEmail\":false,\"password\":\"Example-Passw0rd-$name\"}"
done

segment() { api POST /api/admin/segments "{\"name\":\"$1\",\"description\":\"$2\",\"constraints\":[$3]}"; }
segment beta-testers 'People who asked for it' '{"contextName":"userId","operator":"IN","values":["17","42","99"]}'
segment europe 'Customers in Europe' '{"contextName":"region","operator":"IN","values":["DE","FR","PL"]}'
segment recent-apps 'App 4 and newer' '{"contextName":"appVersion","operator":"SEMVER_GT","value":"3.99.0"}'

# flag PROJECT NAME TYPE ROLLOUT STATE; the state is on, off or archived.
number=0
flag() {
  number=$((number + 1))
  local features="/api/admin/projects/$1/features" segments=''
  if [ $((number % 4)) = 0 ]; then segments="$((number % 3 + 1))"; fi
  api POST "$features" "{\"name\":\"$2\",\"type\":\"$3\",\"description\":\"${2//-/ }\"}"
  api POST "$features/$2/environments/production/strategies" \
    "{\"name\":\"flexibleRollout\",\"parameters\":{\"rollout\":\"$4\",\"stickiness\":\"default\",\"groupId\":\"$2\"},\"constraints\":[],\"segments\":[$segments]}"
  api POST "$features/$2/environments/development/strategies" '{"name":"default","parameters":{},"constraints":[]}'
  api POST "$features/$2/environments/development/on"
  case "$5" in
    on) api POST "$features/$2/environments/production/on" ;;
    archived) api DELETE "$features/$2" ;;
  esac
}

while read -r in_project name type rollout state; do flag "$in_project" "$name" "$type" "$rollout" "$state"; done <<'FLAGS'
default new-navigation release 100 on
default dark-mode release 100 on
default search-suggestions experiment 50 on
default search-ranking-v2 experiment 10 on
default welcome-tour experiment 50 off
default maintenance-banner operational 100 off
default disable-exports kill-switch 100 off
default disable-webhooks kill-switch 100 off
default audit-log permission 100 on
default bulk-edit permission 25 on
default csv-import release 75 on
default two-factor-login release 100 on
default legacy-editor release 100 archived
default old-dashboard release 100 archived
default profile-pictures release 0 off
default rate-limits operational 100 on
checkout express-payment release 50 on
checkout gift-cards release 100 on
checkout invoice-by-mail release 100 on
checkout split-payment experiment 20 on
checkout disable-refunds kill-switch 100 off
checkout disable-card-payment kill-switch 100 off
checkout new-tax-engine release 5 on
checkout free-shipping-test experiment 50 off
checkout voucher-codes-v1 release 100 archived
mobile offline-mode release 30 on
mobile push-reminders experiment 50 on
mobile biometric-login release 100 on
mobile camera-upload release 100 on
mobile disable-background-sync kill-switch 100 off
mobile tablet-layout release 0 off
mobile crash-reports operational 100 on
mobile old-onboarding experiment 50 archived
mobile app-rating-prompt operational 10 off
FLAGS

# A fixed token, so that checks can read flags the way an application does; and usage, as applications report it:
# what is switched on in production has been seen.
api POST /api/admin/api-tokens '{"tokenName":"shop","type":"client","environment":"production","projects":["*"]}'
sql <<'SQL'
UPDATE api_tokens SET secret = '*:production.example-client-token' WHERE token_name = 'shop';
UPDATE features SET last_seen_at = created_at WHERE name IN
  (SELECT feature_name FROM feature_environments WHERE environment = 'production' AND enabled);
DELETE FROM unleash_session;
DELETE FROM login_history;
SQL

# From a stopped application: nothing is being written while the backup is taken.
compose stop web >/dev/null 2>&1
mkdir -p fixtures
compose exec -T db pg_dump --username unleash --format=custom --no-owner --no-privileges unleash >"$scratch/prod.dump"
mv "$scratch/prod.dump" fixtures/prod.dump
echo "fixtures/prod.dump: $(stat -c %s fixtures/prod.dump) bytes, $number flags"
