"""The page in a real browser: the system's Chromium against a server on this machine, both started here.

Where there is no Chromium, these tests are left out, and the run says so (see ``tests/conftest.py``). The driver is
never asked to fetch a browser.
"""

from __future__ import annotations

import os
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Playwright
from system_browser import chromium
from werkzeug.serving import make_server

from medrisk.service import Medrisk
from medrisk.web import create_app

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
OpenPage = Callable[..., Page]


@contextmanager
def running(app: Flask) -> Iterator[str]:
    """The address of a server for this application, on a free port of the loopback."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture(scope="session")
def address(service: Medrisk) -> Iterator[str]:
    """A server with the real knowledge, for this machine."""
    with running(create_app(service, service.settings)) as address:
        yield address


@pytest.fixture(scope="session")
def browser(driver: Playwright) -> Iterator[Browser]:
    # The sandbox needs what containers do not give; the only pages opened are those of the server above.
    started = driver.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
    yield started
    started.close()


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[OpenPage]:
    """Opens the page at a path; ``width``, ``dark`` and ``javascript`` as a reader may have them.

    Whatever the browser complains of, such as a script that the policy forbids, fails the test at its end.
    """
    contexts, complaints = [], []

    def open_one(path: str = "/", *, width: int = 1280, height: int = 900, dark: bool = False, javascript: bool = True,
                 **options: object) -> Page:  # fmt: skip
        context = browser.new_context(
            base_url=address, viewport={"width": width, "height": height}, java_script_enabled=javascript,
            color_scheme="dark" if dark else "light", locale="en-GB", **options,  # type: ignore[arg-type]
        )  # fmt: skip
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield open_one
    for context in contexts:
        context.close()
    # The browser reports the status of each page that is an error on purpose.
    assert [words for words in complaints if "Failed to load resource" not in words] == []


@pytest.fixture(scope="session")
def pictures() -> Path | None:
    """Where to write screenshots: nowhere, unless MEDRISK_TEST_PICTURES is set, so that ordinary runs change no file."""
    return PICTURES if os.environ.get("MEDRISK_TEST_PICTURES") else None


def save_small(png: bytes, path: Path) -> None:
    """Writes a picture with its pixels packed as tightly as can be: browsers pack for speed."""
    chunks, at = [], 8
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        chunks.append((png[at + 4 : at + 8], png[at + 8 : at + 8 + length]))
        at += length + 12
    pixels = zlib.compress(zlib.decompress(b"".join(data for kind, data in chunks if kind == b"IDAT")), 9)
    packed = [(b"IHDR", chunks[0][1]), (b"IDAT", pixels), (b"IEND", b"")]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(png[:8] + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in packed
    ))  # fmt: skip
