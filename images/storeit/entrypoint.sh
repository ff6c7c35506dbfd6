#!/bin/sh
# Upgrades the database when it is not the server's, then becomes the server; any other command runs as it is.
set -e
if [ "$*" = "server serve" ]; then exec server serve --auto-upgrade; fi
exec "$@"
