"""The API: GraphQL, schema summary, artifacts, health and metrics."""
import base64
import hashlib
import hmac
import sys
import time

import redis

import schema
from common import ADMIN_PASSWORD, API_TOKEN, CACHE, MINOR, SECRET_KEY, STORAGE, VERSION, Queue, log, rows
from graphql_api import graphql_api
from serving import App, Refused, Reply

cache = redis.Redis(host=CACHE, socket_connect_timeout=1, socket_timeout=1)
started = time.time()
requests = {}


def count(request, reply):
    requests[reply.status] = requests.get(reply.status, 0) + 1
    log("DEBUG", f"{request.method} {request.path} {reply.status}")


app = App(count)


def hashed(password):
    return hashlib.scrypt(password.encode(), salt=b"infrahub", n=1024, r=8, p=1).hex()


def sign(account):
    name = base64.urlsafe_b64encode(account.encode()).decode()
    return f"{name}.{hmac.new(SECRET_KEY.encode(), account.encode(), hashlib.sha256).hexdigest()}"


def account_of(request):
    if API_TOKEN and hmac.compare_digest(request.headers.get("X-INFRAHUB-KEY", ""), API_TOKEN):
        return "admin"
    token = request.bearer()
    try:
        name = base64.urlsafe_b64decode(token.partition(".")[0]).decode()
    except ValueError:
        return None
    return name if name and hmac.compare_digest(sign(name), token) else None


def signed_in(request):
    account = account_of(request)
    if not account:
        raise Refused(401, "not signed in")
    return account


# --- GraphQL ----------------------------------------------------------------------------------------

SDL = """
type Query {
  InfrahubInfo: Info!
  InfrahubStatus: Status!
  Account: Account
  Node(kind: String, name: String): NodeList!
  Artifact(status: String, ids: [ID!]): ArtifactList!
  Repository: RepositoryList!
}
type Mutation {
  login(username: String!, password: String!): Login!
  NodeCreate(kind: String!, name: String!, site: String): NodeResult!
  ArtifactGenerate(node: ID!): ArtifactResult!
}
type Info { version: String! }
type Status { summary: Summary!  workers: [Worker!]! }
type Summary { schema_hash_synced: Boolean!  active_workers: Int! }
type Worker { id: String!  active: Boolean! }
type Account { name: String! }
type Login { token: String! }
type NodeList { count: Int!  edges: [Node!]! }
type Node { id: ID!  kind: String!  name: String!  site: String %s }
type NodeResult { ok: Boolean!  object: Node! }
type ArtifactList { count: Int!  edges: [Artifact!]! }
type Artifact { id: ID!  node_id: ID!  status: String!  storage_key: String  sha256: String }
type ArtifactResult { ok: Boolean!  id: ID! }
type RepositoryList { count: Int!  edges: [Repository!]! }
type Repository { id: ID!  name: String!  sync_status: String! }
""" % ("label: String" if MINOR >= 2 else "")


def listed(found):
    return {"count": len(found), "edges": found}


class Root:
    def InfrahubInfo(self, _):
        return {"version": VERSION}

    def InfrahubStatus(self, _):
        workers = [{"id": key.decode().rsplit(":", 1)[1], "active": True} for key in cache.scan_iter("workers:*")]
        return {"summary": {"schema_hash_synced": True, "active_workers": len(workers)}, "workers": workers}

    def Account(self, request):
        name = account_of(request)
        return {"name": name} if name else None

    def Node(self, request, kind=None, name=None):
        signed_in(request)
        return listed(rows("SELECT * FROM nodes WHERE kind = coalesce(%s, kind) AND name = coalesce(%s, name) ORDER BY id", kind, name))

    def Artifact(self, request, status=None, ids=None):
        signed_in(request)
        wanted = [int(one) for one in ids] if ids is not None else None
        return listed(rows("SELECT * FROM artifacts WHERE status = coalesce(%s, status) AND id = ANY(coalesce(%s, ARRAY[id])) ORDER BY id", status, wanted))

    def Repository(self, request):
        signed_in(request)
        return listed(rows("SELECT * FROM repositories ORDER BY id"))

    def login(self, _, username, password):
        if not rows("SELECT 1 FROM accounts WHERE name = %s AND password = %s", username, hashed(password)):
            raise Refused(401, "wrong username or password")
        return {"token": sign(username)}

    def NodeCreate(self, request, kind, name, site=None):
        signed_in(request)
        added = rows("INSERT INTO nodes (kind, name, site) VALUES (%s, %s, %s) RETURNING *", kind, name, site)[0]
        return {"ok": True, "object": {"label": None, **added}}

    def ArtifactGenerate(self, request, node):
        signed_in(request)
        artifact = rows("INSERT INTO artifacts (node_id) VALUES (%s) RETURNING id", node)[0]["id"]
        return {"ok": Queue().put({"task": "artifact", "id": artifact}), "id": artifact}


app.route("POST", "/graphql")(graphql_api(SDL, Root()))


# --- REST -------------------------------------------------------------------------------------------

@app.route("GET", "/api/health")
def health(_):
    rows("SELECT 1")
    cache.ping()
    Queue()
    return {"status": "ok", "version": VERSION}


@app.route("GET", "/api/schema/summary")
def summary(request):
    signed_in(request)
    kinds = rows("SELECT kind, count(*) AS nodes FROM nodes GROUP BY kind ORDER BY kind")
    return {"schema": f"1.{schema.current()}", "nodes": {row["kind"]: row["nodes"] for row in kinds}}


@app.route("GET", "/api/artifact/{artifact}")
def artifact(request, artifact):
    signed_in(request)
    found = rows("SELECT storage_key FROM artifacts WHERE id = %s", artifact)
    if not found or not found[0]["storage_key"]:
        raise Refused(404, "no such artifact")
    try:
        with open(f"{STORAGE}/{found[0]['storage_key']}", "rb") as file:
            return Reply(file.read(), kind="text/plain; charset=utf-8")
    except FileNotFoundError:
        log("ERROR", f"artifact {artifact}: {found[0]['storage_key']} is not in the object storage")
        raise Refused(500, "the artifact is not in the object storage") from None


@app.route("GET", "/metrics")
def metrics(_):
    lines = ["# HELP infrahub_info The release.", "# TYPE infrahub_info gauge", f'infrahub_info{{version="{VERSION}"}} 1',
             "# HELP infrahub_nodes Nodes by kind.", "# TYPE infrahub_nodes gauge"]
    for row in rows("SELECT kind, count(*) AS nodes FROM nodes GROUP BY kind ORDER BY kind"):
        lines.append(f'infrahub_nodes{{kind="{row["kind"]}"}} {row["nodes"]}')
    lines += ["# HELP infrahub_http_requests_total Requests by status.", "# TYPE infrahub_http_requests_total counter"]
    lines += [f'infrahub_http_requests_total{{status="{status}"}} {number}' for status, number in sorted(requests.items())]
    lines += ["# HELP infrahub_uptime_seconds Time since the start.", "# TYPE infrahub_uptime_seconds gauge",
              f"infrahub_uptime_seconds {time.time() - started:.3f}"]
    return Reply("\n".join(lines) + "\n", kind="text/plain; version=0.0.4; charset=utf-8")


def initialise():
    """An empty database is filled; one that is older than this release is not touched."""
    found = schema.current()
    if found == 0:
        # Two replicas may start at the same time; the second finds everything there.
        try:
            for name, sql, minor in [(name, sql, minor) for minor, steps in schema.MIGRATIONS.items() if minor <= MINOR for name, sql in steps]:
                schema.apply(name, sql, minor)
            log("INFO", "the database was empty and has been initialised")
        except Exception:
            if schema.current() == 0:
                raise
    elif found < MINOR:
        sys.exit(f"ERROR the database has the schema of 1.{found}, this is {VERSION}: run infrahub upgrade")
    elif found > MINOR + 1:
        sys.exit(f"ERROR the database has the schema of 1.{found}, which {VERSION} cannot read")
    if ADMIN_PASSWORD:
        rows("INSERT INTO accounts VALUES ('admin', %s) ON CONFLICT DO NOTHING", hashed(ADMIN_PASSWORD))


def serve():
    initialise()
    log("INFO", f"Infrahub {VERSION} listens on port 8000")
    app.serve(8000)
