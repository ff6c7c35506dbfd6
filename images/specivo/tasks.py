"""Celery: the beat asks for a heartbeat every second, the worker leaves it in Redis for the health page."""
import time

import redis
from celery import Celery

from common import REDIS_URL, rows

app = Celery("specivo", broker=REDIS_URL)
app.conf.task_ignore_result = True
app.conf.beat_schedule = {"heartbeat": {"task": "tasks.heartbeat", "schedule": 1.0, "options": {"expires": 5}}}


@app.task
def heartbeat():
    redis.Redis.from_url(REDIS_URL).set("specivo:worker:heartbeat", int(time.time()), ex=10)


@app.task
def reindex(issue):
    """Makes an issue findable."""
    rows("UPDATE issues SET indexed = lower(title || ' ' || body) WHERE id = %s", issue)
