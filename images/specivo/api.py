"""A small issue tracker's API.

BEHAVIOUR (set in the image) makes a trap of a release: degraded.
"""
import base64
import hashlib
import hmac
import os
import sys

import redis

from common import ATTACHMENTS, BEHAVIOUR, REDIS_URL, SECRET_KEY, VERSION, hashed, rows
from serving import App, Refused, Reply

# 0.3.1 renamed the setting and nobody noticed: its own default is not where Redis is.
CACHE_URL = os.environ.get("SPECIVO_CACHE_URL", "redis://localhost:6379/0") if BEHAVIOUR == "degraded" else REDIS_URL
cache = redis.Redis.from_url(CACHE_URL, socket_connect_timeout=1, socket_timeout=1)
app = App()


# --- signing in -------------------------------------------------------------------------------------

def sign(login):
    name = base64.urlsafe_b64encode(login.encode()).decode()
    return f"{name}.{hmac.new(SECRET_KEY.encode(), login.encode(), hashlib.sha256).hexdigest()}"


def signed_in(request):
    token = request.bearer()
    try:
        login = base64.urlsafe_b64decode(token.partition(".")[0]).decode()
    except ValueError:
        login = ""
    if not hmac.compare_digest(sign(login), token):
        raise Refused(401, "not signed in")
    return login


@app.route("POST", "/api/v1/auth/login/")
def login(request):
    given = request.json()
    if not rows("SELECT 1 FROM users WHERE login = %s AND password = %s", given.get("login"), hashed(given.get("password", ""))):
        raise Refused(401, "wrong login or password")
    return {"access_token": sign(given["login"]), "token_type": "bearer"}


@app.route("GET", "/api/v1/me")
def me(request):
    return {"login": signed_in(request)}


# --- issues -----------------------------------------------------------------------------------------

@app.route("GET", "/api/v1/issues/{issue}")
def one_issue(request, issue):
    signed_in(request)
    found = rows("SELECT * FROM issues WHERE id = %s", issue)
    if not found:
        raise Refused(404, "no such issue")
    attachments = rows("SELECT id, name, sha256 FROM attachments WHERE issue_id = %s ORDER BY id", issue)
    comments = {"comments": rows("SELECT author, body FROM comments WHERE issue_id = %s ORDER BY id", issue)} if has_comments() else {}
    return {**{name: value for name, value in found[0].items() if name != "indexed"}, "attachments": attachments, **comments}


def has_comments():
    return VERSION >= "0.3"


@app.route("GET", "/api/v1/issues/")
def all_issues(request):
    signed_in(request)
    found = rows("SELECT id, title, status FROM issues ORDER BY id")
    return {"total_count": len(found), "results": found}


@app.route("POST", "/api/v1/issues/")
def add_issue(request):
    author = signed_in(request)
    given = request.json()
    added = rows("INSERT INTO issues (title, body, author, indexed) VALUES (%s, %s, %s, '') RETURNING id",
                 given["title"], given.get("body", ""), author)[0]
    try:
        # Imported late: reading a tracker does not need Celery.
        from tasks import reindex

        reindex.apply_async((added["id"],), retry=False)
    except Exception as error:
        print(f"WARNING the issue was not indexed: {error}", file=sys.stderr)
    return Reply({**added, "title": given["title"]}, 201)


@app.route("GET", "/api/v1/search/")
def search(request):
    signed_in(request)
    words = request.query.get("q", "").lower()
    found = rows("SELECT id, title FROM issues WHERE indexed LIKE %s ORDER BY id", f"%{words}%")
    return {"total_count": len(found), "results": found}


@app.route("POST", "/api/v1/issues/{issue}/attachments/{name}")
def add_attachment(request, issue, name):
    one_issue(request, issue)
    digest = hashlib.sha256(request.body).hexdigest()
    added = rows("INSERT INTO attachments (issue_id, name, sha256) VALUES (%s, %s, %s) RETURNING id", issue, name, digest)[0]
    os.makedirs(ATTACHMENTS, exist_ok=True)
    with open(f"{ATTACHMENTS}/{added['id']}", "wb") as file:
        file.write(request.body)
    return Reply({**added, "sha256": digest}, 201)


@app.route("GET", "/api/v1/attachments/{attachment}")
def attachment(request, attachment):
    signed_in(request)
    try:
        with open(f"{ATTACHMENTS}/{int(attachment)}", "rb") as file:
            return Reply(file.read())
    except (FileNotFoundError, ValueError):
        raise Refused(404, "no such attachment") from None


# --- operations -------------------------------------------------------------------------------------

def tried(check):
    try:
        return "ok" if check() else "error"
    except Exception:
        return "error"


@app.route("GET", "/health/")
def health(_):
    """Always 200: what is wrong is in the body."""
    checks = {
        "db": tried(lambda: rows("SELECT 1")),
        "redis": tried(cache.ping),
        "worker": tried(lambda: cache.get("specivo:worker:heartbeat")),
    }
    return {"status": "ok" if set(checks.values()) == {"ok"} else "degraded", "checks": checks}


@app.route("GET", "/metrics")
def metrics(_):
    lines = ["# HELP specivo_issues_total Issues by status.", "# TYPE specivo_issues_total gauge"]
    for row in rows("SELECT status, count(*) AS n FROM issues GROUP BY status ORDER BY status"):
        lines.append(f'specivo_issues_total{{status="{row["status"]}"}} {row["n"]}')
    lines += ["# HELP specivo_users_total People who may sign in.", "# TYPE specivo_users_total gauge",
              f'specivo_users_total {rows("SELECT count(*) AS n FROM users")[0]["n"]}',
              "# HELP specivo_build_info The release.", "# TYPE specivo_build_info gauge",
              f'specivo_build_info{{version="{VERSION}"}} 1']
    return Reply("\n".join(lines) + "\n", kind="text/plain; version=0.0.4; charset=utf-8")


@app.route("GET", "/api/v1/version")
def version(_):
    return {"version": VERSION}


if not SECRET_KEY:
    sys.exit("ERROR SECRET_KEY is not set")
print(f"INFO specivo {VERSION} listens on port 8000")
app.serve(8000)
