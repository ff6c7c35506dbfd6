#!/bin/sh
# A command of the program runs as it is; without one, the database is upgraded when it is not the program's.
set -e
case "${1:-}" in
  import | export | downgrade | version | auto-upgrade | serve) exec storeit-server "$@" ;;
esac
storeit-server auto-upgrade
exec storeit-server serve
