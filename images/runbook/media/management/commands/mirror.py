import os

from django.core.management.base import BaseCommand

from media import s3


class Command(BaseCommand):
    help = "Copies the whole bucket into a folder."

    def add_arguments(self, parser):
        parser.add_argument("folder")

    def handle(self, folder, **_):
        found = s3.keys()
        for key in found:
            target = os.path.join(folder, key)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "wb") as file:
                file.write(s3.get(key))
        self.stdout.write(f"mirrored {len(found)} objects")
