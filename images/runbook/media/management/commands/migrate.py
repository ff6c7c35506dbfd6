from django.conf import settings
from django.core.management.commands import migrate
from django.db import connection
from django.utils import timezone

from media.models import MigrationRun


class Command(migrate.Command):
    """Django's own, and a row about every run."""

    def handle(self, *arguments, **options):
        started, ok = timezone.now(), False
        try:
            super().handle(*arguments, **options)
            ok = True
        finally:
            if MigrationRun._meta.db_table in connection.introspection.table_names():
                MigrationRun.objects.create(version=settings.VERSION, started=started, ok=ok)
