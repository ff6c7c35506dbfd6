#!/bin/sh
# Waits for the database, migrates, seeds, and becomes the server. Worker and beat leave the database to the api.
set -e

case "$1" in
  api)
    python wait_for_db.py
    alembic upgrade head
    python seed.py
    exec python api.py
    ;;
  worker) exec celery -A tasks worker --loglevel=WARNING --pool=solo --concurrency=1 --without-gossip --without-mingle --without-heartbeat ;;
  beat) exec celery -A tasks beat --loglevel=WARNING --schedule=/tmp/celerybeat-schedule ;;
  *) exec "$@" ;;
esac
