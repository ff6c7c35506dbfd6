#!/usr/bin/python3
"""A small digital-signage server: screens and their assets, all of its state in one folder.

BEHAVIOUR (set in the image) makes a trap of a release: moved-data, lost-sessions.
"""
import hashlib
import hmac
import mimetypes
import os
import secrets
import sqlite3
import sys
import threading
from datetime import datetime, timezone

from graphql_api import graphql_api
from serving import App, Refused, Reply

VERSION = os.environ.get("APP_VERSION", "1.4.0")
BEHAVIOUR = os.environ.get("BEHAVIOUR", "")
SECRET = os.environ.get("SVRUNNER_SECRET", "")
ADMIN_PASSWORD = os.environ.get("SVRUNNER_ADMIN_PASSWORD", "")
FILES = "/srv/svrunner/files" if BEHAVIOUR == "moved-data" else "/app/files"
NEWEST_SCHEMA = 1 if VERSION == "1.4.0" else 2

MIGRATIONS = {
    1: """CREATE TABLE schema_version (version INTEGER NOT NULL);
          INSERT INTO schema_version VALUES (0);
          CREATE TABLE users (id INTEGER PRIMARY KEY, login TEXT UNIQUE NOT NULL, password TEXT NOT NULL);
          CREATE TABLE sessions (id TEXT PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users, created TEXT NOT NULL);
          CREATE TABLE screens (id INTEGER PRIMARY KEY, name TEXT NOT NULL, width INTEGER NOT NULL,
                                height INTEGER NOT NULL, asset TEXT NOT NULL);""",
    2: "ALTER TABLE screens ADD COLUMN theme TEXT NOT NULL DEFAULT 'light';",
}

SDL = """
type Query { version: String!  me: User  screens: [Screen!]!  screen(id: ID!): Screen }
type Mutation {
  signIn(login: String!, password: String!): Session!
  createUser(login: String!, password: String!): User!
  createScreen(name: String!, width: Int!, height: Int!, asset: String!): Screen!
  preview(screen: ID!): Preview!
}
type User { login: String! }
type Session { token: String! }
type Preview { ok: Boolean!  bytes: Int! }
type Screen { id: ID!  name: String!  width: Int!  height: Int!  asset: String! %s }
""" % ("theme: String!" if NEWEST_SCHEMA >= 2 else "")


def now():
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds")


# --- the store --------------------------------------------------------------------------------------

def open_store():
    store = sqlite3.connect(f"{FILES}/local.db", timeout=10, isolation_level=None)
    store.row_factory = sqlite3.Row
    return store


def rows(sql, *values):
    store = open_store()
    try:
        return [dict(row) for row in store.execute(sql, values)]
    finally:
        store.close()


def prepare():
    """Creates what is missing and migrates what is old; a newer database is served as it is."""
    for folder in ("assets", "logs"):
        os.makedirs(f"{FILES}/{folder}", exist_ok=True)
    store = open_store()
    has_tables = store.execute("SELECT count(*) FROM sqlite_master WHERE name = 'schema_version'").fetchone()[0]
    schema = store.execute("SELECT version FROM schema_version").fetchone()[0] if has_tables else 0
    for version in range(schema + 1, NEWEST_SCHEMA + 1):
        store.executescript(f"BEGIN; {MIGRATIONS[version]} UPDATE schema_version SET version = {version}; COMMIT;")
        print(f"INFO migrated {FILES}/local.db to schema {version}")
    store.execute("INSERT OR IGNORE INTO users (login, password) VALUES ('admin', ?)", (hashed(ADMIN_PASSWORD),))
    store.close()


def hashed(password):
    salt = secrets.token_hex(8)
    return f"{salt}:{hashlib.scrypt(password.encode(), salt=salt.encode(), n=1024, r=8, p=1).hex()}"


def matches(password, stored):
    salt, digest = stored.split(":")
    return hmac.compare_digest(digest, hashlib.scrypt(password.encode(), salt=salt.encode(), n=1024, r=8, p=1).hex())


# --- sessions ---------------------------------------------------------------------------------------

def sign(session):
    key = f"v2:{SECRET}" if BEHAVIOUR == "lost-sessions" else SECRET
    return f"{session}.{hmac.new(key.encode(), session.encode(), hashlib.sha256).hexdigest()}"


def user_of(request):
    """The token goes raw into Authorization: no "Bearer" before it."""
    token = request.headers.get("Authorization", "")
    session = token.partition(".")[0]
    if not hmac.compare_digest(sign(session), token):
        return None
    found = rows("SELECT login FROM sessions JOIN users ON users.id = user_id WHERE sessions.id = ?", session)
    return found[0] if found else None


def signed_in(request):
    user = user_of(request)
    if not user:
        raise PermissionError("not signed in")
    return user


# --- GraphQL ----------------------------------------------------------------------------------------

class Root:
    def version(self, _):
        return VERSION

    def me(self, request):
        return user_of(request)

    def screens(self, request):
        signed_in(request)
        return rows("SELECT * FROM screens ORDER BY id")

    def screen(self, request, id):
        signed_in(request)
        return next(iter(rows("SELECT * FROM screens WHERE id = ?", id)), None)

    def signIn(self, _, login, password):
        found = rows("SELECT id, password FROM users WHERE login = ?", login)
        if not found or not matches(password, found[0]["password"]):
            raise PermissionError("wrong login or password")
        session = secrets.token_hex(12)
        rows("INSERT INTO sessions VALUES (?, ?, ?)", session, found[0]["id"], now())
        return {"token": sign(session)}

    def createUser(self, request, login, password):
        signed_in(request)
        return rows("INSERT INTO users (login, password) VALUES (?, ?) RETURNING login", login, hashed(password))[0]

    def createScreen(self, request, **values):
        signed_in(request)
        columns = ", ".join(values)
        return rows(f"INSERT INTO screens ({columns}) VALUES (?, ?, ?, ?) RETURNING *", *values.values())[0]

    def preview(self, request, screen):
        signed_in(request)
        found = self.screen(request, screen)
        if not found:
            raise LookupError(f"no such screen: {screen}")
        with open(f"{FILES}/assets/{found['asset']}", "rb") as asset:
            return {"ok": True, "bytes": len(asset.read())}


# --- HTTP -------------------------------------------------------------------------------------------

write_lock = threading.Lock()


def log(request, reply):
    with write_lock, open(f"{FILES}/logs/app.log", "a") as file:
        file.write(f"{now()} {request.method} {request.path} {reply.status}\n")


app = App(log)


def page(title, text):
    return Reply(f"<!doctype html><title>{title}</title><h1>{title}</h1><p>{text}</p>\n", kind="text/html; charset=utf-8")


@app.route("GET", "/")
def dashboard(_):
    return page("SVRunner", f"Version {VERSION}")


@app.route("GET", "/docs")
def docs(_):
    return page("SVRunner API", "GraphQL at /graphql")


@app.route("GET", "/api/health")
def health(_):
    rows("SELECT version FROM schema_version")
    return {"status": "ok", "db": "ok"}


app.route("POST", "/graphql")(graphql_api(SDL, Root()))


@app.route("GET", "/static/{name}")
def static(_, name):
    try:
        with open(f"{FILES}/assets/{os.path.basename(name)}", "rb") as file:
            return Reply(file.read(), kind=mimetypes.guess_type(name)[0] or "application/octet-stream")
    except FileNotFoundError:
        raise Refused(404, f"no such asset: {name}") from None


def main():
    if not SECRET or not ADMIN_PASSWORD:
        sys.exit("ERROR SVRUNNER_SECRET and SVRUNNER_ADMIN_PASSWORD must be set")
    prepare()
    print(f"INFO SVRunner {VERSION} listens on port 8080")
    app.serve(8080)


main()
