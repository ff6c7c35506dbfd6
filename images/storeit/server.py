#!/usr/bin/python3
"""A small inventory whose upgrades go through a snapshot: export, fresh database, import with transforms.

BEHAVIOUR (set in the image) makes a trap of a release: stuck, import-fails.
"""
import hashlib
import io
import json
import logging
import os
import re
import secrets
import shutil
import sqlite3
import struct
import sys
import tarfile
import threading
import time
import zlib

import zstandard

from serving import App, Refused, Reply

VERSION = os.environ.get("APP_VERSION", "0.1.0")
BEHAVIOUR = os.environ.get("BEHAVIOUR", "")
# What the binary was compiled for; nobody asks the database.
SCHEMAS = {"0.1.0": 1, "0.2.0": 2, "0.2.1": 3, "0.2.2": 4}
SCHEMA = SCHEMAS[VERSION]
DATABASE = os.environ["DATABASE_URL"].removeprefix("sqlite:").partition("?")[0]
IMAGES = os.environ["STOREIT_IMAGE_PATH"]
THUMBNAILS = f"{IMAGES}/thumbnails"
ADMIN, ADMIN_PASSWORD = os.environ.get("STOREIT_ADMIN_USERNAME", "admin"), os.environ.get("STOREIT_ADMIN_PASSWORD", "")

# Without a level only errors are printed.
logging.basicConfig(level=os.environ.get("RUST_LOG", "error").upper(), stream=sys.stdout, format="%(levelname)s storeit_server: %(message)s")
log = logging.getLogger("storeit")

TABLES = {
    1: """CREATE TABLE users (login TEXT PRIMARY KEY, password TEXT NOT NULL);
          CREATE TABLE sessions (token TEXT PRIMARY KEY, login TEXT NOT NULL);
          CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT NOT NULL, quantity INTEGER NOT NULL, location TEXT NOT NULL);""",
    2: "ALTER TABLE items ADD COLUMN category TEXT NOT NULL DEFAULT 'uncategorised';",
    3: """CREATE TABLE locations (id INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL);
          ALTER TABLE items DROP COLUMN location;
          ALTER TABLE items ADD COLUMN location_id INTEGER REFERENCES locations;""",
    4: "ALTER TABLE items ADD COLUMN barcode TEXT;",
}


# --- the store --------------------------------------------------------------------------------------

def open_store():
    store = sqlite3.connect(DATABASE, timeout=10, isolation_level=None)
    store.row_factory = sqlite3.Row
    return store


def rows(sql, *values):
    store = open_store()
    try:
        return [dict(row) for row in store.execute(sql, values)]
    finally:
        store.close()


def database_schema():
    return rows("PRAGMA user_version")[0]["user_version"] if os.path.exists(DATABASE) else 0


def create_database(schema=SCHEMA):
    store = open_store()
    for version in range(1, schema + 1):
        store.executescript(TABLES[version])
    store.execute(f"PRAGMA user_version = {schema}")
    store.close()


def hashed(password):
    return hashlib.scrypt(password.encode(), salt=b"storeit", n=1024, r=8, p=1).hex()


def picture(path):
    """A thumbnail: one pixel in a colour that depends on the image."""
    with open(path, "rb") as file:
        colour = hashlib.sha256(file.read()).digest()[:3]
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" + colour)) + chunk(b"IEND", b"")


# --- snapshots --------------------------------------------------------------------------------------

def export_snapshot(path, with_images=True):
    """A zstd tar: backup/manifest.json, one JSON file per table, images. Neither sessions nor thumbnails are in it."""
    files = {}
    for table in rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'sessions' ORDER BY name"):
        files[f"data/{table['name']}.json"] = json.dumps(rows(f"SELECT * FROM {table['name']}"), indent=1).encode()
    for name in sorted(os.listdir(IMAGES)) if with_images else []:
        if os.path.isfile(f"{IMAGES}/{name}"):
            with open(f"{IMAGES}/{name}", "rb") as file:
                files[f"images/{name}"] = file.read()
    manifest = {"format_version": 2, "schema_version": database_schema(), "app_version": VERSION,
                "created_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "includes_images": with_images}
    with open(path, "wb") as file, zstandard.ZstdCompressor().stream_writer(file) as stream:
        with tarfile.open(fileobj=stream, mode="w|") as archive:
            for name, content in {"manifest.json": json.dumps(manifest, indent=1).encode(), **files}.items():
                entry = tarfile.TarInfo(f"backup/{name}")
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))


def read_snapshot(path):
    with open(path, "rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as stream:
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            files = {entry.name.removeprefix("backup/"): archive.extractfile(entry).read() for entry in archive if entry.isfile()}
    manifest = json.loads(files.pop("manifest.json"))
    if manifest["schema_version"] > SCHEMA:
        raise ValueError(f"the snapshot has schema {manifest['schema_version']}, this release knows only {SCHEMA}")
    return manifest, files


def transformed(tables, schema):
    """The tables of an older schema as this release wants them."""
    items = tables["items"]
    if schema < 2 <= SCHEMA:
        items = [{**item, "category": "uncategorised"} for item in items]
    if schema < 3 <= SCHEMA:
        names = sorted({item["location"] for item in items})
        tables = {**tables, "locations": [{"id": number, "name": name} for number, name in enumerate(names, 1)]}
        items = [{**{key: value for key, value in item.items() if key != "location"},
                  "location_id": names.index(item["location"]) + 1} for item in items]
    return {**tables, "items": items}


def downgraded(tables, schema):
    """The tables of this release's schema as an older release wants them; what that one has no place for is gone."""
    items = tables["items"]
    if schema < 4 <= SCHEMA:
        items = [{key: value for key, value in item.items() if key != "barcode"} for item in items]
    if schema < 3 <= SCHEMA:
        names = {place["id"]: place["name"] for place in tables["locations"]}
        tables = {name: entries for name, entries in tables.items() if name != "locations"}
        items = [{**{key: value for key, value in item.items() if key != "location_id"},
                  "location": names[item["location_id"]]} for item in items]
    if schema < 2 <= SCHEMA:
        items = [{key: value for key, value in item.items() if key != "category"} for item in items]
    return {**tables, "items": items}


def fill(store, tables):
    store.execute("BEGIN")
    for table, entries in tables.items():
        for entry in entries:
            marks = ", ".join("?" * len(entry))
            store.execute(f"INSERT INTO {table} ({', '.join(entry)}) VALUES ({marks})", list(entry.values()))
    store.execute("COMMIT")
    store.close()


def downgrade(version):
    """A fresh database of an older release's schema beside the renamed one; that release is started on it next."""
    schema = SCHEMAS[version]
    names = [table["name"] for table in rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'sessions'")]
    tables = {name: rows(f"SELECT * FROM {name}") for name in names}
    os.replace(DATABASE, f"{DATABASE}.pre-downgrade")
    try:
        create_database(schema)
        fill(open_store(), downgraded(tables, schema))
    except Exception:
        os.replace(f"{DATABASE}.pre-downgrade", DATABASE)
        raise
    log.info("downgraded to schema %d", schema)


def import_snapshot(path, old_name):
    """Into a fresh database; the old one is renamed, and put back when the import fails."""
    manifest, files = read_snapshot(path)
    old = f"{DATABASE}.{old_name}"
    had_one = os.path.exists(DATABASE)
    if had_one:
        os.replace(DATABASE, old)
    try:
        if BEHAVIOUR == "import-fails":
            raise ValueError("items.json: row 7: unexpected null")
        create_database()
        tables = {name[5:-5]: json.loads(content) for name, content in files.items() if name.startswith("data/")}
        fill(open_store(), transformed(tables, manifest["schema_version"]))
        shutil.rmtree(THUMBNAILS, ignore_errors=True)
        for name in os.listdir(IMAGES):
            os.remove(f"{IMAGES}/{name}")
        os.makedirs(THUMBNAILS)
        for name, content in files.items():
            if name.startswith("images/"):
                with open(f"{IMAGES}/{name[7:]}", "wb") as file:
                    file.write(content)
    except Exception:
        if os.path.exists(DATABASE):
            os.remove(DATABASE)
        if had_one:
            os.replace(old, DATABASE)
        raise


# --- upgrades ---------------------------------------------------------------------------------------

def migrate_in_place():
    """0.2.0 still has the migration of its first builds: it runs before anybody compares schema versions."""
    if VERSION == "0.2.0" and database_schema() == 1:
        store = open_store()
        store.executescript(f"BEGIN; {TABLES[2]} PRAGMA user_version = 2; COMMIT;")
        store.close()


def auto_upgrade():
    migrate_in_place()
    schema = database_schema()
    if schema in (0, SCHEMA) or BEHAVIOUR == "stuck":
        log.info("schema version %d matches, no migration needed", schema)
        return
    if schema > SCHEMA:
        sys.exit(f"ERROR the database has schema {schema}, this release knows only {SCHEMA}")
    log.info("schema version mismatch: database has %d, binary expects %d — auto-upgrading", schema, SCHEMA)
    try:
        export_snapshot("/tmp/auto-upgrade.storeit")
        log.info("exported data to temporary archive")
        log.info("backing up database to %s.pre-upgrade", DATABASE)
        import_snapshot("/tmp/auto-upgrade.storeit", "pre-upgrade")
    except Exception as error:
        sys.exit(f"ERROR import failed: {error}; the old database has been put back")
    log.info("import completed successfully")


# --- HTTP -------------------------------------------------------------------------------------------

app = App(lambda request, reply: log.info("%s %s %d", request.method, request.path, reply.status))
jobs = {}


def signed_in(request):
    cookie = re.search(r"\bstoreit_session=([\w-]+)", request.headers.get("Cookie", ""))
    found = rows("SELECT login FROM sessions WHERE token = ?", cookie and cookie[1])
    if not found:
        raise Refused(401, "not signed in")
    return found[0]["login"]


def items(where="", *values):
    """Whatever schema the database has."""
    join = "LEFT JOIN (SELECT id AS location_id, name AS location FROM locations) USING (location_id)" if database_schema() >= 3 else ""
    return rows(f"SELECT * FROM items {join} {where} ORDER BY id", *values)


def start_job(work):
    job = secrets.token_hex(4)
    jobs[job] = {"status": "running", "error": None}

    def run():
        try:
            work(job)
            jobs[job]["status"] = "complete"
        except Exception as error:
            log.error("job %s failed: %s", job, error)
            jobs[job].update(status="failed", error=str(error))

    threading.Thread(target=run).start()
    return {"job_id": job}


def file_of(folder, item):
    try:
        with open(f"{folder}/{int(item)}.png", "rb") as file:
            return Reply(file.read(), kind="image/png")
    except (FileNotFoundError, ValueError):
        raise Refused(404, "no such picture") from None


@app.route("GET", "/api/v1/admin/schema-version")
def version(_):
    return {"schema_version": SCHEMA, "expected_version": SCHEMA, "app_version": VERSION}


@app.route("GET", "/api/v1/auth/mode")
def mode(_):
    return {"mode": "local"}


@app.route("POST", "/api/v1/auth/local/login")
def login(request):
    given = request.json()
    if not rows("SELECT 1 FROM users WHERE login = ? AND password = ?", given.get("username"), hashed(given.get("password", ""))):
        raise Refused(401, "wrong username or password")
    token = secrets.token_hex(16)
    rows("INSERT INTO sessions VALUES (?, ?)", token, given["username"])
    return Reply(about(given["username"]), headers={"Set-Cookie": f"storeit_session={token}; Path=/; HttpOnly; SameSite=Lax"})


@app.route("GET", "/api/v1/auth/me")
def me(request):
    return about(signed_in(request))


def about(login):
    return {"user": {"external_id": f"local:{login}"}}


@app.route("GET", "/api/v1/items")
def list_items(request):
    signed_in(request)
    return items()


@app.route("POST", "/api/v1/items")
def add_item(request):
    signed_in(request)
    given = {"quantity": 1, "location": "unsorted", **request.json()}
    if database_schema() >= 3:
        name = given.pop("location")
        rows("INSERT OR IGNORE INTO locations (name) VALUES (?)", name)
        given["location_id"] = rows("SELECT id FROM locations WHERE name = ?", name)[0]["id"]
    known = {column["name"] for column in rows("PRAGMA table_info(items)")} - {"id"}
    given = {key: value for key, value in given.items() if key in known}
    marks = ", ".join("?" * len(given))
    added = rows(f"INSERT INTO items ({', '.join(given)}) VALUES ({marks}) RETURNING id", *given.values())
    return Reply(items("WHERE items.id = ?", added[0]["id"])[0], 201)


@app.route("GET", "/api/v1/items/{item}")
def one_item(request, item):
    signed_in(request)
    found = items("WHERE items.id = ?", item)
    if not found:
        raise Refused(404, "no such item")
    return found[0]


# An item has one photo, with the item's number.
@app.route("POST", "/api/v1/photos")
def add_photo(request):
    item = one_item(request, request.file("entity_id").decode())["id"]
    content = request.file("file")
    with open(f"{IMAGES}/{item}.png", "wb") as file:
        file.write(content)
    with open(f"{THUMBNAILS}/{item}.png", "wb") as file:
        file.write(picture(f"{IMAGES}/{item}.png"))
    return Reply({"id": item, "entity_type": "item", "entity_id": item, "sha256": hashlib.sha256(content).hexdigest()}, 201)


@app.route("GET", "/api/v1/photos/{photo}/file")
def image(request, photo):
    signed_in(request)
    return file_of(IMAGES, photo)


@app.route("GET", "/api/v1/photos/{photo}/thumbnail")
def thumbnail(request, photo):
    signed_in(request)
    return file_of(THUMBNAILS, photo)


@app.route("POST", "/api/v1/admin/backup")
def start_backup(request):
    signed_in(request)
    with_images = request.json().get("include_images", False)
    return start_job(lambda job: export_snapshot(f"/tmp/{job}.storeit", with_images))


@app.route("GET", "/api/v1/admin/backup/{job}/download")
def download(request, job):
    signed_in(request)
    if jobs.get(job, {}).get("status") != "complete":
        raise Refused(400, "the backup is not complete")
    with open(f"/tmp/{job}.storeit", "rb") as file:
        return Reply(file.read())


@app.route("POST", "/api/v1/admin/restore")
def start_restore(request):
    signed_in(request)
    if json.loads(request.file("options"))["mode"] != "replace":
        raise Refused(400, "only the mode replace is known")
    with open(f"/tmp/restore-{secrets.token_hex(4)}.storeit", "wb") as file:
        file.write(request.file("file"))
    return start_job(lambda _: import_snapshot(file.name, "pre-import"))


# Without sign-in: after a restore the session of whoever asked for it is gone.
@app.route("GET", "/api/v1/admin/restore/{job}/status")
@app.route("GET", "/api/v1/admin/backup/{job}/status")
def job_state(_, job):
    if job not in jobs:
        raise Refused(404, "no such job")
    return jobs[job]


# --- commands ---------------------------------------------------------------------------------------

def serve():
    if not os.path.exists(DATABASE):
        create_database()
    if ADMIN_PASSWORD:
        rows("INSERT OR IGNORE INTO users VALUES (?, ?)", ADMIN, hashed(ADMIN_PASSWORD))
    log.info("listening on 0.0.0.0:8080")
    app.serve(8080)


def main(arguments):
    for folder in (os.path.dirname(DATABASE), IMAGES, THUMBNAILS):
        os.makedirs(folder, exist_ok=True)
    match arguments:
        case ["serve"]:
            serve()
        case ["auto-upgrade"]:
            auto_upgrade()
        case ["import", path, "--mode", "replace"]:
            try:
                import_snapshot(path, "pre-import")
            except Exception as error:
                sys.exit(f"ERROR import failed: {error}")
            log.info("import completed successfully")
        case ["export", path]:
            export_snapshot(path)
            print(f"exported to {path}")
        case ["downgrade", version] if version in SCHEMAS:
            try:
                downgrade(version)
            except Exception as error:
                sys.exit(f"ERROR downgrade failed: {error}; the database is as it was")
            print(f"downgraded to {version}")
        case ["version"]:
            found = {"app_version": VERSION, "expected_schema_version": SCHEMA, "schema_version": database_schema()}
            print(json.dumps(found, indent=2))
        case _:
            sys.exit("usage: storeit-server serve | auto-upgrade | import FILE --mode replace | export FILE | downgrade VERSION | version")


main(sys.argv[1:])
