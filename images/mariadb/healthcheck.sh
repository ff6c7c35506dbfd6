#!/usr/bin/env bash
# healthcheck.sh --connect --innodb_initialized: as in the public image, over TCP, with an account of its own.
set -euo pipefail

ask() { mariadb --defaults-file=/var/lib/mysql/.my-healthcheck.cnf --skip-column-names --batch --execute "$1"; }

for test in "$@"; do
  case "$test" in
    --connect) ask 'SELECT 1' >/dev/null ;;
    --innodb_initialized) [ "$(ask "SELECT support IN ('YES', 'DEFAULT') FROM information_schema.engines WHERE engine = 'InnoDB'")" = 1 ] ;;
    *) echo "unknown test $test" >&2; exit 2 ;;
  esac
done
