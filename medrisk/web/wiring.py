"""How a view finds the service that answers, without importing the factory; and how another takes its place."""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app, g

from medrisk.service import Medrisk

_KEY = "medrisk"


def attach(app: Flask, service: Medrisk) -> None:
    """From the next request on, this service answers. Requests under way keep the one they began with."""
    app.extensions[_KEY] = service


def attached(app: Flask) -> Medrisk:
    return cast(Medrisk, app.extensions[_KEY])


def current_service() -> Medrisk:
    """The service behind the application that answers this request: the same from its first line to its last."""
    if _KEY not in g:
        setattr(g, _KEY, attached(current_app))
    return cast(Medrisk, g.get(_KEY))
