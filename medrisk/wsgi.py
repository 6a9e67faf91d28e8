"""Where settings, service and web meet: the application that any WSGI server can build.

``medrisk serve`` names this factory to its server and imports nothing of it, so that the doors stay apart.
"""

from __future__ import annotations

from flask import Flask

from medrisk.audit.jobs import starting
from medrisk.reloading import build_unwatched, follow, freeze
from medrisk.service import Medrisk, build_service
from medrisk.settings import Settings
from medrisk.web import create_app, replace_service


def build_app() -> Flask:
    """The web application with the settings of the environment; each worker calls it for itself."""
    settings = Settings.from_env()

    def build() -> Medrisk:
        service = build_service(settings)
        service.prepare()
        return service

    app = create_app(build_unwatched(build), settings)
    follow(settings.data_dir, build, lambda service: replace_service(app, service))
    if settings.audits:
        starting.watch(starting.store_of(settings), settings)
    freeze()
    return app
