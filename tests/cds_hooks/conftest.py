"""The CDS services around the real knowledge, with whatever settings a test wants."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from medrisk.service import Medrisk
from medrisk.web import create_app

ClientOf = Callable[..., FlaskClient]


@pytest.fixture
def client_of(service: Medrisk, tmp_path: Path) -> ClientOf:
    """Makes an application with settings of its own; what it keeps lies in this test's folder."""

    def make(**settings: Any) -> FlaskClient:
        return create_app(service, replace(service.settings, **({"data_dir": tmp_path} | settings))).test_client()

    return make


@pytest.fixture
def client(client_of: ClientOf) -> FlaskClient:
    """As it runs where nobody has set anything."""
    return client_of()


@pytest.fixture
def loud(client_of: ClientOf) -> FlaskClient:
    return client_of(cds_loudness="all")
