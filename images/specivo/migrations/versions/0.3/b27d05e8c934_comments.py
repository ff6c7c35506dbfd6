"""Comments"""
from alembic import op

revision, down_revision = "b27d05e8c934", "8c3e94d1a6f2"


def upgrade():
    print("INFO migrating: comments")
    op.execute("""
        CREATE TABLE comments (id serial PRIMARY KEY, issue_id integer NOT NULL REFERENCES issues, author text NOT NULL,
                               body text NOT NULL);
        INSERT INTO comments (issue_id, author, body) SELECT id, author, 'Opened.' FROM issues;
    """)
