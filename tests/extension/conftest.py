"""The extension in the system's Chromium, against servers on this machine; built here, nothing is fetched.

A test cannot press the browser's own question for a permission. So it builds the extension with that permission in its
manifest (``--allow-host``, as an organisation may for its own package) and with marks that can be looked into. The build
that is handed out, which asks, is tested for sending nothing.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect
from system_browser import chromium
from system_node import EXTENSION

from medrisk.service import Medrisk

from .loaded import Extension
from .servers import Recorder, made_up_site, medrisk_server

SERVER_HOST, SITE_HOST = "http://127.0.0.1/*", "http://localhost/*"
Load = Callable[..., Extension]


# A machine that is busy with other tests takes its time.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    with made_up_site() as address:
        yield address


@pytest.fixture(scope="session")
def _server(service: Medrisk) -> Iterator[Recorder]:
    with medrisk_server(service) as recorder:
        yield recorder


@pytest.fixture
def server(_server: Recorder) -> Recorder:
    """medrisk with the real knowledge; nothing has reached it yet."""
    _server.requests.clear()
    _server.pretend = None
    return _server


@pytest.fixture(scope="session")
def load(driver: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Load]:
    """Starts a browser with a build of the extension that may visit these hosts unasked."""
    with ExitStack() as running:

        def start(*hosts: str, dark: bool = False) -> Extension:
            out = tmp_path_factory.mktemp("extension")
            allowed = [words for host in hosts for words in ("--allow-host", host)]
            marks = ["--open-marks"] if hosts else []
            subprocess.run(
                ["node", "build.js", "--out", str(out), *allowed, *marks],
                cwd=EXTENSION,
                check=True,
                capture_output=True,
            )
            folder = out / "chromium"
            context = driver.chromium.launch_persistent_context(
                tmp_path_factory.mktemp("profile"), executable_path=chromium(), locale="en-GB", color_scheme="dark" if dark else "light",
                # Some builds of Chromium take no extension from the command line unless they are told to.
                args=["--no-sandbox", "--disable-features=DisableLoadExtensionCommandLineSwitch",
                      f"--disable-extensions-except={folder}", f"--load-extension={folder}"],
            )  # fmt: skip
            running.callback(context.close)
            extension = Extension(context)
            context.on("console", lambda message: extension.complaints.append(message.text))
            context.on("weberror", lambda error: extension.complaints.append(str(error.error)))
            # A browser that has just started knows its policies, which go before all settings, only after some seconds.
            extension.worker.evaluate("() => chrome.storage.managed.get(null)")
            return extension

        yield start


@pytest.fixture(scope="session")
def _loaded(load: Load) -> Extension:
    return load(SERVER_HOST, SITE_HOST)


@pytest.fixture
def extension(_loaded: Extension, server: Recorder, site: str) -> Iterator[Extension]:
    """Allowed to talk to the server and to read the made-up site, whose profile is that of a plain table."""
    _loaded.complaints.clear()
    _loaded.set(server=server.address, sites=[{"origin": site, "profile": "plain-table", "on": True}])
    yield _loaded
    for page in _loaded.context.pages[1:]:
        page.close()
    # Errors of loading are the browser's own; they name an address and nothing that was sent.
    assert [words for words in _loaded.complaints if "Failed to load resource" not in words] == []


@pytest.fixture
def prescribing(site: str) -> str:
    return f"{site}/prescribing.html"


@pytest.fixture(scope="session")
def pictures() -> Path | None:
    """Where to write screenshots: nowhere, unless MEDRISK_TEST_PICTURES is set."""
    return Path(__file__).parents[2] / "docs" / "pictures" if os.environ.get("MEDRISK_TEST_PICTURES") else None
