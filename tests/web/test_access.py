"""Who is let in: this machine, a token, a session that began with one, a user that a trusted proxy names. Nobody else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from medrisk.errors import SettingsError
from medrisk.settings import Settings
from medrisk.tokens import Tokens
from medrisk.web import create_app

from .fakes import FakeService

OPEN = "0.0.0.0"  # noqa: S104 - a server that others can reach
HTTPS = "https://medrisk.example.org"
ASKED = ["/", "/about", "/metrics", "/api/v1/check", "/nothing", "/api/nothing"]


@pytest.fixture
def far(settings: Settings) -> Settings:
    """Settings of a server that others can reach."""
    return replace(settings, host=OPEN)


@pytest.fixture
def secret(far: Settings) -> str:
    return Tokens(far.data_dir).add("front-desk")


@pytest.fixture
def client(fake: FakeService, far: Settings, secret: str) -> FlaskClient:
    return client_of(fake, far)


def client_of(fake: FakeService, settings: Settings) -> FlaskClient:
    return create_app(fake, settings).test_client()  # type: ignore[arg-type]  # the fake has what the doors use


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def check(client: FlaskClient, **options: object) -> TestResponse:
    return client.post("/api/v1/check", data="a", content_type="text/plain", **options)  # type: ignore[arg-type]


def sign_in(client: FlaskClient, secret: str, base_url: str = HTTPS) -> TestResponse:
    return client.post("/sign-in", data={"token": secret}, base_url=base_url)


def test_a_server_that_nobody_could_sign_in_to_is_not_made(fake: FakeService, far: Settings) -> None:
    with pytest.raises(SettingsError, match="no token"):
        client_of(fake, far)


def test_without_a_token_nothing_is_answered(client: FlaskClient, fake: FakeService) -> None:
    assert check(client).status_code == 401
    assert client.post("/", data={"text": "a"}).status_code == 401
    assert client.get("/metrics").status_code == 401
    for path in ("/", "/about", "/nothing"):
        response = client.get(path)
        assert (response.status_code, response.location) == (303, "/sign-in")
    assert fake.texts == []


def test_a_program_is_told_how_to_sign_in(client: FlaskClient) -> None:
    response = check(client)
    assert response.mimetype == "application/problem+json"
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert "Authorization" in response.get_json()["hint"]


@pytest.mark.parametrize("path", ["/healthz", "/sign-in", "/static/medrisk.css"])
def test_what_must_be_reached_before_a_sign_in_is(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 200


def test_a_token_opens_every_door(client: FlaskClient, secret: str) -> None:
    assert check(client, headers=bearer(secret)).status_code == 200
    assert client.get("/metrics", headers=bearer(secret)).status_code == 200
    assert client.post("/", data={"text": "a"}, headers=bearer(secret)).status_code == 200


@pytest.mark.parametrize("wrong", ["", "x", "mr_" + "A" * 43, "µ" * 50])
def test_another_token_opens_none(client: FlaskClient, fake: FakeService, wrong: str) -> None:
    assert check(client, headers=bearer(wrong)).status_code == 401
    assert sign_in(client, wrong).status_code == 403
    assert fake.texts == []


def test_the_checksum_that_is_kept_is_no_token(client: FlaskClient, far: Settings) -> None:
    kept = Tokens(far.data_dir).all()[0]
    assert check(client, headers=bearer(kept.sha256)).status_code == 401


def test_a_token_counts_and_ends_while_the_server_runs(client: FlaskClient, far: Settings) -> None:
    tokens = Tokens(far.data_dir)
    second = tokens.add("back-desk")
    assert check(client, headers=bearer(second)).status_code == 200
    tokens.revoke("back-desk")
    assert check(client, headers=bearer(second)).status_code == 401


def test_a_session_is_kept_in_a_cookie_that_only_this_server_gets(client: FlaskClient, secret: str) -> None:
    response = sign_in(client, secret)
    assert (response.status_code, response.location) == (303, "/")
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-medrisk=")
    for attribute in ("Secure", "HttpOnly", "SameSite=Strict", "Path=/"):
        assert attribute in cookie
    assert "Domain" not in cookie
    assert secret not in cookie
    assert client.get("/", base_url=HTTPS).status_code == 200
    assert "front-desk" in client.get("/sign-in", base_url=HTTPS).text


def test_on_this_machine_the_cookie_works_without_https(client: FlaskClient, secret: str) -> None:
    cookie = sign_in(client, secret, "http://localhost").headers["Set-Cookie"]
    assert cookie.startswith("medrisk=")
    assert "Secure" not in cookie
    assert client.get("/").status_code == 200


def test_signing_out_ends_the_session(client: FlaskClient, secret: str) -> None:
    sign_in(client, secret)
    assert client.post("/sign-out", base_url=HTTPS).status_code == 303
    assert client.get("/", base_url=HTTPS).status_code == 303


def test_a_session_ends_with_its_token_also_when_another_takes_its_name(client: FlaskClient, far: Settings, secret: str) -> None:
    sign_in(client, secret)
    tokens = Tokens(far.data_dir)
    tokens.revoke("front-desk")
    assert client.get("/", base_url=HTTPS).status_code == 303
    tokens.add("front-desk")
    assert client.get("/", base_url=HTTPS).status_code == 303


def test_a_session_ends_after_twelve_hours(client: FlaskClient, secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in(client, secret)
    monkeypatch.setattr("medrisk.web.access.SESSION_SECONDS", -1)
    assert client.get("/", base_url=HTTPS).status_code == 303


@pytest.mark.parametrize("value", ["", "x", "front-desk", "WyJmcm9udC1kZXNrIiwiIl0.aaaa.bbbb"])
def test_a_cookie_made_elsewhere_is_none(client: FlaskClient, value: str) -> None:
    client.set_cookie("medrisk", value)
    assert client.get("/").status_code == 303


def test_a_cookie_of_another_server_is_none(fake: FakeService, far: Settings, secret: str, tmp_path: Path) -> None:
    other = replace(far, data_dir=tmp_path / "other")
    elsewhere = Tokens(other.data_dir).add("front-desk")
    value = sign_in(client_of(fake, other), elsewhere, "http://localhost").headers["Set-Cookie"].split(";")[0].split("=", 1)[1]
    client = client_of(fake, far)
    client.set_cookie("medrisk", value)
    assert client.get("/").status_code == 303


def test_signing_out_of_a_session_that_has_ended_is_no_error(client: FlaskClient) -> None:
    assert client.post("/sign-out", base_url=HTTPS).location == "/sign-in"


def test_the_page_says_who_is_signed_in_and_offers_the_way_out(client: FlaskClient, secret: str) -> None:
    assert "Sign out" not in client.get("/sign-in", base_url=HTTPS).text
    sign_in(client, secret)
    for path in ("/", "/about", "/nothing"):
        html = client.get(path, base_url=HTTPS).text
        assert '<form class="who" method="post" action="/sign-out">' in html
        assert "<bdi>front-desk</bdi>" in html


def test_another_sites_page_cannot_sign_anybody_in_or_out(client: FlaskClient, secret: str) -> None:
    for path in ("/sign-in", "/sign-out"):
        response = client.post(path, data={"token": secret}, headers={"Origin": "https://elsewhere.example"})
        assert response.status_code == 403
        assert "Set-Cookie" not in response.headers


# A proxy that signs users in.


@pytest.fixture
def proxied(fake: FakeService, settings: Settings) -> FlaskClient:
    return client_of(fake, replace(settings, host=OPEN, trusted_user_header="X-Remote-User", trusted_proxies=("10.0.0.0/24", "::1")))


@pytest.mark.parametrize("address", ["10.0.0.7", "::1", "::ffff:10.0.0.7"])
def test_a_user_whom_the_trusted_proxy_names_is_let_in(proxied: FlaskClient, address: str) -> None:
    headers = {"X-Remote-User": "a.pharmacist"}
    assert check(proxied, headers=headers, environ_base={"REMOTE_ADDR": address}).status_code == 200
    page = proxied.get("/sign-in", headers=headers, environ_base={"REMOTE_ADDR": address}).text
    assert "a.pharmacist" in page
    assert "Sign out" not in page, "the proxy signed them in, and it alone can sign them out"


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.1.7", "::2", "", "10.0.0.7.example.org"])
def test_that_header_from_elsewhere_is_refused(proxied: FlaskClient, fake: FakeService, address: str) -> None:
    response = check(proxied, headers={"X-Remote-User": "admin"}, environ_base={"REMOTE_ADDR": address})
    assert response.status_code == 403
    assert "admin" not in response.text
    assert fake.texts == []


@pytest.mark.parametrize("value", ["a, admin", "a" * 201, "a\tb"])
def test_a_header_that_two_may_have_written_is_refused(proxied: FlaskClient, value: str) -> None:
    headers = {"X-Remote-User": value}
    assert check(proxied, headers=headers, environ_base={"REMOTE_ADDR": "10.0.0.7"}).status_code == 403


def test_the_proxy_without_the_header_lets_nobody_in(proxied: FlaskClient) -> None:
    for headers in ({}, {"X-Remote-User": ""}, {"X-Forwarded-For": "127.0.0.1"}):
        assert check(proxied, headers=headers, environ_base={"REMOTE_ADDR": "10.0.0.7"}).status_code == 401


def test_metrics_are_for_a_token_and_not_for_every_user(proxied: FlaskClient, settings: Settings) -> None:
    headers = {"X-Remote-User": "a.pharmacist"}
    assert proxied.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": "10.0.0.7"}).status_code == 403
    assert proxied.get("/metrics", headers=bearer(Tokens(settings.data_dir).add("prometheus"))).status_code == 200


# This machine.


@pytest.fixture
def local(fake: FakeService, settings: Settings) -> FlaskClient:
    return client_of(fake, settings)


def test_this_machine_shows_no_sign_in(local: FlaskClient) -> None:
    assert "sign-" not in local.get("/").text


@pytest.mark.parametrize("path", ASKED)
def test_this_machine_needs_no_token(local: FlaskClient, path: str) -> None:
    assert local.get(path).status_code in {200, 404, 405}


@pytest.mark.parametrize("address", ["10.0.0.7", "::2", ""])
def test_a_local_server_that_is_reached_from_elsewhere_answers_nothing(local: FlaskClient, fake: FakeService, address: str) -> None:
    assert check(local, environ_base={"REMOTE_ADDR": address}).status_code == 403
    assert fake.texts == []


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:8000", "[::1]:8000", "127.0.0.53", "localhost."])
def test_the_names_of_this_machine_are_answered(local: FlaskClient, host: str) -> None:
    assert check(local, headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["rebound.example", "localhost.rebound.example", "127.0.0.1.rebound.example:8000", "192.168.0.7", "[::2]", "a@localhost"])
def test_another_name_that_leads_here_is_refused(local: FlaskClient, fake: FakeService, host: str) -> None:
    response = check(local, headers={"Host": host, "Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin"})
    assert response.status_code in {400, 421}
    assert "rebound" not in response.text
    assert fake.texts == []


def test_names_can_be_allowed_and_then_a_sign_in_is_needed(fake: FakeService, settings: Settings) -> None:
    secret = Tokens(settings.data_dir).add("front-desk")
    client = client_of(fake, replace(settings, allowed_hosts=("medrisk.example.org",)))
    assert check(client, base_url=HTTPS).status_code == 401
    assert check(client, base_url=HTTPS, headers=bearer(secret)).status_code == 200
    assert check(client, base_url="https://other.example.org", headers=bearer(secret)).status_code == 421
    assert client.get("/healthz").status_code == 200


# Other origins.

EXTENSION = "chrome-extension://abcdefghijklmnop"


@pytest.fixture
def shared(fake: FakeService, settings: Settings) -> FlaskClient:
    return client_of(fake, replace(settings, cors_origins=(EXTENSION, "https://ehr.example.org")))


@pytest.mark.parametrize("origin", [EXTENSION, "https://ehr.example.org"])
def test_an_origin_that_is_named_may_use_the_api(shared: FlaskClient, origin: str) -> None:
    preflight = shared.options("/api/v1/check", headers={"Origin": origin, "Access-Control-Request-Method": "POST"})
    assert preflight.status_code in {200, 204}
    assert preflight.headers["Access-Control-Allow-Origin"] == origin
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    assert "Authorization" in preflight.headers["Access-Control-Allow-Headers"]
    answer = check(shared, headers={"Origin": origin, "Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == origin
    assert "Origin" in answer.headers["Vary"]
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize("origin", ["chrome-extension://other", "http://ehr.example.org", "https://ehr.example.org:444", "null", "https://ehr.example.org.evil.example"])
def test_no_other_origin_may(shared: FlaskClient, origin: str) -> None:
    headers = {"Origin": origin, "Sec-Fetch-Site": "cross-site", "Access-Control-Request-Method": "POST"}
    assert "Access-Control-Allow-Origin" not in shared.options("/api/v1/check", headers=headers).headers
    answer = check(shared, headers=headers)
    assert answer.status_code == 403
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_the_page_is_no_part_of_that(shared: FlaskClient) -> None:
    answer = shared.post("/", data={"text": "a"}, headers={"Origin": EXTENSION, "Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert "Access-Control-Allow-Origin" not in shared.get("/", headers={"Origin": EXTENSION}).headers


def test_a_named_origin_needs_a_token_where_others_do(fake: FakeService, far: Settings, secret: str) -> None:
    client = client_of(fake, replace(far, cors_origins=(EXTENSION,)))
    headers = {"Origin": EXTENSION, "Sec-Fetch-Site": "cross-site"}
    refused = check(client, headers=headers)
    assert refused.status_code == 401
    assert refused.headers["Access-Control-Allow-Origin"] == EXTENSION, "else the extension cannot read why"
    assert check(client, headers=headers | bearer(secret)).status_code == 200


# How often.


def test_too_many_requests_are_told_when_to_come_back(fake: FakeService, far: Settings, secret: str) -> None:
    client = client_of(fake, replace(far, rate_limit=3))
    other = Tokens(far.data_dir).add("back-desk")
    assert [check(client, headers=bearer(secret)).status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = check(client, headers=bearer(secret))
    assert 1 <= int(refused.headers["Retry-After"]) <= 61
    assert refused.mimetype == "application/problem+json"
    assert check(client, headers=bearer(other)).status_code == 200, "each token is counted by itself"
    assert client.get("/healthz", headers=bearer(secret)).status_code == 200
    assert len(fake.texts) == 4


def test_guessing_tokens_is_slowed_down(fake: FakeService, far: Settings, secret: str) -> None:
    client = client_of(fake, replace(far, rate_limit=3))
    assert [sign_in(client, "mr_wrong").status_code for _ in range(4)] == [403, 403, 403, 429]


def test_this_machine_is_not_counted_unless_somebody_says_so(fake: FakeService, settings: Settings) -> None:
    client = client_of(fake, settings)
    assert {check(client).status_code for _ in range(400)} == {200}
    limited = client_of(fake, replace(settings, rate_limit=2))
    assert [check(limited).status_code for _ in range(3)] == [200, 200, 429]


# What stands in an address.


@pytest.mark.parametrize("address", ["/?text=simvastatin", "/?example=simvastatin", "/?simvastatin", "/?example=1&a=b", "/about?a", "/healthz?a=1", "/nothing?a=1", "/api/v1/check?text=a", "/static/medrisk.css?v=simvastatin%2040"])
def test_a_query_that_holds_anything_is_refused(local: FlaskClient, fake: FakeService, address: str) -> None:
    for method in ("GET", "POST"):
        response = local.open(address, method=method, data="a", content_type="text/plain")
        assert response.status_code == 400
        assert "simvastatin" not in response.text
    assert fake.texts == []


@pytest.mark.parametrize("address", ["/", "/?", "/?example", "/?example=1", "/static/medrisk.css?v=0.1.0"])
def test_what_the_page_itself_asks_is_answered(local: FlaskClient, address: str) -> None:
    assert local.get(address).status_code == 200
