#!/bin/sh
# Becomes the server, as the user redis and with what /data holds.
set -e

# `redis --appendonly yes` and `redis some.conf` mean the server.
if [ "${1#-}" != "$1" ] || [ "${1%.conf}" != "$1" ]; then set -- redis-server "$@"; fi
if [ "$1" != redis-server ]; then exec "$@"; fi
# The public image turns protected mode off, too: a container's port is reachable only where it is published.
set -- "$@" --protected-mode no

if [ "$(id -u)" = 0 ]; then
  find . \! -user redis -exec chown redis:redis {} +
  exec setpriv --reuid=redis --regid=redis --init-groups "$@"
fi
exec "$@"
