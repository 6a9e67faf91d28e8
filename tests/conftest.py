"""What all tests share: the real knowledge and vocabulary, built once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import system_browser
import system_node
import system_spark

from medrisk.core.engine import JURISDICTIONS
from medrisk.service import Medrisk, build_service
from medrisk.settings import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

BROWSER_TESTS = Path(__file__).parent / "browser"
EXTENSION_TESTS = Path(__file__).parent / "extension"
_NO_BROWSER = (
    "tests/browser was LEFT OUT: {missing}. What the page does in a browser was not tested. "
    "On Debian: apt-get install chromium (or name one in MEDRISK_TEST_CHROMIUM)."
)
_NO_EXTENSION = "tests/extension was LEFT OUT: {missing}. What the browser extension does was not tested. On Debian: apt-get install {packages}."
SPARK_TESTS = Path(__file__).parent / "audit" / "test_spark.py"
_NO_SPARK = (
    "tests/audit/test_spark.py was LEFT OUT: {missing}. An audit on Spark was not tested. "
    "It needs `make spark`, and on Debian: apt-get install openjdk-17-jre-headless."
)


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Tests of browsers and of Spark are not even imported where they cannot run."""
    folders = (collection_path, *collection_path.parents)
    if BROWSER_TESTS in folders:
        return bool(system_browser.missing()) or None
    if EXTENSION_TESTS in folders:
        return bool(_missing_for_extension()) or None
    return bool(system_spark.missing()) or None if collection_path == SPARK_TESTS else None


def _missing_for_extension() -> str:
    return " and ".join(words for words in (system_browser.missing(), system_node.missing()) if words)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tests that were left out are said at the end, where nobody overlooks it."""
    if missing := system_browser.missing():
        terminalreporter.write_line(_NO_BROWSER.format(missing=missing), yellow=True)
    if missing := _missing_for_extension():
        packages = "chromium nodejs npm, then make test"
        terminalreporter.write_line(_NO_EXTENSION.format(missing=missing, packages=packages), yellow=True)
    if missing := system_spark.missing():
        terminalreporter.write_line(_NO_SPARK.format(missing=missing), yellow=True)


@pytest.fixture(scope="session")
def driver() -> Iterator[Playwright]:
    """The one driver of browsers in this process: there cannot be two."""
    from playwright.sync_api import sync_playwright  # where it is missing, no test that needs it is collected

    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def make_service(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Medrisk]:
    """Builds a service on the real knowledge, with its cache in a temporary folder."""
    from real_knowledge import keep_knowledge  # to read it takes seconds, which tests without it need not wait for

    data_dir = tmp_path_factory.mktemp("medrisk-data")
    keep_knowledge(data_dir)

    def make(**environ: str) -> Medrisk:
        return build_service(Settings.from_env({"MEDRISK_DATA_DIR": str(data_dir), **environ}))

    return make


@pytest.fixture(scope="session")
def service(make_service: Callable[..., Medrisk]) -> Medrisk:
    """The service as it runs by default: United States."""
    return make_service()


@pytest.fixture(scope="session")
def services(make_service: Callable[..., Medrisk]) -> dict[str, Medrisk]:
    """One service for each jurisdiction."""
    return {name: make_service(MEDRISK_JURISDICTION=name) for name in JURISDICTIONS}


@pytest.fixture(scope="session")
def knowledge_dir() -> Path:
    return Settings.from_env({}).knowledge_dir
