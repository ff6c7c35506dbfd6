"""The task worker (jobs from the queue) and the task manager (a record of what was done)."""
import hashlib
import os
import socket
import time

import redis

from common import CACHE, MINOR, STORAGE, TASKS_URL, VERSION, Queue, log, rows
from serving import App

RUNS = """CREATE TABLE IF NOT EXISTS flow_runs (id serial PRIMARY KEY, name text NOT NULL, state text NOT NULL,
                                                worker text NOT NULL, finished timestamptz NOT NULL DEFAULT now())"""


def patiently(action):
    """Whatever has not been started yet is waited for."""
    for _ in range(600):
        try:
            return action()
        except Exception as error:
            problem = error
            time.sleep(0.1)
    raise problem


def artifact(job, worker):
    node = rows("SELECT nodes.* FROM nodes JOIN artifacts ON artifacts.node_id = nodes.id WHERE artifacts.id = %s", job["id"])[0]
    content = f"! made by {VERSION}\nhostname {node['name']}\nkind {node['kind']}\nsite {node['site']}\n".encode()
    key = f"artifacts/{job['id']:05}.txt"
    os.makedirs(f"{STORAGE}/artifacts", exist_ok=True)
    with open(f"{STORAGE}/{key}", "wb") as file:
        file.write(content)
    rows("UPDATE artifacts SET status = 'Ready', storage_key = %s, sha256 = %s WHERE id = %s", key, hashlib.sha256(content).hexdigest(), job["id"])
    rows("INSERT INTO flow_runs (name, state, worker) VALUES (%s, 'Completed', %s)", f"artifact-{job['id']}", worker, url=TASKS_URL)
    log("INFO", f"artifact {job['id']} is ready")


def worker():
    name = socket.gethostname()
    cache = redis.Redis(host=CACHE, socket_connect_timeout=1, socket_timeout=1)
    queue = patiently(Queue)
    patiently(lambda: rows("SELECT 1 FROM flow_runs LIMIT 1", url=TASKS_URL))
    log("INFO", f"task worker {VERSION} is ready")
    while True:
        patiently(lambda: cache.set(f"workers:{name}", VERSION, ex=5))
        job = queue.reserve()
        if job:
            artifact(job[1], name)
            queue.done(job[0])


def manager():
    patiently(lambda: rows(RUNS, url=TASKS_URL))
    app = App()

    @app.route("GET", "/api/health")
    def health(_):
        rows("SELECT 1", url=TASKS_URL)
        return {"status": "ok"}

    @app.route("GET", "/api/flow_runs/count")
    def flow_runs(_):
        return rows("SELECT count(*) AS count FROM flow_runs", url=TASKS_URL)[0]

    log("INFO", f"task manager {VERSION} listens on port 4200")
    app.serve(4200)


def background():
    """From 1.2 on: forgets old runs."""
    if MINOR < 2:
        raise SystemExit("ERROR there is no such service before 1.2")
    patiently(lambda: rows("SELECT 1 FROM flow_runs LIMIT 1", url=TASKS_URL))
    log("INFO", f"task manager background {VERSION} is ready")
    while True:
        rows("DELETE FROM flow_runs WHERE finished < now() - interval '1 year'", url=TASKS_URL)
        time.sleep(60)
