"""A small router over http.server: what the stand-in systems serve their APIs with."""
import email
import json
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit


class Refused(Exception):
    """Ends a request with a status and a message in JSON."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


class Reply:
    """Anything that is not JSON with status 200."""

    def __init__(self, content, status=200, kind="application/octet-stream", headers=None):
        if not isinstance(content, (bytes, str)):
            content, kind = json.dumps(content), "application/json"
        self.content = content.encode() if isinstance(content, str) else content
        self.status, self.kind, self.headers = status, kind, headers or {}


class Request:
    def __init__(self, handler, body):
        url = urlsplit(handler.path)
        self.method, self.path, self.headers, self.body = handler.command, unquote(url.path), handler.headers, body
        self.query = {name: values[0] for name, values in parse_qs(url.query, keep_blank_values=True).items()}

    def json(self):
        try:
            return json.loads(self.body or b"{}")
        except ValueError as error:
            raise Refused(400, "the body is not JSON") from error

    def file(self, field):
        """One part of a multipart form."""
        kind = self.headers.get("Content-Type", "")
        form = email.message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + self.body)
        for part in form.walk():
            if part.get_param("name", header="content-disposition") == field:
                return part.get_payload(decode=True)
        raise Refused(400, f"the form has no field {field}")

    def bearer(self):
        return self.headers.get("Authorization", "").removeprefix("Bearer ")


class App:
    def __init__(self, log=None):
        self.routes, self.log = [], log

    def route(self, method, pattern):
        expression = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern))

        def add(function):
            self.routes.append((method, expression, function))
            return function

        return add

    def answer(self, request):
        for method, expression, function in self.routes:
            found = expression.fullmatch(request.path)
            if found and method == request.method.replace("HEAD", "GET"):
                return function(request, **found.groupdict())
        raise Refused(404, "not found")

    def serve(self, port):
        app = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def read_body(self):
                if "chunked" not in self.headers.get("Transfer-Encoding", ""):
                    return self.rfile.read(int(self.headers.get("Content-Length") or 0))
                chunks = []
                while size := int(self.rfile.readline().split(b";")[0], 16):
                    chunks.append(self.rfile.read(size))
                    self.rfile.readline()
                self.rfile.readline()
                return b"".join(chunks)

            def handle_any(self):
                request = Request(self, self.read_body())
                try:
                    reply = app.answer(request)
                except Refused as refused:
                    reply = Reply({"error": str(refused)}, refused.status)
                except Exception as error:
                    print(f"ERROR {request.method} {request.path}: {error!r}", file=sys.stderr, flush=True)
                    reply = Reply({"error": "internal error"}, 500)
                if not isinstance(reply, Reply):
                    reply = Reply(reply)
                if app.log:
                    app.log(request, reply)
                try:
                    self.send(reply)
                except (BrokenPipeError, ConnectionResetError):
                    pass

            def send(self, reply):
                self.send_response(reply.status)
                self.send_header("Content-Type", reply.kind)
                self.send_header("Content-Length", str(len(reply.content)))
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(reply.content)

            do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

        class Server(ThreadingHTTPServer):
            request_queue_size = 128

        Server(("", port), Handler).serve_forever()
