"""The browser of this machine, and what is missing where the tests that need one cannot run."""

from __future__ import annotations

import importlib.util
import os
import shutil


def chromium() -> str | None:
    """The path of the system's Chromium, or of the one named in MEDRISK_TEST_CHROMIUM; None where there is none."""
    named = os.environ.get("MEDRISK_TEST_CHROMIUM")
    return named or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def missing() -> str:
    """What keeps the browser tests from running, in words; empty where nothing does."""
    packages = [name for name in ("playwright", "axe_playwright_python") if importlib.util.find_spec(name) is None]
    if packages:
        return f"{' and '.join(packages)} of requirements-dev.txt not installed"
    return "" if chromium() else "no Chromium was found"
