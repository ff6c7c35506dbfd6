import secrets

from django.conf import settings
from django.db import models


def new_token():
    return secrets.token_urlsafe(12)


class Media(models.Model):
    name = models.CharField(max_length=200, unique=settings.BEHAVIOUR == "bad-migration")
    key = models.CharField(max_length=300, unique=True)
    bytes = models.IntegerField()
    sha256 = models.CharField(max_length=64)
    created = models.DateTimeField(auto_now_add=True)
    if settings.VERSION != "1.0":
        caption = models.TextField(default="")


class ShareLink(models.Model):
    token = models.CharField(max_length=40, unique=True, default=new_token)
    media = models.ForeignKey(Media, on_delete=models.CASCADE)


class MigrationRun(models.Model):
    """One row per `manage.py migrate`: a runbook says "exactly once"."""

    version = models.CharField(max_length=20)
    started = models.DateTimeField()
    finished = models.DateTimeField(auto_now_add=True)
    ok = models.BooleanField()
