import hashlib

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand

from media import s3
from media.models import Media, ShareLink
from media.tasks import make_preview


class Command(BaseCommand):
    help = "Fills an empty installation: a user, N uploads, a share link."

    def add_arguments(self, parser):
        parser.add_argument("count", type=int)

    def handle(self, count, **_):
        if not User.objects.filter(username="admin").exists():
            User.objects.create_user("admin", password="example-admin-password")
        names = ["holiday.txt", "team-photo.txt", "floor-plan.txt", "price-list.txt", "logo.txt"]
        first = Media.objects.count()
        for number in range(first, first + count):
            name = names[number % len(names)]
            content = f"{name} number {number}\n".encode() * (20 + number)
            key = f"uploads/{number:04}/{name}"
            s3.put(key, content)
            media = Media.objects.create(name=name, key=key, bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
            make_preview.delay(media.id)
        ShareLink.objects.get_or_create(token="example-share-link", media=Media.objects.earliest("id"))
        self.stdout.write(f"seeded {count} uploads")
