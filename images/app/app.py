#!/usr/bin/python3
"""A small note keeper whose releases migrate its data: the subject of the integration tests.

BEHAVIOUR (set in the image) makes a release misbehave in one particular way.
"""
import json
import os
import secrets
import shutil
import signal
import socket
import sqlite3
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

VERSION = os.environ.get("APP_VERSION", "1.0")
BEHAVIOUR = os.environ.get("BEHAVIOUR", "")
DATABASE_URL = os.environ.get("DATABASE_URL", "")
SCHEMA_OF_VERSION = {"1.0": 1, "1.1": 2, "2.0": 3}
PASSWORDS = {"admin": "secret-password"}
API_KEY = "static-key-123"
DATABASE, KEPT = "/data/notes.db", "/data/notes.db.pre-upgrade"
# Between the steps of a migration that takes its time; seconds.
PAUSE = 1.5
BATCH = 25_000
FIXED_BYTES = bytes(i * 7 % 256 for i in range(1000))


def say(line):
    print(line, flush=True)


def die(code, line):
    print(line, file=sys.stderr, flush=True)
    os._exit(code)


# --- the store --------------------------------------------------------------------------------------

class Store:
    """One connection; SQL is written with ? and translated for PostgreSQL."""

    def __init__(self):
        self.postgres = bool(DATABASE_URL)
        if self.postgres:
            import psycopg2

            self.connection = psycopg2.connect(DATABASE_URL, connect_timeout=3)
        else:
            os.makedirs("/data", exist_ok=True)
            self.connection = sqlite3.connect(DATABASE, timeout=10)

    def __enter__(self):
        return self

    def __exit__(self, error, *_):
        if error is None:
            self.connection.commit()
        self.connection.close()

    def run(self, sql, *values):
        cursor = self.connection.cursor()
        cursor.execute(sql.replace("?", "%s") if self.postgres else sql, values)
        return cursor.fetchall() if cursor.description else []

    def one(self, sql, *values):
        return self.run(sql, *values)[0][0]

    def has_table(self, name):
        catalog = ("SELECT count(*) FROM information_schema.tables WHERE table_name = ?" if self.postgres
                   else "SELECT count(*) FROM sqlite_master WHERE name = ?")
        return self.one(catalog, name) > 0

    def schema(self):
        if not self.has_table("schema_version"):
            return 0
        return self.one("SELECT max(version) FROM schema_version")

    def add_note(self, title):
        columns = {"strict": "(title, body) VALUES (?, '')", "steps": "(body) VALUES ('text of ' || ?)"}
        return self.one(f"INSERT INTO notes {columns.get(BEHAVIOUR, '(title) VALUES (?)')} RETURNING id", title)

    def commit(self):
        self.connection.commit()


def migrate(store):
    target = SCHEMA_OF_VERSION[VERSION]
    current = store.schema()
    if current > target and BEHAVIOUR != "lenient":
        die(3, f"error: the database has schema {current}, version {VERSION} knows only {target}")
    if BEHAVIOUR == "steps":
        return migrate_in_steps(store)
    if BEHAVIOUR == "fragile":
        if store.has_table("migrating"):
            die(4, "error: a migration was interrupted; restore a backup")
        store.run("CREATE TABLE migrating (since integer)")
        store.commit()
    identity = "serial PRIMARY KEY" if store.postgres else "integer PRIMARY KEY AUTOINCREMENT"
    steps = {
        1: ["CREATE TABLE schema_version (version integer NOT NULL)",
            "INSERT INTO schema_version VALUES (0)",
            f"CREATE TABLE notes (id {identity}, title text NOT NULL)"],
        2: [f"CREATE TABLE tags (id {identity}, name text NOT NULL)"],
        3: ["ALTER TABLE notes ADD COLUMN body text NOT NULL DEFAULT ''"],
    }
    if BEHAVIOUR == "loses-data":
        steps[3].append("DELETE FROM notes WHERE id % 2 = 0")
    if BEHAVIOUR == "strict":
        steps[3] = (["ALTER TABLE notes ADD COLUMN body text",
                     "UPDATE notes SET body = ''",
                     "ALTER TABLE notes ALTER COLUMN body SET NOT NULL"] if store.postgres else
                    [f"CREATE TABLE strict_notes (id {identity}, title text NOT NULL, body text NOT NULL)",
                     "INSERT INTO strict_notes SELECT id, title, '' FROM notes",
                     "DROP TABLE notes",
                     "ALTER TABLE strict_notes RENAME TO notes"])
    for version in range(current + 1, target + 1):
        for statement in steps[version]:
            # Not through run(): a literal % would be taken for a placeholder.
            store.connection.cursor().execute(statement)
        store.run("UPDATE schema_version SET version = ?", version)
        say(f"migrated schema {version - 1} -> {version}")
        if BEHAVIOUR in ("slow", "fragile"):
            store.commit()
            time.sleep(PAUSE)
    if BEHAVIOUR == "fragile":
        store.run("DROP TABLE migrating")


def migrate_in_steps(store):
    """From titles to bodies in PostgreSQL, a commit a step; whatever is done already is not done again."""
    def has_column(name):
        return store.one("SELECT count(*) FROM information_schema.columns WHERE table_name = 'notes' AND column_name = ?",
                         name) > 0

    def step(name, *statements):
        for statement in statements:
            store.connection.cursor().execute(statement)
        store.commit()
        say(f"migrated: {name}")

    if not store.has_table("schema_version"):
        step("created", "CREATE TABLE schema_version (version integer NOT NULL)",
             "INSERT INTO schema_version VALUES (3)", "CREATE TABLE notes (id serial PRIMARY KEY, body text NOT NULL)")
    if not has_column("body"):
        step("added the column", "ALTER TABLE notes ADD COLUMN body text",
             "CREATE TABLE progress (filled integer NOT NULL)", "INSERT INTO progress VALUES (0)")
    if not has_column("title"):
        return
    last = store.one("SELECT coalesce(max(id), 0) FROM notes")
    filled = store.one("SELECT filled FROM progress")
    while filled < last:
        store.run("UPDATE notes SET body = 'text of ' || title WHERE id > ? AND id <= ?", filled, filled + BATCH)
        filled += BATCH
        store.run("UPDATE progress SET filled = ?", filled)
        store.commit()
        say(f"filled up to {min(filled, last)} of {last}")
    step("requires the column", "ALTER TABLE notes ALTER COLUMN body SET NOT NULL")
    step("built the index", "CREATE INDEX IF NOT EXISTS notes_by_body ON notes (body)")
    step("dropped the old column", "ALTER TABLE notes DROP COLUMN title", "DROP TABLE progress",
         "UPDATE schema_version SET version = 3")


def migrate_or_die():
    try:
        if BEHAVIOUR in ("keeps", "careful") and os.path.exists(DATABASE) and not os.path.exists(KEPT):
            shutil.copy2(DATABASE, KEPT)
        with Store() as store:
            migrate(store)
        if os.environ.get("FAIL_MIGRATION"):
            if BEHAVIOUR == "careful":
                os.replace(KEPT, DATABASE)
                say("rolled back")
            die(1, "error: the migration failed")
    except Exception as error:
        die(1, f"error: the database does not answer: {str(error).strip()}")


def downgrade():
    """Back to the schema of version 1.0."""
    with Store() as store:
        if store.schema() < 3:
            die(1, f"error: nothing to downgrade at schema {store.schema()}")
        store.run("ALTER TABLE notes DROP COLUMN body")
        store.run("DROP TABLE tags")
        store.run("UPDATE schema_version SET version = 1")
    say("downgraded to schema 1")


# --- HTTP -------------------------------------------------------------------------------------------

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    sessions = set()

    def log_message(self, *_):
        pass

    def handle_any(self):
        url = urlsplit(self.path)
        self.query = {name: values[0] for name, values in parse_qs(url.query).items()}
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        name = url.path.strip("/").replace("-", "_")
        route = (getattr(self, f"{self.command.lower()}_{name}", None)
                 or (getattr(self, f"get_{name}", None) if self.command == "HEAD" else None)
                 or getattr(self, f"any_{name}", None))
        if route is None:
            return self.json(404, {"error": "not found"})
        try:
            route()
        except BrokenPipeError:
            pass
        except Exception as error:
            print(f"error: {self.command} {url.path}: {error}", file=sys.stderr, flush=True)
            self.json(500, {"error": "internal error"})

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = handle_any

    def reply(self, status, content, kind, **headers):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def json(self, status, value, **headers):
        self.reply(status, json.dumps(value).encode(), "application/json", **headers)

    def text(self, status, value):
        self.reply(status, value.encode(), "text/plain; charset=utf-8")

    def get_health(self):
        self.json(200, {"status": "ok", "version": VERSION})

    def get_version(self):
        self.text(200, VERSION)

    def get_stats(self):
        with Store() as store:
            total = store.one("SELECT count(*) FROM notes")
            text = ("body IS NULL OR substr(body, 1, 13) <> 'text of note '" if BEHAVIOUR == "steps"
                    else "substr(title, 1, 5) <> 'note '")
            broken = store.one(f"SELECT count(*) FROM notes WHERE {text}")
        self.json(200, {"total": total, "broken": broken})

    def get_notes(self):
        if BEHAVIOUR == "notes-500":
            raise RuntimeError("the notes cannot be read")
        with Store() as store:
            columns = ["id", "title"] + (["body"] if store.schema() >= 3 else [])
            rows = store.run(f"SELECT {', '.join(columns)} FROM notes ORDER BY id")
        self.json(200, {"total": len(rows), "items": [dict(zip(columns, row)) for row in rows]})

    def post_notes(self):
        title = json.loads(self.body)["title"]
        with Store() as store:
            identity = store.add_note(title)
        self.json(201, {"id": identity, "title": title})

    def new_session(self):
        given = json.loads(self.body)
        if PASSWORDS.get(given.get("user"), "") != given.get("password"):
            self.json(401, {"error": "wrong user or password"})
            return None
        token = secrets.token_hex(16)
        self.sessions.add(token)
        return token

    def post_login(self):
        token = self.new_session()
        if token:
            self.json(200, {"access_token": token})

    def post_login_cookie(self):
        token = self.new_session()
        if token:
            self.json(200, {"ok": True}, Set_Cookie=f"session={token}; Path=/; HttpOnly")

    def get_me(self):
        cookies = dict(part.strip().partition("=")[::2] for part in self.headers.get("Cookie", "").split(";"))
        bearer = self.headers.get("Authorization", "").removeprefix("Bearer ")
        known = bearer in self.sessions or cookies.get("session") in self.sessions
        if known or self.headers.get("X-Api-Key") == API_KEY:
            self.json(200, {"user": "admin"})
        else:
            self.json(401, {"error": "not logged in"})

    def any_echo(self):
        self.json(200, {"method": self.command, "path": self.path, "headers": dict(self.headers.items()),
                        "body": self.body.decode("utf-8", "replace")})

    def get_bytes(self):
        self.reply(200, FIXED_BYTES, "application/octet-stream")

    def get_egress(self):
        address = (self.query["host"], int(self.query["port"]))
        try:
            socket.create_connection(address, timeout=2).close()
            self.json(200, {"connected": True, "error": None})
        except OSError as error:
            self.json(200, {"connected": False, "error": str(error)})

    def get_resolve(self):
        try:
            found = sorted({entry[4][0] for entry in socket.getaddrinfo(self.query["host"], None)})
            self.json(200, {"resolved": True, "addresses": found, "error": None})
        except OSError as error:
            self.json(200, {"resolved": False, "addresses": [], "error": str(error)})

    def get_env(self):
        value = os.environ.get(self.query["name"])
        self.text(404 if value is None else 200, value or "")

    def get_file(self):
        try:
            with open(self.query["path"], "rb") as file:
                self.reply(200, file.read(), "application/octet-stream")
        except OSError as error:
            self.json(404, {"error": str(error)})

    def get_slow(self):
        time.sleep(int(self.query.get("ms", "1000")) / 1000)
        self.json(200, {"ok": True})


class Server(ThreadingHTTPServer):
    request_queue_size = 128


# --- commands ---------------------------------------------------------------------------------------

def misbehave_at_boot():
    if BEHAVIOUR == "crash":
        die(1, f"fatal: version {VERSION} cannot start: bad configuration")
    if BEHAVIOUR == "hang":
        say("waiting for the moon")
        while True:
            time.sleep(3600)
    if BEHAVIOUR == "oom":
        say("allocating memory")
        # Bounded, so that a forgotten limit does not take the machine down.
        hoard = [bytearray(os.urandom(1)) * (16 << 20) for _ in range(64)]
        die(1, f"error: nobody stopped {len(hoard)} allocations: no memory limit is set")
    if BEHAVIOUR == "crash-late":
        threading.Timer(4, die, (1, "fatal: the background worker failed")).start()
    if BEHAVIOUR == "chatty":
        chatter = [b"\x1b[31mred\x1b[0m and \x1b[1mbold\x1b[0m", b"::error::x", b"::add-mask::y", b"]]>",
                   b"invalid \xff\xfe\xc3 UTF-8", b"connecting to " + DATABASE_URL.encode(), b"A" * 200_000]
        sys.stdout.buffer.write(b"\n".join(chatter))
        sys.stdout.buffer.flush()
        time.sleep(0.05)
        say("")


def serve():
    if BEHAVIOUR == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    else:
        signal.signal(signal.SIGTERM, lambda *_: (say("stopped"), os._exit(0)))
    misbehave_at_boot()
    migrate_or_die()
    server = Server(("", 8000), Handler)
    say(f"started version {VERSION}")
    server.serve_forever()


def seed(count):
    migrate_or_die()
    with Store() as store:
        first = store.one("SELECT coalesce(max(id), 0) FROM notes") + 1
        if store.postgres:
            store.run("INSERT INTO notes (title) SELECT 'note ' || n FROM generate_series(?, ?) AS n",
                      first, first + count - 1)
        else:
            for number in range(first, first + count):
                store.add_note(f"note {number}")
    say(f"seeded {count} notes")


def main(arguments):
    command, *rest = arguments or ["serve"]
    if command == "serve":
        serve()
    elif command == "migrate":
        migrate_or_die()
    elif command == "downgrade":
        downgrade()
    elif command == "seed":
        seed(int(rest[0]))
    elif command == "oneshot":
        say("one-shot task done")
        sys.exit(int(rest[0]))
    elif command == "version":
        say(VERSION)
    else:
        die(64, "usage: app serve | migrate | downgrade | seed N | oneshot CODE | version")


if __name__ == "__main__":
    main(sys.argv[1:])
