"""Servers on this machine that the tests start: medrisk itself, with what reached it kept for the test, and a made-up site."""

from __future__ import annotations

import functools
import http.server
import io
import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from werkzeug.serving import make_server
from werkzeug.wsgi import get_input_stream

from medrisk.service import Medrisk
from medrisk.settings import Settings
from medrisk.web import create_app

SITE = Path(__file__).parent / "site"
# As strict as a page's policy can be: nothing but its own script and sheet.
STRICT = "default-src 'none'; script-src 'self'; style-src 'self'; frame-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
# Where the pages of real systems lie, and the page of ours that stands in for each.
STANDS_IN = {
    "/openmrs/spa/patient/1/chart/Medications": "/openmrs.html",
    "/openemr/controller.php": "/openemr_list.html",
    "/openemr/edit/controller.php": "/openemr_edit.html",
}


@dataclass
class Recorder:
    """medrisk behind its door: every request that came in, in order. ``pretend`` answers in its place."""

    app: Any
    address: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    pretend: tuple[str, bytes] | None = None

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body = get_input_stream(environ).read()
        environ["wsgi.input"] = io.BytesIO(body)
        self.requests.append({
            "method": environ["REQUEST_METHOD"], "path": environ["PATH_INFO"], "query": environ.get("QUERY_STRING", ""),
            "token": environ.get("HTTP_AUTHORIZATION", ""), "cookie": environ.get("HTTP_COOKIE", ""), "body": body.decode(),
        })  # fmt: skip
        if self.pretend:
            status, answer = self.pretend
            start_response(status, [("Content-Type", "application/json")])
            return [answer]
        return self.app(environ, start_response)  # type: ignore[no-any-return]

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(request["body"]) for request in self.requests]


@contextmanager
def medrisk_server(service: Medrisk, settings: Settings | None = None) -> Iterator[Recorder]:
    recorder = Recorder(create_app(service, settings or service.settings))
    server = make_server("127.0.0.1", 0, recorder, threaded=True)
    recorder.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield recorder
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Pages(http.server.SimpleHTTPRequestHandler):
    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        self.path = STANDS_IN.get(path, path)
        super().do_GET()

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", STRICT)
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing: the terminal is pytest's."""


@contextmanager
def made_up_site() -> Iterator[str]:
    """Under the name ``localhost``, so that it is another site than the server's 127.0.0.1."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Pages, directory=str(SITE)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
