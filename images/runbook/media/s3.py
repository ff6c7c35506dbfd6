"""The bucket, through signed addresses only: presigned with signature version 4."""
import hashlib
import hmac
import re
from datetime import datetime, timezone
from urllib.error import HTTPError
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

from django.conf import settings


def presign(method, key="", seconds=300, **query):
    """An address that allows one method on one key for a while."""
    now = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    host = urlsplit(settings.S3_ENDPOINT).netloc
    scope = f"{now[:8]}/{settings.S3_REGION}/s3/aws4_request"
    path = quote(f"/{settings.S3_BUCKET}/{key}")
    values = {
        **{name.replace("_", "-"): str(value) for name, value in query.items()},
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": f"{settings.S3_ACCESS_KEY}/{scope}",
        "X-Amz-Date": now,
        "X-Amz-Expires": str(seconds),
        "X-Amz-SignedHeaders": "host",
    }
    line = "&".join(f"{name}={quote(value, safe='-_.~')}" for name, value in sorted(values.items()))
    canonical = f"{method}\n{path}\n{line}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD"
    text = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key_bytes = f"AWS4{settings.S3_SECRET_KEY}".encode()
    for part in scope.split("/"):
        key_bytes = hmac.new(key_bytes, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key_bytes, text.encode(), hashlib.sha256).hexdigest()
    return f"{settings.S3_ENDPOINT}{path}?{line}&X-Amz-Signature={signature}"


def ask(method, key="", body=None, **query):
    with urlopen(Request(presign(method, key, **query), data=body, method=method), timeout=5) as answer:
        return answer.read()


def put(key, body):
    ask("PUT", key, body)


def get(key):
    """The object's bytes; None when there is no such object."""
    try:
        return ask("GET", key)
    except HTTPError as error:
        if error.code == 404:
            return None
        raise


def keys():
    listing = ask("GET", list_type=2, max_keys=1000).decode()
    return re.findall(r"<Key>([^<]*)</Key>", listing)
