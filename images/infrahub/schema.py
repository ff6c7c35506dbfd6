"""The database's schema: its version is the minor release that it belongs to."""
from common import BEHAVIOUR, MINOR, VERSION, rows

# What a release adds; every migration leaves data that the release before can still read.
MIGRATIONS = {
    1: [("0001_nodes", """
            CREATE TABLE schema_version (minor integer NOT NULL);
            INSERT INTO schema_version VALUES (0);
            CREATE TABLE migrations (name text PRIMARY KEY, release text NOT NULL, applied timestamptz NOT NULL DEFAULT now());
            CREATE TABLE accounts (name text PRIMARY KEY, password text NOT NULL);
            CREATE TABLE nodes (id serial PRIMARY KEY, kind text NOT NULL, name text NOT NULL, site text);"""),
        ("0002_artifacts", """
            CREATE TABLE artifacts (id serial PRIMARY KEY, node_id integer NOT NULL REFERENCES nodes, status text NOT NULL DEFAULT 'Pending',
                                    storage_key text, sha256 text);"""),
        ("0003_repositories", """
            CREATE TABLE repositories (id serial PRIMARY KEY, name text NOT NULL, sync_status text NOT NULL DEFAULT 'in-sync');""")],
    2: [("0004_node_labels", """
            ALTER TABLE nodes ADD COLUMN label text;
            UPDATE nodes SET label = initcap(replace(name, '-', ' '));"""),
        ("0005_node_history", """
            CREATE TABLE history (node_id integer NOT NULL REFERENCES nodes, change text NOT NULL, at timestamptz NOT NULL DEFAULT now());
            INSERT INTO history (node_id, change) SELECT id, 'imported' FROM nodes;""")],
    3: [("0006_profiles", """
            CREATE TABLE profiles (id serial PRIMARY KEY, name text NOT NULL, kind text NOT NULL);
            INSERT INTO profiles (name, kind) SELECT DISTINCT 'default-' || lower(kind), kind FROM nodes;""")],
}
if BEHAVIOUR == "failing":
    MIGRATIONS[2][1] = ("0005_node_history", "ALTER TABLE nodes ADD CONSTRAINT one_name UNIQUE (kind, site)")


def current():
    """The minor release whose schema the database has; 0 when it is empty."""
    if not rows("SELECT to_regclass('schema_version') AS found")[0]["found"]:
        return 0
    return rows("SELECT minor FROM schema_version")[0]["minor"]


def apply(name, sql, minor=None):
    ready = f"UPDATE schema_version SET minor = {minor};" if minor else ""
    # One transaction; a literal % would be taken for a placeholder, and there is none.
    rows(f"{sql}; {ready} INSERT INTO migrations (name, release) VALUES ('{name}', '{VERSION}')")


def pending():
    """(name, sql, minor) of what this release has and the database has not; minor with the last of its release."""
    done = {row["name"] for row in rows("SELECT name FROM migrations")} if current() else set()
    return [(name, sql, minor if name == steps[-1][0] else None)
            for minor, steps in MIGRATIONS.items() if minor <= MINOR
            for name, sql in steps if name not in done]
