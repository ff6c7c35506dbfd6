"""Settings, and one way to ask the database."""
import hashlib
import os

import psycopg2
import psycopg2.extras

VERSION = os.environ.get("APP_VERSION", "0.1.10")
BEHAVIOUR = os.environ.get("BEHAVIOUR", "")
DATABASE_URL = os.environ.get("DATABASE_URL", "")
REDIS_URL = os.environ.get("REDIS_URL", "redis://localhost:6379/0")
SECRET_KEY = os.environ.get("SECRET_KEY", "")
ADMIN_PASSWORD = os.environ.get("SPECIVO_ADMIN_PASSWORD", "")
ATTACHMENTS = "/app/data/attachments"


def rows(sql, *values):
    connection = psycopg2.connect(DATABASE_URL, connect_timeout=3, cursor_factory=psycopg2.extras.RealDictCursor)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql, values)
            return [dict(row) for row in cursor.fetchall()] if cursor.description else []
    finally:
        connection.close()


def hashed(password):
    return hashlib.scrypt(password.encode(), salt=b"specivo", n=1024, r=8, p=1).hex()
