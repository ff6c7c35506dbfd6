"""Priorities"""
from alembic import op

revision, down_revision = "8c3e94d1a6f2", "5f1c0a2b7d10"


def upgrade():
    print("INFO migrating: priorities")
    op.execute("ALTER TABLE issues ADD COLUMN priority text NOT NULL DEFAULT 'normal'")
