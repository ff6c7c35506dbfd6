#!/usr/bin/env bash
# Makes the backups of a small production, taken from a real 1.1.0: backup-1.1.0.tar.gz by its own tool, and storage.tar.gz,
# the object storage, which that tool leaves out. Run it after scripts/setup.sh; it needs Docker and curl.
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=../fixture-lib.sh
. ../fixture-lib.sh

project=infrahub-fixture
printf 'services:\n  infrahub-server:\n    ports: !override\n      - "127.0.0.1::8000"\n' >"$scratch/override.yml"
compose() { docker compose --progress quiet -p "$project" --project-directory . -f docker-compose.1.1.yml -f "$scratch/override.yml" "$@"; }
cleanup() { compose down --volumes --timeout 5 >/dev/null 2>&1 || true; rm -rf "$scratch"; }
trap cleanup EXIT
export VERSION=1.1.0
compose down --volumes --timeout 5 >/dev/null 2>&1
compose up --detach --quiet-pull --wait --scale infrahub-server=1

base="http://$(compose port infrahub-server 8000)"
# query GRAPHQL: double quotes are escaped here.
query() {
  api POST "$base/graphql" "{\"query\":\"${1//\"/\\\"}\"}" --header 'X-INFRAHUB-KEY: example-admin-token' >"$scratch/answer"
  if grep -q '"errors"' "$scratch/answer"; then cat "$scratch/answer" >&2; return 1; fi
}
for site in ams1 fra1 lon1; do
  query "mutation { NodeCreate(kind: \"LocationSite\", name: \"$site\", site: \"$site\") { ok } }"
  for number in 1 2 3 4; do
    for role in core edge; do
      query "mutation { NodeCreate(kind: \"InfraDevice\", name: \"$site-$role-$number\", site: \"$site\") { ok } }"
    done
  done
done
for tag in blue green red maintenance; do query "mutation { NodeCreate(kind: \"BuiltinTag\", name: \"$tag\") { ok } }"; done
for node in 2 3 4 5 11 12 13 14 20 21 22 23; do query "mutation { ArtifactGenerate(node: $node) { ok } }"; done
compose exec -T database psql --quiet -v ON_ERROR_STOP=1 --username infrahub --command \
  "INSERT INTO repositories (name) VALUES ('network-automation'), ('device-templates'), ('compliance-checks')"
generated() { query '{ Artifact(status: "Ready") { count } }' && grep -q '"count": 12' "$scratch/answer"; }
wait_for 'The artifacts' generated

mkdir -p fixtures
compose exec -T infrahub-server sh -c 'infrahub backup /tmp/backup.tar.gz >&2 && cat /tmp/backup.tar.gz' >"$scratch/backup.tar.gz"
mv "$scratch/backup.tar.gz" fixtures/backup-1.1.0.tar.gz
compose exec -T infrahub-server tar -cz --sort=name -C /opt/infrahub/storage . >"$scratch/storage.tar.gz"
mv "$scratch/storage.tar.gz" fixtures/storage.tar.gz
report fixtures/*
