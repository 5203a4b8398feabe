"""A fake service on loopback with scripted responses; it records the requests."""

from __future__ import annotations

import json
import ssl
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit


@dataclass
class SentRequest:
    """A recorded request."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int = 0
    """The port of the client."""

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))


@dataclass
class FakeResponse:
    """A scripted response; a body that is not bytes is sent as JSON."""

    body: Any = b""
    status: int = 200
    headers: dict[str, str | list[str]] = field(default_factory=dict)
    connection: str = ""
    """How the connection breaks: `cut` in the middle of the body, `reset` before the response,
    `silent`, when nothing is sent, or `slow_head` and `slow_body`, when a byte comes now and then and
    there is no end."""

    close: bool = False
    """Whether the connection is closed after the response."""
    head: bytes = b""
    """Sent in place of the status and the headers, with the empty line before the body."""

    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Responding = Callable[[SentRequest], FakeResponse]


class Server:
    """A fake service that sends its responses in turn, and repeats the last one."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[SentRequest] = []
        self.open_connections: set[int] = set()
        """The ports of the clients that are connected."""
        self._responses: deque[FakeResponse] = deque()
        self._responding: Responding | None = None
        self._lock = threading.Lock()
        self.over = threading.Event()
        self._http = _Http(("127.0.0.1", 0), _Handler)
        self._http.owner = self
        if tls is not None:
            self._http.socket = tls.wrap_socket(
                self._http.socket, server_side=True, do_handshake_on_connect=False
            )
        scheme = "http" if tls is None else "https"
        self.url = f"{scheme}://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)

    def responds(self, *responses: Any) -> None:
        """Send these in turn: a `FakeResponse`, or a body."""
        self._responses = deque(
            r if isinstance(r, FakeResponse) else FakeResponse(r) for r in responses
        )

    def responds_by(self, responding: Responding) -> None:
        """Send what a function returns, which concurrent requests call concurrently."""
        self._responding = responding

    def respond(self, request: SentRequest) -> FakeResponse:
        with self._lock:
            self.requests.append(request)
            responding = self._responding
            if responding is None:
                return self._responses.popleft() if len(self._responses) > 1 else self._responses[0]
        # Not in turn: one may wait for another.
        return responding(request)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._http.shutdown()
        self._http.server_close()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    owner: Server


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body in one packet: the other would wait for an acknowledgement.
    wbufsize = 1024 * 1024
    server: _Http

    def handle_any(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = SentRequest(self.command, self.path, headers, self.rfile.read(length))
        request.connection = self.client_address[1]
        response = self.server.owner.respond(request)
        if response.connection in {"reset", "silent"}:
            if response.connection == "silent":
                self.server.owner.over.wait(30)
            self.close_connection = True
        elif response.connection.startswith("slow"):
            self.trickle(
                b"X" if response.connection == "slow_head" else b"Content-Length: 9999\r\n\r\n"
            )
        else:
            self.send(response)

    def trickle(self, begin: bytes) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n" + begin)
        self.close_connection = True
        # An end for clients that wait for it.
        for _ in range(1000):
            if self.server.owner.over.wait(0.02):
                break
            self.wfile.write(b" " if begin.endswith(b"\n") else b"x")
            self.wfile.flush()

    def send(self, response: FakeResponse) -> None:
        content = response.content()
        if response.head:
            self.wfile.write(response.head + content)
            self.close_connection = True
            return
        cut = response.connection == "cut"
        self.send_response_only(response.status)
        for name, values in response.headers.items():
            for value in [values] if isinstance(values, str) else values:
                self.send_header(name, value)
        if response.close:
            self.send_header("Connection", "close")
        if response.status != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if cut else content)
        self.close_connection = self.close_connection or cut

    do_GET = do_POST = do_PUT = handle_any

    def handle(self) -> None:
        # A client that has read enough goes away.
        self.server.owner.open_connections.add(self.client_address[1])
        with suppress(OSError):
            super().handle()

    def finish(self) -> None:
        with suppress(OSError):
            super().finish()
        self.server.owner.open_connections.discard(self.client_address[1])

    def log_message(self, *_: object) -> None:
        pass
