"""A server on loopback that answers what it is told, and remembers what it was asked."""

from __future__ import annotations

import json
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
class Asked:
    """A request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))


@dataclass
class Answer:
    """What is answered; anything that is not bytes is written as JSON."""

    body: Any = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    connection: str = ""
    """How the connection breaks: `cut` in the middle of the body, `reset` before the answer,
    `silent`, when nothing comes, or `slow_head` and `slow_body`, when a byte comes now and then and
    there is no end."""

    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Answering = Callable[[Asked], Answer]


class Server:
    """A server that gives its answers in turn, the last again and again."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._answers: deque[Answer] = deque()
        self._answering: Answering | None = None
        self._lock = threading.Lock()
        self.over = threading.Event()
        self._http = _Http(("127.0.0.1", 0), _Handler)
        self._http.owner = self
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)

    def answers(self, *answers: Any) -> None:
        """Answer these in turn: an `Answer`, or a body."""
        self._answers = deque(a if isinstance(a, Answer) else Answer(a) for a in answers)

    def answers_by(self, answering: Answering) -> None:
        """Answer by a function, which requests that come at once call at once."""
        self._answering = answering

    def answer(self, asked: Asked) -> Answer:
        with self._lock:
            self.asked.append(asked)
            answering = self._answering
            if answering is None:
                return self._answers.popleft() if len(self._answers) > 1 else self._answers[0]
        # Not in turn: one may wait for another.
        return answering(asked)

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
        asked = Asked(self.command, self.path, headers, self.rfile.read(length))
        answer = self.server.owner.answer(asked)
        if answer.connection in {"reset", "silent"}:
            if answer.connection == "silent":
                self.server.owner.over.wait(30)
            self.close_connection = True
        elif answer.connection.startswith("slow"):
            self.trickle(
                b"X" if answer.connection == "slow_head" else b"Content-Length: 9999\r\n\r\n"
            )
        else:
            self.send(answer)

    def trickle(self, begin: bytes) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n" + begin)
        self.close_connection = True
        # An end for clients that wait for it.
        for _ in range(1000):
            if self.server.owner.over.wait(0.02):
                break
            self.wfile.write(b" " if begin.endswith(b"\n") else b"x")
            self.wfile.flush()

    def send(self, answer: Answer) -> None:
        content = answer.content()
        cut = answer.connection == "cut"
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if cut else content)
        self.close_connection = self.close_connection or cut

    do_GET = do_POST = do_PUT = handle_any

    def handle(self) -> None:
        # A client that has read enough goes away.
        with suppress(OSError):
            super().handle()

    def finish(self) -> None:
        with suppress(OSError):
            super().finish()

    def log_message(self, *_: object) -> None:
        pass
