#!/usr/bin/env bash
# Prepares the data directory on the first start, then becomes the server.
set -euo pipefail

data=/var/lib/mysql

if [ "${1#-}" != "$1" ]; then set -- mariadbd "$@"; fi
if [ "$1" != mariadbd ] && [ "$1" != mysqld ]; then exec "$@"; fi

if [ "$(id -u)" = 0 ]; then
  find "$data" /run/mysqld \! -user mysql -exec chown mysql:mysql {} +
  exec setpriv --reuid=mysql --regid=mysql --init-groups "$0" "$@"
fi

# MARIADB_NAME, MYSQL_NAME, or the content of the file named by either with _FILE.
setting() {
  local variable file
  for variable in "MARIADB_$1" "MYSQL_$1"; do
    file="${variable}_FILE"
    if [ -n "${!variable:-}" ]; then printf '%s' "${!variable}"; return; fi
    if [ -n "${!file:-}" ]; then cat "${!file}"; return; fi
  done
}

quoted() {
  local text="${1//\\/\\\\}"
  printf "'%s'" "${text//\'/\\\'}"
}

accounts() {
  local root="$1" user password database health
  user="$(setting USER)"
  password="$(setting PASSWORD)"
  database="$(setting DATABASE)"
  health="$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
  printf '[mariadb-client]\nuser=healthcheck\npassword=%s\nhost=127.0.0.1\nprotocol=tcp\n' "$health" >"$data/.my-healthcheck.cnf"
  echo "ALTER USER root@localhost IDENTIFIED BY $(quoted "$root");"
  echo "CREATE USER root@'%' IDENTIFIED BY $(quoted "$root"); GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION;"
  echo "CREATE USER healthcheck@'127.0.0.1' IDENTIFIED BY '$health', healthcheck@localhost IDENTIFIED BY '$health';"
  if [ -n "$database" ]; then echo "CREATE DATABASE IF NOT EXISTS \`$database\`;"; fi
  if [ -n "$user" ]; then
    echo "CREATE USER $(quoted "$user")@'%' IDENTIFIED BY $(quoted "$password");"
    if [ -n "$database" ]; then echo "GRANT ALL ON \`${database//_/\\_}\`.* TO $(quoted "$user")@'%';"; fi
  fi
}

first_start() {
  local root file server socket=/run/mysqld/first-start.sock database
  root="$(setting ROOT_PASSWORD)"
  if [ -z "$root" ] && [ -z "$(setting ALLOW_EMPTY_ROOT_PASSWORD)" ]; then
    echo 'error: the database is uninitialized and MARIADB_ROOT_PASSWORD is not set' >&2
    exit 1
  fi
  mariadb-install-db --datadir="$data" --auth-root-authentication-method=normal --skip-test-db --skip-name-resolve >/dev/null

  # On a local socket only: over TCP nobody sees a half-made database.
  mariadbd --skip-networking --socket="$socket" &
  server=$!
  until mariadb-admin --socket="$socket" --user=root ping >/dev/null 2>&1; do
    if ! kill -0 "$server" 2>/dev/null; then exit 1; fi
    sleep 0.1
  done
  accounts "$root" | mariadb --socket="$socket" --user=root
  database="$(setting DATABASE)"
  local client=(mariadb --socket="$socket" --user=root "--password=$root" ${database:+"$database"})
  for file in /docker-entrypoint-initdb.d/*; do
    case "$file" in
      *.sh) bash "$file" ;;
      *.sql) "${client[@]}" <"$file" ;;
      *.sql.gz) gzip -dc "$file" | "${client[@]}" ;;
    esac
  done
  kill "$server"
  wait "$server"
  echo 'MariaDB init process done. Ready for start up.'
}

# bash as the first process would ignore the signal.
if [ ! -d "$data/mysql" ]; then
  trap 'exit 143' TERM INT
  first_start
  trap - TERM INT
fi
exec "$@"
