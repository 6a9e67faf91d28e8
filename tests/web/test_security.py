"""Headers on every answer, and no list from another site's page."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from .fakes import FakeService

DOORS = ["/", "/api/v1/check"]


def post(client: FlaskClient, path: str, headers: dict[str, str]) -> int:
    if path == "/":
        return client.post(path, data={"text": "a"}, headers=headers).status_code
    return client.post(path, data="a", content_type="text/plain", headers=headers).status_code


@pytest.mark.parametrize("path", DOORS)
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "http://localhost:81"},
        {"Origin": "http://localhost.elsewhere.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://[broken"},
    ],
)
def test_a_post_from_another_site_is_refused(
    client: FlaskClient, fake: FakeService, path: str, headers: dict[str, str]
) -> None:
    assert post(client, path, headers) == 403
    assert fake.texts == []


@pytest.mark.parametrize("path", DOORS)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://localhost"},
        {"Origin": "https://localhost"},
    ],
)
def test_the_own_page_and_programs_are_let_through(client: FlaskClient, path: str, headers: dict[str, str]) -> None:
    assert post(client, path, headers) == 200


def test_a_link_from_another_site_opens_the_page(client: FlaskClient) -> None:
    assert client.get("/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


@pytest.mark.parametrize("path", ["/", "/about", "/healthz", "/nothing", "/api/v1/check", "/static/medrisk.css"])
def test_every_answer_carries_the_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert ("script-src 'self';" in policy) == (path == "/"), "only the page with the box has a script"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/", "/healthz", "/nothing", "/api/v1/check"])
def test_answers_are_not_kept_by_browsers_and_proxies(client: FlaskClient, path: str) -> None:
    assert client.get(path).headers["Cache-Control"] == "no-store"


def test_no_cookie_is_set(client: FlaskClient) -> None:
    assert "Set-Cookie" not in client.post("/", data={"text": "a"}).headers
