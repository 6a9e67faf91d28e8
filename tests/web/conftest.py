"""The application around a made-up service, and around the real one."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from medrisk.service import Medrisk
from medrisk.settings import Settings
from medrisk.web import create_app

from .fakes import FakeService


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(knowledge_dir=tmp_path, data_dir=tmp_path, max_text_bytes=2_000)


@pytest.fixture
def fake() -> FakeService:
    return FakeService()


@pytest.fixture
def client(fake: FakeService, settings: Settings) -> FlaskClient:
    return create_app(fake, settings).test_client()  # type: ignore[arg-type]  # the fake has what the doors use


@pytest.fixture(scope="session")
def real_client(service: Medrisk) -> FlaskClient:
    """The application around the project's own knowledge."""
    return create_app(service, service.settings).test_client()
