"""People, issues and attachments"""
from alembic import op

revision, down_revision = "5f1c0a2b7d10", None


def upgrade():
    print("INFO migrating: people, issues and attachments")
    op.execute("""
        CREATE TABLE users (id serial PRIMARY KEY, login text UNIQUE NOT NULL, password text NOT NULL);
        CREATE TABLE issues (id serial PRIMARY KEY, title text NOT NULL, body text NOT NULL DEFAULT '', author text NOT NULL,
                             status text NOT NULL DEFAULT 'open', indexed text NOT NULL DEFAULT '');
        CREATE TABLE attachments (id serial PRIMARY KEY, issue_id integer NOT NULL REFERENCES issues, name text NOT NULL,
                                  sha256 text NOT NULL);
    """)
