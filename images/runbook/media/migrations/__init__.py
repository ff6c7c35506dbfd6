"""Every release has the migrations up to its own: the folders of the releases before it, and its own."""
import os

from django.conf import settings

folders = ["v1_0"]
if settings.VERSION != "1.0":
    folders.append("v1_1_bad_migration" if settings.BEHAVIOUR == "bad-migration" else "v1_1")
__path__ = [os.path.join(os.path.dirname(__file__), folder) for folder in folders]
