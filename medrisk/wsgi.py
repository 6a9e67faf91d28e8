"""Where settings, service and web meet: the application that any WSGI server can build.

``medrisk serve`` names this factory to its server and imports nothing of it, so that the doors stay apart.
"""

from __future__ import annotations

from flask import Flask

from medrisk.service import build_service
from medrisk.settings import Settings
from medrisk.web import create_app


def build_app() -> Flask:
    """The web application with the settings of the environment; each worker calls it for itself."""
    settings = Settings.from_env()
    return create_app(build_service(settings), settings)
