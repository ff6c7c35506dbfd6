import hashlib
import json
import secrets
from functools import wraps

from django.conf import settings
from django.contrib.auth import authenticate, login
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path

from media import s3
from media.models import Media, ShareLink
from media.tasks import make_preview, preview_key


def unapplied_migrations():
    executor = MigrationExecutor(connection)
    return [str(migration) for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]


def signed_in(view):
    @wraps(view)
    def guarded(request, *arguments, **named):
        if not request.user.is_authenticated:
            return JsonResponse({"error": "not signed in"}, status=401)
        return view(request, *arguments, **named)

    return guarded


def described(media):
    caption = {"caption": media.caption} if hasattr(media, "caption") else {}
    return {"id": media.id, "name": media.name, "key": media.key, "bytes": media.bytes, "sha256": media.sha256, **caption}


def content_of(media):
    content = s3.get(media.key)
    if content is None:
        return JsonResponse({"error": f"{media.key} is not in the bucket"}, status=502)
    return HttpResponse(content, content_type="application/octet-stream")


def health(_):
    missing = unapplied_migrations()
    if missing:
        return JsonResponse({"status": "unavailable", "problem": f"{len(missing)} unapplied migrations"}, status=503)
    return JsonResponse({"status": "ok"})


def version(_):
    return JsonResponse({"version": settings.VERSION})


def sign_in(request):
    given = json.loads(request.body)
    user = authenticate(username=given.get("username"), password=given.get("password"))
    if user is None:
        return JsonResponse({"error": "wrong username or password"}, status=401)
    login(request, user)
    return JsonResponse({"user": user.username})


@signed_in
def me(request):
    return JsonResponse({"user": request.user.username})


@signed_in
def browse(_):
    found = [described(media) for media in Media.objects.order_by("id")]
    return JsonResponse({"total": len(found), "items": found})


@signed_in
def one(_, media_id):
    return JsonResponse(described(get_object_or_404(Media, id=media_id)))


@signed_in
def download(_, media_id):
    return content_of(get_object_or_404(Media, id=media_id))


@signed_in
def signed_address(_, media_id):
    return JsonResponse({"url": s3.presign("GET", get_object_or_404(Media, id=media_id).key)})


@signed_in
def preview(_, media_id):
    made = s3.get(preview_key(get_object_or_404(Media, id=media_id).id))
    if made is None:
        return JsonResponse({"state": "pending"}, status=202)
    return JsonResponse({"state": "ready", **json.loads(made)})


@signed_in
def share(_, media_id):
    link = ShareLink.objects.create(media=get_object_or_404(Media, id=media_id))
    return JsonResponse({"token": link.token}, status=201)


def shared(_, token):
    return JsonResponse({"name": get_object_or_404(ShareLink, token=token).media.name})


def shared_content(_, token):
    return content_of(get_object_or_404(ShareLink, token=token).media)


@signed_in
def start_upload(request):
    key = f"uploads/{secrets.token_hex(6)}/{json.loads(request.body)['name']}"
    return JsonResponse({"key": key, "method": "PUT", "url": s3.presign("PUT", key)}, status=201)


@signed_in
def complete_upload(request):
    key = json.loads(request.body)["key"]
    content = s3.get(key)
    if content is None:
        return JsonResponse({"error": f"{key} has not been uploaded"}, status=409)
    media = Media.objects.create(name=key.rsplit("/", 1)[1], key=key, bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
    make_preview.delay(media.id)
    return JsonResponse(described(media), status=201)


urlpatterns = [
    path("api/health", health),
    path("api/version", version),
    path("api/login", sign_in),
    path("api/me", me),
    path("api/media", browse),
    path("api/media/<int:media_id>", one),
    path("api/media/<int:media_id>/download", download),
    path("api/media/<int:media_id>/url", signed_address),
    path("api/media/<int:media_id>/preview", preview),
    path("api/media/<int:media_id>/share", share),
    path("api/share/<str:token>", shared),
    path("api/share/<str:token>/content", shared_content),
    path("api/uploads", start_upload),
    path("api/uploads/complete", complete_upload),
]
