"""Node.js on this machine and the tools of the extension, and what is missing where its tests cannot run."""

from __future__ import annotations

import shutil
from pathlib import Path

EXTENSION = Path(__file__).parents[1] / "extension"


def missing() -> str:
    """What keeps the extension from being built, in words; empty where nothing does. Nothing is fetched for it here."""
    if not shutil.which("node"):
        return "no Node.js was found"
    if not (EXTENSION / "node_modules" / "esbuild").exists():
        return "the tools of the extension are not installed (make extension does it)"
    return ""
