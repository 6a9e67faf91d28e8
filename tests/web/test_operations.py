"""What whoever runs the server is told: ready or not, and counts of requests and notes."""

from __future__ import annotations

import gc
import threading
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from medrisk.reloading import ask_for_reload, follow
from medrisk.service import Medrisk
from medrisk.settings import Settings
from medrisk.web import create_app, replace_service

from .fakes import FakeService


def test_ready_names_the_versions(real_client: FlaskClient, service: Medrisk) -> None:
    response = real_client.get("/readyz")
    assert response.status_code == 200
    assert response.get_json()["versions"]["knowledge"] == service.versions.knowledge


def test_a_server_without_knowledge_is_alive_but_not_ready(settings: Settings) -> None:
    fake = FakeService()  # without a class or rule
    client = create_app(fake, settings).test_client()  # type: ignore[arg-type]  # the fake has what the doors use
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503


def test_requests_are_counted_by_route_and_status_and_notes_by_tier(client: FlaskClient) -> None:
    client.post("/api/v1/check", data="a", content_type="text/plain")
    client.post("/api/v1/check", data="a", content_type="text/plain")
    client.post("/api/v1/check", data="", content_type="application/json")
    client.get("/nothing/at/all")
    lines = client.get("/metrics").text.splitlines()
    assert 'medrisk_requests_total{method="POST",route="/api/v1/check",status="200"} 2.0' in lines
    assert 'medrisk_requests_total{method="POST",route="/api/v1/check",status="400"} 1.0' in lines
    assert 'medrisk_requests_total{method="GET",route="none",status="404"} 1.0' in lines
    assert 'medrisk_notes_total{tier="urgent"} 2.0' in lines
    assert 'medrisk_request_seconds_count{route="/api/v1/check"} 3.0' in lines


def test_another_service_answers_from_the_next_request_on(fake: FakeService, settings: Settings) -> None:
    app = create_app(fake, settings)  # type: ignore[arg-type]
    other = FakeService()
    replace_service(app, other)  # type: ignore[arg-type]
    app.test_client().post("/api/v1/check", data="a", content_type="text/plain")
    assert (fake.texts, other.texts) == ([], ["a"])


def test_a_request_keeps_the_service_that_it_began_with(fake: FakeService, settings: Settings) -> None:
    app = create_app(fake, settings)  # type: ignore[arg-type]
    other = FakeService()
    other.vocabulary_notice = "Names come from elsewhere."
    report = fake.answer("")

    def change_over(_text: str) -> object:
        replace_service(app, other)  # type: ignore[arg-type]
        return report

    fake.answer = change_over  # type: ignore[assignment]
    assert fake.vocabulary_notice in app.test_client().post("/", data={"text": "a"}).text


@pytest.fixture
def _unfrozen() -> object:
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("_unfrozen")
def test_a_reload_that_fails_leaves_what_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr("medrisk.reloading._SECONDS", 0.01)
    taken: list[object] = []
    tried, done = threading.Event(), threading.Event()

    def build() -> Medrisk:
        if not tried.is_set():
            tried.set()
            raise ValueError("canarimycin")
        return FakeService()  # type: ignore[return-value]

    def take(service: Medrisk) -> None:
        taken.append(service)
        done.set()

    follow(tmp_path, build, take)
    ask_for_reload(tmp_path)
    assert tried.wait(30)
    assert taken == []
    while not done.wait(0.1):
        ask_for_reload(tmp_path)
    assert taken
    assert "ValueError" in caplog.text
    assert "canarimycin" not in caplog.text
