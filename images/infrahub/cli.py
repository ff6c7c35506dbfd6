"""infrahub COMMAND: what the containers run, and what an operator runs."""
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import time

import schema
from common import DATABASE_URL, MINOR, TASKS_URL, VERSION, check_settings

COMPONENTS = {"database.dump": DATABASE_URL, "task-manager.dump": TASKS_URL}


def upgrade():
    """Every way out of here has exit code 0: only the last line tells."""
    check_settings()
    current = schema.current()
    if current > MINOR:
        print(f"Upgrade cancelled: the database has the schema of 1.{current}, which is newer than {VERSION}")
        return
    if 0 < current < MINOR - 1:
        print(f"Upgrade cancelled: 1.{current} cannot be upgraded to {VERSION} directly, upgrade to 1.{current + 1} first")
        return
    for name, sql, minor in schema.pending():
        try:
            schema.apply(name, sql, minor)
            print(f"migration {name}: applied")
        except Exception as error:
            print(f"migration {name}: {str(error).strip().splitlines()[0]}")
            print("Upgrade cancelled due to migration failure")
            return
    print(f"Upgrade completed: {VERSION}")


def migrations():
    left = schema.pending()
    for name, _, _ in left:
        print(f"pending: {name}")
    if not left:
        print("all migrations applied")
    sys.exit(1 if left else 0)


def backup(path):
    """Both databases; the object storage is not in it."""
    files = {name: subprocess.run(["pg_dump", "--format=custom", "--no-owner", url], check=True, capture_output=True).stdout
             for name, url in COMPONENTS.items()}
    information = {"created_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "infrahub_version": VERSION,
                   "components": ["database", "task-manager-db"],
                   "checksums": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}}
    with tarfile.open(path, "w:gz") as archive:
        for name, content in {"backup_information.json": json.dumps(information, indent=2).encode(), **files}.items():
            entry = tarfile.TarInfo(f"backup/{name}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    print(f"Backup completed: {path}")


def restore(path):
    with tarfile.open(path) as archive:
        files = {entry.name.removeprefix("backup/"): archive.extractfile(entry).read() for entry in archive if entry.isfile()}
    information = json.loads(files["backup_information.json"])
    for name, digest in information["checksums"].items():
        if hashlib.sha256(files.get(name, b"")).hexdigest() != digest:
            sys.exit(f"ERROR {name} is damaged: its checksum is not the backup's")
    if information["infrahub_version"].split(".")[1] != str(MINOR):
        sys.exit(f"ERROR the backup is of {information['infrahub_version']}, this is {VERSION}")
    for name, url in COMPONENTS.items():
        with tempfile.NamedTemporaryFile() as dump:
            dump.write(files[name])
            dump.flush()
            subprocess.run(["pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction", "--dbname", url, dump.name], check=True)
        print(f"restored {name}")
    print("Restore completed")


def main(arguments):
    match arguments:
        case ["server"]:
            check_settings()
            import server

            server.serve()
        case ["task-worker" | "task-manager" | "background" as service]:
            check_settings()
            import tasks

            {"task-worker": tasks.worker, "task-manager": tasks.manager, "background": tasks.background}[service]()
        case ["upgrade"]:
            upgrade()
        case ["migrations"]:
            migrations()
        case ["backup", path]:
            backup(os.path.abspath(path))
        case ["restore", path]:
            restore(os.path.abspath(path))
        case ["version"]:
            print(VERSION)
        case _:
            sys.exit("usage: infrahub server | task-worker | task-manager | background | upgrade | migrations | backup FILE | restore FILE | version")


main(sys.argv[1:])
