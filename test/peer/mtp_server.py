"""The HTTP server of the peer: paths, bodies, problems; one thread for each connection (docs/mtp.md: Transport)."""

from __future__ import annotations

import json
import re
import sys
import time
import traceback
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from mtp_doors import Doors
from mtp_forms import NOT_FOUND, Refusal
from mtp_gateway import Gateway
from mtp_resources import GroupResources
from mtp_verify import Request, Verifier, check_digest, check_media_type, read_form
from mtp_wire import LOCAL_ID, is_domain

REQUEST_BYTES, REDEEM_BYTES, SMALL_BYTES, HINT_BYTES = 1_048_576, 4_096, 16_384, 524_288
GROUP = re.compile(r"/groups/([^/]+)/([^/]+)(/events|/members|/knocks)?\Z")
QUERY = re.compile(r"[a-zA-Z0-9._~-]+=[a-zA-Z0-9._~-]*\Z")


class PeerServer(ThreadingHTTPServer):
    """Serves one gateway on a loopback address; port 0 takes a free one."""

    daemon_threads = True
    # Closing must not wait for whoever keeps a connection open.
    block_on_close = False

    def __init__(self, gateway: Gateway, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.gateway = gateway
        self.groups, self.doors, self.verifier = GroupResources(gateway), Doors(gateway), Verifier(gateway)
        self.requests: list[dict[str, Any]] = []
        gateway.identity.endpoint = f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked may have gone, which is no fault; anything else is one."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """Answers the requests of one connection."""

    server: PeerServer
    protocol_version = "HTTP/1.1"
    timeout = 120
    # Head and body leave in two writes, and the second must not wait for the first to be acknowledged.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._handle()

    do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = do_GET

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing is written: standard output belongs to whoever drives the peer."""

    def _handle(self) -> None:
        # As it came: `self.path` has leading slashes put together, and they are signed (M26).
        path, mark, query = self.requestline.split(" ")[1].partition("?")
        headers: dict[str, str] = {}
        for name, value in self.headers.items():
            lower = name.lower()
            headers[lower] = f"{headers[lower]}, {value.strip()}" if lower in headers else value.strip()
        has_body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
        request = Request(self.command, path, query if mark else None, headers, has_body)
        if self._misbehave(path):
            return
        try:
            status, form, more = self._answer(request)
        except Refusal as refusal:
            status, form, more = refusal.status, _problem(refusal), {}
            if refusal.retry_after is not None:
                more = {"Retry-After": str(refusal.retry_after)}
            self.close_connection = True
        except Exception:  # a fault of this peer's own, which must not look like an answer
            traceback.print_exc()
            status, form, more = 500, _problem(Refusal(500, "internal")), {}
        code = {"code": form["code"]} if isinstance(form, dict) and status >= 400 else {}
        self.server.requests.append({"method": self.command, "path": path, "status": status, **code})
        self._send(status, form, more)

    def _answer(self, request: Request) -> tuple[int, dict[str, Any] | bytes | None, dict[str, str]]:
        if request.path == "/.well-known/mtp" and request.method in ("GET", "HEAD"):
            return 200, self.server.gateway.identity.well_known(), {"Cache-Control": "max-age=300"}
        if request.path == "/redeem" and request.method == "POST":
            return 200, self._redeem(request), {}
        route, limit = self._route(request)
        read = self.server.verifier.read(request)
        with self.server.gateway.lock:
            even_ended = request.path.split("/")[1] == "connections"
            peer = self.server.verifier.caller(request, read, even_ended)
        form = self._form(request, limit)
        answer = route(peer, form)
        if isinstance(answer, tuple):
            return 200, answer[1], {"Content-Type": answer[0], "X-Content-Type-Options": "nosniff"}
        return (204, None, {}) if answer is None else (202 if answer == {} else 200, answer, {})

    def _redeem(self, request: Request) -> dict[str, Any]:
        """The key is in the body, so that the body is read before the signature is proven (M102)."""
        read = self.server.verifier.read(request)
        form = self._form(request, REDEEM_BYTES)
        self.server.verifier.prove(request, read, self.server.doors.redeem_key(form))
        return self.server.doors.redeem(request.headers["mtp-as"], form)

    def _route(self, request: Request) -> tuple[Callable[[Any, dict[str, Any]], Any], int]:
        """What answers a resource, and how large its request may be; Refusal not_found (M4)."""
        groups, doors, key = self.server.groups, self.server.doors, f"{request.method} {request.path}"
        flat: dict[str, tuple[Callable[[Any, dict[str, Any]], Any], int]] = {
            "POST /sync": (groups.sync, REQUEST_BYTES),
            "POST /submissions": (groups.submissions, REQUEST_BYTES),
            "POST /hint": (lambda peer, form: doors.hear("hint", peer, form, ("reason",)), HINT_BYTES),
            "POST /invitations": (
                lambda peer, form: doors.hear("invitation", peer, form, ("group", "inviter")),
                SMALL_BYTES,
            ),
            "GET /connections": (lambda peer, _: doors.connections(peer), 0),
        }
        if key in flat:
            return flat[key]
        named = re.fullmatch(r"(GET|HEAD) /media/([a-zA-Z0-9_-]{22,64})", key)
        if named is not None:
            return lambda peer, _: doors.media(peer, named[2]), 0
        ended = re.fullmatch(r"DELETE /connections/([a-zA-Z0-9_-]{1,64})", key)
        if ended is not None:
            return lambda peer, _: doors.end_connection(peer, ended[1]), 0
        found = GROUP.match(request.path)
        if found is None or not is_domain(found[1]) or not LOCAL_ID.match(found[2]):
            raise Refusal(*NOT_FOUND)
        uri = f"mimi://{found[1]}/r/{found[2]}"
        query = _read_query(request.query)
        of_group: dict[tuple[str, str | None], tuple[Callable[[Any, dict[str, Any]], Any], int]] = {
            ("GET", None): (lambda peer, _: groups.snapshot(peer, uri), 0),
            ("GET", "/events"): (lambda peer, _: groups.events(peer, uri, query), 0),
            ("GET", "/members"): (lambda peer, _: groups.members(peer, uri, query), 0),
            ("POST", "/events"): (lambda peer, form: groups.post_events(peer, uri, form), 2 * REQUEST_BYTES),
            ("POST", "/knocks"): (
                lambda peer, form: doors.hear("knock", peer, form | {"group": uri}, ("user",)),
                SMALL_BYTES,
            ),
        }
        if (request.method, found[3]) not in of_group:
            raise Refusal(*NOT_FOUND)
        return of_group[(request.method, found[3])]

    def _form(self, request: Request, limit: int) -> dict[str, Any]:
        """The body, in the order of M29."""
        if request.method in ("GET", "HEAD", "DELETE"):
            if request.has_body:
                raise Refusal(400, "malformed")
            return {}
        body = self._read_body(limit)
        check_media_type(request.headers)
        check_digest(request.headers, body)
        return read_form(body)

    def _read_body(self, limit: int) -> bytes:
        if "transfer-encoding" not in self.headers:
            length = int(self.headers.get("content-length", "0"))
            if length > limit:
                raise Refusal(413, "too_large")
            return self.rfile.read(length)
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            if len(body) + size > limit:
                raise Refusal(413, "too_large")
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            continue
        return body

    def _misbehave(self, path: str) -> bool:
        """Whether a fault on purpose has taken the place of the answer."""
        fault, seconds = self.server.gateway.misbehaviour.of_request(path) or ("", 0)
        if fault == "slow":
            time.sleep(seconds)
        if fault in ("", "slow"):
            return False
        self.close_connection = True
        self.server.requests.append({"method": self.command, "path": path, "fault": fault})
        answers: dict[str, tuple[int, bytes, dict[str, str]]] = {
            "status_500": (500, json.dumps(_problem(Refusal(500, "internal"))).encode(), {}),
            "status_503": (
                503,
                json.dumps(_problem(Refusal(503, "unavailable"))).encode(),
                {"Retry-After": "1"},
            ),
            "garbage": (200, b"<html>\xff", {}),
            "not_an_object": (200, b"[1]", {}),
            "endless": (200, b'{"groups":[],"problems":[],"x":"' + b"x" * 5_242_880 + b'"}', {}),
            "redirect": (307, b"{}", {"Location": self.path}),
        }
        if fault in answers:
            self._send(*answers[fault])
        elif fault == "cut":
            self.wfile.write(
                b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n{"gro'
            )
        return True

    def _send(self, status: int, form: dict[str, Any] | bytes | None, more: dict[str, str]) -> None:
        body = form if isinstance(form, bytes) else b"" if form is None else json.dumps(form).encode()
        kind = "application/problem+json" if status >= 400 else "application/json"
        headers = {
            "Content-Type": kind,
            "Cache-Control": "no-store",
            "Content-Length": str(len(body)),
            **more,
        }
        if self.close_connection:
            headers["Connection"] = "close"
        self.send_response(status)
        for name, value in headers.items():
            if status != 204 or name not in ("Content-Type", "Content-Length"):
                self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _problem(refusal: Refusal) -> dict[str, Any]:
    named = {"type": f"urn:mimi-gateway:mtp:{refusal.code}", "title": refusal.code.replace("_", " ")}
    return {**named, "status": refusal.status, "code": refusal.code, **refusal.more}


def _read_query(query: str | None) -> dict[str, str]:
    """The values of a query, each given once; Refusal malformed (M5)."""
    pairs = query.split("&") if query else []
    if not all(QUERY.match(pair) for pair in pairs):
        raise Refusal(400, "malformed")
    read = dict(pair.split("=", 1) for pair in pairs)
    if len(read) != len(pairs):
        raise Refusal(400, "malformed")
    return read
