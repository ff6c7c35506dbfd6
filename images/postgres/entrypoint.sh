#!/usr/bin/env bash
# Prepares the data directory on the first start, then becomes the server.
set -euo pipefail

if [ "${1#-}" != "$1" ]; then set -- postgres "$@"; fi
if [ "$1" != postgres ]; then exec "$@"; fi

if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA"
  chmod 0700 "$PGDATA"
  find "$PGDATA" \! -user postgres -exec chown postgres:postgres {} +
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi

# NAME or the content of the file named by NAME_FILE.
setting() {
  local file_variable="$1_FILE"
  if [ -n "${!file_variable:-}" ]; then cat "${!file_variable}"; else printf '%s' "${!1:-${2:-}}"; fi
}

first_start() {
  local user password database method passwords
  user="$(setting POSTGRES_USER postgres)"
  password="$(setting POSTGRES_PASSWORD)"
  database="$(setting POSTGRES_DB "$user")"
  method="${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}"
  if [ -z "$password" ] && [ "$method" != trust ]; then
    echo 'error: the database is uninitialized and POSTGRES_PASSWORD is not set' >&2
    exit 1
  fi

  passwords="$(mktemp)"
  printf '%s\n' "$password" >"$passwords"
  local arguments=(--username="$user" --pgdata="$PGDATA")
  if [ -n "$password" ]; then arguments+=(--pwfile="$passwords"); fi
  # Split on purpose: the variable holds a list of options.
  # shellcheck disable=SC2086
  initdb "${arguments[@]}" ${POSTGRES_INITDB_ARGS:-}
  rm -f "$passwords"
  printf '\nhost all all all %s\n' "$method" >>"$PGDATA/pg_hba.conf"

  # On the local socket only: over TCP nobody sees a half-made database.
  pg_ctl --pgdata="$PGDATA" --wait --silent --options="-c listen_addresses=''" start
  local sql=(psql -v ON_ERROR_STOP=1 --no-psqlrc --username "$user")
  if [ "$database" != postgres ]; then
    "${sql[@]}" --dbname postgres -v database="$database" <<<'CREATE DATABASE :"database";'
  fi
  local file
  for file in /docker-entrypoint-initdb.d/*; do
    case "$file" in
      *.sh) bash "$file" ;;
      *.sql) "${sql[@]}" --dbname "$database" --file "$file" ;;
      *.sql.gz) gzip -dc "$file" | "${sql[@]}" --dbname "$database" ;;
    esac
  done
  pg_ctl --pgdata="$PGDATA" --wait --silent --mode=fast stop
  echo 'PostgreSQL init process complete; ready for start up.'
}

if [ ! -s "$PGDATA/PG_VERSION" ]; then first_start; fi
exec "$@"
