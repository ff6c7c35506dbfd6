import hashlib
import json

from celery import shared_task
from django.conf import settings

from media import s3
from media.models import Media


def preview_key(media_id):
    return f"previews/{media_id}.json"


@shared_task
def make_preview(media_id):
    media = Media.objects.get(id=media_id)
    content = s3.get(media.key)
    preview = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content), "made_by": settings.VERSION}
    s3.put(preview_key(media_id), json.dumps(preview).encode())
