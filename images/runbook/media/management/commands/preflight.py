import redis
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from media import s3
from media.views import unapplied_migrations


class Command(BaseCommand):
    help = "Checks what the system needs: database, migrations, Redis, bucket."

    def check_database(self):
        connection.ensure_connection()

    def check_migrations(self):
        missing = unapplied_migrations()
        if missing:
            raise CommandError(f"unapplied: {', '.join(missing)}")

    def check_redis(self):
        redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2).ping()

    def check_bucket(self):
        s3.keys()

    def handle(self, **_):
        failed = 0
        for part in ("database", "migrations", "redis", "bucket"):
            try:
                getattr(self, f"check_{part}")()
                self.stdout.write(f"{part}: ok")
            except Exception as error:
                failed += 1
                self.stdout.write(f"{part}: {str(error).strip()}")
        if failed:
            raise CommandError("preflight: failed")
        self.stdout.write("preflight: ok")
