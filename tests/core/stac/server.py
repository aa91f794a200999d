"""A server on 127.0.0.1 that sends ranges of files, and simulates the faults of real servers."""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

STALL_SECONDS = 20.0


class Asked(NamedTuple):
    """An answered request: method, path without query, byte range or "", status and size of the answer in bytes."""

    method: str
    path: str
    range: str
    status: int
    sent: int


@dataclass
class Fault:
    """A fault of the next `times` requests of a path, after `after` requests without a fault.

    `status` is the status of the answer. If `status` is 0, `kind` is "cut" (half of the body is sent) or "stall" (no
    answer).
    """

    status: int = 0
    kind: str = ""
    times: int = 1
    after: int = 0


Route = Callable[[str, dict[str, list[str]], bytes], Any]
"""Function that answers requests of a path: method, query and body -> status, body and, if needed, headers."""


@dataclass
class RangeServer:
    """The state of a server: files, routes and faults by path, and the list of all requests.

    HEAD is answered with `head_status`, unless it is 0. Requests for paths that begin with "/signed/" must have the
    query `sig=valid`, and must not be HEAD.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    etags: dict[str, str] = field(default_factory=dict)
    routes: dict[str, Route] = field(default_factory=dict)
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    head_status: int = 0
    requests: list[Asked] = field(default_factory=list)
    latency: float = 0.0
    at_once: int = 0
    most_at_once: int = 0
    port: int = 0
    let_go: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def asked(self, path: str) -> list[Asked]:
        return [each for each in self.requests if each.path == path]

    def bytes_of(self, path: str) -> int:
        return sum(each.sent for each in self.asked(path))

    def next_fault(self, path: str) -> Fault | None:
        with self.lock:
            for fault in self.faults.get(path, ()):
                if fault.after > 0:
                    fault.after -= 1
                    return None
                if fault.times > 0:
                    fault.times -= 1
                    return fault
        return None


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    state: RangeServer

    def do_GET(self) -> None:
        self.answer(b"")

    def do_HEAD(self) -> None:
        self.answer(b"")

    def do_POST(self) -> None:
        self.answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def log_message(self, *_: object) -> None:
        pass

    def answer(self, body: bytes) -> None:
        with self.state.lock:
            self.state.at_once += 1
            self.state.most_at_once = max(self.state.most_at_once, self.state.at_once)
        try:
            self.answer_now(body)
        finally:
            with self.state.lock:
                self.state.at_once -= 1

    def answer_now(self, body: bytes) -> None:
        state, parts = self.state, urlsplit(self.path)
        time.sleep(state.latency)
        fault = state.next_fault(parts.path)
        if fault and fault.kind == "stall":
            self.note(parts.path, 0, 0)
            state.let_go.wait(STALL_SECONDS)
            self.close_connection = True
            return
        query = parse_qs(parts.query)
        if self.command == "HEAD" and state.head_status:
            self.send(parts.path, state.head_status, b"head")
        elif fault and fault.status:
            self.send(parts.path, fault.status, b"fault")
        elif parts.path.startswith("/signed/") and (self.command == "HEAD" or query.get("sig") != ["valid"]):
            self.send(parts.path, 403, b"signature")
        elif parts.path in state.routes:
            self.send(parts.path, *state.routes[parts.path](self.command, query, body))
        elif parts.path in state.files:
            self.send_file(parts.path, cut=bool(fault and fault.kind == "cut"))
        else:
            self.send(parts.path, 404, b"missing")

    def send_file(self, path: str, *, cut: bool) -> None:
        data = self.state.files[path]
        headers = {"ETag": self.state.etags.get(path, '"1"'), "Accept-Ranges": "bytes"}
        match = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if match is None:
            self.send(path, 200, data, headers, cut=cut)
            return
        first, last = int(match[1]), min(int(match[2] or len(data) - 1), len(data) - 1)
        if first >= len(data):
            self.send(path, 416, b"", {"Content-Range": f"bytes */{len(data)}"})
            return
        headers["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
        self.send(path, 206, data[first : last + 1], headers, cut=cut)

    def send(
        self, path: str, status: int, body: bytes, headers: dict[str, str] | None = None, *, cut: bool = False
    ) -> None:
        self.note(path, status, 0 if self.command == "HEAD" else len(body))
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            with contextlib.suppress(OSError):
                self.wfile.write(body[: len(body) // 2] if cut else body)
        if cut:
            self.close_connection = True

    def note(self, path: str, status: int, sent: int) -> None:
        with self.state.lock:
            self.state.requests.append(Asked(self.command, path, self.headers.get("Range", ""), status, sent))


class CancelDuringStall:
    """Progress that cancels a run as soon as the server holds a request."""

    def __init__(self, server: RangeServer) -> None:
        self._server = server

    def report(self, done: int, total: int) -> None:
        pass

    def is_cancelled(self) -> bool:
        return any(each.status == 0 for each in self._server.requests)


@contextlib.contextmanager
def running() -> Iterator[RangeServer]:
    """Yield a running server."""
    state = RangeServer()
    handler = type("OwnHandler", (Handler,), {"state": state})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state.let_go.set()
        server.shutdown()
        server.server_close()
