"""A small RxNav on loopback that says what the test tells it to, and a clock that runs only when somebody sleeps."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from medrisk.vocabulary.rxnav import Limits, RxNav

START = 1_800_000_000.0


class Clock:
    def __init__(self) -> None:
        self.now = START
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.slept.append(seconds)
        self.now += seconds


class Service:
    """``replies`` are used up in order; the last one stays. A reply is an object, bytes, a status, or a function."""

    def __init__(self) -> None:
        self.replies: list[Any] = [{}]
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.url = ""

    def next_reply(self) -> Any:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Silent when the client hangs up, which is what some tests are about."""


def _handler(service: Service) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def do_GET(self) -> None:
            service.asked.append(self.path)
            service.headers.append(dict(self.headers.items()))
            reply = service.next_reply()
            if callable(reply):
                self.close_connection = True
                reply(self)
            elif isinstance(reply, int):
                self.say(b"<html>no</html>", reply)
            else:
                self.say(reply if isinstance(reply, bytes) else json.dumps(reply).encode())

        def say(self, body: bytes, status: int = 200, length: int | None = None, **headers: str) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(body) if length is None else length))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service()
    server = _Server(("127.0.0.1", 0), _handler(service))
    service.url = f"http://127.0.0.1:{server.server_address[1]}/REST"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield service
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make_rxnav(service: Service, clock: Clock, tmp_path: Path) -> Callable[..., RxNav]:
    """A client of the small RxNav. Two of them are two workers: they share the folder and the clock."""

    def make(real_time: bool = False, **limits: Any) -> RxNav:
        if real_time:
            return RxNav(service.url, tmp_path / "cache", Limits(**limits), clock=time.time, sleep=time.sleep)
        return RxNav(service.url, tmp_path / "cache", Limits(**limits), clock=clock, sleep=clock.sleep, chance=lambda: 0.5)

    return make


@pytest.fixture
def rxnav(make_rxnav: Callable[..., RxNav]) -> RxNav:
    return make_rxnav()
