"""Settings, and the services that everything else talks to."""
import json
import os
import socket
import sys

import psycopg2
import psycopg2.extras

VERSION = os.environ.get("APP_VERSION", "1.1.0")
BEHAVIOUR = os.environ.get("BEHAVIOUR", "")
MINOR = int(VERSION.split(".")[1])
STORAGE = "/opt/infrahub/storage"
DATABASE_URL = os.environ.get("INFRAHUB_DB_URL", "postgres://infrahub:infrahub@database/infrahub")
TASKS_URL = os.environ.get("INFRAHUB_TASK_MANAGER_DB_URL", "postgres://tasks:tasks@task-manager-db/tasks")
QUEUE = os.environ.get("INFRAHUB_BROKER_ADDRESS", "message-queue")
CACHE = os.environ.get("INFRAHUB_CACHE_ADDRESS", "cache")
API_TOKEN = os.environ.get("INFRAHUB_INITIAL_ADMIN_TOKEN", "")
ADMIN_PASSWORD = os.environ.get("INFRAHUB_INITIAL_ADMIN_PASSWORD", "")
# Required from 1.2 on; before, everybody signed with the same built-in key.
SECRET_KEY = os.environ.get("INFRAHUB_SECURITY_SECRET_KEY", "" if MINOR >= 2 else "insecure-default")
LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR"]
LEVEL = os.environ.get("INFRAHUB_LOG_LEVEL" if MINOR >= 2 else "INFRAHUB_LOG", "INFO").upper()


def log(level, text):
    if LEVELS.index(level) >= LEVELS.index(LEVEL):
        print(f"{level} {text}", file=sys.stderr if level == "ERROR" else sys.stdout, flush=True)


def check_settings():
    if not SECRET_KEY:
        sys.exit("ERROR INFRAHUB_SECURITY_SECRET_KEY is not set; it is required from 1.2 on")
    if MINOR >= 2 and "INFRAHUB_LOG" in os.environ:
        log("WARNING", "INFRAHUB_LOG is ignored; it is called INFRAHUB_LOG_LEVEL now")


def rows(sql, *values, url=DATABASE_URL):
    connection = psycopg2.connect(url, connect_timeout=3, cursor_factory=psycopg2.extras.RealDictCursor)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql, values)
            return [dict(row) for row in cursor.fetchall()] if cursor.description else []
    finally:
        connection.close()


class Queue:
    """beanstalkd's text protocol."""

    def __init__(self):
        self.stream = socket.create_connection((QUEUE, 11300), timeout=3).makefile("rwb")

    def ask(self, line, body=None):
        self.stream.write(line.encode() + b"\r\n" + (body + b"\r\n" if body is not None else b""))
        self.stream.flush()
        return self.stream.readline().decode().split()

    def put(self, job):
        body = json.dumps(job).encode()
        return self.ask(f"put 0 0 60 {len(body)}", body)[0] == "INSERTED"

    def reserve(self):
        """The next job and its number; None after a second without any."""
        answer = self.ask("reserve-with-timeout 1")
        if answer[0] != "RESERVED":
            return None
        body = self.stream.read(int(answer[2]) + 2)
        return answer[1], json.loads(body)

    def done(self, number):
        self.ask(f"delete {number}")
