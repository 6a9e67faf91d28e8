"""How a view finds the service that the app factory was given, without importing the factory."""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app

from medrisk.service import Medrisk

_KEY = "medrisk"


def attach(app: Flask, service: Medrisk) -> None:
    app.extensions[_KEY] = service


def current_service() -> Medrisk:
    """The service behind the application that answers this request."""
    return cast(Medrisk, current_app.extensions[_KEY])
