"""Plain login names

Login names become part of addresses: lower-case letters, digits, dots and dashes only.
"""
from alembic import op

revision, down_revision = "e91a4f6720cb", "b27d05e8c934"


def upgrade():
    print("INFO migrating: plain login names")
    op.execute("ALTER TABLE users ADD COLUMN address text")
    refused = [row[0] for row in op.get_bind().execute("SELECT login FROM users WHERE login ~ '[A-Z@]' ORDER BY login")]
    if refused:
        raise ValueError(f"login names with upper-case letters or '@' are no longer allowed: {', '.join(refused)}; rename them first")
    op.execute("UPDATE users SET address = '/people/' || login")
